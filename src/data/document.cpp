// SPDX-License-Identifier: Apache-2.0
#include "data/document.h"

#include <initializer_list>

#include "base/concat.h"

namespace capy {
namespace {

std::string first_text(Json root, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const auto text = root[name].as_string()) return std::string(*text);
  }
  return "";
}

}  // namespace

Result<Document> parse_document(std::string_view line, std::string_view name) {
  JsonDocument json = TRY(JsonDocument::parse(line, name));
  const Json root = json.root();
  Document document;
  document.source = first_text(root, {"src", "source"});
  document.licence = first_text(root, {"lic", "licence", "license"});
  if (const auto text = root["text"].as_string()) {
    document.text = *text;
    return document;
  }
  if (!root["messages"].is_array()) {
    return Error{ErrorCode::kInvalid, concat(name, ": neither \"text\" (a string) nor \"messages\" (a list)")};
  }
  document.json.emplace(std::move(json));
  document.messages = document.json->root()["messages"];
  document.tools = document.json->root()["tools"];
  return document;
}

}  // namespace capy
