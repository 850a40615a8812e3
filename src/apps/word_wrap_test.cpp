// SPDX-License-Identifier: Apache-2.0
#include "apps/word_wrap.h"

#include <gtest/gtest.h>

#include <clocale>

namespace capy {
namespace {

std::string wrapped(std::string_view text, int columns, size_t piece) {
  WordWrap wrap;
  std::string out;
  for (size_t at = 0; at < text.size(); at += piece) out += wrap.feed(text.substr(at, piece), columns);
  return out + wrap.finish(columns);
}

TEST(WordWrap, BreaksBetweenWordsHoweverTheTextArrives) {
  for (const size_t piece : {1, 2, 3, 7, 100}) {
    EXPECT_EQ(wrapped("the quick brown fox jumps", 10, piece), "the quick\nbrown fox\njumps");
    EXPECT_EQ(wrapped("a\n\nb c", 10, piece), "a\n\nb c");
    EXPECT_EQ(wrapped("ends with space ", 40, piece), "ends with space ");
  }
}

TEST(WordWrap, AWordLongerThanTheLineIsNotHeldBack) {
  WordWrap wrap;
  EXPECT_EQ(wrap.feed("0123456789abcdef", 10), "0123456789abcdef");
}

TEST(WordWrap, CodeIsLeftAlone) {
  const std::string code = "```c\nint a = 1 + 2 + 3 + 4;\n```\n";
  EXPECT_EQ(wrapped(code, 10, 1), code);
  EXPECT_EQ(wrapped(code + "and then more words", 10, 1), code + "and then\nmore words");
}

TEST(WordWrap, WideCharactersTakeTwoColumns) {
  std::setlocale(LC_CTYPE, "C.UTF-8");
  EXPECT_EQ(display_columns("a\xe4\xb8\x96\xe7\x95\x8c"), 5);
}

}  // namespace
}  // namespace capy
