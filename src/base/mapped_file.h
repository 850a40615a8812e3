// SPDX-License-Identifier: Apache-2.0
// A file mapped for reading. Weights are views into it: no second copy, and several processes share the pages.
//
// A mapped file may be cut short by somebody else while it is used; a read behind the new end is SIGBUS. We install one
// handler for the process that puts a zero page under the fault, marks the file as damaged and goes on: the engine asks
// damaged() after each step and answers with an error instead of a crash.
//
// Thread safety: bytes() and damaged() may be called from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace capy {

class MappedFile {
 public:
  // Maps the whole regular file `path`. An empty file gives empty bytes. Directories, devices and pipes are refused.
  static Result<MappedFile> open(std::string_view path);

  MappedFile() = default;
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return {data_, size_}; }
  const std::string& path() const { return path_; }
  int64_t changed_ns() const { return changed_ns_; }  // when it was last written to, as the file system says

  // True once a page could not be read because the file was cut short or the disk failed: what was read is then zeros.
  bool damaged() const;

  // Tells the kernel that these bytes will be needed soon, or that their pages may go (they come back when touched).
  void will_need(std::span<const std::byte> part) const;
  void will_not_need(std::span<const std::byte> part) const;

  // Mapped files at once; further ones are refused (the signal handler reads a fixed table).
  static constexpr int kMappedFilesMax = 1024;

 private:
  void close();

  const std::byte* data_ = nullptr;
  size_t size_ = 0;
  int64_t changed_ns_ = 0;
  int slot_ = -1;  // in the handler's table
  std::string path_;
};

// The whole file as a string; refuses files over `bytes_max` by name and size. For configurations and templates.
Result<std::string> read_file(std::string_view path, int64_t bytes_max);

}  // namespace capy
