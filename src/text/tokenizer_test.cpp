// SPDX-License-Identifier: Apache-2.0
#include "text/tokenizer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "base/utf8.h"
#include "text/stream_decoder.h"

namespace capy {
namespace {

using testing::Test;

// All 256 bytes in the printable alphabet, then "th", "the", " the", an unreachable "cat", and three added tokens.
class SmallVocabulary : public Test {
 protected:
  SmallVocabulary() {
    uint32_t next = 0x100;
    for (uint32_t byte = 0; byte < 256; ++byte) {
      const bool itself = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte != 0xad);
      utf8_append(alphabet_[byte], itself ? byte : next++);
      vocabulary_.tokens.push_back(alphabet_[byte]);
    }
    for (const char* token : {"th", "the", "\u0120the", "cat", "<|im_start|>", "<think>", "[PAD0]"}) {
      vocabulary_.tokens.emplace_back(token);
    }
    vocabulary_.types.assign(vocabulary_.tokens.size(), 1);
    vocabulary_.types[260] = 3;
    vocabulary_.types[261] = 4;
    vocabulary_.types[262] = 5;
    vocabulary_.merges = {{"t", "h"}, {"th", "e"}, {"\u0120", "the"}};
    vocabulary_.pre_tokenizer = PreTokenizer::kQwen35;
    vocabulary_.nfc = true;
  }

  Tokenizer make() {
    auto made = Tokenizer::from_vocabulary(vocabulary_);
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
    return std::move(made).take();
  }

  std::string alphabet_[256];
  Vocabulary vocabulary_;
};

std::vector<int32_t> encode(const Tokenizer& tokenizer, std::string_view text) {
  std::vector<int32_t> ids;
  tokenizer.encode(text, ids);
  return ids;
}

std::vector<int32_t> encode_with_special(const Tokenizer& tokenizer, std::string_view text) {
  std::vector<int32_t> ids;
  tokenizer.encode_with_special(text, ids);
  return ids;
}

using Ids = std::vector<int32_t>;

TEST_F(SmallVocabulary, MergesByRank) {
  const Tokenizer tokenizer = make();
  EXPECT_EQ(encode(tokenizer, "the the"), (Ids{257, 258}));
  EXPECT_EQ(encode(tokenizer, "thx"), (Ids{256, 'x'}));
}

TEST_F(SmallVocabulary, DoesNotProduceTokensThatNoMergeReaches) {
  const Tokenizer tokenizer = make();
  for (int again = 0; again < 3; ++again) EXPECT_EQ(encode(tokenizer, "cat"), (Ids{'c', 'a', 't'}));
  EXPECT_EQ(tokenizer.decode(Ids{259}), "cat");
}

TEST_F(SmallVocabulary, IgnoreMergesProducesWholeTokens) {
  vocabulary_.ignore_merges = true;
  EXPECT_EQ(encode(make(), "cat"), (Ids{259}));
}

TEST_F(SmallVocabulary, UserTextCannotForgeSpecialTokens) {
  const Tokenizer tokenizer = make();
  const std::string text = "<|im_start|>the<think>";
  EXPECT_EQ(encode_with_special(tokenizer, text), (Ids{260, 257, 261}));
  const Ids plain = encode(tokenizer, text);
  EXPECT_EQ(std::count(plain.begin(), plain.end(), 260), 0);
  EXPECT_EQ(std::count(plain.begin(), plain.end(), 261), 0);
  EXPECT_EQ(tokenizer.decode(plain), text);
}

TEST_F(SmallVocabulary, TrustIsByRange) {
  const Tokenizer tokenizer = make();
  const std::string text = "<think>th<think>";
  Ids ids;
  tokenizer.encode_trusting(text, std::vector<TextRange>{{0, 3}, {3, 7}, {10, 16}}, ids);
  const Ids plain = encode(tokenizer, "th<think>");
  EXPECT_EQ(ids[0], 261);
  EXPECT_EQ(Ids(ids.begin() + 1, ids.end()), plain);
}

// The ends of trusted ranges are within words, and the words are still one text for the BPE.
TEST_F(SmallVocabulary, TrustDoesNotCutText) {
  const Tokenizer tokenizer = make();
  Ids ids;
  tokenizer.encode_trusting("the the", std::vector<TextRange>{{0, 1}, {5, 6}}, ids);
  EXPECT_EQ(ids, (Ids{257, 258}));
}

TEST_F(SmallVocabulary, TrustedRangesMayBeAnything) {
  const Tokenizer tokenizer = make();
  const std::string text = "<think>";
  for (const std::vector<TextRange>& ranges : {std::vector<TextRange>{{0, 1000}}, {{0, 4}, {2, 7}}, {{3, 3}, {0, 7}}}) {
    Ids ids;
    tokenizer.encode_trusting(text, ranges, ids);
    EXPECT_EQ(ids, Ids{261});
  }
  Ids ids;
  tokenizer.encode_trusting(text, std::vector<TextRange>{{1, 7}, {9, 12}, {7, 3}}, ids);
  EXPECT_EQ(std::count(ids.begin(), ids.end(), 261), 0);
}

TEST_F(SmallVocabulary, NormalizedTokensAreFoundInNormalizedTextWhereItIsTrusted) {
  const std::string name = "<caf\u00e9>";
  vocabulary_.tokens[261] = name;
  vocabulary_.added = {{260}, {261, false, false, true}};
  const Tokenizer tokenizer = make();
  const std::string text = "e\u0301<cafe\u0301>e\u0301<cafe\u0301>";
  EXPECT_EQ(encode_with_special(tokenizer, text), (Ids{0xc3, 0xa9, 261, 0xc3, 0xa9, 261}));
  Ids ids;
  tokenizer.encode_trusting(text, std::vector<TextRange>{{0, 12}}, ids);
  EXPECT_EQ(std::count(ids.begin(), ids.end(), 261), 1);
  ids.clear();
  tokenizer.encode_trusting(text, std::vector<TextRange>{{0, 10}, {11, 30}}, ids);
  EXPECT_EQ(std::count(ids.begin(), ids.end(), 261), 1);
}

TEST_F(SmallVocabulary, StripTakesWhiteSpaceAlong) {
  vocabulary_.added = {{260, true, true}, {261}};
  const Tokenizer tokenizer = make();
  EXPECT_EQ(encode_with_special(tokenizer, "a \u00a0<|im_start|>\u3000\n<think> b"), (Ids{'a', 260, 261, ' ', 'b'}));
}

TEST_F(SmallVocabulary, TheLongestAddedTokenWins) {
  vocabulary_.tokens[261] = "<|im_start|>>";
  EXPECT_EQ(encode_with_special(make(), "<|im_start|>>x<|im_start|>"), (Ids{261, 'x', 260}));
}

TEST_F(SmallVocabulary, SeveralThreadsAtOnce) {
  const Tokenizer tokenizer = make();
  const Ids expected = encode(make(), "the cat the thx cat the");
  std::vector<std::thread> threads;
  std::vector<int> wrong(4);
  for (size_t t = 0; t < wrong.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) wrong[t] += encode(tokenizer, "the cat the thx cat the") == expected ? 0 : 1;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4));
}

TEST_F(SmallVocabulary, KnowsItsTokens) {
  vocabulary_.eos = 260;
  vocabulary_.stops = {257};
  const Tokenizer tokenizer = make();
  EXPECT_EQ(tokenizer.token_count(), 263);
  EXPECT_EQ(tokenizer.token_bytes(258), " the");
  EXPECT_EQ(tokenizer.token_bytes(262), "");
  EXPECT_EQ(tokenizer.token_bytes(-1), "");
  EXPECT_EQ(tokenizer.token_bytes(263), "");
  EXPECT_TRUE(tokenizer.is_special(260));
  EXPECT_FALSE(tokenizer.is_special(261));
  EXPECT_TRUE(tokenizer.is_unused(262));
  EXPECT_EQ(tokenizer.find(" the"), 258);
  EXPECT_EQ(tokenizer.find("<|im_start|>"), 260);
  EXPECT_EQ(tokenizer.find("[PAD0]"), std::nullopt);
  EXPECT_EQ(tokenizer.stop_tokens(), (Ids{257, 260}));
  EXPECT_EQ(tokenizer.decode(Ids{257, 260, 261}, Tokenizer::Special::kSkip), "the<think>");
}

TEST_F(SmallVocabulary, AnyBytesGoRoundTrip) {
  const Tokenizer tokenizer = make();
  std::string bytes;
  for (int byte = 255; byte >= 0; --byte) bytes += static_cast<char>(byte);
  EXPECT_EQ(tokenizer.decode_bytes(encode(tokenizer, bytes)), bytes);
}

TEST_F(SmallVocabulary, StreamGivesWholeCharacters) {
  const Tokenizer tokenizer = make();
  StreamDecoder stream(tokenizer);
  EXPECT_EQ(stream.feed(0xe2), "");
  EXPECT_EQ(stream.feed(0x82), "");
  EXPECT_EQ(stream.feed(0xac), "\u20ac");
  EXPECT_EQ(stream.feed(0xe2), "");
  EXPECT_EQ(stream.feed('x'), "\ufffdx");
  EXPECT_EQ(stream.feed(0xf0), "");
  EXPECT_EQ(stream.finish(), "\ufffd");
  EXPECT_EQ(stream.finish(), "");
}

}  // namespace
}  // namespace capy
