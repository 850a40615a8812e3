// SPDX-License-Identifier: Apache-2.0
// A file of converted weight matrices, to be mapped and used in place (DESIGN 3: starting is a map, not a conversion).
//
//   matrices    each at a multiple of 4096 bytes: its bytes as tensor/matrix.h has them, then zeros up to the next one
//   directory   per matrix: format: u32, name_bytes: u32, rows, columns, offset, bytes, checksum: u64, name
//   footer      key: u64[4], directory_offset: u64, count: u64, checksum: u64, magic "CAPYPAK1"
//
// Little endian. Checksums are XXH3: a matrix's of its bytes, the footer's of the directory and the footer before it.
// What describes the file stands at its end, so that it is written in one go and a file that was cut short has none.
// Opening checks everything but the matrices' checksums, which would read the whole file: verify() does (`capy
// doctor`).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/atomic_file.h"
#include "base/mapped_file.h"
#include "base/result.h"
#include "tensor/matrix.h"

namespace capy {

// Whatever the bytes of the matrices depend on, in numbers. A file with another key is another file.
using PackedKey = std::array<uint64_t, 4>;

struct PackedMatrix {
  std::string name;
  MatrixFormat format = MatrixFormat::kF32;
  int64_t rows = 0;
  int64_t columns = 0;
  int64_t offset = 0;  // from the start of the file
  uint64_t checksum = 0;
  int64_t bytes() const { return matrix_bytes(format, rows, columns); }
};

struct PackedDirectory {
  static constexpr int64_t kAlignment = 4096;       // a page: matrices do not share one
  static constexpr int64_t kMatricesMax = 100'000;  // as many tensors as a checkpoint may have
  static constexpr int64_t kNameBytesMax = 4096;

  PackedKey key{};
  std::vector<PackedMatrix> matrices;  // by offset
};

// kCorrupt says what is wrong. `file` is all of the file's bytes; after success every matrix lies within them.
Result<PackedDirectory> parse_packed_directory(std::span<const std::byte> file, std::string_view path);

class PackedFile {
 public:
  PackedFile() = default;  // without matrices
  static Result<PackedFile> open(std::string_view path);

  const PackedDirectory& directory() const { return directory_; }
  const std::string& path() const { return map_.path(); }
  int64_t file_bytes() const { return static_cast<int64_t>(map_.bytes().size()); }
  bool damaged() const { return map_.damaged(); }  // as MappedFile::damaged

  // The bytes of the matrix, or nullptr where there is none of this name with just this format and these sizes.
  const std::byte* find(std::string_view name, MatrixFormat format, int64_t rows, int64_t columns) const;

  // kCorrupt names the first matrix whose checksum is wrong. Reads the whole file.
  Status verify() const;

 private:
  PackedFile(MappedFile map, PackedDirectory directory) : map_(std::move(map)), directory_(std::move(directory)) {}

  MappedFile map_;
  PackedDirectory directory_;
};

// Writes such a file matrix by matrix; it appears under its name at commit, whole. Only its owner may read it, since
// the weights may be secret. Without commit nothing stays.
class PackedWriter {
 public:
  static Result<PackedWriter> create(std::string_view path, const PackedKey& key);

  // `bytes` has matrix_bytes(format, rows, columns).
  Status add(std::string_view name, MatrixFormat format, int64_t rows, int64_t columns,
             std::span<const std::byte> bytes);
  int64_t matrices() const { return static_cast<int64_t>(directory_.matrices.size()); }
  Status commit();

 private:
  PackedWriter(AtomicFile file, const PackedKey& key) : file_(std::move(file)) { directory_.key = key; }

  AtomicFile file_;
  PackedDirectory directory_;
  int64_t written_ = 0;
};

}  // namespace capy
