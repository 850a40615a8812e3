// SPDX-License-Identifier: Apache-2.0
// A TOML file of settings and the changes that the command line makes to it. toml++ stops in settings_file.cpp; what is
// known of the file here are plain values, each with the place that it comes from, for messages.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace capy {

struct Setting;

struct SettingTable {
  std::vector<Setting> settings;
  std::string where;  // of its beginning: "train.toml, line 7"
};

struct Setting {
  enum class Kind { kBool, kInteger, kFloat, kString, kTexts, kTables, kOther };

  std::string key;
  Kind kind = Kind::kOther;
  bool boolean = false;
  int64_t integer = 0;
  double number = 0;  // of integers too
  std::string text;
  std::vector<std::string> texts;    // of ["...", "..."]
  std::vector<SettingTable> tables;  // of [[key]]
  std::string where;                 // "train.toml, line 3", "--set", or the flag that gave it
  bool from_command_line = false;

  // A text (or one of the texts) as a path: those of a file are relative to the file's directory, those of --set to the
  // current one.
  std::string path(const std::string& directory) const { return path_of(text, directory); }
  std::string path_of(const std::string& one, const std::string& directory) const;

  // "train.toml, line 3: key must be ..."; kUsage where the command line said it.
  Error must_be(std::string_view what) const;
};

// The settings of a file. Each "key=value" of `changes` stands for the file's own; a value that is not TOML is a text.
Result<SettingTable> read_settings(const std::string& path, std::span<const std::string> changes);

// The setting that a flag of the command line gives; a value that is not TOML is a text.
Setting flag_setting(const std::string& flag, const std::string& key, const std::string& value);
// Instead of the table's own setting of this name, or beside the others.
void replace_or_add(SettingTable& table, Setting setting);

// Takes settings out of a table, by name and type, and knows at the end which of them nobody wanted. A setting that is
// not there leaves `to` as it is.
class SettingReader {
 public:
  explicit SettingReader(const SettingTable& table) : table_(table), taken_(table.settings.size()) {}

  const Setting* take(std::string_view key);
  Status read(std::string_view key, int64_t& to, int64_t min, int64_t max);
  Status read(std::string_view key, double& to, double min, double max);
  Status read(std::string_view key, std::string& to);
  Status read(std::string_view key, bool& to);
  Status read(std::string_view key, std::vector<std::string>& to, int64_t count_max);  // one text is a list of one
  Status read_choice(std::string_view key, std::string& to, std::span<const std::string_view> choices);

  // kInvalid (kUsage) names a key that was not taken, and those that could have been meant.
  Status finish() const;

 private:
  const SettingTable& table_;
  std::vector<bool> taken_;
  std::vector<std::string> known_;
};

}  // namespace capy
