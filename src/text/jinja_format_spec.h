// SPDX-License-Identifier: Apache-2.0
// Python's format specification, [[fill]align][sign][#][0][width][,][.precision][type], and what it does to values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "text/jinja_value.h"

namespace capy::jinja {

struct FormatSpec {
  std::string fill = " ";
  char align = '\0';  // < > ^ = or not given
  char sign = '-';
  bool is_alternate = false;
  bool zero_padded = false;
  char grouping = '\0';  // , or _
  int64_t width = 0;
  std::optional<int64_t> precision;
  char type = '\0';
};

Result<FormatSpec> read_format_spec(std::string_view text);

// Append the value in that form.
Status format_text(Budget& budget, const FormatSpec& spec, const Text& text, Text& out);
Status format_number(Budget& budget, const FormatSpec& spec, const Value& value, Text& out);

}  // namespace capy::jinja
