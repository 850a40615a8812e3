// SPDX-License-Identifier: Apache-2.0
// Rotary frequencies. The reference computes them in f32 tensors; doing the same matters at long context, where half an
// ulp of a frequency is 0.016 rad (SPEC 2.3). std::pow and std::log are used at load only, never in the forward pass.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "model/config.h"

namespace capy {
namespace {

// YaRN (Peng et al. 2023) as SPEC 2.7: between dims lo and hi the frequency goes from unscaled to divided by the
// factor.
void scale_yarn(const RopeConfig& rope, std::vector<float>& frequencies) {
  const auto dims = static_cast<double>(rope.dims);
  const auto dim_of = [&](double rotations) {
    return dims * std::log(rope.original_context / (rotations * 2 * std::numbers::pi)) / (2 * std::log(rope.theta));
  };
  double lo = dim_of(rope.beta_fast);
  double hi = dim_of(rope.beta_slow);
  if (rope.truncate) {
    lo = std::floor(lo);
    hi = std::ceil(hi);
  }
  lo = std::max(lo, 0.0);
  hi = std::min(hi, dims - 1);
  if (lo == hi) hi += 0.001;
  for (size_t i = 0; i < frequencies.size(); ++i) {
    const auto ramp = static_cast<float>(std::clamp((static_cast<double>(i) - lo) / (hi - lo), 0.0, 1.0));
    const float keep = 1.0F - ramp;
    frequencies[i] = frequencies[i] / static_cast<float>(rope.factor) * (1.0F - keep) + frequencies[i] * keep;
  }
}

// Llama 3: long waves are divided by the factor, short ones kept, those between blended.
void scale_llama3(const RopeConfig& rope, std::vector<float>& frequencies) {
  const double low_wave = rope.original_context / rope.low_freq_factor;
  const double high_wave = rope.original_context / rope.high_freq_factor;
  for (float& frequency : frequencies) {
    const double wave = 2 * std::numbers::pi / frequency;
    if (wave < high_wave) continue;
    if (wave > low_wave) {
      frequency = static_cast<float>(frequency / rope.factor);
      continue;
    }
    const double smooth =
        (rope.original_context / wave - rope.low_freq_factor) / (rope.high_freq_factor - rope.low_freq_factor);
    frequency = static_cast<float>((1 - smooth) * frequency / rope.factor + smooth * frequency);
  }
}

}  // namespace

std::vector<float> inverse_frequencies(const RopeConfig& rope) {
  std::vector<float> frequencies(static_cast<size_t>(rope.dims / 2));
  const auto theta = static_cast<float>(rope.theta);
  for (size_t i = 0; i < frequencies.size(); ++i) {
    const float exponent = static_cast<float>(2 * i) / static_cast<float>(rope.dims);
    frequencies[i] = 1.0F / static_cast<float>(std::pow(static_cast<double>(theta), static_cast<double>(exponent)));
  }
  if (rope.scaling == RopeScaling::kYarn) scale_yarn(rope, frequencies);
  if (rope.scaling == RopeScaling::kLlama3) scale_llama3(rope, frequencies);
  if (rope.scaling == RopeScaling::kLinear) {
    for (float& frequency : frequencies) frequency /= static_cast<float>(rope.factor);
  }
  for (size_t i = 0; i < std::min(rope.divisors.size(), frequencies.size()); ++i) frequencies[i] /= rope.divisors[i];
  return frequencies;
}

float rope_amplitude(const RopeConfig& rope) {
  if (rope.scaling != RopeScaling::kYarn) return 1.0F;
  if (rope.attention_factor > 0) return static_cast<float>(rope.attention_factor);
  return rope.factor <= 1 ? 1.0F : static_cast<float>(0.1 * std::log(rope.factor) + 1.0);
}

}  // namespace capy
