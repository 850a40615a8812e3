// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_format.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "text/jinja_characters.h"
#include "text/jinja_filters.h"
#include "text/jinja_format_spec.h"
#include "text/jinja_print.h"

namespace capy::jinja {
namespace {

Error wrong(std::string_view what) { return Error{ErrorCode::kInvalid, concat("format: ", what)}; }

// Reads what stands behind a "%": (name), flags, width, precision.
class PercentReader {
 public:
  PercentReader(Budget& budget, const Text& pattern, const Value& values)
      : budget_(budget),
        pattern_(pattern),
        values_(values),
        is_tuple_(values.is(Kind::kList) && values.list().shape == Shape::kTuple) {}

  Result<Text> run() {
    const std::string_view text = pattern_.view();
    size_t done = 0;
    for (at_ = text.find('%'); at_ != std::string_view::npos; at_ = text.find('%', done)) {
      out_.append(pattern_, done, at_);
      ++at_;
      TRY(conversion());
      done = at_;
      TRY(budget_.take_string(out_.size() > static_cast<size_t>(budget_.limits().string_bytes_max) ? out_.size() : 16));
    }
    out_.append(pattern_, done, text.size());
    const bool takes_all = is_tuple_ ? next_ == values_.list().items.size() : next_ == 1 || values_.is(Kind::kDict);
    if (!takes_all) return wrong("not all arguments converted during string formatting");
    return std::move(out_);
  }

 private:
  char peek() const { return at_ < pattern_.size() ? pattern_.view()[at_] : '\0'; }

  Result<Value> next_value() {
    if (!is_tuple_ && next_ == 0) {
      ++next_;
      return values_;
    }
    if (!is_tuple_ || next_ >= values_.list().items.size()) return wrong("not enough arguments for format string");
    return values_.list().items[next_++];
  }

  Result<int64_t> number() {
    if (peek() == '*') {
      ++at_;
      const Value value = TRY(next_value());
      if (!value.is_integral()) return wrong("* wants int");
      return value.integer();
    }
    int64_t result = 0;
    while (is_digit(static_cast<unsigned char>(peek())) && result < 1'000'000'000)
      result = result * 10 + (pattern_.view()[at_++] - '0');
    return result;
  }

  Status conversion() {
    std::optional<Value> named;
    if (peek() == '(') {
      const size_t end = pattern_.view().find(')', at_);
      if (end == std::string_view::npos || !values_.is(Kind::kDict)) return wrong("format requires a mapping");
      const Value* found = values_.dict().find(pattern_.view().substr(at_ + 1, end - at_ - 1));
      if (found == nullptr) return wrong("a key is missing");
      named = *found;
      at_ = end + 1;
    }
    FormatSpec spec;
    spec.sign = '-';
    bool to_left = false;
    for (; peek() != '\0' && std::string_view("#0- +").find(peek()) != std::string_view::npos; ++at_) {
      const char flag = peek();
      to_left |= flag == '-';
      if (flag == '#') spec.is_alternate = true;
      if (flag == '0') spec.zero_padded = true;
      if (flag == '+' || (flag == ' ' && spec.sign != '+')) spec.sign = flag;
    }
    spec.width = TRY(number());
    if (spec.width < 0) {
      to_left = true;
      spec.width = -spec.width;
    }
    spec.align = to_left ? '<' : '>';
    if (to_left) spec.zero_padded = false;
    if (peek() == '.') {
      ++at_;
      spec.precision = TRY(number());
    }
    while (peek() == 'l' || peek() == 'h' || peek() == 'L') ++at_;
    if (at_ >= pattern_.size()) return wrong("incomplete format");
    const size_t place = at_;
    spec.type = pattern_.view()[at_++];
    if (spec.type == '%') {
      out_.append("%", pattern_.origin_at(place));
      return {};
    }
    return converted(spec, named ? *named : TRY(next_value()));
  }

  Status converted(FormatSpec& spec, const Value& value) {
    if (spec.type == 's' || spec.type == 'r' || spec.type == 'a') {
      spec.zero_padded = false;
      Text text = spec.type == 's' ? TRY(text_of(budget_, value)) : Text(TRY(repr(budget_, value)), kFromValue);
      return format_text(budget_, spec, text, out_);
    }
    if (spec.type == 'c') {
      if (value.is(Kind::kString)) return format_text(budget_, spec, value.text(), out_);
      return wrong("%c needs a character");
    }
    if (!value.is_number()) return wrong(concat("a number is required, not ", type_name(value)));
    if (spec.type == 'i' || spec.type == 'u') spec.type = 'd';
    if (spec.type == 'd' && value.is(Kind::kFloat)) {
      if (!(std::abs(value.number()) < 9.2e18)) return wrong("a number that is too large");
      return format_number(budget_, spec, Value(static_cast<int64_t>(value.number())), out_);
    }
    return format_number(budget_, spec, value, out_);
  }

  Budget& budget_;
  const Text& pattern_;
  const Value& values_;
  bool is_tuple_;
  Text out_;
  size_t at_ = 0;
  size_t next_ = 0;
};

// {field!conversion:spec}
class BraceReader {
 public:
  BraceReader(Interpreter& interpreter, const Text& pattern, const Arguments& arguments)
      : interpreter_(interpreter), budget_(interpreter.budget()), pattern_(pattern), arguments_(arguments) {}

  Result<Text> run() {
    const std::string_view text = pattern_.view();
    for (size_t at = 0; at < text.size();) {
      if (!budget_.charge(1)) return budget_.spent_error();
      const size_t brace = text.find_first_of("{}", at);
      out_.append(pattern_, at, std::min(brace, text.size()));
      if (brace == std::string_view::npos) break;
      if (brace + 1 < text.size() && text[brace + 1] == text[brace]) {  // {{ and }}
        out_.append(pattern_, brace, brace + 1);
        at = brace + 2;
        continue;
      }
      if (text[brace] == '}') return wrong("Single '}' encountered in format string");
      const size_t end = closing(text, brace + 1);
      if (end == std::string_view::npos) return wrong("Single '{' encountered in format string");
      TRY(field(text.substr(brace + 1, end - brace - 1)));
      at = end + 1;
    }
    return std::move(out_);
  }

 private:
  static size_t closing(std::string_view text, size_t at) {
    int depth = 1;
    for (; at < text.size(); ++at) {
      if (text[at] == '{') ++depth;
      if (text[at] == '}' && --depth == 0) return at;
    }
    return std::string_view::npos;
  }

  Status field(std::string_view field) {
    std::string_view spec_text;
    std::string_view name = field;
    char conversion = 's';
    bool has_conversion = false;
    const size_t mark = find_outside_brackets(field);
    if (mark != std::string_view::npos) {
      name = field.substr(0, mark);
      std::string_view rest = field.substr(mark);
      if (rest[0] == '!') {
        if (rest.size() < 2 || (rest.size() > 2 && rest[2] != ':')) return wrong("a conversion is one character");
        conversion = rest[1];
        has_conversion = true;
        rest.remove_prefix(2);
      }
      if (!rest.empty()) spec_text = rest.substr(1);
    }
    const Value value = TRY(lookup(name));
    std::string spec_made;
    if (spec_text.find('{') != std::string_view::npos) {
      spec_made = TRY(nested_spec(spec_text));
      spec_text = spec_made;
    }
    const FormatSpec spec = TRY(read_format_spec(spec_text));
    if (has_conversion || value.is(Kind::kString) || spec_text.empty()) {
      if (conversion != 's' && conversion != 'r' && conversion != 'a') return wrong("unknown conversion");
      Text text = conversion == 's' ? TRY(text_of(budget_, value)) : Text(TRY(repr(budget_, value)), kFromValue);
      if (spec.type != 's' && spec.type != '\0') return wrong(concat("unknown format code '", spec.type, "' for str"));
      return format_text(budget_, spec, text, out_);
    }
    if (!value.is_number()) return wrong(concat("unsupported format string passed to ", type_name(value)));
    return format_number(budget_, spec, value, out_);
  }

  static size_t find_outside_brackets(std::string_view field) {
    bool is_inside = false;
    for (size_t i = 0; i < field.size(); ++i) {
      if (field[i] == '[') is_inside = true;
      if (field[i] == ']') is_inside = false;
      if (!is_inside && (field[i] == '!' || field[i] == ':')) return i;
    }
    return std::string_view::npos;
  }

  // A width such as {:>{width}}: one level.
  Result<std::string> nested_spec(std::string_view text) {
    std::string out;
    while (!text.empty()) {
      const size_t open = text.find('{');
      out += text.substr(0, open);
      if (open == std::string_view::npos) break;
      const size_t close = text.find('}', open);
      if (close == std::string_view::npos) return wrong("expected '}'");
      const Value value = TRY(lookup(text.substr(open + 1, close - open - 1)));
      out += TRY(text_of(budget_, value)).view();
      text.remove_prefix(close + 1);
    }
    return out;
  }

  Result<Value> lookup(std::string_view name) {
    const size_t first_end = std::min(name.find_first_of(".["), name.size());
    Value value = TRY(argument(name.substr(0, first_end)));
    name.remove_prefix(first_end);
    while (!name.empty()) {
      const bool is_attribute = name[0] == '.';
      const size_t end = is_attribute ? std::min(name.find_first_of(".[", 1), name.size()) : name.find(']');
      if (end == std::string_view::npos) return wrong("Missing ']' in format string");
      const std::string_view part = name.substr(1, end - 1);
      int64_t index = 0;
      const auto read = std::from_chars(part.data(), part.data() + part.size(), index);
      const bool is_index =
          !is_attribute && !part.empty() && read.ec == std::errc() && read.ptr == part.data() + part.size();
      value = TRY(interpreter_.element(value, is_index ? Value(index) : template_string(part)));
      name.remove_prefix(is_attribute ? end : end + 1);
    }
    return value;
  }

  Result<Value> argument(std::string_view name) {
    size_t index = next_;
    if (name.empty()) {
      ++next_;
    } else if (is_digit(static_cast<unsigned char>(name[0]))) {
      const auto read = std::from_chars(name.data(), name.data() + name.size(), index);
      if (read.ec != std::errc() || read.ptr != name.data() + name.size()) return wrong("a bad field name");
    } else {
      for (const auto& [known, value] : arguments_.named) {
        if (known == name) return value;
      }
      return wrong(concat("there is no argument '", name, "'"));
    }
    if (index >= arguments_.positional.size()) return wrong("there are not enough arguments");
    return arguments_.positional[index];
  }

  Interpreter& interpreter_;
  Budget& budget_;
  const Text& pattern_;
  const Arguments& arguments_;
  Text out_;
  size_t next_ = 0;
};

}  // namespace

Result<Value> format_percent(Budget& budget, const Value& pattern, const Value& values) {
  return Value(TRY(PercentReader(budget, pattern.text(), values).run()), pattern.is_markup());
}

Result<Value> format_braces(Interpreter& interpreter, const Value& pattern, const Arguments& arguments) {
  return Value(TRY(BraceReader(interpreter, pattern.text(), arguments).run()), pattern.is_markup());
}

}  // namespace capy::jinja
