// SPDX-License-Identifier: Apache-2.0
#include "data/data_builder.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include <map>

#include "base/concat.h"
#include "data/test_data.h"

namespace capy {
namespace {

std::string compressed(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

// All files of a data set, by name.
std::map<std::string, std::string> files_of(const TestFolder& folder, const std::string& name) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.at(name))) {
    const std::string path = std::filesystem::relative(entry.path(), folder.at("")).string();
    if (entry.is_regular_file()) files[path.substr(name.size())] = folder.read(path);
  }
  return files;
}

class Builds : public testing::Test {
 protected:
  BuildOptions options(const std::string& out) {
    BuildOptions options = test_options(folder_, out);
    options.inputs = {folder_.at("a.jsonl"), folder_.at("b.jsonl")};
    options.tokenizer_files = {{"tokenizer.json", "{}"}};
    return options;
  }
  TestFolder folder_;
};

TEST_F(Builds, ThreadsMakeNoDifferenceAndCountsAreRight) {
  folder_.write("a.jsonl", test_texts(100));
  folder_.write("b.jsonl", test_texts(30));
  const Manifest manifest = test_build(options("one"), 1).take();
  EXPECT_TRUE(test_build(options("three"), 3).ok());
  EXPECT_EQ(files_of(folder_, "one"), files_of(folder_, "three"));
  EXPECT_EQ(manifest.documents, 130);
  EXPECT_EQ(manifest.loss_tokens, manifest.tokens);
  ASSERT_EQ(manifest.licences.size(), 2u);
  EXPECT_EQ(manifest.licences[0].documents + manifest.licences[1].documents, 130);
  EXPECT_EQ(manifest.licences[0].tokens + manifest.licences[1].tokens, manifest.tokens);
  EXPECT_EQ(manifest.sources.size(), 3u);
  EXPECT_EQ(manifest.inputs[1].name, "b.jsonl");
  const DataSet data = DataSet::open(folder_.at("one")).take();
  for (int64_t i = 0; i < manifest.shards; ++i) EXPECT_TRUE(data.verify_shard(i).ok());
  EXPECT_FALSE(test_build(options("one")).ok());  // never overwritten
}

// Stopped after every shard, as by kill -9: the state is that of the moment, and the rest of a step may be there too.
TEST_F(Builds, InterruptedBuildsGoOnToTheSameBytes) {
  folder_.write("a.jsonl", test_texts(60) + "{broken\n\n" + test_texts(30));
  folder_.write("b.jsonl", R"({"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]})");
  for (const int64_t pack : {0, 256}) {
    const std::string name = concat("whole", pack);
    BuildOptions whole = options(name);
    whole.skip_broken = true;
    whole.pack = pack;
    const Manifest manifest = test_build(whole).take();
    EXPECT_EQ(manifest.left_out, 1);
    EXPECT_EQ(manifest.conversations, 1);
    ASSERT_GT(manifest.shards, 3);
    ASSERT_LE(manifest.shards, 10);
    for (const int64_t stop : {int64_t{1}, manifest.shards / 2, manifest.shards - 1}) {
      BuildOptions parts = whole;
      const std::string out = concat(name, "-", stop);
      parts.directory = folder_.at(out);
      // The next shard cannot be written: a directory stands in its place.
      const std::string blocked = shard_path(parts.directory, stop);
      std::filesystem::create_directories(blocked);
      ASSERT_FALSE(test_build(parts).ok());
      std::filesystem::remove(blocked);
      folder_.write(concat(out, "/shards/0000/0000000", stop, ".tokens"), "left by a step that was not finished");
      BuildOptions other = parts;
      other.skip_broken = false;
      EXPECT_FALSE(test_build(other).ok());  // not with other options
      {
        std::ofstream(folder_.at(out + "/shards.part"), std::ios::app) << "half a rec";
      }
      const auto again = test_build(parts, 2);
      ASSERT_TRUE(again.ok()) << again.error().message;
      EXPECT_EQ(files_of(folder_, out), files_of(folder_, name)) << stop;
    }
  }
}

TEST_F(Builds, CompressedInputsAndPlainTexts) {
  folder_.write("a.jsonl", test_texts(50));
  folder_.write("b.jsonl.zst", compressed(test_texts(25)) + compressed(test_texts(25)));  // two frames
  folder_.write("c.txt", "the cat\n\nsat");
  BuildOptions mixed = options("mixed");
  mixed.inputs = {folder_.at("a.jsonl"), folder_.at("b.jsonl.zst"), folder_.at("c.txt")};
  const Manifest manifest = test_build(mixed).take();
  EXPECT_EQ(manifest.documents, 101);
  ASSERT_EQ(manifest.sources.size(), 4u);
  EXPECT_EQ(manifest.sources[0].name, "c.txt");
  BuildOptions less = mixed;
  less.directory = folder_.at("less");
  less.leave_out = {"MIT"};
  const Manifest left = test_build(less).take();
  EXPECT_EQ(left.documents + left.left_out, 101);
  EXPECT_GT(left.left_out, 40);
}

TEST_F(Builds, HostileInputs) {
  const std::string good = R"({"text":"the cat"})";
  const std::string zst = compressed(test_texts(50));
  const auto result = [&](const std::string& name, const std::string& content) {
    static int number = 0;
    BuildOptions bad = options(concat("h", number++));
    bad.inputs = {folder_.write(name, content)};
    bad.limits.record_bytes_max = 1000;
    return test_build(bad);
  };
  EXPECT_FALSE(result("x.jsonl", "").ok());
  EXPECT_FALSE(result("x.jsonl", "\n\n").ok());
  EXPECT_FALSE(result("x.txt", "").ok());
  EXPECT_TRUE(result("x.jsonl", good).ok());
  EXPECT_TRUE(result("x.jsonl", "\r\n" + good + "\r\n").ok());
  EXPECT_TRUE(result("x.txt", std::string("\0\xff\xc3 a\0", 6)).ok());
  EXPECT_FALSE(result("x.jsonl", good + "\n" + std::string("\0\0", 2) + "\n").ok());
  EXPECT_FALSE(result("x.jsonl", "{\"text\":\"" + std::string(2000, 'a') + "\"}\n" + good).ok());
  EXPECT_FALSE(result("x.jsonl.zst", zst.substr(0, zst.size() / 2)).ok());
  EXPECT_FALSE(result("x.jsonl.zst", zst.substr(0, 5)).ok());
  EXPECT_FALSE(result("x.jsonl.zst", zst + zst.substr(0, 9)).ok());
  std::string damaged = zst;
  for (size_t i = 8; i < damaged.size(); i += 3) damaged[i] = static_cast<char>(damaged[i] ^ 0x55);
  EXPECT_FALSE(result("x.jsonl.zst", damaged).ok());
  BuildOptions missing = options("m");
  missing.inputs = {folder_.at("none.jsonl")};
  EXPECT_EQ(test_build(missing).error().code, ErrorCode::kNotFound);
  missing.inputs = {folder_.at("")};
  EXPECT_FALSE(test_build(missing).ok());
  const auto line = result("x.jsonl", good + "\n{\n");
  EXPECT_NE(line.error().message.find("line 2"), std::string::npos) << line.error().message;
}

TEST_F(Builds, StopsWhenTold) {
  folder_.write("a.jsonl", test_texts(10));
  folder_.write("b.jsonl", test_texts(10));
  BuildOptions stopped = options("s");
  stopped.on_progress = [](int64_t done, int64_t) { return done == 0; };
  EXPECT_EQ(test_build(stopped).error().code, ErrorCode::kCancelled);
  stopped.on_progress = nullptr;
  EXPECT_TRUE(test_build(stopped).ok());
}

}  // namespace
}  // namespace capy
