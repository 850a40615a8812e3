// SPDX-License-Identifier: Apache-2.0
// Rows of floats: norms, gates, rotary embedding.
#include <cmath>

#include "kernels/generic/lanes.h"
#include "kernels/generic/operations.h"
#include "kernels/generic/scalar.h"

namespace capy::generic {
namespace {

float inverse_rms(const float* x, int64_t n, float eps) {
  return 1.0f / std::sqrt(dot(x, x, n) / static_cast<float>(n) + eps);
}

// (a, b) turned by the angle: a' = a cos - b sin, b' = b cos + a sin.
void rotate(float& a, float& b, float cos, float sin) {
  const float turned = std::fma(a, cos, -(b * sin));
  b = std::fma(b, cos, a * sin);
  a = turned;
}

}  // namespace

float dot(const float* a, const float* b, int64_t n) {
  Lanes lanes;
  for (int64_t i = 0; i < n; ++i) lanes.add_product(i, a[i], b[i]);
  return lanes.sum();
}

void rms_norm(float* out, const float* x, const float* weight, int64_t n, float eps) {
  const float inverse = inverse_rms(x, n, eps);
  for (int64_t i = 0; i < n; ++i) out[i] = x[i] * inverse * weight[i];
}

void gated_rms_norm(float* out, const float* x, const float* z, const float* weight, int64_t n, float eps) {
  const float inverse = inverse_rms(x, n, eps);
  for (int64_t i = 0; i < n; ++i) out[i] = x[i] * inverse * weight[i] * silu(z[i]);
}

void l2_norm(float* out, const float* x, int64_t n, float eps, float scale) {
  const float inverse = 1.0f / std::sqrt(dot(x, x, n) + eps);
  for (int64_t i = 0; i < n; ++i) out[i] = x[i] * inverse * scale;
}

void add(float* x, const float* y, int64_t n) {
  for (int64_t i = 0; i < n; ++i) x[i] += y[i];
}

void scaled_add(float* x, const float* y, float scale, int64_t n) {
  for (int64_t i = 0; i < n; ++i) x[i] = std::fma(scale, y[i], x[i]);
}

void swiglu(float* out, const float* gate, const float* up, int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] = silu(gate[i]) * up[i];
}

void sigmoid_gate(float* x, const float* gate, int64_t n) {
  for (int64_t i = 0; i < n; ++i) x[i] *= sigmoid(gate[i]);
}

void sigmoid(float* out, const float* x, int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] = sigmoid(x[i]);
}

void exp_shifted(float* out, const float* x, float shift, int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] = exp(x[i] - shift);
}

void rope_half(float* x, const float* cos, const float* sin, int64_t half) {
  for (int64_t i = 0; i < half; ++i) rotate(x[i], x[i + half], cos[i], sin[i]);
}

void rope_adjacent(float* x, const float* cos, const float* sin, int64_t half) {
  for (int64_t i = 0; i < half; ++i) rotate(x[2 * i], x[2 * i + 1], cos[i], sin[i]);
}

void rope_angles(float* cos, float* sin, const float* inverse_frequency, int64_t half, int64_t position,
                 float amplitude) {
  for (int64_t i = 0; i < half; ++i) {
    const SinCos turn = sin_cos(static_cast<float>(position) * inverse_frequency[i]);
    cos[i] = turn.cos * amplitude;
    sin[i] = turn.sin * amplitude;
  }
}

}  // namespace capy::generic
