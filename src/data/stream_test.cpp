// SPDX-License-Identifier: Apache-2.0
#include "data/stream.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <set>
#include <thread>

#include "data/mixture.h"
#include "data/permutation.h"
#include "data/test_data.h"

namespace capy {
namespace {

TEST(Permutation, VisitsEverythingOnce) {
  for (const uint64_t count : {1, 2, 3, 4, 5, 7, 16, 17, 100, 1023, 1024, 1025, 5000}) {
    std::set<uint64_t> seen;
    const Permutation order(count, 42);
    for (uint64_t i = 0; i < count; ++i) seen.insert(order(i));
    EXPECT_EQ(seen.size(), count);
    EXPECT_EQ(*seen.rbegin(), count - 1);
  }
  const Permutation large(uint64_t{1} << 60, 1);
  EXPECT_LT(large((uint64_t{1} << 60) - 1), uint64_t{1} << 60);
}

// Neighbours are as far apart as chance puts them: a third of the length on average.
TEST(Permutation, LooksLikeChance) {
  for (const uint64_t key : {0, 1, 2}) {
    constexpr uint64_t kCount = 30000;
    const Permutation order(kCount, key);
    double distance = 0;
    int64_t rising = 0;
    for (uint64_t i = 1; i < kCount; ++i) {
      distance += std::abs(static_cast<double>(order(i)) - static_cast<double>(order(i - 1)));
      rising += order(i) > order(i - 1) ? 1 : 0;
    }
    EXPECT_NEAR(distance / (kCount - 1) / kCount, 1.0 / 3, 0.01);
    EXPECT_NEAR(static_cast<double>(rising) / kCount, 0.5, 0.01);
  }
  EXPECT_NE(Permutation(1000, 1)(0), Permutation(1000, 2)(0));
}

TEST(Mixture, EveryPrefixHasItsShares) {
  const std::vector<uint64_t> shares = {5, 1, 3, 90, 1};
  const Mixture mixture(shares);
  std::vector<int64_t> counts(shares.size());
  for (int64_t p = 0; p < 1000; ++p) {
    const Mixture::Place place = mixture.at(p);
    EXPECT_EQ(place.position, counts[static_cast<size_t>(place.source)]++);
    for (size_t i = 0; i < shares.size(); ++i) {
      EXPECT_NEAR(static_cast<double>(counts[i]),
                  static_cast<double>((p + 1) * static_cast<int64_t>(shares[i])) / 100.0, 3.0);
    }
  }
  for (size_t i = 0; i < shares.size(); ++i) EXPECT_EQ(counts[i], static_cast<int64_t>(10 * shares[i]));
  const Mixture::Place far = mixture.at(int64_t{1} << 60);
  EXPECT_GE(far.position, 0);
}

TEST(Mixture, WeightsBecomeShares) {
  const auto shares = shares_of_weights(std::vector{3.0, 1.0, 1e-300});
  EXPECT_NEAR(static_cast<double>(shares[0]) / static_cast<double>(shares[1]), 3, 1e-9);
  EXPECT_EQ(shares[2], 1u);
  EXPECT_EQ(shares_of_weights(std::vector{1e308, 1e308})[0], uint64_t{1} << 39);
}

class Streams : public testing::Test {
 protected:
  std::string built(const std::string& name, const std::string& lines, int64_t pack = 0) {
    BuildOptions options = test_options(folder_, name);
    options.inputs = {folder_.write(name + ".jsonl", lines)};
    options.pack = pack;
    const auto manifest = test_build(options);
    EXPECT_TRUE(manifest.ok()) << manifest.error().message;
    return options.directory;
  }
  static SampleStream opened(std::vector<StreamSource> sources, int64_t tokens, uint64_t seed = 1) {
    return SampleStream::open(sources, {tokens, seed}).take();
  }

  TestFolder folder_;
};

// The documents as they went in, with their tokens.
std::vector<std::vector<int32_t>> documents_of(const std::string& lines) {
  std::vector<std::vector<int32_t>> documents;
  const DocumentEncoder encoder = DocumentEncoder::make(test_tokenizer(), &test_template(), Learn::kAnswers).take();
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);) {
    documents.push_back(encoder.encode(parse_document(line, "t").take(), "t").take().tokens);
  }
  return documents;
}

TEST_F(Streams, SamplesAreTheDocumentsInARowCutEveryTTokens) {
  const std::string lines = test_texts(200);
  const std::string directory = built("a", lines);
  std::vector<int32_t> row;
  std::vector<int64_t> position;
  for (const auto& document : documents_of(lines)) {
    for (size_t i = 0; i < document.size(); ++i) position.push_back(static_cast<int64_t>(i));
    row.insert(row.end(), document.begin(), document.end());
  }
  ASSERT_GT(row.size(), 4096u);  // several shards
  const auto size = static_cast<int64_t>(row.size());
  for (const int64_t tokens : {1, 7, 100, 1000, 3000, 100000}) {
    const SampleStream stream = opened({{directory, 0, 1}}, tokens);
    ASSERT_EQ(stream.samples(), (size - 1) / tokens + 1);
    std::set<int64_t> seen;
    for (int64_t p = 0; p < stream.samples(); p += tokens < 10 ? 17 : 1) {
      const Sample sample = stream.at(p).take();
      ASSERT_TRUE(seen.insert(sample.number).second);
      ASSERT_EQ(static_cast<int64_t>(sample.tokens.size()), tokens + Sample::kLookahead);
      ASSERT_EQ(sample.documents[0].at, 0);
      size_t document = 0;
      for (int64_t i = 0; i < tokens + Sample::kLookahead; ++i) {
        const int64_t at = sample.number * tokens + i;
        const uint8_t mark = sample.marks[static_cast<size_t>(i)];
        if (at >= size) {
          ASSERT_EQ(mark, at == size ? Sample::kStart : 0);
          continue;
        }
        ASSERT_EQ(sample.tokens[static_cast<size_t>(i)], row[static_cast<size_t>(at)]);
        ASSERT_EQ(mark, position[static_cast<size_t>(at)] == 0 ? Sample::kStart : Sample::kLoss);
        if (i >= tokens) continue;
        if (document + 1 < sample.documents.size() && sample.documents[document + 1].at == i) ++document;
        ASSERT_EQ(i - sample.documents[document].at + sample.documents[document].position,
                  position[static_cast<size_t>(at)]);
      }
    }
  }
}

TEST_F(Streams, TargetsStayWithinTheirDocument) {
  const SampleStream stream = opened({{built("a", test_texts(50)), 0, 1}}, 64);
  const Sample sample = stream.at(1).take();
  for (int64_t i = 0; i < 64; ++i) {
    const auto starts = [&](int64_t k) { return (sample.marks[static_cast<size_t>(k)] & Sample::kStart) != 0; };
    EXPECT_EQ(sample.is_target(i), !starts(i + 1));
    EXPECT_EQ(sample.is_target(i, 2), !starts(i + 1) && !starts(i + 2));
  }
}

TEST_F(Streams, EveryEpochHasItsOwnOrderAndReadersMakeNoDifference) {
  const std::string directory = built("a", test_texts(200));
  const SampleStream stream = opened({{directory, 0, 3}}, 50);
  const int64_t count = stream.samples_of(0);
  std::vector<std::vector<int64_t>> epochs(3);
  std::vector<Sample> samples;
  for (int64_t p = 0; p < stream.samples(); ++p) {
    samples.push_back(stream.at(p).take());
    EXPECT_EQ(samples.back().epoch, p / count);
    epochs[static_cast<size_t>(p / count)].push_back(samples.back().number);
  }
  EXPECT_NE(epochs[0], epochs[1]);
  EXPECT_NE(epochs[1], epochs[2]);
  for (auto& epoch : epochs) {
    std::sort(epoch.begin(), epoch.end());
    for (int64_t i = 0; i < count; ++i) ASSERT_EQ(epoch[static_cast<size_t>(i)], i);
  }
  EXPECT_FALSE(stream.at(stream.samples()).ok());
  EXPECT_FALSE(stream.at(-1).ok());
  EXPECT_NE(opened({{directory, 0, 3}}, 50, 2).at(0).take().number, samples[0].number);

  std::vector<std::thread> readers;
  std::vector<int> equal(3);
  for (size_t r = 0; r < 3; ++r) {
    readers.emplace_back([&, r] {
      Sample sample;
      for (size_t p = r; p < samples.size(); p += 3) {
        const size_t back = samples.size() - 1 - p;
        equal[r] += stream.read(static_cast<int64_t>(back), sample).ok() && sample == samples[back] ? 1 : 0;
      }
    });
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(equal[0] + equal[1] + equal[2], static_cast<int>(samples.size()));
}

TEST_F(Streams, MixesByWeightsAndByEpochs) {
  const std::string a = built("a", test_texts(100));
  const std::string b = built("b", test_texts(20));
  const SampleStream weighted = opened({{a, 1, 0}, {b, 3, 0}}, 32);
  EXPECT_EQ(weighted.samples(), SampleStream::kEndless);
  int64_t from_b = 0;
  for (int64_t p = 0; p < 400; ++p) from_b += weighted.at(p).take().source;
  EXPECT_NEAR(static_cast<double>(from_b), 300, 1);
  EXPECT_TRUE(weighted.at(SampleStream::kEndless - 1).ok());

  const SampleStream twice = opened({{a, 0, 1}, {b, 0, 2}}, 32);
  EXPECT_EQ(twice.samples(), twice.samples_of(0) + 2 * twice.samples_of(1));
  std::map<std::pair<int64_t, int64_t>, int64_t> visits;
  for (int64_t p = 0; p < twice.samples(); ++p) {
    const Sample sample = twice.at(p).take();
    ++visits[{sample.source, sample.number}];
  }
  for (const auto& [sample, count] : visits) EXPECT_EQ(count, sample.first == 0 ? 1 : 2);

  for (const std::vector<StreamSource>& bad : std::vector<std::vector<StreamSource>>{
           {}, {{a, 1, 0}, {b, 0, 1}}, {{a, 0, 0}}, {{a, -1, 0}}, {{a, NAN, 0}}, {{a, 0, 1e300}}, {{"/none", 1, 0}}}) {
    EXPECT_FALSE(SampleStream::open(bad, {32, 1}).ok());
  }
  const std::vector<StreamSource> one = {{a, 1, 0}};
  EXPECT_FALSE(SampleStream::open(one, {0, 1}).ok());
}

TEST_F(Streams, PackedSamplesCutNoShortDocument) {
  const std::string lines = test_texts(300);
  const std::string directory = built("p", lines, 128);
  const SampleStream stream = opened({{directory, 0, 1}}, 128);
  std::multiset<std::vector<int32_t>> wanted;
  for (const auto& document : documents_of(lines)) {
    for (size_t at = 0; at < document.size(); at += 128) {
      wanted.insert({document.begin() + static_cast<std::ptrdiff_t>(at),
                     document.begin() + static_cast<std::ptrdiff_t>(std::min(at + 128, document.size()))});
    }
  }
  int64_t padding = 0;
  for (int64_t p = 0; p < stream.samples(); ++p) {
    const Sample sample = stream.at(p).take();
    for (size_t d = 0; d < sample.documents.size(); ++d) {
      EXPECT_EQ(sample.documents[d].position, 0);
      const int64_t begin = sample.documents[d].at;
      const int64_t end = d + 1 < sample.documents.size() ? sample.documents[d + 1].at : 128;
      const auto found = wanted.find({sample.tokens.begin() + begin, sample.tokens.begin() + end});
      if (found != wanted.end()) {
        wanted.erase(found);
        continue;
      }
      padding += end - begin;
      EXPECT_EQ(end, 128);
      for (int64_t i = begin; i < end; ++i) EXPECT_FALSE(i > begin && sample.is_target(i - 1));
    }
  }
  EXPECT_TRUE(wanted.empty());
  EXPECT_LT(padding, stream.samples() * 128 / 4);
  const std::vector<StreamSource> sources = {{directory, 1, 0}};
  EXPECT_FALSE(SampleStream::open(sources, {64, 1}).ok());  // built for another length
}

TEST_F(Streams, ConversationsKeepTheirMask) {
  const std::string line = R"({"messages":[{"role":"user","content":"the cat"},{"role":"assistant","content":"sat"}]})";
  const SampleStream stream = opened({{built("c", line + "\n" + line + "\n"), 0, 1}}, 1000);
  const Sample sample = stream.at(0).take();
  std::string learned;
  for (int64_t i = 0; i < 1000; ++i) {
    if (sample.is_target(i)) learned += test_tokenizer().token_bytes(sample.tokens[static_cast<size_t>(i + 1)]);
  }
  EXPECT_EQ(learned, "sat<|im_end|>sat<|im_end|>");
}

TEST_F(Streams, DamagedFilesAreErrors) {
  const std::string directory = built("a", test_texts(200));
  const SampleStream before = opened({{directory, 0, 1}}, 64);
  const std::string shard = shard_path(directory, 0);
  const std::string bytes = folder_.read("a/shards/0000/00000000.tokens");
  std::filesystem::resize_file(shard, bytes.size() / 2);
  int64_t failed = 0;
  for (int64_t p = 0; p < before.samples(); ++p) failed += before.at(p).ok() ? 0 : 1;
  EXPECT_GT(failed, 0);
  EXPECT_LT(failed, before.samples());
  std::filesystem::remove(shard);
  const auto open_again = [&] { return SampleStream::open(std::vector<StreamSource>{{directory, 0, 1}}, {64, 1}); };
  EXPECT_TRUE(open_again().ok());  // shards are looked at when they are needed
  const std::string index = folder_.read("a/shards.index");
  for (const size_t size : {size_t{0}, size_t{63}, index.size() - 1}) {
    folder_.write("a/shards.index", index.substr(0, size));
    EXPECT_FALSE(open_again().ok());
  }
  folder_.write("a/manifest.json", "{}");
  EXPECT_FALSE(open_again().ok());
  std::filesystem::remove(directory + "/manifest.json");
  EXPECT_EQ(open_again().error().code, ErrorCode::kNotFound);
}

// 10^7 shards of 5 * 10^7 tokens, 1 PB as 16-bit ids: all but the last are only spoken of.
TEST_F(Streams, APetabyteOpensAtOnce) {
  const std::string directory = built("a", test_texts(20));
  Manifest manifest = DataSet::open(directory).take().manifest();
  const ShardRecord last = DataSet::open(directory).take().record(0);
  constexpr int64_t kShards = 10'000'000;
  const int64_t last_tokens = manifest.tokens;
  manifest.shards = kShards;
  manifest.shard_tokens = 50'000'000;
  manifest.tokens = (kShards - 1) * manifest.shard_tokens + last_tokens;
  manifest.documents = manifest.tokens / 100;
  manifest.loss_tokens = 0;
  folder_.write("a/manifest.json", manifest.json());
  folder_.write("a/shards.index", index_header(manifest));
  std::filesystem::resize_file(folder_.at("a/shards.index"), 64 + kShards * 16);
  {
    std::fstream index(folder_.at("a/shards.index"), std::ios::binary | std::ios::in | std::ios::out);
    index.seekp(64 + (kShards - 1) * 16);
    index.write(reinterpret_cast<const char*>(&last), sizeof last);
  }
  const std::string path = shard_path(directory, kShards - 1);
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::filesystem::rename(shard_path(directory, 0), path);

  rusage before{};
  ::getrusage(RUSAGE_SELF, &before);
  const auto begun = std::chrono::steady_clock::now();
  constexpr int64_t kTokens = 512;
  const SampleStream stream = opened({{directory, 0, 1}}, kTokens);
  int64_t found = 0;
  for (int64_t p = 0; p < 1000; ++p) found += stream.at(p).ok() ? 1 : 0;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  rusage after{};
  ::getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(seconds, 1);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 200 * 1024);
  EXPECT_EQ(stream.samples(), (manifest.tokens - 1) / kTokens + 1);
  EXPECT_EQ(found, 0);  // none of a thousand happens to lie in the one shard that is there
  RecordProperty("seconds", std::to_string(seconds));
}

}  // namespace
}  // namespace capy
