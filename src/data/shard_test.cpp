// SPDX-License-Identifier: Apache-2.0
#include "data/shard.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "data/test_data.h"

namespace capy {
namespace {

ShardContent content_of(int64_t tokens) {
  ShardContent content;
  std::mt19937 random(1);
  for (int64_t i = 0; i < tokens; ++i) content.tokens.push_back(static_cast<int32_t>(random() % 60000));
  content.first_position = 5;
  content.starts = {10, 11, 700};
  content.silences = {{0, 3}, {690, 710}};
  return content;
}

ShardFormat small_format(int64_t token_bytes) {
  ShardFormat format;
  format.token_bytes = token_bytes;
  format.frame_tokens = 64;
  return format;
}

std::vector<std::byte> encoded(const ShardContent& content, int64_t token_bytes, int threads = 1) {
  ThreadPool pool(threads);
  return encode_shard(content, small_format(token_bytes), pool);
}

TEST(Shard, GivesBackWhatWasPutIn) {
  const ShardContent content = content_of(1000);
  for (const int64_t token_bytes : {2, 4}) {
    const auto bytes = encoded(content, token_bytes);
    const Shard shard = Shard::parse(bytes, "shard").take();
    ASSERT_EQ(shard.tokens(), 1000);
    for (const auto& [begin, end] : {std::pair{0, 1000}, {0, 1}, {63, 65}, {64, 128}, {999, 1000}, {500, 500}}) {
      std::vector<int32_t> ids(static_cast<size_t>(end - begin));
      ASSERT_TRUE(shard.read(begin, ids).ok());
      EXPECT_TRUE(std::equal(ids.begin(), ids.end(), content.tokens.begin() + begin));
    }
    EXPECT_EQ(shard.position(0), 5);
    EXPECT_EQ(shard.position(9), 14);
    EXPECT_EQ(shard.position(10), 0);
    EXPECT_EQ(shard.position(699), 688);
    EXPECT_EQ(shard.position(999), 299);
    std::vector<int64_t> starts;
    shard.for_each_start(11, 700, [&](int64_t token) { starts.push_back(token); });
    EXPECT_EQ(starts, std::vector<int64_t>{11});
    std::vector<TokenRange> silences;
    shard.for_each_silence(2, 700, [&](int64_t from, int64_t to) { silences.push_back({from, to}); });
    EXPECT_EQ(silences, (std::vector<TokenRange>{{2, 3}, {690, 700}}));
  }
}

TEST(Shard, ThreadsMakeNoDifference) { EXPECT_EQ(encoded(content_of(5000), 2, 1), encoded(content_of(5000), 2, 3)); }

// Every byte changed, every length cut: an error, or the same tokens (nothing is believed unchecked).
TEST(Shard, DamageIsSeen) {
  const ShardContent content = content_of(200);
  ShardContent small = content;
  small.starts = {10, 11};
  small.silences = {{0, 3}};
  const auto bytes = encoded(small, 2);
  const auto reads = [&](std::span<const std::byte> file) {
    const auto shard = Shard::parse(file, "shard");
    if (!shard.ok()) return false;
    std::vector<int32_t> ids(static_cast<size_t>(shard.value().tokens()));
    return shard.value().read(0, ids).ok();
  };
  ASSERT_TRUE(reads(bytes));
  for (size_t i = 0; i < bytes.size(); ++i) {
    // Exactly as large as the file: sanitizers see a read behind it.
    std::vector<std::byte> changed(bytes);
    changed[i] ^= std::byte{0x41};
    EXPECT_FALSE(reads(changed)) << i;
    std::vector<std::byte> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(reads(cut)) << i;
  }
}

TEST(DataSet, ManifestsThatCannotBe) {
  Manifest manifest;
  manifest.tokens = 2000;
  manifest.loss_tokens = 1000;
  manifest.documents = 10;
  manifest.shards = 2;
  manifest.shard_tokens = 1024;
  manifest.frame_tokens = 64;
  manifest.token_bytes = 2;
  manifest.vocabulary = 300;
  manifest.licences = {{"PD \"x\"", 10, 2000}};
  manifest.inputs = {{"a.jsonl", 5, 0xfedcba9876543210}};
  const std::string good = manifest.json();
  const Manifest again = Manifest::parse(good, "m").take();
  EXPECT_EQ(again.json(), good);
  EXPECT_EQ(again.licences, manifest.licences);
  for (const auto& [from, to] :
       std::initializer_list<std::pair<const char*, const char*>>{{"\"shards\": 2", "\"shards\": 3"},
                                                                  {"\"tokens\": 2000,", "\"tokens\": -1,"},
                                                                  {"\"shard_tokens\": 1024", "\"shard_tokens\": 0"},
                                                                  {"\"shard_tokens\": 1024", "\"shard_tokens\": 1e300"},
                                                                  {"\"pack\": 0", "\"pack\": 7"},
                                                                  {"\"padding_token\": 0", "\"padding_token\": 300"},
                                                                  {"capy-data-1", "capy-data-9"},
                                                                  {"fedcba9876543210", "fedcba987654321g"},
                                                                  {"\"licences\": [", "\"licences\": [5,"},
                                                                  {"\"vocabulary\": 300", "\"vocabulary\": \"300\""}}) {
    std::string bad = good;
    bad.replace(bad.find(from), std::string_view(from).size(), to);
    const auto result = Manifest::parse(bad, "m");
    ASSERT_FALSE(result.ok()) << to;
    EXPECT_EQ(result.error().code, ErrorCode::kCorrupt);
  }
  EXPECT_FALSE(Manifest::parse("", "m").ok());
  EXPECT_FALSE(Manifest::parse("[]", "m").ok());
}

}  // namespace
}  // namespace capy
