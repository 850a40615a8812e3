// SPDX-License-Identifier: Apache-2.0
// One document of a data set: a text or a conversation, with where it comes from and under which licence.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace capy {

struct Document {
  std::string text;                  // of a text
  std::optional<JsonDocument> json;  // of a conversation: the whole record
  Json messages;                     // points into `json`
  Json tools;
  std::string source;  // "" where it is not told
  std::string licence;

  bool is_conversation() const { return json.has_value(); }
};

// A line of JSON: {"text": "..."} or {"messages": [...], "tools": [...]}, both with "src" (or "source") and "lic" (or
// "licence", "license"). kInvalid or kCorrupt say what is wrong; `name` is what messages call the line.
Result<Document> parse_document(std::string_view line, std::string_view name);

}  // namespace capy
