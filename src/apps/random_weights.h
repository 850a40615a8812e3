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

namespace capy {

enum class WeightKind {
  kMatrix,        // normal, the configuration's initializer_range
  kCentredNorm,   // applied as 1 + w: around 0
  kPlainNorm,     // applied as w: around 1
  kConvolution,   // uniform within 1 / sqrt(taps)
  kDecayLog,      // A_log: the logarithm of 1 .. 16, uniform
  kTimeStepBias,  // dt_bias: softplus of it is 0.001 .. 0.1, uniform in its logarithm
};

struct RandomTensor {
  TensorDescription description;
  WeightKind kind = WeightKind::kMatrix;
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
