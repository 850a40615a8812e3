// SPDX-License-Identifier: Apache-2.0
#include "base/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/concat.h"

namespace capy {
namespace {

Error io_error(std::string_view path, std::string_view what) {
  return Error{ErrorCode::kIo, concat(path, ": ", what, ": ", std::strerror(errno))};
}

// Where the bytes shall go: symbolic links are followed, and what is no file is refused.
struct Target {
  std::string path;
  std::optional<mode_t> mode;  // of the file that is there
};

Result<Target> find_target(std::string_view path) {
  constexpr int kLinksMax = 40;  // as Linux
  Target target{std::string(path), std::nullopt};
  struct stat status = {};
  for (int links = 0; ::lstat(target.path.c_str(), &status) == 0 && S_ISLNK(status.st_mode); ++links) {
    std::error_code failed;
    const std::filesystem::path next = std::filesystem::read_symlink(target.path, failed);
    if (failed || links == kLinksMax)
      return Error{ErrorCode::kIo, concat(path, ": cannot be written: its symbolic links lead nowhere")};
    target.path = (std::filesystem::path(target.path).parent_path() / next).string();
  }
  if (::stat(target.path.c_str(), &status) != 0) return target;
  if (S_ISDIR(status.st_mode)) return Error{ErrorCode::kInvalid, concat(path, ": is a directory; name a file")};
  if (!S_ISREG(status.st_mode))
    return Error{ErrorCode::kInvalid,
                 concat(path, ": is a device or a pipe, and the file is put in place as a whole; name a file")};
  target.mode = status.st_mode & 07777;
  return target;
}

std::string directory_of(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

std::string link_to(int descriptor) { return concat("/proc/self/fd/", descriptor); }

}  // namespace

Result<AtomicFile> AtomicFile::create(std::string_view path, Readers readers) {
  static std::atomic<int> counter{0};
  Target target = TRY(find_target(path));
  const mode_t mode = target.mode.value_or(readers == Readers::kOwner ? 0600 : 0666);
  std::string temporary = concat(target.path, ".tmp-", ::getpid(), "-", counter.fetch_add(1));
  bool named = false;
  int descriptor = ::open(directory_of(target.path).c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
  if (descriptor >= 0 && ::access(link_to(descriptor).c_str(), F_OK) != 0) ::close(std::exchange(descriptor, -1));
  if (descriptor < 0) {
    named = true;
    descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  }
  if (descriptor < 0) return io_error(path, "cannot be written");
  if (target.mode) (void)::fchmod(descriptor, *target.mode);
  return AtomicFile(descriptor, std::move(target.path), std::move(temporary), named);
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      temporary_path_(std::move(other.temporary_path_)),
      named_(other.named_) {}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  if (named_) ::unlink(temporary_path_.c_str());
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
  if (!named_) {
    if (::linkat(AT_FDCWD, link_to(descriptor_).c_str(), AT_FDCWD, temporary_path_.c_str(), AT_SYMLINK_FOLLOW) != 0)
      return io_error(path_, "cannot be put in place");
    named_ = true;
  }
  if (::rename(temporary_path_.c_str(), path_.c_str()) != 0) return io_error(path_, "cannot be put in place");
  ::close(std::exchange(descriptor_, -1));
  // The new name itself must survive a power cut: sync the directory. Some file systems refuse; the data is safe
  // anyway.
  const int directory = ::open(directory_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
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
