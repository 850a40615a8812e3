// SPDX-License-Identifier: Apache-2.0
// The settings of `capy tune`: those of its TOML file and its flags, which have the same names.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "apps/settings_file.h"
#include "apps/train_config.h"
#include "base/result.h"

namespace capy {

struct TuneConfig {
  TrainConfig run;                // its data and steps are filled in once the data is there
  std::vector<std::string> data;  // conversations and texts, or data sets
  std::string template_file;      // "": the model's own
  std::string learn = "answers";
  bool skip_broken = false;
  double epochs = 3;                    // when no steps are given
  std::optional<int64_t> warmup_steps;  // a thirtieth of the steps when left out
  std::optional<int64_t> decay_steps;   // of wsd; a tenth

  // For a run of so many samples in each epoch: sets steps, warm-up and decay. kInvalid where they do not fit together.
  Status set_course(int64_t samples);
};

// `path`: a TOML file, whose own paths are relative to it, or ""; flags win. Errors name the setting and its place.
Result<TuneConfig> read_tune_config(const std::string& path, std::span<const Setting> flags);

}  // namespace capy
