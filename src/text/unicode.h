// SPDX-License-Identifier: Apache-2.0
// What the tokenizer needs of Unicode: the classes that pre-tokenisers split by, and normalisation form C (UAX #15).
// The tables are generated at build time (tools/make_unicode_tables.cpp).
//
// Everything here takes any bytes. A byte that is not part of valid UTF-8 stands alone, is kOther and is left as it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/utf8.h"
#include "generated/unicode_tables.h"

namespace capy {

// The classes that regexes write as \p{P}, \p{L}, \p{M}, \p{N} and \s. They are disjoint.
enum class CharClass : uint8_t { kOther, kPunctuation, kLetter, kMark, kNumber, kSpace };

inline CharClass char_class(uint32_t code_point) {
  using namespace unicode_tables;
  return static_cast<CharClass>(kCharBlocks[size_t{kCharIndex[code_point >> 8]} << 8 | (code_point & 255)] & 7);
}

// The character at the start of a text.
struct CharAt {
  CharClass char_class = CharClass::kOther;
  uint8_t bytes = 0;  // 0: the text is empty
};

inline CharAt char_at(std::string_view text) {
  if (text.empty()) return {};
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return {char_class(first), 1};
  const size_t bytes = utf8_sequence_bytes(text);
  if (bytes == 0) return {CharClass::kOther, 1};
  return {char_class(utf8_code_point(text, bytes)), static_cast<uint8_t>(bytes)};
}

// The length of the longest prefix that is certainly in NFC and that nothing behind it can change.
size_t nfc_prefix_bytes(std::string_view text);

inline bool is_nfc_certainly(std::string_view text) { return nfc_prefix_bytes(text) == text.size(); }

// Appends the NFC of `text` to `out`. O(text), except that a run of n combining marks costs n log n.
void nfc_append(std::string& out, std::string_view text);

// True if NFC never joins or moves `code_point` with what stands before it: normalising the parts of a text that is cut
// before it, and putting them together, equals normalising the whole.
bool is_nfc_boundary(uint32_t code_point);

}  // namespace capy
