// SPDX-License-Identifier: Apache-2.0
// Numbers and string escapes as they are written in templates (Python's rules).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace capy::jinja {

struct NumberLiteral {
  size_t bytes = 0;
  bool is_valid = true;  // false: beyond 64 bits
  bool is_float = false;
  int64_t integer = 0;
  double number = 0;
};

// `text` begins with a digit. 12, 1_000, 0x1f, 0o17, 0b11, 1.5, 1e-3; a fraction only where `may_be_float`
// (in x.1.5 the digits are two look-ups).
NumberLiteral read_number(std::string_view text, bool may_be_float);

// What stands between the quotes, with its escapes replaced.
Result<std::string> unescape(std::string_view text);

}  // namespace capy::jinja
