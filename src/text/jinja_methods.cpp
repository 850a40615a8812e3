// SPDX-License-Identifier: Apache-2.0
// The methods of strings that give strings or answers; jinja_splitting.cpp has those that cut strings apart.
#include "text/jinja_methods.h"

#include <algorithm>

#include "base/utf8.h"
#include "text/jinja_arguments.h"
#include "text/jinja_characters.h"
#include "text/jinja_print.h"
#include "text/jinja_splitting.h"

namespace capy::jinja {
namespace {

bool is_word(uint32_t c) { return is_letter(c); }

bool begins_word(Case wanted, uint32_t previous) {
  if (wanted == Case::kTitle) return !is_word(previous);
  return is_space(previous) || previous == '-' || previous == '(' || previous == '{' || previous == '[' ||
         previous == '<';
}

uint32_t cased(Case wanted, uint32_t c, bool is_first, uint32_t previous) {
  switch (wanted) {
    case Case::kUpper: return to_upper(c);
    case Case::kLower: return to_lower(c);
    case Case::kSwap: return to_upper(c) == c ? to_lower(c) : to_upper(c);
    case Case::kCapitalize: return is_first ? to_upper(c) : to_lower(c);
    case Case::kTitle:
    case Case::kTitleWords: return is_first || begins_word(wanted, previous) ? to_upper(c) : to_lower(c);
  }
  return c;
}

}  // namespace

Result<Value> with_case(Budget& budget, const Value& value, Case wanted) {
  const Text& text = value.text();
  TRY(budget.take_string(text.size()));
  if (!budget.charge_bytes(text.size() * 4)) return budget.spent_error();
  Text out;
  out.reserve(text.size());
  uint32_t previous = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t bytes = character_bytes(text.view(), at);
    const uint32_t c = code_point_at(text.view(), at, bytes);
    const uint32_t changed = cased(wanted, c, at == 0, previous);
    if (changed == c) {
      out.append(text, at, at + bytes);
    } else {
      std::string character;
      utf8_append(character, changed);
      out.append(character, text.origin_at(at));
    }
    previous = c;
    at += bytes;
  }
  return Value(std::move(out), value.is_markup());
}

Result<Value> stripped(Budget& budget, const Value& value, std::optional<std::string_view> set) {
  TRY(budget.take_string(value.text().size() * (set ? set->size() + 1 : 1)));
  const Range kept = strip(value.view(), Side::kBoth, set);
  return Value(value.text().slice(kept.begin, kept.end), value.is_markup());
}

Result<Value> replaced(Budget& budget, const Value& value, const Value& old, const Value& replacement, int64_t count) {
  const Text& text = value.text();
  const Text& by = replacement.text();
  TRY(budget.take_string(text.size()));
  Text out;
  size_t done = 0;
  for (size_t from = 0; count != 0; --count) {
    const size_t place = find_first(text.view(), old.view(), from);
    if (place == std::string_view::npos) break;
    if (!budget.charge_bytes(by.size() + old.text().size())) return budget.spent_error();
    out.append(text, done, place);
    out.append(by);
    if (static_cast<int64_t>(out.size()) > budget.limits().string_bytes_max) TRY(budget.take_string(out.size()));
    done = place + old.text().size();
    from = done;
    if (old.text().empty()) {  // between all characters, and at both ends
      if (place >= text.size()) break;
      from = place + character_bytes(text.view(), place);
    }
  }
  out.append(text, done, text.size());
  return Value(std::move(out), value.is_markup());
}

Result<Value> joined(Budget& budget, const Text& separator, const std::vector<Value>& items, bool only_strings) {
  Text out;
  bool is_first = true;
  for (const Value& item : items) {
    if (only_strings && !item.is(Kind::kString)) {
      return Error{ErrorCode::kInvalid, concat("join() needs strings, but one element is a ", type_name(item))};
    }
    if (!is_first) {
      if (!budget.charge_bytes(separator.size())) return budget.spent_error();
      out.append(separator);
    }
    is_first = false;
    TRY(print_value(budget, item, out));
  }
  return Value(std::move(out));
}

Result<Value> centered(Budget& budget, const Value& value, int64_t width, std::string_view fill) {
  const int64_t padding = std::max<int64_t>(0, width - static_cast<int64_t>(count_characters(value.view())));
  const int64_t left = padding / 2 + (padding & width & 1);
  return padded(budget, value, left, padding - left, fill);
}

Result<Value> padded(Budget& budget, const Value& value, int64_t left, int64_t right, std::string_view fill) {
  if (left > budget.limits().string_bytes_max || right > budget.limits().string_bytes_max) {
    return Error{ErrorCode::kLimit, "a string that is too large"};
  }
  TRY(budget.take_string(value.text().size() + static_cast<size_t>(left + right) * fill.size()));
  std::string before, behind;
  for (int64_t i = 0; i < left; ++i) before += fill;
  for (int64_t i = 0; i < right; ++i) behind += fill;
  Text out(before, kFromValue);
  out.append(value.text());
  out.append(behind, kFromValue);
  return Value(std::move(out), value.is_markup());
}

namespace {

// startswith and endswith: one string or a tuple of them, within [start, end).
Result<Value> begins_or_ends(Budget& budget, const Value& self, const Arguments& arguments, bool begins) {
  const Bound bound = TRY(bind(begins ? "startswith" : "endswith", arguments, {"prefix", "start", "end"}, 1));
  std::string_view text = self.view();
  if (bound[1] != nullptr || bound[2] != nullptr) {
    text = TRY(part_of(budget, text, bound)).second;
  }
  const auto fits = [&](std::string_view part) { return begins ? text.starts_with(part) : text.ends_with(part); };
  if (bound[0]->is(Kind::kString)) return Value(fits(bound[0]->view()));
  if (!bound[0]->is(Kind::kList) || bound[0]->list().shape != Shape::kTuple)
    return TRY(bound.required_string(0)), Value();
  for (const Value& candidate : bound[0]->list().items) {
    if (!candidate.is(Kind::kString)) return Error{ErrorCode::kInvalid, "a tuple of strings is needed"};
    if (fits(candidate.view())) return Value(true);
  }
  return Value(false);
}

Result<Value> strip_method(Budget& budget, const Value& self, Side side, std::string_view name,
                           const Arguments& arguments) {
  const Bound bound = TRY(bind(name, arguments, {"chars"}));
  const std::optional<std::string_view> set = TRY(bound.string(0));
  TRY(budget.take_string(self.text().size()));
  if (set && !budget.charge_bytes(self.text().size() * std::min<size_t>(set->size(), 1 << 20)))
    return budget.spent_error();
  const Range kept = strip(self.view(), side, set);
  return Value(self.text().slice(kept.begin, kept.end), self.is_markup());
}

Result<Value> justify(Budget& budget, const Value& self, std::string_view name, const Arguments& arguments) {
  const Bound bound = TRY(bind(name, arguments, {"width", "fillchar"}, 1));
  const int64_t width = TRY(bound.integer(0, 0));
  const std::string_view fill = TRY(bound.string(1)).value_or(" ");
  if (count_characters(fill) != 1) return Error{ErrorCode::kInvalid, "the fill must be one character"};
  if (name == "center") return centered(budget, self, width, fill);
  const int64_t padding = std::max<int64_t>(0, width - static_cast<int64_t>(count_characters(self.view())));
  return name == "ljust" ? padded(budget, self, 0, padding, fill) : padded(budget, self, padding, 0, fill);
}

Result<Value> zero_filled(Budget& budget, const Value& self, const Arguments& arguments) {
  const Bound bound = TRY(bind("zfill", arguments, {"width"}, 1));
  const int64_t padding = TRY(bound.integer(0, 0)) - static_cast<int64_t>(count_characters(self.view()));
  if (padding <= 0) return self;
  const bool has_sign = self.view().starts_with('-') || self.view().starts_with('+');
  const Value digits(self.text().slice(has_sign ? 1 : 0, self.text().size()));
  const Value filled = TRY(padded(budget, digits, padding, 0, "0"));
  Text out = self.text().slice(0, has_sign ? 1 : 0);
  out.append(filled.text());
  return Value(std::move(out), self.is_markup());
}

Result<Value> without_affix(const Value& self, std::string_view name, const Arguments& arguments) {
  const Bound bound = TRY(bind(name, arguments, {"affix"}, 1));
  const std::string_view affix = TRY(bound.required_string(0));
  const size_t size = self.text().size();
  if (name == "removeprefix" && self.view().starts_with(affix)) {
    return Value(self.text().slice(affix.size(), size), self.is_markup());
  }
  if (name == "removesuffix" && self.view().ends_with(affix)) {
    return Value(self.text().slice(0, size - affix.size()), self.is_markup());
  }
  return self;
}

// True when every character passes (some() also needs one character that does).
template <class Test>
bool all(std::string_view text, Test test) {
  if (text.empty()) return false;
  for (size_t at = 0; at < text.size();) {
    const size_t bytes = character_bytes(text, at);
    if (!test(code_point_at(text, at, bytes))) return false;
    at += bytes;
  }
  return true;
}

// islower, isupper, istitle: there must be a letter with case, and none of the wrong case.
bool has_case(std::string_view text, Case wanted) {
  bool found = false;
  uint32_t previous = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t bytes = character_bytes(text, at);
    const uint32_t c = code_point_at(text, at, bytes);
    if (to_upper(c) != to_lower(c)) {
      found = true;
      const bool should_be_upper = wanted == Case::kUpper || (wanted == Case::kTitle && !is_word(previous));
      if (c != (should_be_upper ? to_upper(c) : to_lower(c))) return false;
    }
    previous = c;
    at += bytes;
  }
  return found;
}

std::optional<bool> question(std::string_view text, std::string_view name) {
  if (name == "isdigit" || name == "isdecimal" || name == "isnumeric") return all(text, is_digit);
  if (name == "isspace") return all(text, is_space);
  if (name == "isalpha") return all(text, is_letter);
  if (name == "isalnum") return all(text, [](uint32_t c) { return is_letter(c) || is_digit(c); });
  if (name == "isascii") return text.empty() || all(text, [](uint32_t c) { return c < 0x80; });
  if (name == "isprintable") return text.empty() || all(text, is_printable);
  if (name == "islower") return has_case(text, Case::kLower);
  if (name == "isupper") return has_case(text, Case::kUpper);
  if (name == "istitle") return has_case(text, Case::kTitle);
  if (name == "isidentifier") {
    return all(text, [](uint32_t c) { return is_letter(c) || is_digit(c) || c == '_'; }) &&
           !is_digit(static_cast<unsigned char>(text[0]));
  }
  return std::nullopt;
}

std::optional<Case> case_method(std::string_view name) {
  if (name == "upper") return Case::kUpper;
  if (name == "lower" || name == "casefold") return Case::kLower;
  if (name == "title") return Case::kTitle;
  if (name == "capitalize") return Case::kCapitalize;
  if (name == "swapcase") return Case::kSwap;
  return std::nullopt;
}

Result<Value> replace_method(Budget& budget, const Value& self, const Arguments& arguments) {
  const Bound bound = TRY(bind("replace", arguments, {"old", "new", "count"}, 2));
  TRY(bound.required_string(0));
  TRY(bound.required_string(1));
  return replaced(budget, self, *bound[0], *bound[1], TRY(bound.integer(2, -1)));
}

}  // namespace

Result<Value> call_string_method(Budget& budget, const Value& self, std::string_view name, const Arguments& arguments) {
  if (!budget.charge_bytes(self.text().size())) return budget.spent_error();
  if (const std::optional<Case> wanted = case_method(name)) {
    TRY(bind(name, arguments, {}));
    return with_case(budget, self, *wanted);
  }
  if (name == "strip") return strip_method(budget, self, Side::kBoth, name, arguments);
  if (name == "lstrip") return strip_method(budget, self, Side::kLeft, name, arguments);
  if (name == "rstrip") return strip_method(budget, self, Side::kRight, name, arguments);
  if (name == "startswith") return begins_or_ends(budget, self, arguments, true);
  if (name == "endswith") return begins_or_ends(budget, self, arguments, false);
  if (name == "replace") return replace_method(budget, self, arguments);
  if (name == "center" || name == "ljust" || name == "rjust") return justify(budget, self, name, arguments);
  if (name == "zfill") return zero_filled(budget, self, arguments);
  if (name == "removeprefix" || name == "removesuffix") return without_affix(self, name, arguments);
  if (name == "join") {
    const Bound bound = TRY(bind(name, arguments, {"iterable"}, 1));
    return joined(budget, self.text(), TRY(elements_of(budget, *bound[0])), true);
  }
  if (const std::optional<bool> answer = question(self.view(), name)) {
    TRY(bind(name, arguments, {}));
    return Value(*answer);
  }
  return call_splitting_method(budget, self, name, arguments);
}

}  // namespace capy::jinja
