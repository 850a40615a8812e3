// SPDX-License-Identifier: Apache-2.0
#include "text/stream_decoder.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "text/broken_utf8.h"

namespace capy {
namespace {

std::string repaired(std::string_view bytes) {
  std::string text;
  append_text(text, bytes);
  return text;
}

// The examples of the Unicode standard, tables 3-8 to 3-11.
TEST(BrokenUtf8, OneReplacementForEachMaximalPart) {
  const std::string r = "\ufffd";
  EXPECT_EQ(repaired("\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41"), r + r + r + r + r + r + r + r + "A");
  EXPECT_EQ(repaired("\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41"), r + r + r + r + r + r + r + r + "A");
  EXPECT_EQ(repaired("\xf4\x91\x92\x93\xff\x41\x80\xbf\x42"), r + r + r + r + r + "A" + r + r + "B");
  EXPECT_EQ(repaired("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41"), r + r + r + r + "A");
  EXPECT_EQ(repaired("\xf0\x9f\x98"), r);
}

// SentencePiece: 3 and 4 are a space and "a", 5 both, 6 to 8 the bytes of the euro sign.
Tokenizer small_llama() {
  static const std::vector<std::string_view> tokens = {"<unk>",   "<s>",    "</s>",   "\u2581", "a",
                                                       "\u2581a", "<0xE2>", "<0x82>", "<0xAC>"};
  Vocabulary vocabulary = Vocabulary::for_gguf("llama", "").value();
  vocabulary.tokens = tokens;
  vocabulary.types = {2, 3, 3, 1, 1, 1, 6, 6, 6};
  vocabulary.scores = {0, 0, 0, -2, -3, -1, 0, 0, 0};
  vocabulary.bos = 1;
  auto made = Tokenizer::from_vocabulary(vocabulary);
  EXPECT_TRUE(made.ok());
  return std::move(made).take();
}

std::string stream(const Tokenizer& tokenizer, const std::vector<int32_t>& ids, StreamDecoder::Options options = {}) {
  StreamDecoder decoder(tokenizer, options);
  std::string text;
  for (const int32_t id : ids) text += decoder.feed(id);
  text += decoder.finish();
  return text;
}

TEST(StreamDecoder, DropsTheSpaceThatWasPutBefore) {
  const Tokenizer tokenizer = small_llama();
  EXPECT_EQ(stream(tokenizer, {5, 5}), "a a");
  EXPECT_EQ(stream(tokenizer, {1, 5, 4}), "aa");
  EXPECT_EQ(stream(tokenizer, {4, 5}), "a a");
  EXPECT_EQ(stream(tokenizer, {5, 5}, {.at_start = false}), " a a");
  EXPECT_EQ(stream(tokenizer, {1, 5}, {.special = Tokenizer::Special::kKeep}), "<s> a");
}

TEST(StreamDecoder, WaitsForWholeCharacters) {
  const Tokenizer tokenizer = small_llama();
  StreamDecoder decoder(tokenizer);
  EXPECT_EQ(decoder.feed(6), "");
  EXPECT_TRUE(decoder.waits());
  EXPECT_EQ(decoder.feed(7), "");
  EXPECT_EQ(decoder.feed(8), "\u20ac");
  EXPECT_FALSE(decoder.waits());
  EXPECT_EQ(decoder.feed(7), "\ufffd");  // begins no character: no need to wait
  EXPECT_EQ(decoder.feed(6), "");
  EXPECT_EQ(decoder.feed(5), "\ufffd a");
}

TEST(StreamDecoder, IdsThatAreNoTokensWriteNothing) {
  const Tokenizer tokenizer = small_llama();
  EXPECT_EQ(stream(tokenizer, {-1, 9, INT32_MAX, INT32_MIN, 4}), "a");
}

TEST(StreamDecoder, EqualsDecodeForRandomIds) {
  const Tokenizer tokenizer = small_llama();
  std::mt19937 random(3);
  for (int round = 0; round < 2000; ++round) {
    std::vector<int32_t> ids(random() % 12);
    for (int32_t& id : ids) id = static_cast<int32_t>(random() % 9);
    ASSERT_EQ(stream(tokenizer, ids), tokenizer.decode(ids, Tokenizer::Special::kSkip));
    ASSERT_EQ(stream(tokenizer, ids, {.special = Tokenizer::Special::kKeep}), tokenizer.decode(ids));
  }
}

}  // namespace
}  // namespace capy
