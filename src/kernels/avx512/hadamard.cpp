// SPDX-License-Identifier: Apache-2.0
// The rotation before int8 quantisation: a part of a block stays in registers from the first stride to the last.
#include "kernels/avx512/operations.h"

#if defined(__AVX512F__)
#include "kernels/avx512/vectors.h"

namespace capy::avx512 {
namespace {

// Lanes whose partner stands `h` lower become partner - x, the others x + partner: one fma, so one rounding.
__m512 butterfly(__m512 x, __m512 partner, __mmask16 upper) {
  const __m512 sign = _mm512_mask_mov_ps(_mm512_set1_ps(1), upper, _mm512_set1_ps(-1));
  return _mm512_fmadd_ps(x, sign, partner);
}

__m512 rotate_four_lanes(__m512 x) {
  x = butterfly(x, _mm512_permute_ps(x, 0xb1), 0xaaaa);
  return butterfly(x, _mm512_permute_ps(x, 0x4e), 0xcccc);
}

__m512 rotate_lanes(__m512 x) {
  x = rotate_four_lanes(x);
  x = butterfly(x, _mm512_shuffle_f32x4(x, x, 0xb1), 0xf0f0);
  return butterfly(x, _mm512_shuffle_f32x4(x, x, 0x4e), 0xff00);
}

template <int Vectors>
void rotate_part(float* out, const float* x, float factor) {
  __m512 v[Vectors];
  for (int i = 0; i < Vectors; ++i) v[i] = rotate_lanes(_mm512_loadu_ps(x + 16 * i));
  for (int h = 1; h < Vectors; h *= 2) {
    for (int i = 0; i < Vectors; ++i) {
      if ((i & h) != 0) continue;
      const __m512 a = v[i];
      v[i] = _mm512_add_ps(a, v[i + h]);
      v[i + h] = _mm512_sub_ps(a, v[i + h]);
    }
  }
  for (int i = 0; i < Vectors; ++i) _mm512_storeu_ps(out + 16 * i, _mm512_mul_ps(v[i], _mm512_set1_ps(factor)));
}

}  // namespace

static_assert(kRotationBlock == 256);

void hadamard(float* out, const float* x, int64_t n) {
  int64_t at = 0;
  for (; at + kRotationBlock <= n; at += kRotationBlock) rotate_part<16>(out + at, x + at, 1.0f / 16);
  for (; at + 64 <= n; at += 64) rotate_part<4>(out + at, x + at, 1.0f / 8);
  for (; at + 16 <= n; at += 16) rotate_part<1>(out + at, x + at, 1.0f / 4);
  for (; at + 4 <= n; at += 4) {
    const __m512 v = rotate_four_lanes(F32::load(x + at, 0xf));
    _mm512_mask_storeu_ps(out + at, 0xf, _mm512_mul_ps(v, _mm512_set1_ps(0.5f)));
  }
  for (; at < n; ++at) out[at] = x[at];
}

}  // namespace capy::avx512
#endif
