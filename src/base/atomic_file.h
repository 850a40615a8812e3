// SPDX-License-Identifier: Apache-2.0
// Writes a file so that a reader sees the old one or the whole new one, also after a crash: the bytes go to a file
// without a name, are synced, get the name "<path>.tmp-<pid>-<n>" and then, at commit, the one that is wanted. Where
// the file system knows no files without a name they have the temporary one from the beginning. Without commit nothing
// is left behind (a killed process leaves its temporary file in that last case only).
//
// A file that is replaced hands on its permissions; a symbolic link stays, and what it points to is replaced. Devices,
// pipes and directories are refused.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace capy {

class AtomicFile {
 public:
  enum class Readers { kUsual, kOwner };
  // `readers` of a new file: as the umask has it, or the owner alone.
  static Result<AtomicFile> create(std::string_view path, Readers readers = Readers::kUsual);

  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;
  ~AtomicFile();

  Status write(std::span<const std::byte> bytes);
  Status write(std::string_view text) { return write(std::as_bytes(std::span(text))); }
  // Syncs, renames, and syncs the directory. Nothing may be written afterwards.
  Status commit();

 private:
  AtomicFile(int descriptor, std::string path, std::string temporary_path, bool named)
      : descriptor_(descriptor), path_(std::move(path)), temporary_path_(std::move(temporary_path)), named_(named) {}

  int descriptor_ = -1;
  std::string path_;
  std::string temporary_path_;
  bool named_ = false;  // the temporary name exists
};

// Makes the directory and its missing parents.
Status make_directories(std::string_view path);

}  // namespace capy
