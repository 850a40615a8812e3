// SPDX-License-Identifier: Apache-2.0
#include "train/adamw.h"

#include <algorithm>
#include <cmath>

namespace capy::train {
namespace {

constexpr int64_t kGrain = 16'384;

// base^n by squaring: the same on every machine.
double power(double base, int64_t n) {
  double result = 1;
  for (; n > 0; n /= 2, base *= base) {
    if (n % 2 == 1) result *= base;
  }
  return result;
}

struct Step {
  float keep;  // 1 - lr * decay
  float beta1, one_minus_beta1, beta2, one_minus_beta2;
  float rate;     // lr / (1 - beta1^t)
  float v_scale;  // 1 / sqrt(1 - beta2^t)
  float eps;
  float scale;
};

void step_range(const Step& s, float* __restrict w, const float* __restrict g, float* __restrict m, float* __restrict v,
                int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    const float gradient = g[i] * s.scale;
    m[i] = s.beta1 * m[i] + s.one_minus_beta1 * gradient;
    v[i] = s.beta2 * v[i] + s.one_minus_beta2 * gradient * gradient;
    w[i] = w[i] * s.keep - s.rate * m[i] / (std::sqrt(v[i]) * s.v_scale + s.eps);
  }
}

}  // namespace

bool decays(const Parameter& parameter, bool embeddings_too) {
  switch (parameter.kind) {
    case ParameterKind::kMatrix: return true;
    case ParameterKind::kEmbedding: return embeddings_too;
    case ParameterKind::kHead: return true;
    default: return false;
  }
}

AdamW::AdamW(const ParameterList& parameters, const AdamWOptions& options)
    : parameters_(parameters),
      options_(options),
      m_(static_cast<size_t>(parameters.values())),
      v_(static_cast<size_t>(parameters.values())) {}

void AdamW::step(float* weights, const float* gradients, double learning_rate, double scale, ThreadPool& pool,
                 const std::vector<bool>& wanted) {
  ++steps_;
  Step s{};
  s.beta1 = static_cast<float>(options_.beta1);
  s.one_minus_beta1 = static_cast<float>(1 - options_.beta1);
  s.beta2 = static_cast<float>(options_.beta2);
  s.one_minus_beta2 = static_cast<float>(1 - options_.beta2);
  s.rate = static_cast<float>(learning_rate / (1 - power(options_.beta1, steps_)));
  s.v_scale = static_cast<float>(1 / std::sqrt(1 - power(options_.beta2, steps_)));
  s.eps = static_cast<float>(options_.eps);
  s.scale = static_cast<float>(scale);
  for (size_t i = 0; i < parameters_.all().size(); ++i) {
    if (!wanted.empty() && !wanted[i]) continue;
    const Parameter& p = parameters_.all()[i];
    s.keep = static_cast<float>(decays(p, options_.decay_embeddings) ? 1 - learning_rate * options_.weight_decay : 1);
    pool.for_ranges(p.count, kGrain, [&](int64_t begin, int64_t end, int) {
      const int64_t at = p.offset + begin;
      step_range(s, weights + at, gradients + at, m_.data() + at, v_.data() + at, end - begin);
    });
  }
}

}  // namespace capy::train
