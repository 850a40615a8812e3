// SPDX-License-Identifier: Apache-2.0
#include "text/template_files.h"

#include <filesystem>

#include "base/json.h"
#include "base/mapped_file.h"

namespace capy {
namespace {

bool is_file(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

}  // namespace

Result<std::optional<std::string>> template_of_directory(const std::string& directory) {
  const std::string own = directory + "/chat_template.jinja";
  if (is_file(own)) return std::optional<std::string>(TRY(read_file(own, kTemplateBytesMax)));
  const std::string config = directory + "/tokenizer_config.json";
  if (!is_file(config)) return std::optional<std::string>();
  const JsonDocument document = TRY(JsonDocument::read(config));
  const Json field = document.root()["chat_template"];
  if (const auto text = field.as_string()) return std::optional<std::string>(std::string(*text));
  for (int64_t i = 0; i < field.size(); ++i) {
    const Json entry = field[i];
    if (entry["name"].as_string().value_or("") != "default") continue;
    if (const auto text = entry["template"].as_string()) return std::optional<std::string>(std::string(*text));
  }
  return std::optional<std::string>();
}

}  // namespace capy
