// SPDX-License-Identifier: Apache-2.0
// What a row of logits says, in f64: every term is formed and added in double, so that the figure does not depend on
// how large the vocabulary is.
#pragma once

#include <cstdint>
#include <span>

namespace capy {

// log(sum of exp(logits)), without overflow.
double log_sum_exp(std::span<const float> logits);

// The index of the largest logit, the first of equals.
int64_t likeliest(std::span<const float> logits);

// KL(reference || model) of the two rows' softmaxes; the log-sum-exps are those of the rows.
double kl_divergence(std::span<const float> reference, double reference_log_sum, std::span<const float> model,
                     double model_log_sum);

}  // namespace capy
