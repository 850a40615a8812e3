// SPDX-License-Identifier: Apache-2.0
// Characters as Python's str sees them. Text is UTF-8; a byte that is not counts as one character by itself, so that
// nothing here can fail.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace capy::jinja {

// The bytes of the character at `at` < text.size().
size_t character_bytes(std::string_view text, size_t at);
// Its code point; a stray byte gives U+FFFD.
uint32_t code_point_at(std::string_view text, size_t at, size_t bytes);
size_t count_characters(std::string_view text);
// The byte where character number `index` begins; text.size() for the one behind the last.
size_t byte_of_character(std::string_view text, size_t index);

bool is_space(uint32_t code_point);  // str.isspace
// The byte range that remains when whitespace, or any character of `set`, is taken from the ends.
enum class Side { kLeft, kRight, kBoth };
struct Range {
  size_t begin = 0;
  size_t end = 0;
};
Range strip(std::string_view text, Side side, const std::optional<std::string_view>& set);

// Case, for ASCII, Latin-1, Latin Extended-A, Greek and Cyrillic; other characters stay as they are.
uint32_t to_upper(uint32_t code_point);
uint32_t to_lower(uint32_t code_point);
bool is_letter(uint32_t code_point);  // of a script; generous: anything above ASCII that is no space or punctuation
bool is_digit(uint32_t code_point);
// False for what Python's repr writes as an escape: controls, separators, unassigned specials.
bool is_printable(uint32_t code_point);

// The first (last) place of `needle` in text at or behind `from`; npos where there is none. Linear in both, also for
// needles chosen to be slow.
size_t find_first(std::string_view text, std::string_view needle, size_t from = 0);
size_t find_last(std::string_view text, std::string_view needle);

}  // namespace capy::jinja
