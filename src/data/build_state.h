// SPDX-License-Identifier: Apache-2.0
// How far a build is: written beside the shards after each of them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/data_set.h"

namespace capy {

// What documents have come from, by name.
class ShareCounts {
 public:
  // Names beyond this many are counted together, as "(others)".
  static constexpr size_t kNamesMax = 10'000;

  void add(const std::string& name, int64_t documents, int64_t tokens);
  std::vector<DataShare> list() const;  // by name

 private:
  std::map<std::string, DataShare> shares_;
};

struct BuildState {
  uint64_t key = 0;      // of inputs and options
  int64_t records = 0;   // that are wholly in the shards
  int64_t consumed = 0;  // tokens of the next one that are too
  int64_t shards = 0;
  int64_t tokens = 0;
  int64_t loss_tokens = 0;
  // Of the first `records` records.
  int64_t documents = 0;
  int64_t conversations = 0;
  int64_t left_out = 0;
  ShareCounts licences;
  ShareCounts sources;

  static Result<BuildState> parse(std::string_view text, std::string_view name);
  std::string json() const;
};

}  // namespace capy
