// SPDX-License-Identifier: Apache-2.0
#include "apps/settings_file.h"

#include <algorithm>
#include <filesystem>

#include "base/concat.h"
#include "base/mapped_file.h"

// The library whole in its header, and telling errors by value: it throws nothing.
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

namespace capy {
namespace {

constexpr int64_t kFileBytesMax = 1 << 20;

std::string line_of(const std::string& name, const toml::source_region& source) {
  return concat(name, ", line ", source.begin.line);
}

SettingTable table_of(const toml::table& table, const std::string& name, bool with_tables);

bool is_array_of_texts(const toml::node& node) {
  const toml::array* const array = node.as_array();
  return array != nullptr && (array->empty() || array->is_homogeneous(toml::node_type::string));
}

Setting setting_of(std::string_view key, const toml::node& node, const std::string& name, bool with_tables) {
  Setting setting;
  setting.key = key;
  if (const auto* const boolean = node.as_boolean()) {
    setting.kind = Setting::Kind::kBool;
    setting.boolean = boolean->get();
  } else if (const auto* const integer = node.as_integer()) {
    setting.kind = Setting::Kind::kInteger;
    setting.integer = integer->get();
    setting.number = static_cast<double>(setting.integer);
  } else if (const auto* const number = node.as_floating_point()) {
    setting.kind = Setting::Kind::kFloat;
    setting.number = number->get();
  } else if (const auto* const text = node.as_string()) {
    setting.kind = Setting::Kind::kString;
    setting.text = text->get();
  } else if (is_array_of_texts(node)) {
    setting.kind = Setting::Kind::kTexts;
    for (const toml::node& entry : *node.as_array()) setting.texts.push_back(entry.as_string()->get());
  } else if (with_tables && node.is_array_of_tables()) {
    setting.kind = Setting::Kind::kTables;
    for (const toml::node& entry : *node.as_array()) {
      setting.tables.push_back(table_of(*entry.as_table(), name, false));
    }
  }
  return setting;
}

// Tables in tables are Kind::kOther: no setting is one.
SettingTable table_of(const toml::table& table, const std::string& name, bool with_tables) {
  SettingTable result;
  result.where = line_of(name, table.source());
  for (const auto& [key, node] : table) {
    Setting setting = setting_of(key.str(), node, name, with_tables);
    setting.where = line_of(name, key.source());
    result.settings.push_back(std::move(setting));
  }
  return result;
}

bool is_plain_key(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

Result<Setting> parse_change(const std::string& change) {
  const size_t equals = change.find('=');
  const std::string key = change.substr(0, equals);
  if (equals == std::string::npos || !is_plain_key(key)) {
    return Error{ErrorCode::kUsage, concat("--set ", change, ": give it as KEY=VALUE")};
  }
  return flag_setting("--set", key, change.substr(equals + 1));
}

template <class Range>
std::string with_commas(const Range& parts) {
  std::string text;
  for (const auto& part : parts) text += concat(text.empty() ? "" : ", ", part);
  return text;
}

}  // namespace

Setting flag_setting(const std::string& flag, const std::string& key, const std::string& value) {
  Setting setting;
  const toml::parse_result parsed = toml::parse(concat("value = ", value));
  const toml::node* const node = parsed && parsed.table().size() == 1 ? parsed.table().get("value") : nullptr;
  if (node != nullptr) {
    setting = setting_of(key, *node, flag, false);
  } else {
    setting.key = key;
    setting.kind = Setting::Kind::kString;
    setting.text = value;
  }
  setting.where = flag;
  setting.from_command_line = true;
  return setting;
}

void replace_or_add(SettingTable& table, Setting setting) {
  const auto old = std::find_if(table.settings.begin(), table.settings.end(),
                                [&](const Setting& other) { return other.key == setting.key; });
  if (old == table.settings.end()) {
    table.settings.push_back(std::move(setting));
  } else {
    *old = std::move(setting);
  }
}

std::string Setting::path_of(const std::string& one, const std::string& directory) const {
  return from_command_line ? one : (std::filesystem::path(directory) / one).lexically_normal().string();
}

Error Setting::must_be(std::string_view what) const {
  return Error{from_command_line ? ErrorCode::kUsage : ErrorCode::kInvalid,
               concat(where, ": ", key, " must be ", what)};
}

Result<SettingTable> read_settings(const std::string& path, std::span<const std::string> changes) {
  const std::string text = TRY(read_file(path, kFileBytesMax));
  const std::string name = std::filesystem::path(path).filename().string();
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    return Error{ErrorCode::kInvalid,
                 concat(line_of(name, parsed.error().source()), ": no TOML: ", parsed.error().description())};
  }
  SettingTable table = table_of(parsed.table(), name, true);
  table.where = name;
  for (const std::string& change : changes) replace_or_add(table, TRY(parse_change(change)));
  return table;
}

const Setting* SettingReader::take(std::string_view key) {
  known_.emplace_back(key);
  for (size_t i = 0; i < taken_.size(); ++i) {
    if (table_.settings[i].key != key) continue;
    taken_[i] = true;
    return &table_.settings[i];
  }
  return nullptr;
}

Status SettingReader::read(std::string_view key, int64_t& to, int64_t min, int64_t max) {
  const Setting* const setting = take(key);
  if (setting == nullptr) return {};
  if (setting->kind != Setting::Kind::kInteger || setting->integer < min || setting->integer > max) {
    return setting->must_be(concat("a whole number from ", min, " to ", max));
  }
  to = setting->integer;
  return {};
}

Status SettingReader::read(std::string_view key, double& to, double min, double max) {
  const Setting* const setting = take(key);
  if (setting == nullptr) return {};
  const bool is_number = setting->kind == Setting::Kind::kInteger || setting->kind == Setting::Kind::kFloat;
  // Written so that NaN fails too.
  if (!is_number || !(setting->number >= min && setting->number <= max)) {
    return setting->must_be(concat("a number from ", min, " to ", max));
  }
  to = setting->number;
  return {};
}

Status SettingReader::read(std::string_view key, std::string& to) {
  const Setting* const setting = take(key);
  if (setting == nullptr) return {};
  if (setting->kind != Setting::Kind::kString || setting->text.empty()) {
    return setting->must_be("a text in quotes that is not empty");
  }
  to = setting->text;
  return {};
}

Status SettingReader::read(std::string_view key, bool& to) {
  const Setting* const setting = take(key);
  if (setting == nullptr) return {};
  if (setting->kind != Setting::Kind::kBool) return setting->must_be("true or false");
  to = setting->boolean;
  return {};
}

Status SettingReader::read(std::string_view key, std::vector<std::string>& to, int64_t count_max) {
  const Setting* const setting = take(key);
  if (setting == nullptr) return {};
  if (setting->kind == Setting::Kind::kString) {
    to = {setting->text};
    return {};
  }
  if (setting->kind != Setting::Kind::kTexts || static_cast<int64_t>(setting->texts.size()) > count_max) {
    return setting->must_be(concat("a text in quotes, or a list of at most ", count_max, ": [\"...\", \"...\"]"));
  }
  to = setting->texts;
  return {};
}

Status SettingReader::read_choice(std::string_view key, std::string& to, std::span<const std::string_view> choices) {
  const Setting* const setting = take(key);
  if (setting == nullptr) return {};
  if (setting->kind != Setting::Kind::kString ||
      std::find(choices.begin(), choices.end(), setting->text) == choices.end()) {
    return setting->must_be(concat("one of: ", with_commas(choices)));
  }
  to = setting->text;
  return {};
}

Status SettingReader::finish() const {
  for (size_t i = 0; i < taken_.size(); ++i) {
    if (taken_[i]) continue;
    const Setting& setting = table_.settings[i];
    return Error{
        setting.from_command_line ? ErrorCode::kUsage : ErrorCode::kInvalid,
        concat(setting.where, ": there is no setting '", setting.key, "' (there are: ", with_commas(known_), ")")};
  }
  return {};
}

}  // namespace capy
