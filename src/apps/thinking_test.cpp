// SPDX-License-Identifier: Apache-2.0
#include "apps/thinking.h"

#include <gtest/gtest.h>

namespace capy {
namespace {

struct Divided {
  std::string thinking;
  std::string answer;
  bool operator==(const Divided&) const = default;
};

void PrintTo(const Divided& d, std::ostream* out) { *out << '[' << d.thinking << '|' << d.answer << ']'; }

Divided divide(std::string_view text, bool inside, size_t piece) {
  ThinkingSplitter splitter(inside);
  Divided all;
  const auto take = [&](const ThinkingSplitter::Pieces& pieces) {
    all.thinking += pieces.thinking;
    all.answer += pieces.answer;
  };
  for (size_t at = 0; at < text.size(); at += piece) take(splitter.feed(text.substr(at, piece)));
  take(splitter.finish());
  return all;
}

TEST(ThinkingSplitter, DividesHoweverTheTextArrives) {
  for (const size_t piece : {1, 2, 3, 5, 1000}) {
    EXPECT_EQ(divide("hmm\nyes\n</think>\n\nParis", true, piece), (Divided{"hmm\nyes", "Paris"}));
    EXPECT_EQ(divide("<think>\nhmm\n</think>\n\nParis\n", false, piece), (Divided{"hmm", "Paris\n"}));
    EXPECT_EQ(divide("\n<think>hmm</think>Paris", false, piece), (Divided{"hmm", "Paris"}));
    EXPECT_EQ(divide("</think>\n\nParis", true, piece), (Divided{"", "Paris"}));
  }
}

TEST(ThinkingSplitter, AnAnswerWithoutThinkingStaysAsItIs) {
  for (const size_t piece : {1, 4, 1000}) {
    EXPECT_EQ(divide("\n a < b <think> c", false, piece), (Divided{"", "\n a < b <think> c"}));
    EXPECT_EQ(divide("<thi", false, piece), (Divided{"", "<thi"}));
    EXPECT_EQ(divide("", false, piece), (Divided{}));
  }
}

TEST(ThinkingSplitter, WhatOnlyLooksLikeATagIsThinking) {
  for (const size_t piece : {1, 3, 1000}) {
    EXPECT_EQ(divide("a </thinker> </thi\nb", true, piece), (Divided{"a </thinker> </thi\nb", ""}));
    EXPECT_EQ(divide("never closed </think", true, piece), (Divided{"never closed </think", ""}));
  }
}

TEST(ThinkingSplitter, TheAnswerMayNameTheTags) {
  EXPECT_EQ(divide("x</think>say </think> and <think>", true, 1), (Divided{"x", "say </think> and <think>"}));
}

TEST(EndsInThinking, LooksAtTheEndOfThePrompt) {
  EXPECT_TRUE(ends_in_thinking("<|im_start|>assistant\n<think>\n"));
  EXPECT_FALSE(ends_in_thinking("<|im_start|>assistant\n<think>\n\n</think>\n\n"));
  EXPECT_FALSE(ends_in_thinking(""));
}

}  // namespace
}  // namespace capy
