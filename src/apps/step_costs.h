// SPDX-License-Identifier: Apache-2.0
// What a token costs by arithmetic: the bytes that a decoding step cannot but read, and the operations of a prompt's
// products. With the machine's limits they say how fast a model could be.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "engine/engine.h"

namespace capy {

struct StepCosts {
  double weight_bytes = 0;        // of the decoder's layers and the head, as held: read once for all sequences
  double kv_bytes_per_token = 0;  // of context, for each sequence
  double state_bytes = 0;         // of each sequence: recurrent states, their log, and their fold once in a window
  double product_operations =
      0;  // of a prompt's token in the decoder's products; a multiplication and an addition are two
  double head_operations = 0;  // of the last token's logits

  // Of a step that decodes `sequences` sequences with `context` tokens each.
  double bytes_of_step(int64_t sequences, double context) const {
    return weight_bytes + static_cast<double>(sequences) * (context * kv_bytes_per_token + state_bytes);
  }
};

Result<StepCosts> step_costs(const Engine& engine);

}  // namespace capy
