// SPDX-License-Identifier: Apache-2.0
// Filters on text and on any value; jinja_row_filters.cpp has those on lists.
#include "text/jinja_filters.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "text/jinja_characters.h"
#include "text/jinja_format.h"
#include "text/jinja_lookup.h"
#include "text/jinja_methods.h"
#include "text/jinja_operators.h"
#include "text/jinja_print.h"

namespace capy::jinja {

Result<Value> apply_filter(Interpreter& interpreter, std::string_view name, const Value& input,
                           const Arguments& arguments) {
  for (const auto family :
       {apply_text_filter, apply_number_filter, apply_row_filter, apply_choosing_filter, apply_ordering_filter}) {
    std::optional<Value> value = TRY(family(interpreter, name, input, arguments));
    if (value) return *std::move(value);
  }
  return Error{ErrorCode::kInvalid, concat("no filter named '", name, "'")};
}

namespace {

// What jinja2's soft_str gives: the string itself, or str(value).
Result<Value> as_string(Budget& budget, const Value& value) {
  if (value.is(Kind::kString)) return value;
  return Value(TRY(text_of(budget, value)));
}

Result<Value> json_filter(Interpreter& interpreter, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(bind("tojson", arguments, {"ensure_ascii", "indent", "separators", "sort_keys"}));
  Budget& budget = interpreter.budget();
  JsonStyle style;
  style.ensure_ascii = bound.truth(0, false);
  style.sort_keys = bound.truth(3, false);
  if (const Value* indent = bound[1]; indent != nullptr && !indent->is(Kind::kNone)) {
    if (indent->is_integral()) {
      const int64_t width = std::max<int64_t>(0, indent->integer());
      if (width > 1000) return Error{ErrorCode::kLimit, "an indent of more than 1000"};
      style.indent = std::string(static_cast<size_t>(width), ' ');
    } else {
      style.indent = std::string(TRY(bound.required_string(1)));
    }
    style.item_separator.assign(1, ',');
  }
  if (const Value* separators = bound[2]; separators != nullptr && !separators->is(Kind::kNone)) {
    const std::vector<Value> pair = TRY(elements_of(budget, *separators));
    if (pair.size() != 2 || !pair[0].is(Kind::kString) || !pair[1].is(Kind::kString)) {
      return Error{ErrorCode::kInvalid, "tojson: separators must be two strings"};
    }
    style.item_separator = pair[0].view();
    style.key_separator = pair[1].view();
  }
  const std::string text = TRY(to_json(budget, input, style));
  return value_string(text);
}

// Spaces in front of every line but the first; lines that are empty stay empty unless `blank`.
Result<Value> indented(Interpreter& interpreter, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(bind("indent", arguments, {"width", "first", "blank"}));
  Budget& budget = interpreter.budget();
  Text indent;
  if (bound[0] != nullptr && bound[0]->is(Kind::kString)) {
    indent = bound[0]->text();
  } else {
    const int64_t width = TRY(bound.integer(0, 4));
    if (width > 1000) return Error{ErrorCode::kLimit, "an indent of more than 1000"};
    indent.append(std::string(static_cast<size_t>(std::max<int64_t>(0, width)), ' '), kFromTemplate);
  }
  const bool blank = bound.truth(2, false);
  Text whole = TRY(as_string(budget, input)).text();
  whole.append("\n", kFromTemplate);  // so that the last line counts, as in jinja2
  const std::vector<Text> lines = TRY(lines_of(budget, whole, false));
  Text out;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (!budget.charge_bytes(indent.size())) return budget.spent_error();
    if (i > 0) out.append("\n", kFromTemplate);
    const bool is_indented = i == 0 ? bound.truth(1, false) : blank || !lines[i].empty();
    if (is_indented) out.append(indent);
    out.append(lines[i]);
    if (static_cast<int64_t>(out.size()) > budget.limits().string_bytes_max) TRY(budget.take_string(out.size()));
  }
  return Value(std::move(out), input.is_markup());
}

Result<Value> truncated(Interpreter& interpreter, const Value& value, const Arguments& arguments) {
  const Bound bound = TRY(bind("truncate", arguments, {"length", "killwords", "end", "leeway"}));
  Budget& budget = interpreter.budget();
  const int64_t length = TRY(bound.integer(0, 255));
  const std::string_view end = TRY(bound.string(2)).value_or("...");
  const int64_t leeway = TRY(bound.integer(3, 5));
  const int64_t end_length = static_cast<int64_t>(count_characters(end));
  if (length < end_length || leeway < 0) return Error{ErrorCode::kInvalid, "truncate: the length is too small"};
  if (value.is(Kind::kString) && !budget.charge_bytes(value.text().size())) return budget.spent_error();
  if (TRY(length_of(value)) <= length + leeway) return value;
  if (!value.is(Kind::kString))
    return Error{ErrorCode::kInvalid, concat("truncate needs a string, not ", type_name(value))};
  const Value cut = TRY(slice_of(budget, value, {}, length - end_length, {}));
  size_t bytes = cut.text().size();
  if (!bound.truth(1, false)) {
    const size_t space = cut.view().rfind(' ');
    if (space != std::string_view::npos) bytes = space;
  }
  Text out = cut.text().slice(0, bytes);
  out.append(end, kFromTemplate);
  return Value(std::move(out), value.is_markup());
}

Result<int64_t> word_count(Budget& budget, const Value& value) {
  const Text& text = value.text();
  if (!budget.charge_bytes(text.size() * 4)) return budget.spent_error();
  int64_t words = 0;
  bool is_inside = false;
  for (size_t at = 0; at < text.size();) {
    const size_t bytes = character_bytes(text.view(), at);
    const uint32_t c = code_point_at(text.view(), at, bytes);
    const bool is_part = is_letter(c) || is_digit(c) || c == '_';
    words += is_part && !is_inside ? 1 : 0;
    is_inside = is_part;
    at += bytes;
  }
  return words;
}

Result<Value> replace_filter(Budget& budget, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(bind("replace", arguments, {"old", "new", "count"}, 2));
  const Value old = TRY(as_string(budget, *bound[0]));
  const Value by = TRY(as_string(budget, *bound[1]));
  const int64_t count = bound[2] == nullptr || bound[2]->is(Kind::kNone) ? -1 : TRY(bound.integer(2, -1));
  return replaced(budget, TRY(as_string(budget, input)), old, by, count);
}

}  // namespace

Filtered apply_text_filter(Interpreter& interpreter, std::string_view name, const Value& input,
                           const Arguments& arguments) {
  Budget& budget = interpreter.budget();
  const auto text = [&] { return as_string(budget, input); };
  const auto found = [](Result<Value> value) -> Filtered {
    if (!value.ok()) return value.error();
    return std::optional<Value>(std::move(value).take());
  };
  if (name == "tojson") return found(json_filter(interpreter, input, arguments));
  if (name == "trim") {
    const Bound bound = TRY(bind(name, arguments, {"chars"}));
    return found(stripped(budget, TRY(text()), TRY(bound.string(0))));
  }
  if (name == "indent") return found(indented(interpreter, input, arguments));
  if (name == "replace") return found(replace_filter(budget, input, arguments));
  if (name == "truncate") return found(truncated(interpreter, input, arguments));
  if (name == "center") {
    const Bound bound = TRY(bind(name, arguments, {"width"}));
    return found(centered(budget, TRY(text()), TRY(bound.integer(0, 80)), " "));
  }
  if (name == "format") {
    if (!arguments.named.empty()) {
      std::vector<Dict::Entry> entries;
      for (const auto& [key, value] : arguments.named) entries.emplace_back(template_string(key), value);
      return found(format_percent(budget, TRY(text()), TRY(make_dict(budget, std::move(entries)))));
    }
    return found(format_percent(budget, TRY(text()), TRY(make_list(budget, arguments.positional, Shape::kTuple))));
  }
  static constexpr std::pair<std::string_view, Case> kCases[] = {{"upper", Case::kUpper},
                                                                 {"lower", Case::kLower},
                                                                 {"title", Case::kTitleWords},
                                                                 {"capitalize", Case::kCapitalize}};
  for (const auto& [known, wanted] : kCases) {
    if (known != name) continue;
    TRY(bind(name, arguments, {}));
    return found(with_case(budget, TRY(text()), wanted));
  }
  if (name == "string") return found(text());
  if (name == "safe") return found(Value(TRY(text()).text(), true));
  if (name == "escape" || name == "e" || name == "forceescape") {
    if (input.is_markup() && name != "forceescape") return found(input);
    const Value plain = TRY(text());
    TRY(budget.take_string(plain.text().size()));
    return found(Value(escape_html(plain.text()), true));
  }
  if (name == "wordcount") {
    const Value value = TRY(text());
    return found(Value(TRY(word_count(budget, value))));
  }
  return std::optional<Value>();
}

namespace {

std::string_view trimmed(std::string_view text) {
  const Range kept = strip(text, Side::kBoth, {});
  return text.substr(kept.begin, kept.end - kept.begin);
}

std::optional<double> read_float(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  double number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<int64_t> read_integer(std::string_view text, int64_t base) {
  text = trimmed(text);
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.size() > 2 && text[0] == '0') {
    const char letter = static_cast<char>(text[1] | 0x20);
    const int64_t prefixed = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 0;
    if (prefixed != 0 && (base == prefixed || base == 0)) {
      text.remove_prefix(2);
      base = prefixed;
    }
  }
  std::string digits;
  if (is_negative) digits += '-';
  for (const char c : text) {
    if (c != '_') digits += c;
  }
  if (text.empty() ||
      !(is_letter(static_cast<unsigned char>(text[0])) || is_digit(static_cast<unsigned char>(text[0])))) {
    return std::nullopt;
  }
  int64_t number = 0;
  const auto end =
      std::from_chars(digits.data(), digits.data() + digits.size(), number, static_cast<int>(base == 0 ? 10 : base));
  if (end.ec != std::errc() || end.ptr != digits.data() + digits.size()) return std::nullopt;
  return number;
}

std::optional<int64_t> whole_part(double number) {
  if (!(std::abs(number) < 9.2e18)) return std::nullopt;
  return static_cast<int64_t>(number);
}

Result<Value> int_filter(const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(bind("int", arguments, {"default", "base"}));
  const int64_t base = TRY(bound.integer(1, 10));
  if (base != 0 && (base < 2 || base > 36)) return Error{ErrorCode::kInvalid, "int: the base must be 0 or 2 to 36"};
  const Value fallback = bound[0] == nullptr ? Value(int64_t{0}) : *bound[0];
  if (input.is_integral()) return Value(input.integer());
  if (input.is(Kind::kUndefined)) return undefined_error(input.undefined());
  std::optional<int64_t> number;
  if (input.is(Kind::kFloat)) number = whole_part(input.number());
  if (input.is(Kind::kString)) {
    number = read_integer(input.view(), base);
    if (!number) {
      if (const std::optional<double> real = read_float(input.view())) number = whole_part(*real);
    }
  }
  return number ? Value(*number) : fallback;
}

Result<Value> float_filter(const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(bind("float", arguments, {"default"}));
  if (input.is_number()) return Value(input.number());
  if (input.is(Kind::kUndefined)) return undefined_error(input.undefined());
  if (input.is(Kind::kString)) {
    if (const std::optional<double> number = read_float(input.view())) return Value(*number);
  }
  return bound[0] == nullptr ? Value(0.0) : *bound[0];
}

// Half to even, of the number's exact decimal value, as Python does it.
double rounded_to(double number, int64_t digits) {
  if (!std::isfinite(number) || digits > 300) return number;
  if (digits < -300) return std::copysign(0.0, number);
  if (digits <= 0) {
    const double unit = std::pow(10.0, static_cast<double>(-digits));
    return std::nearbyint(number / unit) * unit;
  }
  char buffer[700];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::fixed, static_cast<int>(digits));
  double result = number;
  std::from_chars(buffer, end.ptr, result);
  return result;
}

Result<Value> round_filter(const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(bind("round", arguments, {"precision", "method"}));
  if (input.is(Kind::kUndefined)) return undefined_error(input.undefined());
  if (!input.is_number()) return Error{ErrorCode::kInvalid, concat("type ", type_name(input), " cannot be rounded")};
  const int64_t digits = TRY(bound.integer(0, 0));
  const std::string_view method = TRY(bound.string(1)).value_or("common");
  if (method == "common") {
    if (input.is_integral() && digits >= 0) return Value(input.integer());
    const double rounded = rounded_to(input.number(), digits);
    return input.is_integral() ? Value(static_cast<int64_t>(rounded)) : Value(rounded);
  }
  if (method != "ceil" && method != "floor") {
    return Error{ErrorCode::kInvalid, "round: the method must be common, ceil or floor"};
  }
  const double unit = std::pow(10.0, static_cast<double>(std::clamp<int64_t>(digits, -300, 300)));
  return Value((method == "ceil" ? std::ceil(input.number() * unit) : std::floor(input.number() * unit)) / unit);
}

Result<Value> abs_filter(const Value& input, const Arguments& arguments) {
  TRY(bind("abs", arguments, {}));
  if (input.is(Kind::kUndefined)) return undefined_error(input.undefined());
  if (!input.is_number())
    return Error{ErrorCode::kInvalid, concat("bad operand type for abs(): '", type_name(input), "'")};
  if (input.is(Kind::kFloat)) return Value(std::abs(input.number()));
  return input.integer() < 0 ? negated(input) : Value(input.integer());
}

}  // namespace

Filtered apply_number_filter(Interpreter&, std::string_view name, const Value& input, const Arguments& arguments) {
  if (name == "int") return std::optional<Value>(TRY(int_filter(input, arguments)));
  if (name == "float") return std::optional<Value>(TRY(float_filter(input, arguments)));
  if (name == "round") return std::optional<Value>(TRY(round_filter(input, arguments)));
  if (name == "abs") return std::optional<Value>(TRY(abs_filter(input, arguments)));
  if (name == "default" || name == "d") {
    const Bound bound = TRY(bind(name, arguments, {"default_value", "boolean"}));
    const bool is_missing = input.is(Kind::kUndefined) || (bound.truth(1, false) && !is_true(input));
    if (!is_missing) return std::optional<Value>(input);
    return std::optional<Value>(bound[0] == nullptr ? template_string("") : *bound[0]);
  }
  return std::optional<Value>();
}

}  // namespace capy::jinja
