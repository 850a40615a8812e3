// SPDX-License-Identifier: Apache-2.0
// The rotation before int8 quantisation: the strides inside a vector as it is loaded, the others four vectors at a
// time.
#include "kernels/avx2/operations.h"

#if defined(__AVX2__)
#include "kernels/avx2/vectors.h"
#include "kernels/generic/operations.h"

namespace capy::avx2 {
namespace {

// Lanes of `sign` -1 become partner - x, the others x + partner: one fma, so one rounding.
__m256 butterfly(__m256 x, __m256 partner, __m256 sign) { return _mm256_fmadd_ps(x, sign, partner); }

__m256 rotate_lanes(__m256 x) {
  x = butterfly(x, _mm256_permute_ps(x, 0xb1), _mm256_setr_ps(1, -1, 1, -1, 1, -1, 1, -1));
  x = butterfly(x, _mm256_permute_ps(x, 0x4e), _mm256_setr_ps(1, 1, -1, -1, 1, 1, -1, -1));
  return butterfly(x, _mm256_permute2f128_ps(x, x, 1), _mm256_setr_ps(1, 1, 1, 1, -1, -1, -1, -1));
}

// Strides h and 2h of 4h values; the last strides also multiply by `factor`.
void rotate_quarters(float* x, int64_t h, __m256 factor) {
  for (int64_t i = 0; i < h; i += 8) {
    const __m256 a = _mm256_loadu_ps(x + i);
    const __m256 b = _mm256_loadu_ps(x + i + h);
    const __m256 c = _mm256_loadu_ps(x + i + 2 * h);
    const __m256 d = _mm256_loadu_ps(x + i + 3 * h);
    const __m256 low = _mm256_add_ps(a, b);
    const __m256 low_minus = _mm256_sub_ps(a, b);
    const __m256 high = _mm256_add_ps(c, d);
    const __m256 high_minus = _mm256_sub_ps(c, d);
    _mm256_storeu_ps(x + i, _mm256_mul_ps(_mm256_add_ps(low, high), factor));
    _mm256_storeu_ps(x + i + h, _mm256_mul_ps(_mm256_add_ps(low_minus, high_minus), factor));
    _mm256_storeu_ps(x + i + 2 * h, _mm256_mul_ps(_mm256_sub_ps(low, high), factor));
    _mm256_storeu_ps(x + i + 3 * h, _mm256_mul_ps(_mm256_sub_ps(low_minus, high_minus), factor));
  }
}

// Strides 1 to 8 of 16 values.
void rotate_sixteen(float* out, const float* x, __m256 factor) {
  const __m256 a = rotate_lanes(_mm256_loadu_ps(x));
  const __m256 b = rotate_lanes(_mm256_loadu_ps(x + 8));
  _mm256_storeu_ps(out, _mm256_mul_ps(_mm256_add_ps(a, b), factor));
  _mm256_storeu_ps(out + 8, _mm256_mul_ps(_mm256_sub_ps(a, b), factor));
}

void rotate_64(float* out, const float* x, __m256 factor) {
  const __m256 one = _mm256_set1_ps(1);
  for (int64_t i = 0; i < 64; i += 16) rotate_sixteen(out + i, x + i, one);
  rotate_quarters(out, 16, factor);
}

}  // namespace

static_assert(kRotationBlock == 256);

void hadamard(float* out, const float* x, int64_t n) {
  int64_t at = 0;
  for (; at + kRotationBlock <= n; at += kRotationBlock) {
    for (int64_t i = 0; i < kRotationBlock; i += 64) rotate_64(out + at + i, x + at + i, _mm256_set1_ps(1));
    rotate_quarters(out + at, 64, _mm256_set1_ps(1.0f / 16));
  }
  for (; at + 64 <= n; at += 64) rotate_64(out + at, x + at, _mm256_set1_ps(1.0f / 8));
  for (; at + 16 <= n; at += 16) rotate_sixteen(out + at, x + at, _mm256_set1_ps(1.0f / 4));
  generic::hadamard(out + at, x + at, n - at);
}

}  // namespace capy::avx2
#endif
