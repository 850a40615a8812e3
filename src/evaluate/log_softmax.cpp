// SPDX-License-Identifier: Apache-2.0
#include "evaluate/log_softmax.h"

#include <algorithm>
#include <cmath>

namespace capy {

double log_sum_exp(std::span<const float> logits) {
  const double top = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit) - top);
  return top + std::log(sum);
}

int64_t likeliest(std::span<const float> logits) {
  return std::max_element(logits.begin(), logits.end()) - logits.begin();
}

double kl_divergence(std::span<const float> reference, double reference_log_sum, std::span<const float> model,
                     double model_log_sum) {
  double divergence = 0;
  for (size_t i = 0; i < reference.size(); ++i) {
    const double log_p = static_cast<double>(reference[i]) - reference_log_sum;
    const double log_q = static_cast<double>(model[i]) - model_log_sum;
    const double p = std::exp(log_p);
    if (p > 0) divergence += p * (log_p - log_q);  // 0 log 0 = 0, also for logits of -Inf
  }
  return divergence;
}

}  // namespace capy
