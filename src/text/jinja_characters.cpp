// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_characters.h"

#include <algorithm>
#include <vector>

#include "base/utf8.h"

namespace capy::jinja {

size_t character_bytes(std::string_view text, size_t at) {
  if (static_cast<unsigned char>(text[at]) < 0x80) return 1;
  const size_t bytes = utf8_sequence_bytes(text.substr(at));
  return bytes == 0 ? 1 : bytes;
}

uint32_t code_point_at(std::string_view text, size_t at, size_t bytes) {
  if (bytes == 1 && static_cast<unsigned char>(text[at]) >= 0x80) return 0xfffd;
  return utf8_code_point(text.substr(at), bytes);
}

size_t count_characters(std::string_view text) {
  size_t count = 0;
  for (size_t at = 0; at < text.size(); at += character_bytes(text, at)) ++count;
  return count;
}

size_t byte_of_character(std::string_view text, size_t index) {
  size_t at = 0;
  while (index > 0 && at < text.size()) {
    at += character_bytes(text, at);
    --index;
  }
  return at;
}

bool is_space(uint32_t c) {
  return (c >= 9 && c <= 13) || (c >= 0x1c && c <= 0x20) || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

namespace {

bool goes(std::string_view text, size_t at, size_t bytes, const std::optional<std::string_view>& set) {
  if (!set) return is_space(code_point_at(text, at, bytes));
  const std::string_view character = text.substr(at, bytes);
  for (size_t i = 0; i < set->size();) {
    const size_t length = character_bytes(*set, i);
    if (set->substr(i, length) == character) return true;
    i += length;
  }
  return false;
}

// Where the last character of text[begin, end) begins.
size_t last_character(std::string_view text, size_t begin, size_t end) {
  for (size_t back = std::min<size_t>(4, end - begin); back > 1; --back) {  // the longest first: a tail is no character
    if (character_bytes(text.substr(0, end), end - back) == back) return end - back;
  }
  return end - 1;
}

}  // namespace

Range strip(std::string_view text, Side side, const std::optional<std::string_view>& set) {
  Range kept{0, text.size()};
  while (side != Side::kRight && kept.begin < kept.end) {
    const size_t bytes = character_bytes(text, kept.begin);
    if (!goes(text, kept.begin, bytes, set)) break;
    kept.begin += bytes;
  }
  while (side != Side::kLeft && kept.end > kept.begin) {
    const size_t last = last_character(text, kept.begin, kept.end);
    if (!goes(text, last, kept.end - last, set)) break;
    kept.end = last;
  }
  return kept;
}

uint32_t to_upper(uint32_t c) {
  if (c < 0x80) return c >= 'a' && c <= 'z' ? c - 32 : c;
  if (c == 0xb5) return 0x39c;
  if (c == 0xff) return 0x178;
  if (c >= 0xe0 && c <= 0xfe && c != 0xf7) return c - 32;
  if ((c >= 0x100 && c <= 0x137 && c != 0x131) || (c >= 0x14a && c <= 0x177)) return c & ~1u;
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e)) return (c & 1) == 0 ? c - 1 : c;
  if (c == 0x131) return 'I';
  if (c >= 0x3b1 && c <= 0x3c9) return c == 0x3c2 ? 0x3a3 : c - 32;
  if (c >= 0x430 && c <= 0x44f) return c - 32;
  if (c >= 0x450 && c <= 0x45f) return c - 80;
  return c;
}

uint32_t to_lower(uint32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
  if (c >= 0xc0 && c <= 0xde && c != 0xd7) return c + 32;
  if (c == 0x178) return 0xff;
  if ((c >= 0x100 && c <= 0x137 && c != 0x130) || (c >= 0x14a && c <= 0x177)) return c | 1u;
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e)) return (c & 1) == 1 ? c + 1 : c;
  if (c >= 0x391 && c <= 0x3a9 && c != 0x3a2) return c + 32;
  if (c >= 0x410 && c <= 0x42f) return c + 32;
  if (c >= 0x400 && c <= 0x40f) return c + 80;
  return c;
}

bool is_digit(uint32_t c) { return c >= '0' && c <= '9'; }

bool is_letter(uint32_t c) {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  if (c < 0xc0) return c == 0xaa || c == 0xb5 || c == 0xba;
  if (c == 0xd7 || c == 0xf7 || is_space(c)) return false;
  return !(c >= 0x2000 && c <= 0x2bff) && !(c >= 0x3000 && c <= 0x3004) && !(c >= 0x3008 && c <= 0x3020) &&
         !(c >= 0xfe10 && c <= 0xfe6f) && !(c >= 0xff00 && c <= 0xff20) && !(c >= 0x1f000 && c <= 0x1faff) &&
         is_printable(c);
}

bool is_printable(uint32_t c) {
  if (c < 0x7f) return c >= 0x20;
  if (c <= 0xa0 || c == 0xad) return false;
  if ((c >= 0x600 && c <= 0x605) || c == 0x61c || c == 0x6dd || c == 0x70f || c == 0x180e) return false;
  if (is_space(c) || (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f)) {
    return false;
  }
  if ((c >= 0xd800 && c <= 0xf8ff) || c == 0xfeff || (c >= 0xfff0 && c <= 0xfffb) || (c & 0xfffe) == 0xfffe)
    return false;
  return c < 0xe0000 || (c >= 0xe0100 && c <= 0xe01ef);
}

namespace {

// Knuth, Morris, Pratt: the library's search is quadratic for needles like "aaaa...b", and templates are not trusted.
template <class Found>
void search(std::string_view text, std::string_view needle, size_t from, Found&& found) {
  std::vector<size_t> border(needle.size(), 0);
  for (size_t i = 1, matched = 0; i < needle.size(); ++i) {
    while (matched > 0 && needle[i] != needle[matched]) matched = border[matched - 1];
    if (needle[i] == needle[matched]) ++matched;
    border[i] = matched;
  }
  for (size_t i = from, matched = 0; i < text.size(); ++i) {
    while (matched > 0 && text[i] != needle[matched]) matched = border[matched - 1];
    if (text[i] == needle[matched]) ++matched;
    if (matched == needle.size()) {
      if (!found(i + 1 - needle.size())) return;
      matched = border[matched - 1];
    }
  }
}

// Below this the library's search is faster and its worst case harmless.
constexpr size_t kShortNeedle = 32;

}  // namespace

size_t find_first(std::string_view text, std::string_view needle, size_t from) {
  if (needle.size() <= kShortNeedle) return text.find(needle, from);
  size_t place = std::string_view::npos;
  search(text, needle, from, [&](size_t at) {
    place = at;
    return false;
  });
  return place;
}

size_t find_last(std::string_view text, std::string_view needle) {
  if (needle.size() <= kShortNeedle) return text.rfind(needle);
  size_t place = std::string_view::npos;
  search(text, needle, 0, [&](size_t at) {
    place = at;
    return true;
  });
  return place;
}

}  // namespace capy::jinja
