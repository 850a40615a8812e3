// SPDX-License-Identifier: Apache-2.0
// What `capy quantize --kl-by-tensor` tells: for each tensor how far the model is from its original when this tensor
// alone is quantised. The original is computed in f32 and one matrix at a time is replaced by what was written for it;
// activations stay as they are, so that the figure is the price of these weights and of nothing else.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "apps/model_choice.h"
#include "base/result.h"
#include "base/thread_pool.h"
#include "model/weight_source.h"
#include "quantize/quantize.h"

namespace capy {

// The first tokens of the text are read but not scored: they have too little before them.
constexpr int64_t kUnscoredTokens = 16;

// Fills `divergence` of the report's matrices, but for the MTP head's: no logits come from these. `out` is what was
// written, `text` is read once for each tensor.
Status measure_tensors(const ModelChoice& original, const std::string& out, const WeightSource& source,
                       std::span<const int32_t> text, ThreadPool& pool, QuantizeReport& report);

}  // namespace capy
