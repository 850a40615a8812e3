// SPDX-License-Identifier: Apache-2.0
// What the user typed in earlier chats, in CAPY_HOME/history: one JSON string a line, oldest first. Replaced as a
// whole, so that a crash leaves the old file; entries that another chat has added meanwhile are kept.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace capy {

class ChatHistory {
 public:
  // Lines that are damaged are left out; without a file it begins empty.
  static ChatHistory load(std::string path);

  const std::vector<std::string>& entries() const { return entries_; }
  // Adds an entry to the file.
  Status add(std::string_view entry);

 private:
  explicit ChatHistory(std::string path) : path_(std::move(path)) {}

  std::string path_;
  std::vector<std::string> entries_;
};

}  // namespace capy
