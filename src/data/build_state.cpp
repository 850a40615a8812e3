// SPDX-License-Identifier: Apache-2.0
#include "data/build_state.h"

#include <charconv>
#include <optional>

#include "base/concat.h"
#include "base/json.h"

namespace capy {
namespace {

struct Number {
  const char* name;
  int64_t BuildState::* member;
};
constexpr Number kNumbers[] = {
    {"records", &BuildState::records},
    {"consumed", &BuildState::consumed},
    {"shards", &BuildState::shards},
    {"tokens", &BuildState::tokens},
    {"loss_tokens", &BuildState::loss_tokens},
    {"documents", &BuildState::documents},
    {"conversations", &BuildState::conversations},
    {"left_out", &BuildState::left_out},
};

void write(JsonWriter& json, const char* member, const ShareCounts& counts) {
  json.key(member);
  json.begin_array();
  for (const DataShare& share : counts.list()) {
    json.begin_array();
    json.value(share.name);
    json.value(share.documents);
    json.value(share.tokens);
    json.end_array();
  }
  json.end_array();
}

// No sum of this many of these overflows.
constexpr int64_t kShareMax = int64_t{1} << 49;
constexpr auto kSharesMax = static_cast<int64_t>(ShareCounts::kNamesMax) + 1;

bool read(Json list, ShareCounts& counts) {
  const auto fits = [](std::optional<int64_t> value) { return value && *value >= 0 && *value <= kShareMax; };
  if (!list.is_array() || list.size() > kSharesMax) return false;
  for (int64_t i = 0; i < list.size(); ++i) {
    const auto name = list[i][0].as_string();
    const auto documents = list[i][1].as_int();
    const auto tokens = list[i][2].as_int();
    if (!name || !fits(documents) || !fits(tokens)) return false;
    counts.add(std::string(*name), *documents, *tokens);
  }
  return true;
}

}  // namespace

void ShareCounts::add(const std::string& name, int64_t documents, int64_t tokens) {
  const bool is_known = shares_.contains(name);
  const std::string& key = is_known || shares_.size() < kNamesMax ? name : "(others)";
  DataShare& share = shares_[key];
  share.name = key;
  share.documents += documents;
  share.tokens += tokens;
}

std::vector<DataShare> ShareCounts::list() const {
  std::vector<DataShare> list;
  for (const auto& [name, share] : shares_) list.push_back(share);
  return list;
}

Result<BuildState> BuildState::parse(std::string_view text, std::string_view name) {
  const JsonDocument document = TRY(JsonDocument::parse(text, name));
  const Json root = document.root();
  BuildState state;
  const Error wrong{ErrorCode::kCorrupt, concat(name, ": not the state of a build; remove the directory it is in")};
  const std::string_view key = root["key"].as_string().value_or("");
  const auto [end, failed] = std::from_chars(key.data(), key.data() + key.size(), state.key, 16);
  if (failed != std::errc() || end != key.data() + key.size()) return wrong;
  for (const Number& number : kNumbers) {
    const auto value = root[number.name].as_int();
    if (!value || *value < 0 || *value > Manifest::kTokensMax) return wrong;
    state.*number.member = *value;
  }
  if (!read(root["licences"], state.licences) || !read(root["sources"], state.sources)) return wrong;
  return state;
}

std::string BuildState::json() const {
  JsonWriter json;
  json.begin_object();
  json.member("key", hash_text(key));
  for (const Number& number : kNumbers) json.member(number.name, this->*number.member);
  write(json, "licences", licences);
  write(json, "sources", sources);
  json.end_object();
  return json.text() + "\n";
}

}  // namespace capy
