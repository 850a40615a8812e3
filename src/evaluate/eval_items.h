// SPDX-License-Identifier: Apache-2.0
// What a model is asked, as files say it: one JSON object a line, empty lines left out. Errors name file and line.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace capy {

struct ItemLimits {
  int64_t items_max = 10'000'000;
  int64_t choices_max = 1'000;
};

// {"good": "...", "bad": "...", "group": "..."}; BLiMP's own names (sentence_good, sentence_bad, UID) are known too.
struct PairItem {
  std::string good;
  std::string bad;
  std::string group;  // "" where it is not told
  std::string where;  // "pairs.jsonl, line 3"
};

// {"question" or "prompt": "...", "choices": ["...", ...], "answer": index or text, "group": "..."}. A question becomes
// "Question: ...\nAnswer:"; a prompt is taken as it is. Where neither it nor the choice has white space between them, a
// space is put there.
struct ChoiceItem {
  std::string prompt;
  std::vector<std::string> choices;  // two at least, as they were written
  size_t answer = 0;
  std::string group;
  std::string where;

  std::string continuation(size_t choice) const;  // with that space
};

// {"prompt": "..." or "messages": [...], "answer": "..." or ["...", ...], "group": "..."}: the model continues the
// prompt, or answers the messages; any of the answers is right.
struct ExactItem {
  std::string prompt;
  std::unique_ptr<JsonDocument> record;  // of messages: the whole line
  std::vector<std::string> answers;
  std::string group;
  std::string where;

  Json messages() const { return record ? record->root()["messages"] : Json(); }
};

Result<std::vector<PairItem>> parse_pairs(std::string_view text, std::string_view name, const ItemLimits& limits = {});
Result<std::vector<ChoiceItem>> parse_choices(std::string_view text, std::string_view name,
                                              const ItemLimits& limits = {});
Result<std::vector<ExactItem>> parse_exact(std::string_view text, std::string_view name, const ItemLimits& limits = {});

}  // namespace capy
