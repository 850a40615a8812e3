// SPDX-License-Identifier: Apache-2.0
#include "apps/chat_history.h"

#include <sys/stat.h>

#include <filesystem>

#include "base/atomic_file.h"
#include "base/json.h"
#include "base/mapped_file.h"

namespace capy {
namespace {

constexpr size_t kEntriesMax = 1000;
constexpr size_t kEntryBytesMax = 64 << 10;  // a pasted book is not worth remembering
constexpr int64_t kFileBytesMax = 16 << 20;

std::vector<std::string> read_entries(const std::string& path) {
  std::vector<std::string> entries;
  const Result<std::string> file = read_file(path, kFileBytesMax);
  if (!file.ok()) return entries;
  std::string_view rest = file.value();
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const Result<JsonDocument> line = JsonDocument::parse(rest.substr(0, end), "history");
    if (line.ok() && line.value().root().is_string()) entries.emplace_back(*line.value().root().as_string());
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return entries;
}

}  // namespace

ChatHistory ChatHistory::load(std::string path) {
  ChatHistory history(std::move(path));
  history.entries_ = read_entries(history.path_);
  return history;
}

Status ChatHistory::add(std::string_view entry) {
  if (entry.empty() || entry.size() > kEntryBytesMax) return {};
  entries_ = read_entries(path_);
  if (!entries_.empty() && entries_.back() == entry) return {};
  entries_.emplace_back(entry);
  std::string text;
  int64_t bytes_left = kFileBytesMax / 2;
  size_t first = entries_.size();
  while (first > 0 && entries_.size() - first < kEntriesMax && bytes_left > 0) {
    bytes_left -= static_cast<int64_t>(entries_[--first].size());
  }
  for (size_t i = first; i < entries_.size(); ++i) text += json_quote(entries_[i]) + "\n";
  TRY(make_directories(std::filesystem::path(path_).parent_path().string()));
  AtomicFile file = TRY(AtomicFile::create(path_, AtomicFile::Readers::kOwner));  // what is said in a chat is private
  TRY(file.write(text));
  return file.commit();
}

}  // namespace capy
