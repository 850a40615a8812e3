// SPDX-License-Identifier: Apache-2.0
// The tensors of a Qwen3.5 model and random values for them, as a fresh model has them before training. Each value
// depends on the seed, the tensor's name and its index alone: not on threads, block sizes or the machine.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "formats/writer.h"
#include "model/config.h"
#include "model/tensor_list.h"

namespace capy {

struct RandomTensor {
  TensorDescription description;
  TensorKind kind = TensorKind::kMatrix;
};

// Text decoder, output head where it is not tied, and MTP head, with the names of the checkpoints. `prefix` is that of
// the decoder ("model.language_model." or "model.").
std::vector<RandomTensor> qwen35_tensors(const ModelConfig& config, const std::string& prefix);

struct RandomSource {
  uint64_t seed = 0;
  float standard_deviation = 0.02F;  // of matrices
  int64_t taps = 4;
};

// out[i] = value `first + i` of the tensor. Safe from any thread.
void random_values(const RandomTensor& tensor, const RandomSource& source, int64_t first, std::span<float> out);

}  // namespace capy
