// SPDX-License-Identifier: Apache-2.0
// AdamW with decoupled weight decay, as PyTorch has it:
//   w -= lr decay w;  m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;
//   w -= lr / (1 - b1^t) * m / (sqrt(v) / sqrt(1 - b2^t) + eps)
// Each value by itself, so neither threads nor their number can change a byte.
#pragma once

#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "train/parameters.h"

namespace capy::train {

struct AdamWOptions {
  double beta1 = 0.9;
  double beta2 = 0.95;
  double eps = 1e-8;
  double weight_decay = 0.1;
  bool decay_embeddings = false;  // tables of tokens; norms, taps and gates never decay
};

bool decays(const Parameter& parameter, bool embeddings_too);

class AdamW {
 public:
  AdamW(const ParameterList& parameters, const AdamWOptions& options);

  // The gradients are taken times `scale` (clipping). Only parameters for which `wanted` is true are stepped; empty:
  // all.
  void step(float* weights, const float* gradients, double learning_rate, double scale, ThreadPool& pool,
            const std::vector<bool>& wanted = {});

  // What a checkpoint of the run holds: moments [parameters.values()] and the number of steps.
  std::vector<float>& first_moment() { return m_; }
  std::vector<float>& second_moment() { return v_; }
  int64_t steps() const { return steps_; }
  void set_steps(int64_t steps) { steps_ = steps; }

 private:
  const ParameterList& parameters_;
  AdamWOptions options_;
  std::vector<float> m_;
  std::vector<float> v_;
  int64_t steps_ = 0;
};

}  // namespace capy::train
