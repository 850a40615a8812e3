// SPDX-License-Identifier: Apache-2.0
// A tokenizer from its tables is the tokenizer that wrote them; tables with any byte wrong give an error or a tokenizer
// that can be used without harm.
#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "text/byte_alphabet.h"
#include "text/tokenizer.h"

namespace capy {
namespace {

struct Small {
  std::vector<std::string> texts;
  Vocabulary vocabulary;

  explicit Small(bool ignore_merges = false) {
    for (int byte = 0; byte < 256; ++byte) texts.push_back(alphabet_of(byte));
    for (const char* token : {"th", "the", "cat", "<|im_start|>", "<think>", "[PAD0]", "<|im_end|>"})
      texts.emplace_back(token);
    for (const std::string& text : texts) vocabulary.tokens.emplace_back(text);
    vocabulary.types.assign(texts.size(), 1);
    vocabulary.types[259] = 3;
    vocabulary.types[260] = 4;
    vocabulary.types[261] = 5;
    vocabulary.types[262] = 3;
    vocabulary.merges = {{"t", "h"}, {"th", "e"}};
    vocabulary.added = {{259, true, false, false}, {260, false, true, true}, {262}};
    vocabulary.pre_tokenizer = PreTokenizer::kQwen2;
    vocabulary.nfc = true;
    vocabulary.ignore_merges = ignore_merges;
    vocabulary.bos = 259;
    vocabulary.eos = 262;
    vocabulary.add_bos = true;
  }

  static std::string alphabet_of(int byte) {
    for (uint32_t code = 0x21; code < 0x200; ++code) {
      std::string character;
      utf8_append(character, code);
      std::string bytes;
      if (append_alphabet_bytes(bytes, character) && bytes == std::string(1, static_cast<char>(byte))) return character;
    }
    return "";
  }
};

Tokenizer from(const std::string& tables) {
  const std::shared_ptr<uint64_t[]> copy(new uint64_t[tables.size() / 8 + 1]);
  std::memcpy(copy.get(), tables.data(), tables.size());
  Result<Tokenizer> made = Tokenizer::from_tables(std::as_bytes(std::span(copy.get(), tables.size() / 8)), copy);
  EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
  return std::move(made).take();
}

constexpr std::string_view kTexts[] = {"", "the cat thinks", "  <|im_start|>the\n<think> x<|im_end|>",
                                       "e\u0301 \xff\x80 12345"};

void expect_same(const Tokenizer& a, const Tokenizer& b) {
  ASSERT_EQ(a.token_count(), b.token_count());
  for (int32_t id = -1; id <= a.token_count(); ++id) {
    EXPECT_EQ(a.token_bytes(id), b.token_bytes(id));
    EXPECT_EQ(a.is_special(id), b.is_special(id));
    EXPECT_EQ(a.is_unused(id), b.is_unused(id));
  }
  for (const std::string_view text : kTexts) {
    std::vector<int32_t> plain[2];
    std::vector<int32_t> special[2];
    a.encode(text, plain[0]);
    b.encode(text, plain[1]);
    a.encode_with_special(text, special[0]);
    b.encode_with_special(text, special[1]);
    EXPECT_EQ(plain[0], plain[1]) << text;
    EXPECT_EQ(special[0], special[1]) << text;
    EXPECT_EQ(a.decode(special[0]), b.decode(special[1]));
  }
  EXPECT_EQ(a.bos(), b.bos());
  EXPECT_EQ(a.eos(), b.eos());
  EXPECT_EQ(a.add_bos(), b.add_bos());
  EXPECT_EQ(a.add_eos(), b.add_eos());
  EXPECT_EQ(a.stop_tokens(), b.stop_tokens());
  EXPECT_EQ(a.has_space_prefix(), b.has_space_prefix());
  EXPECT_EQ(a.find("<think>"), b.find("<think>"));
}

TEST(TokenizerTables, GiveTheTokenizerThatWroteThem) {
  for (const bool ignore_merges : {false, true}) {
    const Small small(ignore_merges);
    const Tokenizer made = Tokenizer::from_vocabulary(small.vocabulary).take();
    const std::string tables = made.tables().value();
    const Tokenizer read = from(tables);
    expect_same(made, read);
    EXPECT_EQ(read.tables().value(), tables);
    std::vector<int32_t> ids;
    read.encode("cat", ids);
    EXPECT_EQ(ids.size(), ignore_merges ? 1U : 3U);  // reached by no merge
  }
}

TEST(TokenizerTables, MovedTokenizersKeepTheirMemory) {
  const Small small;
  std::string tables = Tokenizer::from_vocabulary(small.vocabulary).take().tables().value();
  Tokenizer first = from(tables);
  tables.assign(tables.size(), '\xff');
  const Tokenizer moved = std::move(first);
  EXPECT_EQ(moved.token_bytes(257), "the");
}

TEST(TokenizerTables, SentencePieceHasNone) {
  Vocabulary vocabulary;
  vocabulary.model = Vocabulary::Model::kSentencePieceBpe;
  vocabulary.tokens = {"a", "b"};
  EXPECT_FALSE(Tokenizer::from_vocabulary(vocabulary).take().tables().has_value());
}

void use(const std::string& tables) {
  const std::shared_ptr<uint64_t[]> copy(new uint64_t[tables.size() / 8 + 1]);
  std::memcpy(copy.get(), tables.data(), tables.size());
  const auto made = Tokenizer::from_tables(std::as_bytes(std::span(copy.get(), tables.size() / 8)), copy);
  if (!made.ok()) {
    EXPECT_EQ(made.error().code, ErrorCode::kCorrupt);
    return;
  }
  const Tokenizer& tokenizer = made.value();
  for (const std::string_view text : kTexts) {
    std::vector<int32_t> ids;
    tokenizer.encode_with_special(text, ids);
    for (const int32_t id : ids) ASSERT_TRUE(id >= 0 && id < tokenizer.token_count());
    (void)tokenizer.decode(ids);
  }
  for (const int32_t id : tokenizer.stop_tokens()) (void)tokenizer.token_bytes(id);
}

TEST(TokenizerTables, WrongBytesDoNoHarm) {
  const Small small;
  const std::string whole = Tokenizer::from_vocabulary(small.vocabulary).take().tables().value();
  for (size_t size = 0; size < whole.size(); size += 8) use(whole.substr(0, size));
  for (size_t at = 0; at < whole.size(); at += 3) {
    for (const uint8_t change : {0x01, 0x80, 0xff}) {
      std::string changed = whole;
      changed[at] = static_cast<char>(static_cast<uint8_t>(changed[at]) ^ change);
      use(changed);
    }
  }
  for (const char value : {'\0', '\xff'}) use(std::string(whole.size(), value));
}

}  // namespace
}  // namespace capy
