// SPDX-License-Identifier: Apache-2.0
// Rows of floats with 4 lanes; the last few elements by partial loads and stores.
#include "kernels/neon/operations.h"

#if defined(__aarch64__)
#include "kernels/neon/vectors.h"

namespace capy::neon {
namespace {

float inverse_root(float mean) { return 1.0f / vget_lane_f32(vsqrt_f32(vdup_n_f32(mean)), 0); }

float inverse_rms(const float* x, int64_t n, float eps) {
  return inverse_root(dot(x, x, n) / static_cast<float>(n) + eps);
}

// out[i] = f(i, load) for 4 i at a time; f reads its inputs through `load`, which knows how many are left.
template <class Function>
void for_lanes(float* out, int64_t n, Function f) {
  int64_t i = 0;
  for (; i + 4 <= n; i += 4) vst1q_f32(out + i, f(i, [](const float* p) { return F32::load(p); }));
  if (i < n) store(out + i, f(i, [count = n - i](const float* p) { return F32::load(p, count); }), n - i);
}

}  // namespace

float dot(const float* a, const float* b, int64_t n) {
  Lanes lanes;
  int64_t i = 0;
  for (; i + 16 <= n; i += 16) lanes.add_products<F32>(a + i, b + i);
  if (i < n) lanes.add_last_products<F32>(a + i, b + i, n - i);
  return lanes.sum();
}

void rms_norm(float* out, const float* x, const float* weight, int64_t n, float eps) {
  const float32x4_t inverse = vdupq_n_f32(inverse_rms(x, n, eps));
  for_lanes(out, n, [=](int64_t i, auto load) { return vmulq_f32(vmulq_f32(load(x + i), inverse), load(weight + i)); });
}

void gated_rms_norm(float* out, const float* x, const float* z, const float* weight, int64_t n, float eps) {
  const float32x4_t inverse = vdupq_n_f32(inverse_rms(x, n, eps));
  for_lanes(out, n, [=](int64_t i, auto load) {
    return vmulq_f32(vmulq_f32(vmulq_f32(load(x + i), inverse), load(weight + i)), silu(load(z + i)));
  });
}

void l2_norm(float* out, const float* x, int64_t n, float eps, float scale) {
  const float32x4_t inverse = vdupq_n_f32(inverse_root(dot(x, x, n) + eps));
  for_lanes(out, n, [=](int64_t i, auto load) { return vmulq_n_f32(vmulq_f32(load(x + i), inverse), scale); });
}

void add(float* x, const float* y, int64_t n) {
  for_lanes(x, n, [=](int64_t i, auto load) { return vaddq_f32(load(x + i), load(y + i)); });
}

void scaled_add(float* x, const float* y, float scale, int64_t n) {
  for_lanes(x, n, [=](int64_t i, auto load) { return vfmaq_n_f32(load(x + i), load(y + i), scale); });
}

void swiglu(float* out, const float* gate, const float* up, int64_t n) {
  for_lanes(out, n, [=](int64_t i, auto load) { return vmulq_f32(silu(load(gate + i)), load(up + i)); });
}

void sigmoid_gate(float* x, const float* gate, int64_t n) {
  for_lanes(x, n, [=](int64_t i, auto load) { return vmulq_f32(load(x + i), sigmoid(load(gate + i))); });
}

void rope_half(float* x, const float* cos, const float* sin, int64_t half) {
  for (int64_t i = 0; i < half; i += 4) {
    const int64_t count = half - i;
    const float32x4_t a = F32::load(x + i, count);
    const float32x4_t b = F32::load(x + half + i, count);
    const float32x4_t c = F32::load(cos + i, count);
    const float32x4_t s = F32::load(sin + i, count);
    store(x + i, vfmaq_f32(vnegq_f32(vmulq_f32(b, s)), a, c), count);
    store(x + half + i, vfmaq_f32(vmulq_f32(a, s), b, c), count);
  }
}

void rope_adjacent(float* x, const float* cos, const float* sin, int64_t half) {
  const uint32_t signs[] = {0x80000000, 0, 0x80000000, 0};
  const uint32x4_t even_minus = vld1q_u32(signs);
  for (int64_t i = 0; i < half; i += 2) {
    const int64_t pairs = smaller(half - i, 2);
    const float32x4_t ab = F32::load(x + 2 * i, 2 * pairs);
    const float32x4_t ba = vrev64q_f32(ab);
    const float32x4_t c = F32::load(cos + i, pairs);
    const float32x4_t s = F32::load(sin + i, pairs);
    // Even lanes: a cos - (b sin); odd lanes: b cos + (a sin).
    const uint32x4_t across = vreinterpretq_u32_f32(vmulq_f32(ba, vzip1q_f32(s, s)));
    const float32x4_t turned = vreinterpretq_f32_u32(veorq_u32(across, even_minus));
    store(x + 2 * i, vfmaq_f32(turned, ab, vzip1q_f32(c, c)), 2 * pairs);
  }
}

void conv_silu(float* out, const float* columns, const float* weight, int64_t channels, int64_t taps) {
  for_lanes(out, channels, [=](int64_t c, auto load) {
    float32x4_t sum = vdupq_n_f32(0);
    for (int64_t t = 0; t < taps; ++t) {
      const int64_t i = t * channels + c;
      sum = vfmaq_f32(sum, load(columns + i), load(weight + i));
    }
    return silu(sum);
  });
}

}  // namespace capy::neon
#endif
