// SPDX-License-Identifier: Apache-2.0
#include "base/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/concat.h"

namespace capy {
namespace {

Error io_error(std::string_view path, std::string_view what) {
  return Error{ErrorCode::kIo, concat(path, ": ", what, ": ", std::strerror(errno))};
}

}  // namespace

Result<AtomicFile> AtomicFile::create(std::string_view path) {
  static std::atomic<int> counter{0};
  const std::string temporary = concat(path, ".tmp-", ::getpid(), "-", counter.fetch_add(1));
  const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (descriptor < 0) return io_error(path, "cannot be written");
  return AtomicFile(descriptor, std::string(path), temporary);
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      temporary_path_(std::move(other.temporary_path_)) {}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(temporary_path_.c_str());
}

Status AtomicFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return io_error(path_, "cannot be written");
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
  return {};
}

Status AtomicFile::commit() {
  if (::fsync(descriptor_) != 0) return io_error(path_, "cannot be synced to disk");
  if (::rename(temporary_path_.c_str(), path_.c_str()) != 0) return io_error(path_, "cannot be put in place");
  ::close(std::exchange(descriptor_, -1));
  // The new name itself must survive a power cut: sync the directory. Some file systems refuse; the data is safe
  // anyway.
  const std::filesystem::path parent = std::filesystem::path(path_).parent_path();
  const int directory = ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory >= 0) {
    (void)::fsync(directory);
    ::close(directory);
  }
  return {};
}

Status make_directories(std::string_view path) {
  std::error_code failed;
  std::filesystem::create_directories(std::filesystem::path(path), failed);
  if (failed) return Error{ErrorCode::kIo, concat(path, ": cannot be made: ", failed.message())};
  return {};
}

}  // namespace capy
