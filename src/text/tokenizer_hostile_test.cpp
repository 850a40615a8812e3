// SPDX-License-Identifier: Apache-2.0
// Vocabularies and files that contradict themselves, ask for too much or are not what capy knows: each is an error that
// names what is wrong, or harmless; never a crash.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "base/concat.h"
#include "text/tokenizer.h"

namespace capy {
namespace {

using Ids = std::vector<int32_t>;

Vocabulary letters() {
  Vocabulary vocabulary;
  vocabulary.tokens = {"a", "b", "ab", "<s>"};
  vocabulary.types = {1, 1, 1, 3};
  vocabulary.merges = {{"a", "b"}};
  return vocabulary;
}

Vocabulary llama_letters() {
  Vocabulary vocabulary = Vocabulary::for_gguf("llama", "").value();
  vocabulary.tokens = {"<unk>", "a", "b", "ab", "\u2581", "<0x41>"};
  vocabulary.types = {2, 1, 1, 1, 1, 6};
  vocabulary.scores = {0, -2, -3, -1, -4, 0};
  return vocabulary;
}

void expect_error(const Vocabulary& vocabulary, ErrorCode code, std::string_view part) {
  const auto made = Tokenizer::from_vocabulary(vocabulary);
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().code, code);
  EXPECT_NE(made.error().message.find(part), std::string::npos) << made.error().message;
}

TEST(HostileVocabulary, TheseAreGood) {
  EXPECT_TRUE(Tokenizer::from_vocabulary(letters()).ok());
  EXPECT_TRUE(Tokenizer::from_vocabulary(llama_letters()).ok());
}

TEST(HostileVocabulary, NumbersThatDoNotFit) {
  Vocabulary vocabulary = letters();
  vocabulary.types.pop_back();
  expect_error(vocabulary, ErrorCode::kCorrupt, "3 types for 4 tokens");
  vocabulary.types = {1, 1, 7, 1};
  expect_error(vocabulary, ErrorCode::kCorrupt, "token 2 has type 7");
  vocabulary = llama_letters();
  vocabulary.scores[2] = std::numeric_limits<float>::quiet_NaN();
  expect_error(vocabulary, ErrorCode::kCorrupt, "score of token 2");
  vocabulary.scores.pop_back();
  expect_error(vocabulary, ErrorCode::kCorrupt, "5 scores for 6 tokens");
  expect_error(Vocabulary{}, ErrorCode::kInvalid, "empty");
}

TEST(HostileVocabulary, IdsOutsideTheVocabulary) {
  Vocabulary vocabulary = letters();
  vocabulary.bos = 4;
  expect_error(vocabulary, ErrorCode::kCorrupt, "BOS is token 4 of 4");
  vocabulary.bos = -2;
  expect_error(vocabulary, ErrorCode::kCorrupt, "BOS is token -2");
  vocabulary = letters();
  vocabulary.added = {{-7}};
  expect_error(vocabulary, ErrorCode::kCorrupt, "added token -7");
  vocabulary = letters();
  vocabulary.stops = {-5, 9, 1};  // what no model can say stops nothing
  EXPECT_EQ(Tokenizer::from_vocabulary(vocabulary).value().stop_tokens(), Ids{1});
  vocabulary = llama_letters();
  vocabulary.unknown = 6;
  expect_error(vocabulary, ErrorCode::kCorrupt, "unknown token");
}

TEST(HostileVocabulary, MergesOfNothing) {
  Vocabulary vocabulary = letters();
  vocabulary.merges = {{"a", "c"}};
  expect_error(vocabulary, ErrorCode::kCorrupt, "merge 0");
  vocabulary.merges = {{"b", "a"}};
  expect_error(vocabulary, ErrorCode::kCorrupt, "union");
  vocabulary.merges = {{"a", ""}};
  expect_error(vocabulary, ErrorCode::kCorrupt, "a part");
  vocabulary.merges = {{"a", "\xff"}};
  expect_error(vocabulary, ErrorCode::kCorrupt, "alphabet");
  EXPECT_EQ(MergeText::from_line(""), std::nullopt);
  EXPECT_EQ(MergeText::from_line("a"), std::nullopt);
  EXPECT_EQ(MergeText::from_line("a "), std::nullopt);
  EXPECT_EQ(MergeText::from_line(" "), std::nullopt);
}

TEST(HostileVocabulary, MergesCannotMakeControlTokens) {
  Vocabulary vocabulary = letters();
  vocabulary.types[2] = 3;
  Ids ids;
  Tokenizer::from_vocabulary(vocabulary).value().encode("ab", ids);
  EXPECT_EQ(ids, (Ids{0, 1}));
}

TEST(HostileVocabulary, ByteTokensThatAreNone) {
  Vocabulary vocabulary = llama_letters();
  for (const char* name : {"<0x-1>", "<0x4>", "<0x041>", "A", "", "<0xGG>"}) {
    vocabulary.tokens[5] = name;
    const bool empty = *name == '\0';  // no bytes at all is a token like any other hole
    EXPECT_EQ(Tokenizer::from_vocabulary(vocabulary).ok(), empty) << name;
  }
}

TEST(HostileVocabulary, SizesBeyondTheLimits) {
  const std::string huge(1 << 20, 'a');
  Vocabulary vocabulary = letters();
  vocabulary.tokens[3] = huge;
  expect_error(vocabulary, ErrorCode::kLimit, "1048576 bytes in one token");
  vocabulary.tokens[3] = std::string_view(huge).substr(0, 5000);
  expect_error(vocabulary, ErrorCode::kLimit, "added token 3 has 5000 bytes");
  TokenizerLimits limits;
  limits.tokens_max = 3;
  EXPECT_EQ(Tokenizer::from_vocabulary(letters(), limits).error().code, ErrorCode::kLimit);
  limits = {};
  limits.merges_max = 0;
  EXPECT_EQ(Tokenizer::from_vocabulary(letters(), limits).error().code, ErrorCode::kLimit);
}

TEST(HostileVocabulary, EqualTokensAndBytesWithoutAToken) {
  Vocabulary vocabulary = letters();
  vocabulary.tokens = {"a", "b", "ab", "<s>", "a", ""};
  vocabulary.types = {1, 1, 1, 3, 1, 1};
  const Tokenizer tokenizer = std::move(Tokenizer::from_vocabulary(vocabulary)).take();
  Ids ids;
  tokenizer.encode("a?ab\xff", ids);  // '?' and 0xff have no token
  EXPECT_EQ(ids, (Ids{4, 2}));
  EXPECT_EQ(tokenizer.decode(ids), "aab");
}

TEST(HostileVocabulary, SentencePieceWithoutBytesOrUnknown) {
  const Tokenizer tokenizer = std::move(Tokenizer::from_vocabulary(llama_letters())).take();
  Ids ids;
  tokenizer.encode(
      "ab\u4e2d\xff"
      "A",
      ids);
  EXPECT_EQ(ids, (Ids{4, 3, 5}));
  Vocabulary vocabulary = llama_letters();
  vocabulary.unknown = 0;
  ids.clear();
  Tokenizer::from_vocabulary(vocabulary)
      .value()
      .encode(
          "\u4e2d\u4e2d"
          "a\u4e2d",
          ids);
  EXPECT_EQ(ids, (Ids{4, 0, 1, 0}));
}

// Parts of tokens that are no tokens themselves can still be merged, as the sentencepiece library does.
TEST(HostileVocabulary, SentencePieceCharactersWithoutTokens) {
  Vocabulary vocabulary = llama_letters();
  vocabulary.tokens = {"<unk>", "xy", "xyz", "\u2581", "<0x78>", "<0x79>"};
  vocabulary.types = {2, 1, 1, 1, 6, 1};
  vocabulary.unknown = 0;
  const Tokenizer tokenizer = std::move(Tokenizer::from_vocabulary(vocabulary)).take();
  Ids ids;
  tokenizer.encode("xyzxyxz", ids);
  EXPECT_EQ(ids, (Ids{3, 2, 1, 4, 0}));
}

std::string json_with(std::string_view changed, std::string_view to) {
  std::string text = R"({"added_tokens": [{"id": 3, "content": "<s>", "special": true}], "normalizer": null,
    "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true}, "post_processor": null,
    "decoder": {"type": "ByteLevel"}, "model": {"type": "BPE", "dropout": null, "unk_token": null,
    "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}})";
  if (changed.empty()) return text;
  const size_t at = text.find(changed);
  EXPECT_NE(at, std::string::npos) << changed;
  return text.replace(at, changed.size(), to);
}

void expect_json_error(std::string_view changed, std::string_view to, ErrorCode code, std::string_view part) {
  const auto made = Tokenizer::from_json(json_with(changed, to));
  ASSERT_FALSE(made.ok()) << to;
  EXPECT_EQ(made.error().code, code) << made.error().message;
  EXPECT_NE(made.error().message.find(part), std::string::npos) << made.error().message;
}

TEST(HostileTokenizerJson, ThisIsGood) {
  const auto made = Tokenizer::from_json(json_with("", ""));
  ASSERT_TRUE(made.ok()) << made.error().message;
  Ids ids;
  made.value().encode_with_special("ab<s>a", ids);
  EXPECT_EQ(ids, (Ids{2, 3, 0}));
}

TEST(HostileTokenizerJson, WhatCapyCannotDoIsNamed) {
  const auto unsupported = [](std::string_view changed, std::string_view to, std::string_view part) {
    expect_json_error(changed, to, ErrorCode::kUnsupported, part);
  };
  unsupported(R"("type": "BPE")", R"("type": "WordPiece")", "WordPiece");
  unsupported(R"("dropout": null)", R"("dropout": 0.1)", "dropout");
  unsupported(R"("unk_token": null)", R"("unk_token": "a")", "unk_token");
  unsupported(R"("unk_token": null)", R"("end_of_word_suffix": "</w>")", "end_of_word_suffix");
  unsupported(R"("unk_token": null)", R"("byte_fallback": true)", "byte_fallback");
  unsupported(R"("normalizer": null)", R"("normalizer": {"type": "NFKC"})", "NFKC");
  unsupported(R"("normalizer": null)", R"("normalizer": {"type": "Sequence", "normalizers": [{"type": "Lowercase"}]})",
              "Lowercase");
  unsupported(R"("add_prefix_space": false)", R"("add_prefix_space": true)", "add_prefix_space");
  unsupported(R"({"type": "ByteLevel", "add_prefix_space": false, "use_regex": true})", R"({"type": "Whitespace"})",
              "Whitespace");
  unsupported(R"({"type": "ByteLevel", "add_prefix_space": false, "use_regex": true})", "null", "without ByteLevel");
  unsupported(R"({"type": "ByteLevel", "add_prefix_space": false, "use_regex": true})",
              R"({"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex": "my+ regex"},
                  "behavior": "Isolated", "invert": false},
                  {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]})",
              "my+ regex");
  unsupported(R"("post_processor": null)", R"("post_processor": {"type": "BertProcessing"})", "BertProcessing");
  unsupported(R"("decoder": {"type": "ByteLevel"})", R"("decoder": {"type": "WordPiece"})", "WordPiece");
  unsupported(R"("special": true)", R"("single_word": true)", "single_word");
}

TEST(HostileTokenizerJson, ContradictionsAreCorrupt) {
  const auto corrupt = [](std::string_view changed, std::string_view to, std::string_view part) {
    expect_json_error(changed, to, ErrorCode::kCorrupt, part);
  };
  corrupt(R"("ab": 2)", R"("ab": -2)", "-2");
  corrupt(R"("ab": 2)", R"("ab": 1)", "two tokens have the id 1");
  corrupt(R"("ab": 2)", R"("ab": "2")", "no integer id");
  corrupt(R"(["a b"])", R"(["ab"])", "not two tokens");
  corrupt(R"(["a b"])", R"([["a"]])", "not two tokens");
  corrupt(R"(["a b"])", R"([["a", "b", "c"]])", "not two tokens");
  corrupt(R"(["a b"])", R"([7])", "not two tokens");
  corrupt(R"(["a b"])", R"({})", "no list");
  corrupt(R"({"a": 0, "b": 1, "ab": 2})", "[]", "no object");
  corrupt(R"("id": 3)", R"("id": 2)", "has the id of");
  corrupt(R"("id": 3)", R"("id": null)", "-1");
  corrupt(R"("content": "<s>")", R"("content": 5)", "no content");
  corrupt(R"("post_processor": null)",
          R"("post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<x>"}}],
             "special_tokens": {"<x>": {"ids": [99]}}})",
          "<x>");
  expect_json_error(R"("ab": 2)", R"("ab": 3000000000)", ErrorCode::kLimit, "3000000000");
  expect_json_error(R"("id": 3)", R"("id": 100000)", ErrorCode::kLimit, "100000");
  EXPECT_FALSE(Tokenizer::from_json("[]").ok());
  EXPECT_FALSE(Tokenizer::from_json("{\"model\": 3}").ok());
  EXPECT_FALSE(Tokenizer::from_json("not json").ok());
}

TEST(HostileTokenizerJson, HolesInTheVocabularyAreUnused) {
  const auto made = Tokenizer::from_json(json_with(R"("id": 3)", R"("id": 9)"));
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_EQ(made.value().token_count(), 10);
  EXPECT_TRUE(made.value().is_unused(5));
  EXPECT_TRUE(made.value().is_unused(10));
  EXPECT_TRUE(made.value().is_unused(-1));
  EXPECT_FALSE(made.value().is_unused(9));
  EXPECT_EQ(made.value().token_bytes(5), "");
}

// A directory of our own, removed at the end.
class Directory {
 public:
  Directory() : path_(testing::TempDir() + "capy_tokenizer_files") { std::filesystem::create_directories(path_); }
  ~Directory() { std::filesystem::remove_all(path_); }
  void write(std::string_view name, std::string_view text) const {
    std::ofstream(concat(path_, "/", name), std::ios::binary) << text;
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(TokenizerFiles, SayWhatIsMissing) {
  const Directory directory;
  const auto open = [&] { return Tokenizer::open_directory(directory.path()); };
  EXPECT_EQ(open().error().code, ErrorCode::kNotFound);
  directory.write("vocab.json", R"({"a": 0, "b": 1, "ab": 2})");
  EXPECT_EQ(open().error().code, ErrorCode::kNotFound);
  EXPECT_NE(open().error().message.find("merges.txt"), std::string::npos);
  directory.write("merges.txt", "#version: 0.2\r\na b\r\n\r\n");
  EXPECT_EQ(open().error().code, ErrorCode::kUnsupported);
  directory.write("tokenizer_config.json",
                  R"({"tokenizer_class": "GPT2TokenizerFast", "eos_token": {"content": "b"}})");
  ASSERT_TRUE(open().ok()) << open().error().message;
  EXPECT_EQ(open().value().eos(), 1);
  directory.write("merges.txt", "a b\nab\n");
  EXPECT_NE(open().error().message.find("line 2"), std::string::npos);
}

TEST(TokenizerFiles, TheConfigAddsTokensAndEnds) {
  const Directory directory;
  directory.write("tokenizer.json", json_with("", ""));
  directory.write("tokenizer_config.json", R"({"add_bos_token": true, "bos_token": "<s>", "eos_token": "<|im_end|>",
    "added_tokens_decoder": {"3": {"content": "<s>", "special": true}, "4": {"content": "<|im_end|>", "special": true},
                             "5": {"content": "<think>", "special": false}}})");
  directory.write("generation_config.json", R"({"eos_token_id": [3, 4, 77]})");
  const auto made = Tokenizer::open_directory(directory.path());
  ASSERT_TRUE(made.ok()) << made.error().message;
  const Tokenizer& tokenizer = made.value();
  EXPECT_TRUE(tokenizer.add_bos());
  EXPECT_EQ(tokenizer.bos(), 3);
  EXPECT_EQ(tokenizer.stop_tokens(), (Ids{3, 4}));
  EXPECT_EQ(tokenizer.find("<think>"), 5);
  EXPECT_EQ(tokenizer.find("no such"), std::nullopt);
  EXPECT_EQ(tokenizer.decode(Ids{0, 4, 5}, Tokenizer::Special::kSkip), "a<think>");
  directory.write("tokenizer_config.json", R"({"added_tokens_decoder": {"x": {"content": "y"}}})");
  EXPECT_EQ(Tokenizer::open_directory(directory.path()).error().code, ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace capy
