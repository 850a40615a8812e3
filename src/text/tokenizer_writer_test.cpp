// SPDX-License-Identifier: Apache-2.0
// Vocabularies written down and read back give the same tokens.
#include "text/tokenizer_writer.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "text/tokenizer.h"
#include "text/vocabulary_files.h"

namespace capy {
namespace {

constexpr std::string_view kText = "Hello, world!\n\n  It's 12345 \xc3\xbc\xe4\xbd\xa0 <|im_end|> don't  x";

Vocabulary letters() {
  static constexpr std::string_view kTokens[] = {"a",        "b", "c", "ab",      "abc",
                                                 "\xc4\xa0", "1", "2", "<|end|>", "<think>"};
  Result<Vocabulary> made = Vocabulary::for_gguf("gpt2", "qwen35");
  Vocabulary vocabulary = std::move(made).take();
  vocabulary.tokens.assign(std::begin(kTokens), std::end(kTokens));
  vocabulary.types.assign(10, static_cast<int64_t>(TokenType::kNormal));
  vocabulary.types[8] = static_cast<int64_t>(TokenType::kControl);
  vocabulary.types[9] = static_cast<int64_t>(TokenType::kUserDefined);
  vocabulary.merges = {{"a", "b"}, {"ab", "c"}};
  vocabulary.eos = 8;
  return vocabulary;
}

std::vector<int32_t> encoded(const Tokenizer& tokenizer, std::string_view text) {
  std::vector<int32_t> ids;
  tokenizer.encode_with_special(text, ids);
  return ids;
}

TEST(TokenizerWriter, EveryPreTokenizerComesBack) {
  for (int i = 0; i < static_cast<int>(kLastPreTokenizer); ++i) {
    SCOPED_TRACE(i);
    Vocabulary vocabulary = letters();
    vocabulary.pre_tokenizer = static_cast<PreTokenizer>(i);
    vocabulary.nfc = pre_tokenizer_implies_nfc(vocabulary.pre_tokenizer);
    const Result<std::string> text = tokenizer_json(vocabulary);
    ASSERT_TRUE(text.ok());
    const Result<Tokenizer> original = Tokenizer::from_vocabulary(vocabulary);
    const Result<Tokenizer> read = Tokenizer::from_json(text.value());
    ASSERT_TRUE(original.ok());
    ASSERT_TRUE(read.ok()) << read.error().message;
    for (const std::string_view sample :
         {std::string_view("abcab ab<|end|>c 12<think>a"), std::string_view("1212 ab")}) {
      EXPECT_EQ(encoded(read.value(), sample), encoded(original.value(), sample));
      EXPECT_FALSE(encoded(read.value(), sample).empty());
    }
    EXPECT_TRUE(read.value().is_special(8));
    EXPECT_FALSE(read.value().is_special(9));
  }
}

TEST(TokenizerWriter, BosAndEosAreWrittenAsATemplate) {
  Vocabulary vocabulary = letters();
  vocabulary.bos = 8;
  vocabulary.add_bos = true;
  const Result<std::string> text = tokenizer_json(vocabulary);
  ASSERT_TRUE(text.ok());
  const Result<Tokenizer> read = Tokenizer::from_json(text.value());
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_TRUE(read.value().add_bos());
  EXPECT_EQ(read.value().bos(), 8);
  EXPECT_FALSE(read.value().add_eos());
}

TEST(TokenizerWriter, GoldenDirectoriesComeBack) {
  int seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(CAPY_SOURCE_DIR "/tests/golden/tokenizer")) {
    if (!entry.is_directory()) continue;
    SCOPED_TRACE(entry.path().string());
    const Result<VocabularyFiles> files = VocabularyFiles::open(entry.path().string());
    ASSERT_TRUE(files.ok()) << files.error().message;
    const Result<std::string> text = tokenizer_json(files.value().vocabulary());
    if (!text.ok()) continue;
    const Result<Tokenizer> original = Tokenizer::from_vocabulary(files.value().vocabulary());
    const Result<Tokenizer> read = Tokenizer::from_json(text.value());
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(encoded(read.value(), kText), encoded(original.value(), kText));
    ++seen;
  }
  EXPECT_GE(seen, 1);
}

TEST(TokenizerWriter, SaysWhatItCannotWrite) {
  Vocabulary vocabulary = letters();
  vocabulary.model = Vocabulary::Model::kSentencePieceBpe;
  EXPECT_EQ(tokenizer_json(vocabulary).error().code, ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace capy
