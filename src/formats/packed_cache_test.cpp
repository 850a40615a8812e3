// SPDX-License-Identifier: Apache-2.0
// Files of converted matrices and their directory: made once, mapped from then on, made again whenever anything about
// them is wrong, and never in the way.
#include "formats/packed_cache.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <thread>

#include "formats/test_files.h"

namespace capy {
namespace {

namespace fs = std::filesystem;

constexpr PackedKey kKey = {1, 2, 3, 4};
constexpr size_t kFooterBytes = 64;

struct Sample {
  const char* name;
  MatrixFormat format;
  int64_t rows;
  int64_t columns;

  std::string bytes() const {
    std::string text(static_cast<size_t>(matrix_bytes(format, rows, columns)), '\0');
    for (size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 31 + text.size());
    return text;
  }
};
constexpr Sample kSamples[] = {{"a", MatrixFormat::kInt8Packed, 20, 70},
                               {"b.weight", MatrixFormat::kInt4Packed, 16, 300},
                               {"", MatrixFormat::kBF16, 3, 5},
                               {"d", MatrixFormat::kF32, 1, 1},
                               {"e", MatrixFormat::kInt8Packed, 20, 70}};

bool add_all(PackedCache& cache) {
  bool added = true;
  for (const Sample& s : kSamples) added &= cache.add(s.name, s.format, s.rows, s.columns, bytes_of(s.bytes()));
  return added;
}

bool holds_all(const PackedCache& cache) {
  for (const Sample& s : kSamples) {
    const std::byte* const found = cache.find(s.name, s.format, s.rows, s.columns);
    if (found == nullptr || std::memcmp(found, s.bytes().data(), s.bytes().size()) != 0) return false;
  }
  return true;
}

// Fills the cache as a loader would; true when the file was there already.
bool fill(const std::string& directory, const PackedKey& key = kKey, const PackedCacheLimits& limits = {}) {
  PackedCache cache = PackedCache::open(directory, key, 10'000, limits);
  if (holds_all(cache)) return true;
  EXPECT_TRUE(add_all(cache));
  EXPECT_TRUE(cache.settle());
  EXPECT_TRUE(holds_all(cache));
  EXPECT_FALSE(cache.settle());
  return false;
}

std::string only_file(const std::string& directory) {
  const std::vector<std::string> files = list_packed_files(directory);
  EXPECT_EQ(files.size(), 1U);
  return files.empty() ? "" : files[0];
}

std::string packed_file_content() {
  const TestDirectory directory;
  fill(directory.path());
  return contents(only_file(directory.path()));
}

void write(const std::string& path, const std::string& content) {
  std::error_code ignored;
  fs::remove(path, ignored);  // whoever has mapped the old one keeps it
  std::ofstream(path, std::ios::binary) << content;
}

TEST(PackedCache, IsMadeOnceAndMappedAfterwards) {
  const TestDirectory directory;
  const std::string cache = directory / "deeper/packed";
  EXPECT_FALSE(fill(cache));
  EXPECT_TRUE(fill(cache));
  const std::string path = only_file(cache);
  struct stat status = {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);  // weights may be secret
  PackedFile file = PackedFile::open(path).take();
  EXPECT_TRUE(file.verify().ok());
  EXPECT_EQ(file.directory().key, kKey);
  for (const PackedMatrix& matrix : file.directory().matrices) EXPECT_EQ(matrix.offset % 4096, 0);
}

TEST(PackedCache, GivesAMatrixOfTheSameFormatAndSizesOnly) {
  const TestDirectory directory;
  fill(directory.path());
  const PackedCache cache = PackedCache::open(directory.path(), kKey, 0);
  EXPECT_NE(cache.find("a", MatrixFormat::kInt8Packed, 20, 70), nullptr);
  EXPECT_EQ(cache.find("a", MatrixFormat::kInt4Packed, 20, 70), nullptr);
  EXPECT_EQ(cache.find("a", MatrixFormat::kInt8Packed, 21, 70), nullptr);
  EXPECT_EQ(cache.find("a", MatrixFormat::kInt8Packed, 20, 71), nullptr);
  EXPECT_EQ(cache.find("c", MatrixFormat::kInt8Packed, 20, 70), nullptr);
}

TEST(PackedCache, AnotherKeyIsAnotherFile) {
  const TestDirectory directory;
  fill(directory.path());
  for (size_t word = 0; word < kKey.size(); ++word) {
    PackedKey other = kKey;
    ++other[word];
    EXPECT_FALSE(fill(directory.path(), other)) << word;
  }
  EXPECT_EQ(list_packed_files(directory.path()).size(), 5U);
  EXPECT_TRUE(fill(directory.path()));
}

TEST(PackedCache, AFileOfAnotherKeyUnderThisNameIsMadeAgain) {
  const TestDirectory directory;
  fill(directory.path());
  const std::string path = only_file(directory.path());
  const TestDirectory elsewhere;
  fill(elsewhere.path(), {9, 9, 9, 9});
  write(path, contents(only_file(elsewhere.path())));
  EXPECT_FALSE(fill(directory.path()));
  EXPECT_TRUE(fill(directory.path()));
}

TEST(PackedCache, ADamagedOrCutDirectoryIsMadeAgain) {
  const TestDirectory directory;
  fill(directory.path());
  const std::string path = only_file(directory.path());
  const std::string whole = contents(path);
  const size_t directory_at = whole.size() - kFooterBytes - 120;  // within the entries
  std::vector<std::string> wrong = {"",
                                    "x",
                                    whole.substr(0, whole.size() - 1),
                                    whole.substr(0, 4096),
                                    whole.substr(0, whole.size() / 2),
                                    whole + "x",
                                    std::string(5000, '\0')};
  for (const size_t at : {directory_at, whole.size() - kFooterBytes + 3, whole.size() - 20, whole.size() - 1}) {
    wrong.push_back(whole);
    wrong.back()[at] = static_cast<char>(wrong.back()[at] ^ 4);
  }
  for (size_t i = 0; i < wrong.size(); ++i) {
    write(path, wrong[i]);
    EXPECT_FALSE(PackedFile::open(path).ok()) << i;
    EXPECT_FALSE(fill(directory.path())) << i;
    EXPECT_TRUE(contents(path) == whole) << i;
  }
}

TEST(PackedCache, ADamagedBodyIsFoundByVerify) {
  const TestDirectory directory;
  fill(directory.path());
  const std::string path = only_file(directory.path());
  std::string content = contents(path);
  content[8192 + 7] = static_cast<char>(content[8192 + 7] ^ 1);
  write(path, content);
  const PackedFile file = PackedFile::open(path).take();
  const Status verified = file.verify();
  ASSERT_FALSE(verified.ok());
  EXPECT_EQ(verified.error().code, ErrorCode::kCorrupt);
  EXPECT_NE(verified.error().message.find("b.weight"), std::string::npos) << verified.error().message;
}

TEST(PackedCache, RejectedFilesAreMadeAgain) {
  const TestDirectory directory;
  fill(directory.path());
  PackedCache cache = PackedCache::open(directory.path(), kKey, 10'000);
  cache.reject("no good");
  EXPECT_FALSE(holds_all(cache));
  EXPECT_TRUE(add_all(cache));
  EXPECT_TRUE(cache.settle());
  EXPECT_TRUE(holds_all(cache));
}

TEST(PackedCache, WithoutADirectoryNothingIsKept) {
  PackedCache cache = PackedCache::open("", kKey, 10'000);
  EXPECT_FALSE(add_all(cache));
  EXPECT_FALSE(cache.settle());
}

TEST(PackedCache, WhatNeedsNoConversionLeavesNoTrace) {
  const TestDirectory directory;
  PackedCache cache = PackedCache::open(directory / "packed", kKey, 10'000);
  EXPECT_FALSE(cache.settle());
  EXPECT_FALSE(fs::exists(directory / "packed"));
}

TEST(PackedCache, APlaceThatCannotBeWrittenIsDoneWithout) {
  const TestDirectory directory;
  directory.put("file", "");
  std::vector<std::string> places = {directory / "file/packed", "/proc/capy"};
  if (::geteuid() != 0) {  // root writes anywhere
    const std::string closed = directory / "closed";
    fs::create_directory(closed);
    fs::permissions(closed, fs::perms::owner_read | fs::perms::owner_exec);
    places.push_back(closed);
  }
  for (const std::string& place : places) {
    PackedCache cache = PackedCache::open(place, kKey, 10'000);
    EXPECT_FALSE(add_all(cache)) << place;
    EXPECT_FALSE(cache.settle()) << place;
    EXPECT_EQ(cache.find("a", MatrixFormat::kInt8Packed, 20, 70), nullptr);
  }
}

TEST(PackedCache, WhatTheDiskHasNoRoomForIsNotBegun) {
  const TestDirectory directory;
  PackedCache cache =
      PackedCache::open(directory.path(), kKey, int64_t{1} << 60, {.bytes_max = int64_t{1} << 62, .disk_share = 1});
  EXPECT_FALSE(add_all(cache));
  EXPECT_FALSE(cache.settle());
  EXPECT_TRUE(list_packed_files(directory.path()).empty());
}

// What was added before the disk was full is lost: the caller is told to convert again, and then keeps its memory.
TEST(PackedCache, ADiskThatIsFullHalfWayIsDoneWithout) {
  const TestDirectory directory;
  rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small = {6'000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  PackedCache cache = PackedCache::open(directory.path(), kKey, 10'000);
  const Sample& first = kSamples[0];
  EXPECT_TRUE(cache.add(first.name, first.format, first.rows, first.columns, bytes_of(first.bytes())));
  EXPECT_FALSE(add_all(cache));
  EXPECT_TRUE(cache.settle());
  EXPECT_FALSE(add_all(cache));
  EXPECT_FALSE(cache.settle());
  EXPECT_FALSE(holds_all(cache));
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_TRUE(list_packed_files(directory.path()).empty());
}

TEST(PackedCache, TheLeastRecentlyUsedGoFirst) {
  const TestDirectory directory;
  PackedCacheLimits limits;
  const auto bytes = static_cast<int64_t>(packed_file_content().size());
  limits.bytes_max = 2 * bytes + 5'000;
  const auto age = [&](const PackedKey& key, int hours) {
    for (const std::string& path : list_packed_files(directory.path())) {
      if (PackedFile::open(path).take().directory().key == key)
        fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours(hours));
    }
  };
  const auto is_there = [&](const PackedKey& key) {
    return holds_all(PackedCache::open(directory.path(), key, 10'000, limits));
  };
  fill(directory.path(), {1}, limits);
  fill(directory.path(), {2}, limits);
  age({1}, 5);
  age({2}, 3);
  EXPECT_TRUE(fill(directory.path(), {1}, limits));  // used now
  fill(directory.path(), {3}, limits);
  EXPECT_TRUE(is_there({1}));
  EXPECT_FALSE(is_there({2}));
  EXPECT_TRUE(is_there({3}));
  limits.bytes_max = 5'000;  // less than is expected: not kept at all, and nothing is removed for it
  PackedCache large = PackedCache::open(directory.path(), {4}, 10'000, limits);
  EXPECT_FALSE(add_all(large));
  EXPECT_FALSE(large.settle());
  EXPECT_EQ(list_packed_files(directory.path()).size(), 2U);
}

TEST(PackedCache, ManyAtOnceEndWithOneWholeFile) {
  const TestDirectory directory;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 5; ++j) fill(directory.path());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(PackedFile::open(only_file(directory.path())).take().verify().ok());
  int64_t files = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(directory.path())) ++files;
  EXPECT_EQ(files, 1);
}

// As for the other formats (mutation_test.cpp), with the checksum set right, so that what stands behind it is reached.
TEST(PackedCache, NoDirectoryReachesOutsideItsFile) {
  const std::string whole = packed_file_content();
  uint64_t begin = 0;
  std::memcpy(&begin, whole.data() + whole.size() - kFooterBytes + 32, 8);
  const auto read_all = [&](const std::string& changed) {
    const auto parsed = parse_packed_directory(bytes_of(changed), "test");
    if (!parsed.ok()) {
      EXPECT_EQ(parsed.error().code, ErrorCode::kCorrupt);
      return;
    }
    for (const PackedMatrix& matrix : parsed.value().matrices) {
      ASSERT_GE(matrix.offset, 0);
      ASSERT_GT(matrix.bytes(), 0);
      ASSERT_LE(matrix.offset + matrix.bytes(), static_cast<int64_t>(changed.size()));
    }
  };
  for (size_t at = begin; at < whole.size(); ++at) {
    for (const uint8_t change : {0x01, 0x02, 0x04, 0x10, 0x20, 0x30, 0x40, 0x80, 0xff}) {
      std::string changed = whole;
      changed[at] = static_cast<char>(static_cast<uint8_t>(changed[at]) ^ change);
      uint64_t from = 0;
      std::memcpy(&from, changed.data() + changed.size() - kFooterBytes + 32, 8);
      read_all(changed);
      if (from > changed.size() - kFooterBytes) continue;
      const uint64_t checksum = XXH3_64bits(changed.data() + from, changed.size() - 16 - from);
      std::memcpy(changed.data() + changed.size() - 16, &checksum, 8);
      read_all(changed);
    }
  }
}

}  // namespace
}  // namespace capy
