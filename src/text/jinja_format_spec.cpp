// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_format_spec.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "text/jinja_characters.h"
#include "text/jinja_print.h"

namespace capy::jinja {
namespace {

constexpr int64_t kPrecisionMax = 400;

Error wrong(std::string_view what) { return Error{ErrorCode::kInvalid, concat("format: ", what)}; }

bool is_align(char c) { return c == '<' || c == '>' || c == '^' || c == '='; }

Result<int64_t> read_count(std::string_view& text) {
  int64_t count = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), count);
  if (end.ec == std::errc::result_out_of_range) return wrong("a number that is too large");
  text.remove_prefix(static_cast<size_t>(end.ptr - text.data()));
  return count;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

Result<FormatSpec> read_format_spec(std::string_view text) {
  FormatSpec spec;
  const size_t first = text.empty() ? 0 : character_bytes(text, 0);
  if (first < text.size() && is_align(text[first])) {
    spec.fill = text.substr(0, first);
    spec.align = text[first];
    text.remove_prefix(first + 1);
  } else if (!text.empty() && is_align(text[0])) {
    spec.align = text[0];
    text.remove_prefix(1);
  }
  if (!text.empty() && (text[0] == '+' || text[0] == '-' || text[0] == ' ')) {
    spec.sign = text[0];
    text.remove_prefix(1);
  }
  spec.is_alternate = take(text, '#');
  spec.zero_padded = take(text, '0');
  if (!text.empty() && is_digit(static_cast<unsigned char>(text[0]))) spec.width = TRY(read_count(text));
  if (!text.empty() && (text[0] == ',' || text[0] == '_')) {
    spec.grouping = text[0];
    text.remove_prefix(1);
  }
  if (take(text, '.')) {
    if (text.empty() || !is_digit(static_cast<unsigned char>(text[0]))) return wrong("the precision is missing");
    spec.precision = TRY(read_count(text));
  }
  if (text.size() > 1) return wrong("invalid format specifier");
  if (text.size() == 1) spec.type = text[0];
  return spec;
}

namespace {

Status append_padded(Budget& budget, const FormatSpec& spec, const Text& text, char default_align, Text& out) {
  const int64_t missing = spec.width - static_cast<int64_t>(count_characters(text.view()));
  TRY(budget.take_string(static_cast<size_t>(std::max<int64_t>(0, missing)) * spec.fill.size() + text.size()));
  const int64_t padding = std::max<int64_t>(0, missing);
  const char align = spec.align == '\0' ? default_align : spec.align;
  const int64_t left = align == '<' ? 0 : align == '^' ? padding / 2 : padding;
  std::string fill;
  for (int64_t i = 0; i < padding; ++i) fill += spec.fill;
  const size_t cut = static_cast<size_t>(left) * spec.fill.size();
  out.append(std::string_view(fill).substr(0, cut), kFromValue);
  out.append(text);
  out.append(std::string_view(fill).substr(cut), kFromValue);
  return {};
}

std::string grouped(std::string_view digits, char separator) {
  std::string out;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += separator;
    out += digits[i];
  }
  return out;
}

// The digits of an integer's size, with the prefix that # asks for.
Result<std::string> integer_digits(const FormatSpec& spec, int64_t value) {
  const uint64_t size = value < 0 ? uint64_t{0} - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  const int base = spec.type == 'x' || spec.type == 'X' ? 16 : spec.type == 'o' ? 8 : spec.type == 'b' ? 2 : 10;
  char buffer[70];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, size, base);
  std::string digits(buffer, end.ptr);
  if (spec.type == 'X')
    std::transform(digits.begin(), digits.end(), digits.begin(),
                   [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
  if (spec.grouping != '\0') digits = grouped(digits, spec.grouping);
  if (spec.is_alternate && base != 10) digits = concat("0", base == 2 ? 'b' : base == 8 ? 'o' : spec.type, digits);
  return digits;
}

Result<std::string> float_digits(const FormatSpec& spec, double value) {
  const double size = std::abs(value);
  if (!std::isfinite(size)) return std::string(std::isnan(size) ? "nan" : "inf");
  const char type = spec.type == '\0' ? 'g' : static_cast<char>(spec.type | 0x20);
  if (spec.type == '\0' && !spec.precision) return print_float(size);
  if (type != 'f' && type != 'e' && type != 'g' && spec.type != '%') {
    return wrong(concat("unknown format code '", spec.type, "' for float"));
  }
  int64_t precision = spec.precision.value_or(6);
  if (precision > kPrecisionMax) return wrong("a precision that is too large");
  if (type == 'g' && precision == 0) precision = 1;
  char buffer[800];
  const auto form = type == 'e'   ? std::chars_format::scientific
                    : type == 'g' ? std::chars_format::general
                                  : std::chars_format::fixed;
  const double shown = spec.type == '%' ? size * 100 : size;
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, shown, form, static_cast<int>(precision));
  std::string digits(buffer, end.ptr);  // at least two digits of exponent, as Python has
  if (spec.grouping != '\0') {
    const size_t point = std::min(digits.find_first_of(".e"), digits.size());
    digits = grouped(digits.substr(0, point), spec.grouping) + digits.substr(point);
  }
  if (spec.type == 'E' || spec.type == 'G' || spec.type == 'F') {
    std::transform(digits.begin(), digits.end(), digits.begin(), [](char c) { return c == 'e' ? 'E' : c; });
  }
  return spec.type == '%' ? digits + "%" : digits;
}

}  // namespace

Status format_text(Budget& budget, const FormatSpec& spec, const Text& text, Text& out) {
  if (spec.align == '=' || spec.grouping != '\0') return wrong("not allowed for a string");
  const size_t end =
      spec.precision ? byte_of_character(text.view(), static_cast<size_t>(*spec.precision)) : text.size();
  FormatSpec used = spec;
  if (spec.zero_padded && spec.align == '\0') used.fill.assign(1, '0');
  return append_padded(budget, used, end == text.size() ? text : text.slice(0, end), '<', out);
}

Status format_number(Budget& budget, const FormatSpec& spec, const Value& value, Text& out) {
  const bool is_integer_type =
      spec.type != '\0' && std::string_view("dxXobn").find(spec.type) != std::string_view::npos;
  const bool as_integer = value.is_integral() && (is_integer_type || spec.type == '\0');
  if (is_integer_type && !value.is_integral()) return wrong(concat("format code '", spec.type, "' needs an integer"));
  if (value.is(Kind::kBool) && spec.type == '\0') {
    return format_text(budget, spec, Text(value.truth() ? "True" : "False", kFromValue), out);
  }
  const std::string digits =
      as_integer ? TRY(integer_digits(spec, value.integer())) : TRY(float_digits(spec, value.number()));
  const bool is_negative =
      value.is_integral() ? value.integer() < 0 : std::signbit(value.number()) && !std::isnan(value.number());
  std::string sign;
  if (is_negative) sign += '-';
  if (!is_negative && spec.sign != '-') sign += spec.sign;
  FormatSpec used = spec;
  const bool inside = spec.align == '=' || (spec.zero_padded && (spec.align == '\0' || spec.align == '>'));
  if (!inside) return append_padded(budget, used, Text(sign + digits, kFromValue), '>', out);
  // The fill goes between the sign and the digits.
  if (spec.zero_padded && spec.align != '=') used.fill.assign(1, '0');
  used.align = '>';
  used.width = std::max<int64_t>(0, spec.width - static_cast<int64_t>(sign.size()));
  out.append(sign, kFromValue);
  return append_padded(budget, used, Text(digits, kFromValue), '>', out);
}

}  // namespace capy::jinja
