// SPDX-License-Identifier: Apache-2.0
// What a model holds likelier: of two sentences the good one, of some answers the right one. By the log-likelihood of
// the text, and by that over the number of its bytes (which long texts lose less by, and which does not depend on how a
// tokenizer cuts).
//
// A text has something before it, so that its first token is judged too: BOS, or the end of a text where the model has
// none. Without (JudgeItemsOptions::start) the first token is read and not judged.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "evaluate/eval_items.h"
#include "evaluate/share.h"

namespace capy {

struct JudgeItemsOptions {
  bool start = true;
  int64_t batch = 32;          // texts at once; changes no figure
  std::vector<int32_t> loras;  // of the engine
  std::function<bool(int64_t done, int64_t total)> on_progress;
};

struct JudgedShares {
  Share by_likelihood;
  Share by_byte;
};

struct JudgedItems {
  JudgedShares all;
  std::map<std::string, JudgedShares> groups;  // empty where no item names one
  double chance = 0;                           // the share that guessing gets
};

// Ties are wrong. Errors name the line of a text that cannot be judged.
Result<JudgedItems> judge_pairs(Engine& engine, std::span<const PairItem> items, const JudgeItemsOptions& options);
Result<JudgedItems> judge_choices(Engine& engine, std::span<const ChoiceItem> items, const JudgeItemsOptions& options);

}  // namespace capy
