// SPDX-License-Identifier: Apache-2.0
// What the AVX2 files share: partial loads, exp and its relatives, the canonical tree. Two ymm are the 16 lanes of the
// canonical sum. Everything is private to each file (anonymous namespace), and nothing here calls an inline function of
// another header: the linker must find nothing to merge with plain code (check_isa_symbols.cmake watches over it).
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "kernels/generic/constants.h"

namespace capy::avx2 {
namespace {

inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

inline int64_t rounded_up(int64_t n, int64_t step) { return (n + step - 1) / step * step; }

// Keeps what was loaded in its register: g++ would rather load it again as an operand of every multiplication, and the
// products are bound by loads then.
inline __m256 in_register(__m256 v) {
  asm("" : "+x"(v));
  return v;
}

// Four bytes, in each of the eight lanes.
__attribute__((always_inline)) inline __m256i broadcast4(const void* p) {
  int32_t four;
  __builtin_memcpy(&four, p, sizeof four);
  return _mm256_set1_epi32(four);
}

// All bits set in the first `count` of 8 lanes; count may be below 0 or above 8.
inline __m256i first_lanes(int64_t count) {
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(smaller(count, 8))), lane);
}

// Eight elements as floats, from f32, bf16 or f16. With a count, lanes behind it are zero and their memory is not
// touched.
struct F32 {
  using Element = float;
  static __m256 load(const Element* p) { return _mm256_loadu_ps(p); }
  static __m256 load(const Element* p, int64_t count) { return _mm256_maskload_ps(p, first_lanes(count)); }
};

inline __m128i load_words(const uint16_t* p, int64_t count) {
  alignas(16) uint16_t words[8] = {};
  if (count > 0) __builtin_memcpy(words, p, static_cast<size_t>(smaller(count, 8)) * sizeof(uint16_t));
  return _mm_load_si128(reinterpret_cast<const __m128i*>(words));
}

struct BF16 {
  using Element = uint16_t;
  static __m256 widen(__m128i bits) { return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16)); }
  static __m256 load(const Element* p) { return widen(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))); }
  static __m256 load(const Element* p, int64_t count) { return widen(load_words(p, count)); }
};

struct F16 {
  using Element = uint16_t;
  static __m256 load(const Element* p) { return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))); }
  static __m256 load(const Element* p, int64_t count) { return _mm256_cvtph_ps(load_words(p, count)); }
};

inline void store(float* p, __m256 v, int64_t count) {
  if (count >= 8) {
    _mm256_storeu_ps(p, v);
  } else {
    _mm256_maskstore_ps(p, first_lanes(count), v);
  }
}

// 2^n for -126 <= n <= 127.
inline __m256 power_of_two(__m256i n) {
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(n, _mm256_set1_epi32(127)), 23));
}

// generic/scalar.h, step by step. NaN passes through the arithmetic; what lies outside the range is put in at the end.
inline __m256 exp(__m256 x) {
  const __m256 round = _mm256_set1_ps(kRoundToInteger);
  const __m256 n = _mm256_sub_ps(_mm256_fmadd_ps(x, _mm256_set1_ps(kLog2E), round), round);
  __m256 r = _mm256_fnmadd_ps(n, _mm256_set1_ps(kLn2High), x);
  r = _mm256_fnmadd_ps(n, _mm256_set1_ps(kLn2Low), r);
  __m256 q = _mm256_fmadd_ps(_mm256_set1_ps(kExpC6), r, _mm256_set1_ps(kExpC5));
  q = _mm256_fmadd_ps(q, r, _mm256_set1_ps(kExpC4));
  q = _mm256_fmadd_ps(q, r, _mm256_set1_ps(kExpC3));
  q = _mm256_fmadd_ps(q, r, _mm256_set1_ps(kExpC2));
  q = _mm256_fmadd_ps(q, r, _mm256_set1_ps(1));
  q = _mm256_fmadd_ps(q, r, _mm256_set1_ps(1));
  const __m256i exponent = _mm256_cvtps_epi32(n);
  const __m256i half = _mm256_srai_epi32(exponent, 1);
  q = _mm256_mul_ps(_mm256_mul_ps(q, power_of_two(half)), power_of_two(_mm256_sub_epi32(exponent, half)));
  const __m256 below = _mm256_cmp_ps(x, _mm256_set1_ps(kExpMin), _CMP_LT_OQ);
  const __m256 above = _mm256_cmp_ps(x, _mm256_set1_ps(kExpMax), _CMP_GT_OQ);
  return _mm256_blendv_ps(_mm256_andnot_ps(below, q), _mm256_set1_ps(__builtin_inff()), above);
}

// 1 + exp(-x)
inline __m256 one_plus_exp_minus(__m256 x) {
  return _mm256_add_ps(_mm256_set1_ps(1), exp(_mm256_xor_ps(x, _mm256_set1_ps(-0.0f))));
}

inline __m256 sigmoid(__m256 x) { return _mm256_div_ps(_mm256_set1_ps(1), one_plus_exp_minus(x)); }

inline __m256 silu(__m256 x) { return _mm256_div_ps(x, one_plus_exp_minus(x)); }

// Across the lanes.
inline int32_t largest(__m256i lanes) {
  __m128i four = _mm_max_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
  four = _mm_max_epi32(four, _mm_shuffle_epi32(four, 0x4e));
  return _mm_cvtsi128_si32(_mm_max_epi32(four, _mm_shuffle_epi32(four, 0xb1)));
}

inline int32_t sum_of(__m256i lanes) {
  __m128i four = _mm_add_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
  four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4e));
  return _mm_cvtsi128_si32(_mm_add_epi32(four, _mm_shuffle_epi32(four, 0xb1)));
}

// The 16 lanes of a canonical sum.
struct Lanes {
  __m256 low = _mm256_setzero_ps();
  __m256 high = _mm256_setzero_ps();

  void add_products(__m256 a_low, __m256 a_high, __m256 b_low, __m256 b_high) {
    low = _mm256_fmadd_ps(a_low, b_low, low);
    high = _mm256_fmadd_ps(a_high, b_high, high);
  }
  // Only the first `count` of the 16: a lane without an element keeps its sum, since + 0 * 0 would turn -0 into +0.
  void add_products(__m256 a_low, __m256 a_high, __m256 b_low, __m256 b_high, int64_t count) {
    const Lanes all{_mm256_fmadd_ps(a_low, b_low, low), _mm256_fmadd_ps(a_high, b_high, high)};
    low = _mm256_blendv_ps(low, all.low, _mm256_castsi256_ps(first_lanes(count)));
    high = _mm256_blendv_ps(high, all.high, _mm256_castsi256_ps(first_lanes(count - 8)));
  }
  // Lanes l + l+8 + l+4.
  __m128 four() const {
    const __m256 eight = _mm256_add_ps(low, high);
    return _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  }
  float sum() const {
    const __m128 fours = four();
    const __m128 two = _mm_add_ps(fours, _mm_movehl_ps(fours, fours));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
  }
};

// Four trees at once.
inline __m128 sums(const Lanes& a, const Lanes& b, const Lanes& c, const Lanes& d) {
  const __m128 a4 = a.four(), b4 = b.four(), c4 = c.four(), d4 = d.four();
  const __m128 ab = _mm_add_ps(_mm_shuffle_ps(a4, b4, 0x44), _mm_shuffle_ps(a4, b4, 0xee));
  const __m128 cd = _mm_add_ps(_mm_shuffle_ps(c4, d4, 0x44), _mm_shuffle_ps(c4, d4, 0xee));
  return _mm_add_ps(_mm_shuffle_ps(ab, cd, 0x88), _mm_shuffle_ps(ab, cd, 0xdd));
}

}  // namespace
}  // namespace capy::avx2
