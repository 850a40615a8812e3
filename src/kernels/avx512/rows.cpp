// SPDX-License-Identifier: Apache-2.0
// Rows of floats with 16 lanes; the last few elements under a mask.
#include "kernels/avx512/operations.h"

#if defined(__AVX512F__)
#include "kernels/avx512/vectors.h"

namespace capy::avx512 {
namespace {

float inverse_root(float mean) { return 1.0f / _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(mean))); }

float inverse_rms(const float* x, int64_t n, float eps) {
  return inverse_root(dot(x, x, n) / static_cast<float>(n) + eps);
}

// out[i] = f(i, lanes) for 16 i at a time.
template <class Function>
void for_lanes(float* out, int64_t n, Function f) {
  for (int64_t i = 0; i < n; i += 16) {
    const __mmask16 lanes = first_lanes(n - i);
    _mm512_mask_storeu_ps(out + i, lanes, f(i, lanes));
  }
}

}  // namespace

float dot(const float* a, const float* b, int64_t n) {
  __m512 lanes = _mm512_setzero_ps();
  int64_t i = 0;
  for (; i + 16 <= n; i += 16) lanes = _mm512_fmadd_ps(_mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i), lanes);
  // Lanes without an element keep their sum as it is: adding 0 * 0 would turn -0 into +0.
  const __mmask16 rest = first_lanes(n - i);
  return sum(_mm512_mask3_fmadd_ps(F32::load(a + i, rest), F32::load(b + i, rest), lanes, rest));
}

void rms_norm(float* out, const float* x, const float* weight, int64_t n, float eps) {
  const __m512 inverse = _mm512_set1_ps(inverse_rms(x, n, eps));
  for_lanes(out, n, [=](int64_t i, __mmask16 lanes) {
    return _mm512_mul_ps(_mm512_mul_ps(F32::load(x + i, lanes), inverse), F32::load(weight + i, lanes));
  });
}

void gated_rms_norm(float* out, const float* x, const float* z, const float* weight, int64_t n, float eps) {
  const __m512 inverse = _mm512_set1_ps(inverse_rms(x, n, eps));
  for_lanes(out, n, [=](int64_t i, __mmask16 lanes) {
    const __m512 normed = _mm512_mul_ps(_mm512_mul_ps(F32::load(x + i, lanes), inverse), F32::load(weight + i, lanes));
    return _mm512_mul_ps(normed, silu(F32::load(z + i, lanes)));
  });
}

void l2_norm(float* out, const float* x, int64_t n, float eps, float scale) {
  const __m512 inverse = _mm512_set1_ps(inverse_root(dot(x, x, n) + eps));
  for_lanes(out, n, [=](int64_t i, __mmask16 lanes) {
    return _mm512_mul_ps(_mm512_mul_ps(F32::load(x + i, lanes), inverse), _mm512_set1_ps(scale));
  });
}

void add(float* x, const float* y, int64_t n) {
  for_lanes(x, n, [=](int64_t i, __mmask16 lanes) {
    return _mm512_add_ps(F32::load(x + i, lanes), F32::load(y + i, lanes));
  });
}

void scaled_add(float* x, const float* y, float scale, int64_t n) {
  for_lanes(x, n, [=](int64_t i, __mmask16 lanes) {
    return _mm512_fmadd_ps(_mm512_set1_ps(scale), F32::load(y + i, lanes), F32::load(x + i, lanes));
  });
}

void swiglu(float* out, const float* gate, const float* up, int64_t n) {
  for_lanes(out, n, [=](int64_t i, __mmask16 lanes) {
    return _mm512_mul_ps(silu(F32::load(gate + i, lanes)), F32::load(up + i, lanes));
  });
}

void sigmoid_gate(float* x, const float* gate, int64_t n) {
  for_lanes(x, n, [=](int64_t i, __mmask16 lanes) {
    return _mm512_mul_ps(F32::load(x + i, lanes), sigmoid(F32::load(gate + i, lanes)));
  });
}

void rope_half(float* x, const float* cos, const float* sin, int64_t half) {
  for (int64_t i = 0; i < half; i += 16) {
    const __mmask16 lanes = first_lanes(half - i);
    const __m512 a = F32::load(x + i, lanes);
    const __m512 b = F32::load(x + half + i, lanes);
    const __m512 c = F32::load(cos + i, lanes);
    const __m512 s = F32::load(sin + i, lanes);
    _mm512_mask_storeu_ps(x + i, lanes, _mm512_fmsub_ps(a, c, _mm512_mul_ps(b, s)));
    _mm512_mask_storeu_ps(x + half + i, lanes, _mm512_fmadd_ps(b, c, _mm512_mul_ps(a, s)));
  }
}

void rope_adjacent(float* x, const float* cos, const float* sin, int64_t half) {
  const __m512i twice = _mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
  for (int64_t i = 0; i < half; i += 8) {
    const __mmask16 pairs = first_lanes(smaller(half - i, 8));
    const __mmask16 lanes = first_lanes(2 * (half - i));
    const __m512 ab = F32::load(x + 2 * i, lanes);
    const __m512 ba = _mm512_permute_ps(ab, 0xb1);
    const __m512 c = _mm512_permutexvar_ps(twice, F32::load(cos + i, pairs));
    const __m512 s = _mm512_permutexvar_ps(twice, F32::load(sin + i, pairs));
    // Even lanes: a cos - (b sin); odd lanes: b cos + (a sin).
    _mm512_mask_storeu_ps(x + 2 * i, lanes, _mm512_fmaddsub_ps(ab, c, _mm512_mul_ps(ba, s)));
  }
}

void conv_silu(float* out, const float* columns, const float* weight, int64_t channels, int64_t taps) {
  for_lanes(out, channels, [=](int64_t c, __mmask16 lanes) {
    __m512 sum = _mm512_setzero_ps();
    for (int64_t t = 0; t < taps; ++t) {
      const int64_t i = t * channels + c;
      sum = _mm512_fmadd_ps(F32::load(columns + i, lanes), F32::load(weight + i, lanes), sum);
    }
    return silu(sum);
  });
}

}  // namespace capy::avx512
#endif
