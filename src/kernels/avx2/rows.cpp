// SPDX-License-Identifier: Apache-2.0
// Rows of floats with 8 lanes; the last few elements by partial loads and stores.
#include "kernels/avx2/operations.h"

#if defined(__AVX2__)
#include "kernels/avx2/vectors.h"

namespace capy::avx2 {
namespace {

float inverse_root(float mean) { return 1.0f / _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(mean))); }

float inverse_rms(const float* x, int64_t n, float eps) {
  return inverse_root(dot(x, x, n) / static_cast<float>(n) + eps);
}

// out[i] = f(i, load) for 8 i at a time; f reads its inputs through `load`, which knows how many are left.
template <class Function>
void for_lanes(float* out, int64_t n, Function f) {
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    _mm256_storeu_ps(out + i, f(i, [](const float* p) { return F32::load(p); }));
  }
  if (i < n) store(out + i, f(i, [count = n - i](const float* p) { return F32::load(p, count); }), n - i);
}

}  // namespace

float dot(const float* a, const float* b, int64_t n) {
  Lanes lanes;
  int64_t i = 0;
  for (; i + 16 <= n; i += 16) {
    lanes.add_products(F32::load(a + i), F32::load(a + i + 8), F32::load(b + i), F32::load(b + i + 8));
  }
  if (i < n) {
    const int64_t rest = n - i;
    lanes.add_products(F32::load(a + i, rest), F32::load(a + i + 8, rest - 8), F32::load(b + i, rest),
                       F32::load(b + i + 8, rest - 8), rest);
  }
  return lanes.sum();
}

void rms_norm(float* out, const float* x, const float* weight, int64_t n, float eps) {
  const __m256 inverse = _mm256_set1_ps(inverse_rms(x, n, eps));
  for_lanes(out, n,
            [=](int64_t i, auto load) { return _mm256_mul_ps(_mm256_mul_ps(load(x + i), inverse), load(weight + i)); });
}

void gated_rms_norm(float* out, const float* x, const float* z, const float* weight, int64_t n, float eps) {
  const __m256 inverse = _mm256_set1_ps(inverse_rms(x, n, eps));
  for_lanes(out, n, [=](int64_t i, auto load) {
    const __m256 normed = _mm256_mul_ps(_mm256_mul_ps(load(x + i), inverse), load(weight + i));
    return _mm256_mul_ps(normed, silu(load(z + i)));
  });
}

void l2_norm(float* out, const float* x, int64_t n, float eps, float scale) {
  const __m256 inverse = _mm256_set1_ps(inverse_root(dot(x, x, n) + eps));
  for_lanes(out, n, [=](int64_t i, auto load) {
    return _mm256_mul_ps(_mm256_mul_ps(load(x + i), inverse), _mm256_set1_ps(scale));
  });
}

void add(float* x, const float* y, int64_t n) {
  for_lanes(x, n, [=](int64_t i, auto load) { return _mm256_add_ps(load(x + i), load(y + i)); });
}

void scaled_add(float* x, const float* y, float scale, int64_t n) {
  for_lanes(x, n,
            [=](int64_t i, auto load) { return _mm256_fmadd_ps(_mm256_set1_ps(scale), load(y + i), load(x + i)); });
}

void swiglu(float* out, const float* gate, const float* up, int64_t n) {
  for_lanes(out, n, [=](int64_t i, auto load) { return _mm256_mul_ps(silu(load(gate + i)), load(up + i)); });
}

void sigmoid_gate(float* x, const float* gate, int64_t n) {
  for_lanes(x, n, [=](int64_t i, auto load) { return _mm256_mul_ps(load(x + i), sigmoid(load(gate + i))); });
}

void sigmoid(float* out, const float* x, int64_t n) {
  for_lanes(out, n, [=](int64_t i, auto load) { return sigmoid(load(x + i)); });
}

void exp_shifted(float* out, const float* x, float shift, int64_t n) {
  const __m256 by = _mm256_set1_ps(shift);
  for_lanes(out, n, [=](int64_t i, auto load) { return exp(_mm256_sub_ps(load(x + i), by)); });
}

void rope_half(float* x, const float* cos, const float* sin, int64_t half) {
  for (int64_t i = 0; i < half; i += 8) {
    const int64_t count = half - i;
    const __m256 a = F32::load(x + i, count);
    const __m256 b = F32::load(x + half + i, count);
    const __m256 c = F32::load(cos + i, count);
    const __m256 s = F32::load(sin + i, count);
    store(x + i, _mm256_fmsub_ps(a, c, _mm256_mul_ps(b, s)), count);
    store(x + half + i, _mm256_fmadd_ps(b, c, _mm256_mul_ps(a, s)), count);
  }
}

void rope_adjacent(float* x, const float* cos, const float* sin, int64_t half) {
  const __m256i twice = _mm256_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3);
  for (int64_t i = 0; i < half; i += 4) {
    const int64_t pairs = smaller(half - i, 4);
    const __m256 ab = F32::load(x + 2 * i, 2 * pairs);
    const __m256 ba = _mm256_permute_ps(ab, 0xb1);
    const __m256 c = _mm256_permutevar8x32_ps(F32::load(cos + i, pairs), twice);
    const __m256 s = _mm256_permutevar8x32_ps(F32::load(sin + i, pairs), twice);
    // Even lanes: a cos - (b sin); odd lanes: b cos + (a sin).
    store(x + 2 * i, _mm256_fmaddsub_ps(ab, c, _mm256_mul_ps(ba, s)), 2 * pairs);
  }
}

void conv_silu(float* out, const float* columns, const float* weight, int64_t channels, int64_t taps) {
  for_lanes(out, channels, [=](int64_t c, auto load) {
    __m256 sum = _mm256_setzero_ps();
    for (int64_t t = 0; t < taps; ++t) {
      const int64_t i = t * channels + c;
      sum = _mm256_fmadd_ps(load(columns + i), load(weight + i), sum);
    }
    return silu(sum);
  });
}

}  // namespace capy::avx2
#endif
