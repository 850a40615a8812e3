// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_print.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "text/jinja_characters.h"
#include "text/jinja_interpreter.h"
#include "text/jinja_loop.h"
#include "text/jinja_sort.h"

namespace capy::jinja {

std::string print_float(double number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number < 0 ? "-inf" : "inf";
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::scientific);
  std::string_view text(buffer, static_cast<size_t>(end.ptr - buffer));
  std::string out;
  if (text.front() == '-') {
    out = "-";
    text.remove_prefix(1);
  }
  const size_t e = text.find('e');
  int exponent = 0;
  const size_t sign = text[e + 1] == '+' ? 2 : 1;
  std::from_chars(text.data() + e + sign, text.data() + text.size(), exponent);
  const std::string digits = concat(text[0], e > 2 ? text.substr(2, e - 2) : std::string_view());
  const int count = static_cast<int>(digits.size());
  if (exponent < -4 || exponent >= 16) {
    const int size = exponent < 0 ? -exponent : exponent;
    const std::string_view point = count > 1 ? "." : "";
    return concat(out, digits[0], point, std::string_view(digits).substr(1), exponent < 0 ? "e-" : "e+",
                  size < 10 ? "0" : "", size);
  }
  if (exponent < 0) return concat(out, "0.", std::string(static_cast<size_t>(-exponent - 1), '0'), digits);
  const size_t whole = static_cast<size_t>(exponent) + 1;
  if (count <= exponent + 1) return concat(out, digits, std::string(whole - digits.size(), '0'), ".0");
  return concat(out, std::string_view(digits).substr(0, whole), ".", std::string_view(digits).substr(whole));
}

namespace {

constexpr char kHex[] = "0123456789abcdef";

void append_hex(std::string& out, uint32_t value, int digits) {
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) out += kHex[value >> shift & 15];
}

// Python's quoting: single quotes, unless the text has some and no double ones.
void append_repr(std::string& out, std::string_view text) {
  const bool has_single = text.find('\'') != std::string_view::npos;
  const char quote = has_single && text.find('"') == std::string_view::npos ? '"' : '\'';
  out += quote;
  for (size_t at = 0; at < text.size();) {
    const size_t bytes = character_bytes(text, at);
    const uint32_t c = code_point_at(text, at, bytes);
    if (c == static_cast<unsigned char>(quote) || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (is_printable(c)) {
      out.append(text, at, bytes);
    } else {
      out += c < 0x100 ? "\\x" : c < 0x10000 ? "\\u" : "\\U";
      append_hex(out, c, c < 0x100 ? 2 : c < 0x10000 ? 4 : 8);
    }
    at += bytes;
  }
  out += quote;
}

// What prints a value into a plain string. Recursion is bounded by the depth of values, and for namespaces, which may
// contain themselves, by a count.
class Printer {
 public:
  explicit Printer(Budget& budget) : budget_(budget) {}

  Status repr(const Value& value) {
    if (!budget_.charge(1)) return budget_.spent_error();
    switch (value.kind()) {
      case Kind::kUndefined: out += "Undefined"; return {};
      case Kind::kNone: out += "None"; return {};
      case Kind::kBool: out += value.truth() ? "True" : "False"; return {};
      case Kind::kInt: out += concat(value.integer()); return {};
      case Kind::kFloat: out += print_float(value.number()); return {};
      case Kind::kString: return string(value);
      case Kind::kList: return list(value.list());
      case Kind::kDict: return dict(value.dict());
      case Kind::kNamespace: return space(*value.space());
      case Kind::kMacro: out += concat("<Macro '", value.macro()->node->signature.name, "'>"); return {};
      case Kind::kLoop:
        out += concat("<LoopContext ", value.loop().index0 + 1, "/", value.loop().items.size(), ">");
        return {};
      case Kind::kFunction: out += "<function>"; return {};
      case Kind::kMethod: out += concat("<built-in method ", value.method().name, ">"); return {};
    }
    return {};
  }

  std::string out;

 private:
  Status grown() {
    if (static_cast<int64_t>(out.size()) <= budget_.limits().string_bytes_max) return {};
    return Error{ErrorCode::kLimit, concat("a string of more than ", budget_.limits().string_bytes_max, " bytes")};
  }

  Status string(const Value& value) {
    if (!budget_.charge_bytes(value.text().size())) return budget_.spent_error();
    if (value.is_markup()) out += "Markup(";
    append_repr(out, value.view());
    if (value.is_markup()) out += ')';
    return grown();
  }

  Status list(const List& list) {
    if (list.shape == Shape::kRange) {
      out += list.label;
      return {};
    }
    if (list.shape == Shape::kGenerator) {
      out += "<generator object>";
      return {};
    }
    const bool is_view = list.shape == Shape::kKeys || list.shape == Shape::kValues || list.shape == Shape::kItems;
    if (is_view)
      out += list.shape == Shape::kKeys ? "dict_keys(" : list.shape == Shape::kValues ? "dict_values(" : "dict_items(";
    const bool is_tuple = list.shape == Shape::kTuple || list.shape == Shape::kGroup;
    out += is_tuple ? '(' : '[';
    for (size_t i = 0; i < list.items.size(); ++i) {
      if (i > 0) out += ", ";
      TRY(repr(list.items[i]));
    }
    if (is_tuple && list.items.size() == 1) out += ',';
    out += is_tuple ? ')' : ']';
    if (is_view) out += ')';
    return grown();
  }

  Status dict(const Dict& dict) {
    out += '{';
    for (size_t i = 0; i < dict.entries.size(); ++i) {
      if (i > 0) out += ", ";
      TRY(repr(dict.entries[i].first));
      out += ": ";
      TRY(repr(dict.entries[i].second));
    }
    out += '}';
    return grown();
  }

  Status space(const Namespace& space) {
    if (namespaces_ >= 8) return Error{ErrorCode::kLimit, "printing namespaces inside namespaces"};
    ++namespaces_;
    out += "<Namespace {";
    for (size_t i = 0; i < space.entries.size(); ++i) {
      if (i > 0) out += ", ";
      append_repr(out, space.entries[i].first);
      out += ": ";
      TRY(repr(space.entries[i].second));
    }
    out += "}>";
    --namespaces_;
    return grown();
  }

  Budget& budget_;
  int namespaces_ = 0;
};

}  // namespace

Result<std::string> repr(Budget& budget, const Value& value) {
  Printer printer(budget);
  TRY(printer.repr(value));
  return std::move(printer.out);
}

Status print_value(Budget& budget, const Value& value, Text& out) {
  switch (value.kind()) {
    case Kind::kUndefined: return {};
    case Kind::kString: {
      TRY(budget.take_string(value.text().size()));
      if (static_cast<int64_t>(out.size() + value.text().size()) > budget.limits().string_bytes_max) {
        return Error{ErrorCode::kLimit, concat("more than ", budget.limits().string_bytes_max, " bytes of text")};
      }
      out.append(value.text());
      return {};
    }
    default: {
      const std::string printed = TRY(repr(budget, value));
      TRY(budget.take_string(out.size() + printed.size() > static_cast<size_t>(budget.limits().string_bytes_max)
                                 ? out.size() + printed.size()
                                 : printed.size()));
      out.append(printed, kFromValue);
      return {};
    }
  }
}

Result<Text> text_of(Budget& budget, const Value& value) {
  Text out;
  TRY(print_value(budget, value, out));
  return out;
}

namespace {

void append_json_unit(std::string& out, uint32_t unit) {
  out += "\\u";
  append_hex(out, unit, 4);
}

void append_json_string(std::string& out, std::string_view text, bool ensure_ascii) {
  out += '"';
  for (size_t at = 0; at < text.size();) {
    const size_t bytes = character_bytes(text, at);
    const uint32_t c = code_point_at(text, at, bytes);
    const size_t place = at;
    at += bytes;
    switch (c) {
      case '"': out += "\\\""; continue;
      case '\\': out += "\\\\"; continue;
      case '\n': out += "\\n"; continue;
      case '\r': out += "\\r"; continue;
      case '\t': out += "\\t"; continue;
      case '\b': out += "\\b"; continue;
      case '\f': out += "\\f"; continue;
      default: break;
    }
    if (c < 0x20) {
      append_json_unit(out, c);
    } else if (c < 0x7f || !ensure_ascii) {
      out.append(text, place, bytes);
    } else if (c < 0x10000) {
      append_json_unit(out, c);
    } else {
      append_json_unit(out, 0xd800 + ((c - 0x10000) >> 10));
      append_json_unit(out, 0xdc00 + ((c - 0x10000) & 0x3ff));
    }
  }
  out += '"';
}

class JsonPrinter {
 public:
  JsonPrinter(Budget& budget, const JsonStyle& style) : budget_(budget), style_(style) {}

  Status print(const Value& value, int level) {
    if (!budget_.charge(1)) return budget_.spent_error();
    switch (value.kind()) {
      case Kind::kNone: out += "null"; return {};
      case Kind::kBool: out += value.truth() ? "true" : "false"; return {};
      case Kind::kInt: out += concat(value.integer()); return {};
      case Kind::kFloat: out += json_float(value.number()); return {};
      case Kind::kString:
        if (!budget_.charge_bytes(value.text().size())) return budget_.spent_error();
        append_json_string(out, value.view(), style_.ensure_ascii);
        return grown();
      case Kind::kList: {
        const Shape shape = value.list().shape;
        if (shape == Shape::kList || shape == Shape::kTuple || shape == Shape::kGroup) return list(value.list(), level);
        break;
      }
      case Kind::kDict: return dict(value.dict(), level);
      default: break;
    }
    return Error{ErrorCode::kInvalid, concat("Object of type ", type_name(value), " is not JSON serializable")};
  }

  std::string out;

 private:
  static std::string json_float(double number) {
    if (std::isnan(number)) return "NaN";
    if (std::isinf(number)) return number < 0 ? "-Infinity" : "Infinity";
    return print_float(number);
  }

  Status grown() {
    if (static_cast<int64_t>(out.size()) <= budget_.limits().string_bytes_max) return {};
    return Error{ErrorCode::kLimit, concat("JSON of more than ", budget_.limits().string_bytes_max, " bytes")};
  }

  Status new_line(int level) {
    if (!style_.indent) return {};
    out += '\n';
    for (int i = 0; i < level; ++i) {
      if (!budget_.charge_bytes(style_.indent->size())) return budget_.spent_error();
      out += *style_.indent;
      TRY(grown());
    }
    return {};
  }

  Status list(const List& list, int level) {
    out += '[';
    for (size_t i = 0; i < list.items.size(); ++i) {
      if (i > 0) out += style_.item_separator;
      TRY(new_line(level + 1));
      TRY(print(list.items[i], level + 1));
    }
    if (!list.items.empty()) TRY(new_line(level));
    out += ']';
    return grown();
  }

  static Result<std::string> key_text(const Value& key) {
    switch (key.kind()) {
      case Kind::kString: return std::string(key.view());
      case Kind::kNone: return std::string("null");
      case Kind::kBool: return std::string(key.truth() ? "true" : "false");
      case Kind::kInt: return concat(key.integer());
      case Kind::kFloat: return json_float(key.number());
      default:
        return Error{ErrorCode::kInvalid, concat("keys must be str, int, float, bool or None, not ", type_name(key))};
    }
  }

  Status dict(const Dict& dict, int level) {
    std::vector<const Dict::Entry*> entries;
    for (const Dict::Entry& entry : dict.entries) entries.push_back(&entry);
    if (style_.sort_keys) {
      TRY(sort_stably(
          entries, [&](const Dict::Entry* a, const Dict::Entry* b) { return compare(budget_, a->first, b->first); }));
    }
    out += '{';
    for (size_t i = 0; i < entries.size(); ++i) {
      if (i > 0) out += style_.item_separator;
      TRY(new_line(level + 1));
      append_json_string(out, TRY(key_text(entries[i]->first)), style_.ensure_ascii);
      out += style_.key_separator;
      TRY(print(entries[i]->second, level + 1));
    }
    if (!entries.empty()) TRY(new_line(level));
    out += '}';
    return grown();
  }

  Budget& budget_;
  const JsonStyle& style_;
};

}  // namespace

Result<std::string> to_json(Budget& budget, const Value& value, const JsonStyle& style) {
  JsonPrinter printer(budget, style);
  TRY(printer.print(value, 0));
  return std::move(printer.out);
}

Text escape_html(const Text& text) {
  Text out;
  size_t done = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text.view()[i];
    const std::string_view entity = c == '&'    ? "&amp;"
                                    : c == '<'  ? "&lt;"
                                    : c == '>'  ? "&gt;"
                                    : c == '"'  ? "&#34;"
                                    : c == '\'' ? "&#39;"
                                                : "";
    if (entity.empty()) continue;
    out.append(text, done, i);
    out.append(entity, text.origin_at(i));
    done = i + 1;
  }
  out.append(text, done, text.size());
  return out;
}

}  // namespace capy::jinja
