// SPDX-License-Identifier: Apache-2.0
// The rotation before int8 quantisation: the strides inside a vector as it is loaded, the others four vectors at a
// time.
#include "kernels/neon/operations.h"

#if defined(__aarch64__)
#include "kernels/generic/operations.h"
#include "kernels/neon/vectors.h"

namespace capy::neon {
namespace {

// Strides 1 and 2. Lanes of sign -1 become partner - x, the others x + partner: one fma, so one rounding.
float32x4_t rotate_lanes(float32x4_t x) {
  const float odd_minus[] = {1, -1, 1, -1};
  const float high_minus[] = {1, 1, -1, -1};
  x = vfmaq_f32(vrev64q_f32(x), x, vld1q_f32(odd_minus));
  return vfmaq_f32(vextq_f32(x, x, 2), x, vld1q_f32(high_minus));
}

// Strides h and 2h of a, b, c, d, which are h apart; then times `factor`.
void rotate_four(float* out, int64_t h, float32x4_t a, float32x4_t b, float32x4_t c, float32x4_t d, float factor) {
  const float32x4_t low = vaddq_f32(a, b);
  const float32x4_t low_minus = vsubq_f32(a, b);
  const float32x4_t high = vaddq_f32(c, d);
  const float32x4_t high_minus = vsubq_f32(c, d);
  vst1q_f32(out, vmulq_n_f32(vaddq_f32(low, high), factor));
  vst1q_f32(out + h, vmulq_n_f32(vaddq_f32(low_minus, high_minus), factor));
  vst1q_f32(out + 2 * h, vmulq_n_f32(vsubq_f32(low, high), factor));
  vst1q_f32(out + 3 * h, vmulq_n_f32(vsubq_f32(low_minus, high_minus), factor));
}

// Strides h and 2h of 4h values.
void rotate_quarters(float* x, int64_t h, float factor) {
  for (int64_t i = 0; i < h; i += 4) {
    float* at = x + i;
    rotate_four(at, h, vld1q_f32(at), vld1q_f32(at + h), vld1q_f32(at + 2 * h), vld1q_f32(at + 3 * h), factor);
  }
}

// Strides 1 to 8 of 16 values.
void rotate_sixteen(float* out, const float* x, float factor) {
  rotate_four(out, 4, rotate_lanes(vld1q_f32(x)), rotate_lanes(vld1q_f32(x + 4)), rotate_lanes(vld1q_f32(x + 8)),
              rotate_lanes(vld1q_f32(x + 12)), factor);
}

void rotate_64(float* out, const float* x, float factor) {
  for (int64_t i = 0; i < 64; i += 16) rotate_sixteen(out + i, x + i, 1);
  rotate_quarters(out, 16, factor);
}

}  // namespace

static_assert(kRotationBlock == 256);

void hadamard(float* out, const float* x, int64_t n) {
  int64_t at = 0;
  for (; at + kRotationBlock <= n; at += kRotationBlock) {
    for (int64_t i = 0; i < kRotationBlock; i += 64) rotate_64(out + at + i, x + at + i, 1);
    rotate_quarters(out + at, 64, 1.0f / 16);
  }
  for (; at + 64 <= n; at += 64) rotate_64(out + at, x + at, 1.0f / 8);
  for (; at + 16 <= n; at += 16) rotate_sixteen(out + at, x + at, 1.0f / 4);
  generic::hadamard(out + at, x + at, n - at);
}

}  // namespace capy::neon
#endif
