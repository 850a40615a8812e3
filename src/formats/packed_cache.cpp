// SPDX-License-Identifier: Apache-2.0
#include "formats/packed_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <xxhash.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <utility>

#include "base/concat.h"
#include "base/log.h"

namespace capy {
namespace fs = std::filesystem;
namespace {

constexpr int64_t kEntriesMax = 10'000;  // looked at in the directory
constexpr std::string_view kEnding = ".capy";

std::string file_name(const PackedKey& key) {
  static constexpr char kDigits[] = "0123456789abcdef";
  uint64_t hash = XXH3_64bits(key.data(), sizeof key);
  std::string name(16, '0');
  for (size_t i = name.size(); i-- > 0; hash >>= 4) name[i] = kDigits[hash & 15];
  return name.append(kEnding);
}

struct CacheFile {
  std::string path;
  int64_t bytes = 0;
  fs::file_time_type used;
};

// Files of the cache, and what a killed process may have left of one: a younger one may still be written.
std::vector<CacheFile> files_of(const std::string& directory) {
  const auto abandoned_before = fs::file_time_type::clock::now() - std::chrono::hours(1);
  std::vector<CacheFile> files;
  std::error_code failed;
  int64_t seen = 0;
  for (fs::directory_iterator entry(directory, failed), end; !failed && entry != end; entry.increment(failed)) {
    if (++seen > kEntriesMax) break;
    const std::string name = entry->path().filename().string();
    const bool whole = name.ends_with(kEnding);
    if (!whole && name.find(concat(kEnding, ".tmp-")) == std::string::npos) continue;
    std::error_code unreadable;
    const auto bytes = static_cast<int64_t>(entry->file_size(unreadable));
    const auto used = entry->last_write_time(unreadable);
    if (!unreadable && (whole || used < abandoned_before)) files.push_back({entry->path().string(), bytes, used});
  }
  return files;
}

// When a file was last used is its time of change: times of access are often not kept.
void mark_used(const std::string& path) { (void)::utimensat(AT_FDCWD, path.c_str(), nullptr, 0); }

}  // namespace

PackedCache PackedCache::open(const std::string& directory, const PackedKey& key, int64_t bytes_expected,
                              const PackedCacheLimits& limits) {
  PackedCache cache;
  if (directory.empty()) return cache;
  cache.directory_ = directory;
  cache.path_ = (fs::path(directory) / file_name(key)).string();
  cache.key_ = key;
  cache.bytes_expected_ = bytes_expected;
  cache.limits_ = limits;
  cache.writes_ = !cache.map();
  return cache;
}

void PackedCache::reject(std::string_view why) {
  log_info(concat(why, "; it is made again"));
  file_ = PackedFile();
  writes_ = true;
}

// Made with the first matrix: models that are used as they are leave no trace.
Status PackedCache::begin() {
  if (writer_) return {};
  TRY(make_directories(directory_));
  writes_ = TRY(make_room());
  if (writes_) writer_.emplace(TRY(PackedWriter::create(path_, key_)));
  return {};
}

bool PackedCache::map() {
  Result<PackedFile> file = PackedFile::open(path_);
  if (file.ok() && file.value().directory().key == key_) {
    file_ = std::move(file).take();
    mark_used(path_);
    return true;
  }
  if (file.ok()) {
    log_info(concat(path_, ": belongs to other weights; it is made again"));
  } else if (file.error().code == ErrorCode::kCorrupt) {
    log_info(concat(file.error().message, "; it is made again"));
  }
  return false;
}

// Removes the least recently used files until the new one may come. False where it may not: it is too large.
Result<bool> PackedCache::make_room() {
  std::error_code failed;
  const fs::space_info disk = fs::space(directory_, failed);
  if (failed) return Error{ErrorCode::kIo, concat(directory_, ": ", failed.message())};
  const auto share = static_cast<int64_t>(disk.capacity / static_cast<uint64_t>(limits_.disk_share));
  const int64_t most = std::min(limits_.bytes_max, share);
  if (bytes_expected_ > most) {
    log_debug(concat("converted weights of ", bytes_expected_, " bytes: the cache may hold ", most));
    return false;
  }
  std::vector<CacheFile> files = files_of(directory_);
  std::erase_if(files, [&](const CacheFile& file) { return file.path == path_; });  // it will be replaced
  std::sort(files.begin(), files.end(), [](const CacheFile& a, const CacheFile& b) { return a.used < b.used; });
  int64_t total = 0;
  for (const CacheFile& file : files) total += file.bytes;
  auto left = static_cast<int64_t>(files.size());
  for (const CacheFile& file : files) {
    if (total + bytes_expected_ <= most && left < limits_.files_max) break;
    std::error_code ignored;
    fs::remove(file.path, ignored);
    total -= file.bytes;
    --left;
  }
  const fs::space_info now = fs::space(directory_, failed);
  if (!failed && static_cast<int64_t>(now.available) >= bytes_expected_) return true;
  return Error{ErrorCode::kIo, concat(directory_, ": the disk has no room for ", bytes_expected_, " bytes")};
}

bool PackedCache::add(std::string_view name, MatrixFormat format, int64_t rows, int64_t columns,
                      std::span<const std::byte> bytes) {
  if (!writes_) return false;
  const auto write = [&]() -> Status {
    TRY(begin());
    if (!writer_) return {};
    return writer_->add(name, format, rows, columns, bytes);
  };
  const Status written = write();
  if (written.ok()) return writes_;
  lost_ = writer_ && writer_->matrices() > 0;
  give_up(written.error());
  return false;
}

bool PackedCache::settle() {
  if (std::exchange(lost_, false)) return true;
  if (!writer_) return false;
  const Status committed = writer_->commit();
  if (!committed.ok()) {
    give_up(committed.error());
    return true;
  }
  writer_.reset();
  writes_ = false;
  if (!map()) give_up(Error{ErrorCode::kIo, concat(path_, ": is gone again")});
  return true;
}

void PackedCache::give_up(const Error& error) {
  writer_.reset();
  writes_ = false;
  static std::atomic<bool> told{false};
  if (told.exchange(true)) return;
  log_warning(
      concat("converted weights are not kept for the next start: ", error.message, " (CAPY_CACHE=off does without)"));
}

std::vector<std::string> list_packed_files(const std::string& directory) {
  std::vector<std::string> paths;
  for (const CacheFile& file : files_of(directory)) {
    if (file.path.ends_with(kEnding)) paths.push_back(file.path);
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace capy
