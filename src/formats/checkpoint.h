// SPDX-License-Identifier: Apache-2.0
// A checkpoint as it lies on disk: named tensors as views into mapped files, and what describes them (config.json and
// its neighbours, or GGUF metadata). Nothing is converted here; model/ gives the tensors their meaning.
//
// Everything in a file is hostile until checked. After open() has succeeded: each tensor lies wholly inside its file,
// its bytes match its type and shape, shapes hold 1 to kRankMax positive extents whose product is below 2^48, names are
// unique.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/mapped_file.h"
#include "base/result.h"
#include "tensor/dtype.h"

namespace capy {

struct CheckpointLimits {
  int64_t tensors_max = 100'000;
  int64_t metadata_entries_max = 10'000;
  int64_t array_elements_max = int64_t{16} << 20;  // of one GGUF metadata array
  int64_t string_bytes_max = int64_t{64} << 20;    // of one GGUF string
  int64_t header_bytes_max = int64_t{256} << 20;   // of a safetensors header or a GGUF header
  int64_t shards_max = 1'000;
};

struct Tensor {
  static constexpr int kRankMax = 8;

  std::string name;
  DType type = DType::kF32;
  std::vector<int64_t> shape;  // outermost first, in both formats (GGUF's order is reversed when read)
  std::span<const std::byte> bytes;

  int64_t count() const {
    int64_t product = 1;
    for (const int64_t extent : shape) product *= extent;
    return product;
  }
};

// GGUF metadata: typed look-ups; a missing key or another type gives nothing.
class GgufMetadata {
 public:
  std::optional<int64_t> as_int(std::string_view key) const;    // any integer type or bool that fits
  std::optional<double> as_double(std::string_view key) const;  // any number
  std::optional<bool> as_bool(std::string_view key) const;
  std::optional<std::string_view> as_string(std::string_view key) const;
  // Arrays; nothing when the element type differs. Strings are views into the mapped file.
  std::optional<std::vector<std::string_view>> string_array(std::string_view key) const;
  std::optional<std::vector<int64_t>> int_array(std::string_view key) const;  // integers of any width, bools
  std::optional<std::vector<float>> float_array(std::string_view key) const;
  std::vector<std::string_view> keys() const;  // in the file's order

  GgufMetadata();
  GgufMetadata(GgufMetadata&&) noexcept;
  GgufMetadata& operator=(GgufMetadata&&) noexcept;
  ~GgufMetadata();
  struct Entries;
  std::unique_ptr<Entries> entries;  // gguf.cpp
};

class Checkpoint {
 public:
  enum class Kind { kSafetensors, kGguf };

  // `path`: a Hugging Face directory (config.json with model.safetensors, or with the shards of
  // model.safetensors.index.json), one .safetensors file (config.json beside it when there is one), or one .gguf file
  // (for a split GGUF, the first of its -00001-of-000NN files). The error says what was looked for and not found.
  static Result<Checkpoint> open(std::string_view path, const CheckpointLimits& limits = {});

  Checkpoint(Checkpoint&&) noexcept;
  Checkpoint& operator=(Checkpoint&&) noexcept;
  ~Checkpoint();

  Kind kind() const;
  const std::string& path() const;
  const std::string& directory() const;  // where tokenizer.json and its like would lie; "" for a GGUF file

  std::span<const Tensor> tensors() const;          // in the order of the file(s)
  const Tensor* find(std::string_view name) const;  // nullptr where there is none; O(1)

  Json config() const;                   // config.json's root; missing for GGUF and bare .safetensors
  const GgufMetadata& metadata() const;  // empty for safetensors

  int64_t file_bytes() const;  // of all mapped files
  // Names the content cheaply: hash of headers, sizes and some sampled data. Stable across runs and machines.
  uint64_t identity() const;
  // The same with the times when the files were last written to: names this very copy, for what is derived from it.
  uint64_t copy_identity() const;
  // A file was cut short or a disk failed under the mapping: results since then are worthless.
  bool damaged() const;
  // Page advice for a tensor whose bytes were converted and are not needed again.
  void release_pages(const Tensor& tensor) const;

 private:
  struct Parts;
  explicit Checkpoint(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace capy
