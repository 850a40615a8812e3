// SPDX-License-Identifier: Apache-2.0
// Whether a model writes exactly the right answer, greedily, white space at both ends aside. A prompt is continued as
// it is; messages go through the model's chat template.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "evaluate/eval_items.h"
#include "evaluate/share.h"

namespace capy {

struct ExactOptions {
  int64_t max_tokens = 64;         // of an answer
  std::vector<std::string> stops;  // texts that end an answer, besides the model's own end
  std::optional<bool> think;       // of the chat template; what is thought is no part of the answer
  int64_t batch = 16;              // answers at once; changes none
  std::vector<int32_t> loras;      // of the engine
  // Called with the answers that are finished; return false to stop (kCancelled). May be empty.
  std::function<bool(int64_t done, int64_t total)> on_progress;
  // Called with each answer in the order of the items. May be empty.
  std::function<void(const ExactItem& item, const std::string& answer, bool is_right)> on_answer;
};

struct ExactMatch {
  Share all;
  std::map<std::string, Share> groups;
};

Result<ExactMatch> match_exactly(Engine& engine, std::span<const ExactItem> items, const ExactOptions& options);

// For tests: without white space at both ends; of an answer that was thought about, what is behind the thoughts.
std::string plain_answer(const std::string& text);

}  // namespace capy
