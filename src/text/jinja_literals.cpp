// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_literals.h"

#include <charconv>
#include <limits>

#include "base/concat.h"
#include "base/utf8.h"

namespace capy::jinja {
namespace {

bool is_decimal(char c) { return c >= '0' && c <= '9'; }

int digit_value(char c) {
  if (is_decimal(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

// The end of digits of `base` from `at`, with single underscores between them.
size_t digits_end(std::string_view text, size_t at, int base) {
  while (at < text.size()) {
    if (digit_value(text[at]) < base) {
      ++at;
    } else if (text[at] == '_' && at + 1 < text.size() && digit_value(text[at + 1]) < base) {
      ++at;
    } else {
      break;
    }
  }
  return at;
}

// The end of a fraction and an exponent behind the whole part; `whole` where there is neither.
size_t float_end(std::string_view text, size_t whole) {
  size_t end = whole;
  if (end + 1 < text.size() && text[end] == '.' && is_decimal(text[end + 1])) end = digits_end(text, end + 1, 10);
  if (end < text.size() && (text[end] == 'e' || text[end] == 'E')) {
    size_t exponent = end + 1;
    if (exponent < text.size() && (text[exponent] == '+' || text[exponent] == '-')) ++exponent;
    if (exponent < text.size() && is_decimal(text[exponent])) end = digits_end(text, exponent, 10);
  }
  return end;
}

std::string without_underscores(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != '_') out += c;
  }
  return out;
}

int base_of(std::string_view text) {
  if (text.size() < 3 || text[0] != '0') return 10;
  const int base = (text[1] | 0x20) == 'x' ? 16 : (text[1] | 0x20) == 'o' ? 8 : (text[1] | 0x20) == 'b' ? 2 : 10;
  return base != 10 && digits_end(text, 2, base) > 2 ? base : 10;
}

}  // namespace

NumberLiteral read_number(std::string_view text, bool may_be_float) {
  NumberLiteral literal;
  const int base = base_of(text);
  const size_t skip = base == 10 ? 0 : 2;
  const size_t whole = digits_end(text, skip, base);
  literal.bytes = base == 10 && may_be_float ? float_end(text, whole) : whole;
  literal.is_float = literal.bytes > whole;
  const std::string digits = without_underscores(text.substr(skip, literal.bytes - skip));
  const char* end = digits.data() + digits.size();
  if (literal.is_float) {
    if (std::from_chars(digits.data(), end, literal.number).ec != std::errc()) {  // beyond a double: as Python has it
      literal.number = digits.find_first_of("-") == std::string::npos ? std::numeric_limits<double>::infinity() : 0.0;
    }
  } else {
    literal.is_valid = std::from_chars(digits.data(), end, literal.integer, base).ec == std::errc();
  }
  return literal;
}

namespace {

// Reads `count` hexadecimal digits behind \x, \u or \U.
Result<uint32_t> read_hex(std::string_view text, size_t at, size_t count) {
  uint32_t value = 0;
  for (size_t i = 0; i < count; ++i) {
    const int digit = at + i < text.size() ? digit_value(text[at + i]) : 99;
    if (digit > 15) return Error{ErrorCode::kInvalid, "an escape in a string lacks digits"};
    value = value * 16 + static_cast<uint32_t>(digit);
  }
  if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) {
    return Error{ErrorCode::kInvalid, "an escape in a string is no character"};
  }
  return value;
}

char simple_escape(char c) {
  switch (c) {
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    case 'a': return '\a';
    case 'b': return '\b';
    case 'f': return '\f';
    case 'v': return '\v';
    case '\\':
    case '\'':
    case '"': return c;
    default: return 0;
  }
}

size_t read_octal(std::string_view text, size_t at, std::string& out) {
  uint32_t value = 0;
  size_t used = 0;
  while (used < 3 && at + used < text.size() && digit_value(text[at + used]) < 8) {
    value = value * 8 + static_cast<uint32_t>(digit_value(text[at + used++]));
  }
  utf8_append(out, value);
  return used;
}

}  // namespace

Result<std::string> unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    if (const char plain = simple_escape(c); plain != 0) {
      out += plain;
    } else if (c == '\n') {
      // a backslash at the end of a line joins it with the next
    } else if (c == 'x' || c == 'u' || c == 'U') {
      const size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
      utf8_append(out, TRY(read_hex(text, i + 1, digits)));
      i += digits;
    } else if (c >= '0' && c <= '7') {
      i += read_octal(text, i, out) - 1;
    } else {
      out += '\\';
      out += c;
    }
  }
  return out;
}

}  // namespace capy::jinja
