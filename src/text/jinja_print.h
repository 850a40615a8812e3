// SPDX-License-Identifier: Apache-2.0
// Values as text: Python's str() and repr(), and json.dumps.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "text/jinja_value.h"

namespace capy::jinja {

// Appends str(value). Strings keep the origin of their bytes; everything else is kFromValue.
Status print_value(Budget& budget, const Value& value, Text& out);
// str(value) as a text of its own.
Result<Text> text_of(Budget& budget, const Value& value);
// repr(value).
Result<std::string> repr(Budget& budget, const Value& value);
// 1.0, 0.1, 1e-05, 1e+16, inf, nan: the shortest digits that read back as the same number.
std::string print_float(double number);

struct JsonStyle {
  std::optional<std::string> indent;  // of one level; none: everything on one line
  std::string item_separator = ", ";
  std::string key_separator = ": ";
  bool sort_keys = false;
  bool ensure_ascii = false;
};

// json.dumps(value). Keys keep their order. No HTML escaping.
Result<std::string> to_json(Budget& budget, const Value& value, const JsonStyle& style);

// & < > " ' as HTML entities, origins kept.
Text escape_html(const Text& text);

}  // namespace capy::jinja
