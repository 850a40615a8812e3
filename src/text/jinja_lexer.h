// SPDX-License-Identifier: Apache-2.0
// Cuts a template into tokens, as jinja2 does with trim_blocks and lstrip_blocks (transformers' settings):
//   data        text between tags, with whitespace already cut as the tags ask
//   {{ ... }}   tokens between kVariableBegin and kVariableEnd
//   {% ... %}   tokens between kBlockBegin and kBlockEnd
//   {# ... #}   nothing;  {% raw %} ... {% endraw %} is data
// Whitespace: "-" at a tag's edge cuts all of it on that side; a block or comment alone on its line takes the line's
// indentation ("+" keeps it), and one newline behind it. One newline at the template's very end goes. CR LF is LF.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace capy::jinja {

struct Token {
  enum class Type : uint8_t {
    kData,
    kVariableBegin,
    kVariableEnd,
    kBlockBegin,
    kBlockEnd,
    kName,
    kString,
    kInteger,
    kFloat,
    kOperator,
    kEnd
  };
  Type type = Type::kEnd;
  int line = 1;
  std::string text;  // data, name, operator, or the string literal's value
  int64_t integer = 0;
  double number = 0;

  bool is(Type wanted) const { return type == wanted; }
  bool is_operator(std::string_view wanted) const { return type == Type::kOperator && text == wanted; }
  bool is_name(std::string_view wanted) const { return type == Type::kName && text == wanted; }
};

// The tokens, closed by one kEnd. Errors begin with "<name>:<line>: ".
Result<std::vector<Token>> tokenize(std::string_view source, std::string_view name);

}  // namespace capy::jinja
