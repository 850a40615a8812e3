// SPDX-License-Identifier: Apache-2.0
// The bytes of a file, plain or compressed by zstd (told by its first bytes, whatever its name), from the beginning to
// the end and in little memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"

namespace capy {

class ByteSource {
 public:
  // Regular files only. An empty file has no bytes, and that is no error.
  static Result<ByteSource> open(const std::string& path);

  // Fills `out` as far as there are bytes; fewer only at the end. kCorrupt where the compressed data is broken or cut.
  Result<size_t> read(std::span<char> out);

  const std::string& path() const { return path_; }
  int64_t file_bytes() const { return file_bytes_; }
  int64_t taken() const { return taken_; }  // bytes of the file so far, compressed where it is

  ByteSource(ByteSource&&) noexcept;
  ByteSource& operator=(ByteSource&&) = delete;
  ~ByteSource();

 private:
  struct Decoder;
  ByteSource(std::string path, int descriptor, int64_t file_bytes);
  Result<size_t> fill(std::span<char> out);
  Status refill();
  Result<size_t> decode(std::span<char> out);

  std::string path_;
  int descriptor_ = -1;
  int64_t file_bytes_ = 0;
  int64_t taken_ = 0;
  std::string input_;  // read from the file, not used yet from input_begin_ on
  size_t input_begin_ = 0;
  bool at_end_ = false;
  std::unique_ptr<Decoder> decoder_;  // of compressed files
};

}  // namespace capy
