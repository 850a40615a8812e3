// SPDX-License-Identifier: Apache-2.0
// Writes a file so that a reader sees the old one or the whole new one, also after a crash: the bytes go to
// "<path>.tmp-<pid>-<n>" beside it, are synced, and the name is changed at commit. Without commit nothing is left
// behind.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace capy {

class AtomicFile {
 public:
  static Result<AtomicFile> create(std::string_view path);

  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;
  ~AtomicFile();

  Status write(std::span<const std::byte> bytes);
  Status write(std::string_view text) { return write(std::as_bytes(std::span(text))); }
  // Syncs, renames, and syncs the directory. Nothing may be written afterwards.
  Status commit();

 private:
  AtomicFile(int descriptor, std::string path, std::string temporary_path)
      : descriptor_(descriptor), path_(std::move(path)), temporary_path_(std::move(temporary_path)) {}

  int descriptor_ = -1;
  std::string path_;
  std::string temporary_path_;
};

// Makes the directory and its missing parents.
Status make_directories(std::string_view path);

}  // namespace capy
