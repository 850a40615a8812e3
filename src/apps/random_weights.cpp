// SPDX-License-Identifier: Apache-2.0
#include "apps/random_weights.h"

#include <cmath>
#include <string_view>

namespace capy {
namespace {

// Spreads every bit of the input over the whole word: two rounds of multiply and shift by odd constants (the golden
// ratio and a random one). Not for secrets.
uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 31)) * 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 29)) * 0xd1342543de82ef95u;
  return x ^ (x >> 32);
}

uint64_t key_of(std::string_view name, uint64_t seed) {
  uint64_t key = mix(seed + 1);
  for (const char c : name) key = mix(key ^ static_cast<unsigned char>(c));
  return key;
}

uint64_t random_word(uint64_t key, int64_t index) { return mix(key + mix(static_cast<uint64_t>(index) + 1)); }

// In (0, 1).
double uniform_of(uint64_t word) { return (static_cast<double>(word >> 11) + 0.5) * 0x1p-53; }

// Nearly normal, variance 1: four uniform 16-bit numbers added. Integers until the last step, so all machines agree.
float normal_of(uint64_t word) {
  const auto sum = static_cast<int64_t>((word & 0xffff) + (word >> 16 & 0xffff) + (word >> 32 & 0xffff) + (word >> 48));
  constexpr float kScale = 1.7320508F / 65536;  // a uniform number's variance is 1/12, four have 1/3
  return static_cast<float>(sum - 2 * 65535) * kScale;
}

float value_of(TensorKind kind, const RandomSource& source, uint64_t word) {
  switch (kind) {
    case TensorKind::kPlainNorm: return 1 + normal_of(word) * source.standard_deviation;
    case TensorKind::kConvolution:
      return static_cast<float>((2 * uniform_of(word) - 1) / std::sqrt(static_cast<double>(source.taps)));
    case TensorKind::kDecayLog: return static_cast<float>(std::log(1 + 15 * uniform_of(word)));  // 1 .. 16, uniform
    case TensorKind::kTimeStepBias: {  // softplus of it is 0.001 .. 0.1, uniform in its logarithm
      const double step = 0.001 * std::pow(100, uniform_of(word));
      return static_cast<float>(step + std::log(-std::expm1(-step)));  // the inverse of softplus
    }
    default: break;
  }
  return normal_of(word) * source.standard_deviation;
}

// Checkpoints keep the decay and the delta net's norm in f32.
DType stored_type(TensorKind kind) {
  return kind == TensorKind::kDecayLog || kind == TensorKind::kPlainNorm ? DType::kF32 : DType::kBF16;
}

}  // namespace

std::vector<RandomTensor> qwen35_tensors(const ModelConfig& config, const std::string& prefix) {
  std::vector<RandomTensor> tensors;
  for (ModelTensor& tensor : model_tensors(config)) {
    std::string name = hugging_face_name(tensor, config, prefix);
    tensors.push_back({{std::move(name), stored_type(tensor.kind), std::move(tensor.shape)}, tensor.kind});
  }
  return tensors;
}

void random_values(const RandomTensor& tensor, const RandomSource& source, int64_t first, std::span<float> out) {
  const uint64_t key = key_of(tensor.description.name, source.seed);
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] = value_of(tensor.kind, source, random_word(key, first + static_cast<int64_t>(i)));
  }
}

}  // namespace capy
