// SPDX-License-Identifier: Apache-2.0
// Writers of safetensors and GGUF files, for `capy init`, conversions and tests. Both know all names, types and shapes
// first and then take the bytes of one tensor after the other, so that a model larger than memory can be written. A
// file appears, whole, at finish(); without it nothing is left behind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/atomic_file.h"
#include "base/result.h"
#include "formats/checkpoint.h"
#include "tensor/dtype.h"

namespace capy {

struct TensorDescription {
  std::string name;
  DType type = DType::kF32;
  std::vector<int64_t> shape;  // outermost first, 1 to Tensor::kRankMax positive extents

  int64_t bytes() const;
};

// The data of a list of tensors, in its order, with the padding that the format wants between them.
class TensorStream {
 public:
  // The next bytes of the current tensor; any number at a time, but not beyond its end (CHECKed).
  Status write(std::span<const std::byte> bytes);
  // CHECKs that all bytes of all tensors were written.
  Status finish();

  // The tensor whose bytes are to come next; size() of the list when all are written.
  size_t current() const { return current_; }

 private:
  friend class SafetensorsWriter;
  friend class GgufWriter;
  TensorStream(AtomicFile file, std::vector<int64_t> sizes, int64_t alignment);

  AtomicFile file_;
  std::vector<int64_t> sizes_;
  int64_t alignment_ = 1;
  size_t current_ = 0;
  int64_t written_ = 0;  // of the current tensor
};

class SafetensorsWriter {
 public:
  using Metadata = std::vector<std::pair<std::string, std::string>>;

  // kInvalid for tensors that a safetensors file cannot hold (block types, shapes, two of one name). Tensors are laid
  // out in the order given.
  static Result<TensorStream> create(std::string_view path, std::span<const TensorDescription> tensors,
                                     const Metadata& metadata = {{"format", "pt"}});
};

// Metadata of a GGUF file, in the order of the calls. Keys must differ (CHECKed by GgufWriter::create).
class GgufMetadataWriter {
 public:
  void add_u32(std::string_view key, uint32_t value);
  void add_i32(std::string_view key, int32_t value);
  void add_u64(std::string_view key, uint64_t value);
  void add_f32(std::string_view key, float value);
  void add_bool(std::string_view key, bool value);
  void add_string(std::string_view key, std::string_view value);
  void add_strings(std::string_view key, std::span<const std::string_view> values);
  void add_i32s(std::string_view key, std::span<const int32_t> values);
  void add_f32s(std::string_view key, std::span<const float> values);
  void add_bools(std::string_view key, std::span<const bool> values);
  // Every entry of another file but those that `keep` refuses, as they are.
  void add_copies(const GgufMetadata& from, const std::function<bool(std::string_view key)>& keep);

 private:
  friend class GgufWriter;
  void begin(std::string_view key, uint32_t type);
  void begin_array(std::string_view key, uint32_t element, uint64_t count);
  template <class T>
  void append(const T& value);
  void append_string(std::string_view text);

  std::string bytes_;
  std::vector<std::string> keys_;
};

class GgufWriter {
 public:
  // Version 3, data aligned to 32 bytes. kInvalid for tensors that a GGUF file cannot hold (BOOL, U8, FP8, a row that
  // is no multiple of the block, two of one name).
  static Result<TensorStream> create(std::string_view path, const GgufMetadataWriter& metadata,
                                     std::span<const TensorDescription> tensors);
};

// A small file, atomically: config.json beside the weights.
Status write_text(std::string_view path, std::string_view text);

}  // namespace capy
