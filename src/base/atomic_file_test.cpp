// SPDX-License-Identifier: Apache-2.0
#include "base/atomic_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace capy {
namespace {

namespace fs = std::filesystem;

class AtomicFiles : public testing::Test {
 protected:
  AtomicFiles() {
    std::string name = (fs::temp_directory_path() / "capy-atomic-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~AtomicFiles() override { fs::remove_all(folder_); }

  std::string at(const char* name) const { return (folder_ / name).string(); }
  static std::string text_of(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  static Status write(const std::string& path, std::string_view text,
                      AtomicFile::Readers readers = AtomicFile::Readers::kUsual) {
    AtomicFile file = TRY(AtomicFile::create(path, readers));
    TRY(file.write(text));
    return file.commit();
  }
  static mode_t mode_of(const std::string& path) {
    struct stat status = {};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777 : 0;
  }
  int64_t names() const { return std::distance(fs::directory_iterator(folder_), fs::directory_iterator()); }

  fs::path folder_;
};

TEST_F(AtomicFiles, TheNameShowsTheOldFileUntilTheNewOneIsWhole) {
  ASSERT_TRUE(write(at("a"), "old").ok());
  {
    AtomicFile file = AtomicFile::create(at("a")).take();
    ASSERT_TRUE(file.write(std::string_view("new")).ok());
    EXPECT_EQ(text_of(at("a")), "old");
    ASSERT_TRUE(file.commit().ok());
  }
  EXPECT_EQ(text_of(at("a")), "new");
  EXPECT_EQ(names(), 1);
}

TEST_F(AtomicFiles, WithoutCommitNothingIsLeft) {
  {
    AtomicFile file = AtomicFile::create(at("a")).take();
    ASSERT_TRUE(file.write(std::string_view("new")).ok());
  }
  EXPECT_EQ(names(), 0);
}

TEST_F(AtomicFiles, PermissionsAreThoseOfTheFileThatWasThere) {
  ASSERT_TRUE(write(at("own"), "x", AtomicFile::Readers::kOwner).ok());
  EXPECT_EQ(mode_of(at("own")), 0600U);
  ASSERT_TRUE(write(at("own"), "y").ok());
  EXPECT_EQ(mode_of(at("own")), 0600U);
  ::chmod(at("own").c_str(), 0664);
  ASSERT_TRUE(write(at("own"), "z", AtomicFile::Readers::kOwner).ok());
  EXPECT_EQ(mode_of(at("own")), 0664U);
}

TEST_F(AtomicFiles, SymbolicLinksAreFollowed) {
  ASSERT_TRUE(write(at("target"), "old").ok());
  fs::create_symlink("target", at("link"));
  fs::create_symlink("missing", at("dangling"));
  ASSERT_TRUE(write(at("link"), "new").ok());
  ASSERT_TRUE(write(at("dangling"), "made").ok());
  EXPECT_TRUE(fs::is_symlink(at("link")));
  EXPECT_EQ(text_of(at("target")), "new");
  EXPECT_EQ(text_of(at("missing")), "made");
}

TEST_F(AtomicFiles, WhatIsNoFileIsRefusedAndStays) {
  ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
  fs::create_directory(at("folder"));
  for (const std::string& path : {at("pipe"), at("folder"), std::string("/dev/null")}) {
    const fs::file_type before = fs::status(path).type();
    const Status refused = write(path, "x");
    ASSERT_FALSE(refused.ok()) << path;
    EXPECT_NE(refused.error().message.find(path), std::string::npos);
    EXPECT_EQ(fs::status(path).type(), before);
  }
}

TEST_F(AtomicFiles, AMissingFolderIsAnErrorThatNamesThePath) {
  const Status refused = write(at("no/such/file"), "x");
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("no/such/file"), std::string::npos);
}

}  // namespace
}  // namespace capy
