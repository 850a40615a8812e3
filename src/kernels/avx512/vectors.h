// SPDX-License-Identifier: Apache-2.0
// What the AVX-512 files share: masks, exp and its relatives, the canonical tree. One zmm is the 16 lanes of the
// canonical sum. Everything is private to each file (anonymous namespace), and nothing here calls an inline function of
// another header: the linker must find nothing to merge with plain code (check_isa_symbols.cmake watches over it).
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "kernels/generic/constants.h"

namespace capy::avx512 {
namespace {

// The first `count` of 16 lanes; all of them from 16 on.
inline __mmask16 first_lanes(int64_t count) {
  return count >= 16 ? __mmask16{0xffff} : static_cast<__mmask16>((1u << count) - 1);
}

inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

inline int64_t rounded_up(int64_t n, int64_t step) { return (n + step - 1) / step * step; }

// Keeps what was loaded in its register: g++ would rather load it again as an operand of every multiplication, and the
// products are bound by loads then.
inline __m512 in_register(__m512 v) {
#if !defined(CAPY_EMULATED_AVX512)
  asm("" : "+v"(v));
#endif
  return v;
}

// generic/scalar.h, step by step. NaN passes through the arithmetic; scalef multiplies by 2^n in one rounding, and
// there is none since no result is subnormal.
inline __m512 exp(__m512 x) {
  const __m512 round = _mm512_set1_ps(kRoundToInteger);
  const __m512 n = _mm512_sub_ps(_mm512_fmadd_ps(x, _mm512_set1_ps(kLog2E), round), round);
  __m512 r = _mm512_fnmadd_ps(n, _mm512_set1_ps(kLn2High), x);
  r = _mm512_fnmadd_ps(n, _mm512_set1_ps(kLn2Low), r);
  __m512 q = _mm512_fmadd_ps(_mm512_set1_ps(kExpC6), r, _mm512_set1_ps(kExpC5));
  q = _mm512_fmadd_ps(q, r, _mm512_set1_ps(kExpC4));
  q = _mm512_fmadd_ps(q, r, _mm512_set1_ps(kExpC3));
  q = _mm512_fmadd_ps(q, r, _mm512_set1_ps(kExpC2));
  q = _mm512_fmadd_ps(q, r, _mm512_set1_ps(1));
  q = _mm512_fmadd_ps(q, r, _mm512_set1_ps(1));
  const __mmask16 not_below = _mm512_cmp_ps_mask(x, _mm512_set1_ps(kExpMin), _CMP_NLT_UQ);
  const __mmask16 above = _mm512_cmp_ps_mask(x, _mm512_set1_ps(kExpMax), _CMP_GT_OQ);
  return _mm512_mask_mov_ps(_mm512_maskz_scalef_ps(not_below, q, n), above, _mm512_set1_ps(__builtin_inff()));
}

// 1 + exp(-x)
inline __m512 one_plus_exp_minus(__m512 x) {
  const __m512 minus = _mm512_xor_ps(x, _mm512_set1_ps(-0.0f));
  return _mm512_add_ps(_mm512_set1_ps(1), exp(minus));
}

inline __m512 sigmoid(__m512 x) { return _mm512_div_ps(_mm512_set1_ps(1), one_plus_exp_minus(x)); }

inline __m512 silu(__m512 x) { return _mm512_div_ps(x, one_plus_exp_minus(x)); }

// The tree of the canonical sum.
inline float sum(__m512 lanes) {
  const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(lanes), _mm512_extractf32x8_ps(lanes, 1));
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

// Sixteen trees at once: lane i of the result is sum(v[i]). Each step adds halves of two or more vectors in one go.
inline __m512 sums(const __m512 v[16]) {
  __m512 a[8];
  for (int p = 0; p < 8; ++p) {  // lanes l and l+8; a[p] holds two sums, v[i] and v[j]
    const __m512 x = v[(2 * p) % 4 * 4 + (2 * p) / 4];
    const __m512 y = v[(2 * p + 1) % 4 * 4 + (2 * p + 1) / 4];
    a[p] = _mm512_add_ps(_mm512_shuffle_f32x4(x, y, 0x44), _mm512_shuffle_f32x4(x, y, 0xee));
  }
  __m512 b[4];
  for (int p = 0; p < 4; ++p) {  // lanes l and l+4; four sums in the four quarters
    b[p] = _mm512_add_ps(_mm512_shuffle_f32x4(a[2 * p], a[2 * p + 1], 0x88),
                         _mm512_shuffle_f32x4(a[2 * p], a[2 * p + 1], 0xdd));
  }
  __m512 c[2];
  for (int p = 0; p < 2; ++p) {  // lanes l and l+2
    c[p] =
        _mm512_add_ps(_mm512_shuffle_ps(b[2 * p], b[2 * p + 1], 0x44), _mm512_shuffle_ps(b[2 * p], b[2 * p + 1], 0xee));
  }
  return _mm512_add_ps(_mm512_shuffle_ps(c[0], c[1], 0x88), _mm512_shuffle_ps(c[0], c[1], 0xdd));
}

// Sixteen elements as floats, from f32, bf16 or f16; lanes outside the mask are zero and their memory is not touched.
struct F32 {
  using Element = float;
  static __m512 load(const Element* p) { return _mm512_loadu_ps(p); }
  static __m512 load(const Element* p, __mmask16 lanes) { return _mm512_maskz_loadu_ps(lanes, p); }
};

struct BF16 {
  using Element = uint16_t;
  static __m512 widen(__m256i bits) { return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16)); }
  static __m512 load(const Element* p) { return widen(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))); }
  static __m512 load(const Element* p, __mmask16 lanes) { return widen(_mm256_maskz_loadu_epi16(lanes, p)); }
};

struct F16 {
  using Element = uint16_t;
  static __m512 load(const Element* p) {
    return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  static __m512 load(const Element* p, __mmask16 lanes) { return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(lanes, p)); }
};

}  // namespace
}  // namespace capy::avx512
