// SPDX-License-Identifier: Apache-2.0
#include "text/unicode.h"

#include <gtest/gtest.h>

#include <string>

namespace capy {
namespace {

std::string nfc(std::string_view text) {
  std::string out;
  nfc_append(out, text);
  return out;
}

TEST(Unicode, Classes) {
  EXPECT_EQ(char_class('a'), CharClass::kLetter);
  EXPECT_EQ(char_class(0x1c5), CharClass::kLetter);   // a title-case letter
  EXPECT_EQ(char_class(0x2160), CharClass::kNumber);  // a letter number
  EXPECT_EQ(char_class(0x301), CharClass::kMark);
  EXPECT_EQ(char_class(0x903), CharClass::kMark);  // a spacing mark
  EXPECT_EQ(char_class('_'), CharClass::kPunctuation);
  EXPECT_EQ(char_class('$'), CharClass::kOther);
  EXPECT_EQ(char_class(0x10ffff), CharClass::kOther);
  EXPECT_EQ(char_class(0x2ebf0), CharClass::kLetter);  // came with Unicode 15.1
}

TEST(Unicode, WhiteSpaceIsThatOfTheStandard) {
  int count = 0;
  for (uint32_t c = 0; c < 0x110000; ++c) count += char_class(c) == CharClass::kSpace ? 1 : 0;
  EXPECT_EQ(count, 25);
  EXPECT_EQ(char_class(0x85), CharClass::kSpace);
  EXPECT_EQ(char_class(0x3000), CharClass::kSpace);
  EXPECT_EQ(char_class(0x200b), CharClass::kOther);
  EXPECT_EQ(char_class(0x1c), CharClass::kOther);
}

TEST(Unicode, BrokenBytesStandAlone) {
  EXPECT_EQ(char_at("\xff").bytes, 1);
  EXPECT_EQ(char_at("\xe2\x82").bytes, 1);
  EXPECT_EQ(char_at("").bytes, 0);
}

TEST(Unicode, NfcComposes) {
  EXPECT_EQ(nfc("e\u0301"), "\u00e9");
  EXPECT_EQ(nfc("cafe\u0301 e\u0301"), "caf\u00e9 \u00e9");
  EXPECT_EQ(nfc("\u212b"), "\u00c5");         // a singleton
  EXPECT_EQ(nfc("\u0958"), "\u0915\u093c");   // excluded from composition
  EXPECT_EQ(nfc("a\u0302\u0323"), "\u1ead");  // marks out of order
  EXPECT_EQ(nfc("\u1112\u1161\u11ab"), "\ud55c");
  EXPECT_EQ(nfc("\uac00\u11a8"), "\uac01");
  EXPECT_EQ(nfc("\uac01\u11a8"), "\uac01\u11a8");  // has its final consonant already
}

TEST(Unicode, NfcDoesNotComposeWhatIsBlocked) {
  EXPECT_EQ(nfc("a\u0315\u0301"), "\u00e1\u0315");
  EXPECT_EQ(nfc("a\u0305\u0301"), "a\u0305\u0301");  // the same class stands between
  EXPECT_EQ(nfc("a\u200d\u0301"), "a\u200d\u0301");  // a starter stands between
}

TEST(Unicode, NfcKeepsBrokenBytes) {
  EXPECT_EQ(nfc("\xff\u0301"), "\xff\u0301");
  EXPECT_EQ(nfc("e\xcc"), "e\xcc");
  EXPECT_EQ(nfc("e\u0301\xe2\x82"), "\u00e9\xe2\x82");
}

TEST(Unicode, NfcIsIdempotentAndStopsAtNothing) {
  for (uint32_t c = 1; c < 0x110000; ++c) {
    if (c >= 0xd800 && c < 0xe000) continue;
    std::string text = "a";
    utf8_append(text, c);
    text += "\u0323\u0301";
    const std::string once = nfc(text);
    ASSERT_EQ(nfc(once), once) << std::hex << c;
  }
}

TEST(Unicode, AMillionMarksAreOrderedInGoodTime) {
  std::string text = "a";
  for (int i = 0; i < 500'000; ++i) text += "\u0301\u0316";
  const std::string made = nfc(text);
  EXPECT_EQ(made.size(), text.size() - 1);  // one joins the letter: two bytes less, one more
  EXPECT_TRUE(made.starts_with("\u00e1\u0316\u0316"));
}

TEST(Unicode, CertainPrefix) {
  EXPECT_TRUE(is_nfc_certainly("plain"));
  EXPECT_TRUE(is_nfc_certainly("\u00e9t\u00e9"));
  EXPECT_EQ(nfc_prefix_bytes("abe\u0301"), 2u);
  EXPECT_EQ(nfc_prefix_bytes("\u0301"), 0u);
}

}  // namespace
}  // namespace capy
