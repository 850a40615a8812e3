// SPDX-License-Identifier: Apache-2.0
// The chat on a terminal: `capy run` without a prompt.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "apps/model_choice.h"
#include "apps/sampling_options.h"
#include "base/result.h"

namespace capy {

struct ChatSettings {
  ModelChoice choice;
  SamplingWishes wishes;
  std::string system;
  std::optional<bool> think;
  int64_t max_tokens = -1;
  bool ignore_eos = false;
  bool shows_stats = false;  // after each answer
};

// Until the user leaves; the answer is the program's exit code.
Result<int> chat(ChatSettings settings);

}  // namespace capy
