// SPDX-License-Identifier: Apache-2.0
// The loss of a checkpoint on given tokens and the gradient of every parameter: what `capy gradients` writes, and what
// tests compare with other implementations.
#pragma once

#include <string_view>
#include <vector>

#include "base/thread_pool.h"
#include "formats/checkpoint.h"
#include "train/parameters.h"

namespace capy::train {

struct GradientOrder {
  std::vector<int32_t> tokens;  // one document
  int64_t loss_from = 1;        // the loss is the mean over the targets at positions >= this; token 0 is no target
  double mtp_weight = 0;        // of the MTP head's mean loss in the sum; 0: the head has no part in it
  double z_loss = 0;
};

struct Gradients {
  ParameterList parameters;
  std::vector<float> values;  // by the offsets of `parameters`; of loss + mtp_weight * mtp_loss (+ z part)
  double loss = 0;            // mean cross-entropy
  double mtp_loss = 0;
  int64_t targets = 0;
};

// kInvalid: tokens outside the vocabulary, no target behind loss_from, an MTP weight for a model without the head.
Result<Gradients> compute_gradients(const Checkpoint& checkpoint, const GradientOrder& order, ThreadPool& pool);

// A safetensors file of all of them, f32, under the parameters' own names and shapes.
Status write_gradients(std::string_view path, const Gradients& gradients);

}  // namespace capy::train
