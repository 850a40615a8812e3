// SPDX-License-Identifier: Apache-2.0
// The sampling flags of run and chat, and what counts when they are left out: the values that a model's makers
// recommend.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "apps/command_line.h"
#include "base/result.h"
#include "engine/engine.h"

namespace capy {

// What the user asked for; everything left out stays empty.
struct SamplingWishes {
  std::optional<double> temperature;
  std::optional<double> top_k;  // a whole number
  std::optional<double> top_p;
  std::optional<double> min_p;
  std::optional<double> typical_p;
  std::optional<double> presence_penalty;
  std::optional<double> frequency_penalty;
  std::optional<double> repeat_penalty;
  std::optional<uint64_t> seed;
};

void add_sampling_options(CommandLine& line, SamplingWishes& wishes);

// Sets one wish by the name of its flag without dashes ("top-p", "seed"); kUsage says what is wrong. For /set.
Status set_wish(SamplingWishes& wishes, std::string_view name, std::string_view value);
// Back to the model's own.
Status forget_wish(SamplingWishes& wishes, std::string_view name);
std::string wish_names();

// generation_config.json beside the weights, where there is one.
Result<SamplingWishes> recommended_by_checkpoint(const std::string& model_path);

// The recommendation for the model in this mode, then the checkpoint's own, then the wishes. The seed is random unless
// wished for.
SamplingOptions sampling_for(const Engine& engine, bool thinking, const SamplingWishes& checkpoint,
                             const SamplingWishes& wishes);

}  // namespace capy
