// SPDX-License-Identifier: Apache-2.0
// The scanners are compared with the regexes' own library by tokenizer_golden_test.cpp; here is what that library does
// not know, and what a reader may want to see.
#include "text/pre_tokenizer.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace capy {
namespace {

using Pieces = std::vector<std::string>;

Pieces cut(PreTokenizer kind, std::string_view text) {
  Pieces pieces;
  PieceScanner scanner(kind, text);
  for (std::string_view piece = scanner.next(); !piece.empty(); piece = scanner.next()) pieces.emplace_back(piece);
  return pieces;
}

TEST(PreTokenizer, Qwen35) {
  EXPECT_EQ(cut(PreTokenizer::kQwen35, "It's 42  years,\n\n ok "),
            (Pieces{"It", "'s", " ", "4", "2", " ", " years", ",\n\n", " ok", " "}));
  EXPECT_EQ(cut(PreTokenizer::kQwen35, "q\u0307x\u0307"), (Pieces{"q\u0307x\u0307"}));
}

TEST(PreTokenizer, Qwen2CutsAtMarks) {
  EXPECT_EQ(cut(PreTokenizer::kQwen2, "q\u0307x\u0307"), (Pieces{"q", "\u0307x", "\u0307"}));
}

TEST(PreTokenizer, Llama3TakesThreeDigits) {
  EXPECT_EQ(cut(PreTokenizer::kLlama3, "12345 6"), (Pieces{"123", "45", " ", "6"}));
}

TEST(PreTokenizer, Gpt2) {
  EXPECT_EQ(cut(PreTokenizer::kGpt2, "It's 42  YEARS'S"), (Pieces{"It", "'s", " 42", " ", " YEARS", "'", "S"}));
}

TEST(PreTokenizer, SmolLmSetsDigitsApart) {
  EXPECT_EQ(cut(PreTokenizer::kSmolLm, "a  42 b"), (Pieces{"a", "  ", "4", "2", " b"}));
}

// As llama.cpp cuts (llama-cpp-python 0.3.36, a vocabulary with tokenizer.ggml.pre = "default").
TEST(PreTokenizer, GgufDefault) {
  EXPECT_EQ(cut(PreTokenizer::kPunctuated, "it's $5.00, ok"),
            (Pieces{"it", "'", "s", " ", "$", "5", ".", "00", ",", " ok"}));
  EXPECT_EQ(cut(PreTokenizer::kPunctuated, " 1234567"), (Pieces{" ", "123", "456", "7"}));
  EXPECT_EQ(cut(PreTokenizer::kPunctuated, "12\u00bd345"), (Pieces{"12\u00bd", "345"}));
}

TEST(PreTokenizer, NamesAndRegexes) {
  EXPECT_EQ(pre_tokenizer_by_gguf_name("qwen35"), PreTokenizer::kQwen35);
  EXPECT_EQ(pre_tokenizer_by_gguf_name("llama-bpe"), PreTokenizer::kLlama3);
  EXPECT_EQ(pre_tokenizer_by_gguf_name("no such"), std::nullopt);
  EXPECT_EQ(pre_tokenizer_by_regex("\\s+"), std::nullopt);
}

TEST(PreTokenizer, PiecesAddUpToAnyBytes) {
  std::mt19937 random(7);
  const std::string_view some = "a1 .\n'sR\xcc\x81\xe4\xbd\xa0\xff\xc2\xa0$\t\r";
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (size_t i = random() % 40; i > 0; --i) text += some[random() % some.size()];
    for (const PreTokenizer kind : {PreTokenizer::kQwen35, PreTokenizer::kQwen2, PreTokenizer::kLlama3,
                                    PreTokenizer::kGpt2, PreTokenizer::kSmolLm, PreTokenizer::kPunctuated}) {
      std::string joined;
      for (const std::string& piece : cut(kind, text)) joined += piece;
      ASSERT_EQ(joined, text);
    }
  }
}

}  // namespace
}  // namespace capy
