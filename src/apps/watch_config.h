// SPDX-License-Identifier: Apache-2.0
// What is looked at while a model learns: text that it does not learn, and what it writes by then. Changes no byte of
// the training.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/settings_file.h"
#include "base/result.h"

namespace capy {

struct WatchConfig {
  static constexpr int64_t kPromptsMax = 32;

  std::string held_out;              // the directory of a data set; "": none
  int64_t held_out_steps = 0;        // each so many steps, and behind the last one
  int64_t held_out_tokens = 65'536;  // of it, at most: the same ones each time
  std::vector<std::string> sample_prompts;
  int64_t sample_steps = 0;
  int64_t sample_text_tokens = 100;  // that the model may write to a prompt
};

// The settings of those names. Without held_out_steps or sample_steps they are looked at with each checkpoint.
Status read_watch_config(SettingReader& reader, const std::string& directory, int64_t checkpoint_steps,
                         WatchConfig& config);

}  // namespace capy
