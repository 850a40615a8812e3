// SPDX-License-Identifier: Apache-2.0
// What `capy quantize --calibrate` learns from a text.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/model_choice.h"
#include "base/result.h"
#include "base/thread_pool.h"
#include "evaluate/evaluate.h"
#include "model/weight_source.h"
#include "quantize/input_moments.h"

namespace capy {

struct Calibration {
  InputMoments moments;                  // by the names of Hugging Face, columns in its order
  std::vector<int32_t> held_out;         // the text's last tokens: nothing was chosen for them
  std::optional<Comparison> divergence;  // of the new model from the original, on these
};

// Runs the model over the first tokens of the text and collects the inputs of its matrices. A fifth of the tokens, and
// one window at least, is held out. kInvalid for a text that is too short.
Result<Calibration> observe_inputs(const ModelChoice& original, const std::string& file, int64_t tokens_max,
                                   const WeightSource& source, ThreadPool& pool);

// Fills `calibration.divergence`. Both models are in memory at once.
Status measure_divergence(const ModelChoice& original, const std::string& quantized, Calibration& calibration);

}  // namespace capy
