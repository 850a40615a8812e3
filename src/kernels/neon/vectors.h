// SPDX-License-Identifier: Apache-2.0
// What the NEON files share: partial loads, exp and its relatives, the canonical tree. Four q registers are the 16
// lanes of the canonical sum. Everything is private to each file (anonymous namespace), and nothing here calls an
// inline function of another header: the linker must find nothing to merge with plain code (check_isa_symbols.cmake
// watches over it).
#pragma once

#include <arm_neon.h>

#include <cstdint>

#include "kernels/generic/constants.h"

namespace capy::neon {
namespace {

inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

inline int64_t rounded_up(int64_t n, int64_t step) { return (n + step - 1) / step * step; }

// f(0) .. f(N - 1), inlined. Sums that stand in arrays are registers only where the compiler knows every index early;
// it unrolls loops too late for that.
template <int N, class Function>
__attribute__((always_inline)) inline void repeat(const Function& f) {
  if constexpr (N > 0) {
    repeat<N - 1>(f);
    f(N - 1);
  }
}
#define CAPY_INLINED __attribute__((always_inline))

// All bits set in the first `count` of 4 lanes; count may be below 0 or above 4.
inline uint32x4_t first_lanes(int64_t count) {
  const int32_t lanes[] = {0, 1, 2, 3};
  return vcgtq_s32(vdupq_n_s32(static_cast<int32_t>(smaller(count, 4))), vld1q_s32(lanes));
}

// Four elements as floats, from f32, bf16 or f16. With a count, lanes behind it are zero and their memory is not
// touched.
struct F32 {
  using Element = float;
  static float32x4_t load(const Element* p) { return vld1q_f32(p); }
  static float32x4_t load(const Element* p, int64_t count) {
    if (count >= 4) return vld1q_f32(p);
    float lanes[4] = {};
    for (int64_t i = 0; i < count; ++i) lanes[i] = p[i];
    return vld1q_f32(lanes);
  }
};

inline uint16x4_t load_words(const uint16_t* p, int64_t count) {
  if (count >= 4) return vld1_u16(p);
  uint16_t words[4] = {};
  for (int64_t i = 0; i < count; ++i) words[i] = p[i];
  return vld1_u16(words);
}

struct BF16 {
  using Element = uint16_t;
  static float32x4_t widen(uint16x4_t bits) { return vreinterpretq_f32_u32(vshll_n_u16(bits, 16)); }
  static float32x4_t load(const Element* p) { return widen(vld1_u16(p)); }
  static float32x4_t load(const Element* p, int64_t count) { return widen(load_words(p, count)); }
};

struct F16 {
  using Element = uint16_t;
  static float32x4_t widen(uint16x4_t bits) { return vcvt_f32_f16(vreinterpret_f16_u16(bits)); }
  static float32x4_t load(const Element* p) { return widen(vld1_u16(p)); }
  static float32x4_t load(const Element* p, int64_t count) { return widen(load_words(p, count)); }
};

inline void store(float* p, float32x4_t v, int64_t count) {
  if (count >= 4) {
    vst1q_f32(p, v);
    return;
  }
  float lanes[4];
  vst1q_f32(lanes, v);
  for (int64_t i = 0; i < count; ++i) p[i] = lanes[i];
}

// 2^n for -126 <= n <= 127.
inline float32x4_t power_of_two(int32x4_t n) {
  return vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(n, vdupq_n_s32(127)), 23));
}

// generic/scalar.h, step by step. NaN passes through the arithmetic; what lies outside the range is put in at the end.
inline float32x4_t exp(float32x4_t x) {
  const float32x4_t round = vdupq_n_f32(kRoundToInteger);
  const float32x4_t n = vsubq_f32(vfmaq_f32(round, x, vdupq_n_f32(kLog2E)), round);
  float32x4_t r = vfmsq_f32(x, n, vdupq_n_f32(kLn2High));
  r = vfmsq_f32(r, n, vdupq_n_f32(kLn2Low));
  float32x4_t q = vfmaq_f32(vdupq_n_f32(kExpC5), vdupq_n_f32(kExpC6), r);
  q = vfmaq_f32(vdupq_n_f32(kExpC4), q, r);
  q = vfmaq_f32(vdupq_n_f32(kExpC3), q, r);
  q = vfmaq_f32(vdupq_n_f32(kExpC2), q, r);
  q = vfmaq_f32(vdupq_n_f32(1), q, r);
  q = vfmaq_f32(vdupq_n_f32(1), q, r);
  const int32x4_t exponent = vcvtq_s32_f32(n);
  const int32x4_t half = vshrq_n_s32(exponent, 1);
  q = vmulq_f32(vmulq_f32(q, power_of_two(half)), power_of_two(vsubq_s32(exponent, half)));
  q = vbslq_f32(vcltq_f32(x, vdupq_n_f32(kExpMin)), vdupq_n_f32(0), q);
  return vbslq_f32(vcgtq_f32(x, vdupq_n_f32(kExpMax)), vdupq_n_f32(__builtin_inff()), q);
}

inline float scalar_exp(float x) { return vgetq_lane_f32(exp(vdupq_n_f32(x)), 0); }

// 1 + exp(-x)
inline float32x4_t one_plus_exp_minus(float32x4_t x) { return vaddq_f32(vdupq_n_f32(1), exp(vnegq_f32(x))); }

inline float32x4_t sigmoid(float32x4_t x) { return vdivq_f32(vdupq_n_f32(1), one_plus_exp_minus(x)); }

inline float32x4_t silu(float32x4_t x) { return vdivq_f32(x, one_plus_exp_minus(x)); }

// The last elements of a row, as 16. A lane without an element must keep its sum, and + 0 * 0 would turn -0 into +0: of
// two rows that are multiplied one has -0 `behind` its end and the other +0, since x + -0 is x for every x.
template <class T>
__attribute__((noinline)) void copy_last(T (&to)[16], const T* from, int64_t count, T behind) {
  for (int64_t i = 0; i < 16; ++i) to[i] = i < count ? from[i] : behind;
}

// The 16 lanes of a canonical sum.
struct Lanes {
  float32x4_t part[4] = {vdupq_n_f32(0), vdupq_n_f32(0), vdupq_n_f32(0), vdupq_n_f32(0)};

  template <class B>
  CAPY_INLINED void add_products(const float* a, const typename B::Element* b) {
    part[0] = vfmaq_f32(part[0], F32::load(a), B::load(b));
    part[1] = vfmaq_f32(part[1], F32::load(a + 4), B::load(b + 4));
    part[2] = vfmaq_f32(part[2], F32::load(a + 8), B::load(b + 8));
    part[3] = vfmaq_f32(part[3], F32::load(a + 12), B::load(b + 12));
  }
  // Of the first `count` elements.
  template <class B>
  CAPY_INLINED void add_last_products(const float* a, const typename B::Element* b, int64_t count) {
    float last_a[16];
    typename B::Element last_b[16];
    copy_last(last_a, a, count, -0.0f);
    copy_last(last_b, b, count, typename B::Element{});
    add_products<B>(last_a, last_b);
  }
  // Lanes l + l+8 + l+4.
  CAPY_INLINED float32x4_t four() const { return vaddq_f32(vaddq_f32(part[0], part[2]), vaddq_f32(part[1], part[3])); }
  CAPY_INLINED float sum() const {
    const float32x4_t fours = four();
    const float32x2_t two = vadd_f32(vget_low_f32(fours), vget_high_f32(fours));
    return vget_lane_f32(vpadd_f32(two, two), 0);
  }
};

inline float32x4_t low_halves(float32x4_t a, float32x4_t b) {
  return vreinterpretq_f32_f64(vzip1q_f64(vreinterpretq_f64_f32(a), vreinterpretq_f64_f32(b)));
}

inline float32x4_t high_halves(float32x4_t a, float32x4_t b) {
  return vreinterpretq_f32_f64(vzip2q_f64(vreinterpretq_f64_f32(a), vreinterpretq_f64_f32(b)));
}

// Four trees at once.
CAPY_INLINED inline float32x4_t sums(const Lanes& a, const Lanes& b, const Lanes& c, const Lanes& d) {
  const float32x4_t a4 = a.four(), b4 = b.four(), c4 = c.four(), d4 = d.four();
  const float32x4_t ab = vaddq_f32(low_halves(a4, b4), high_halves(a4, b4));
  const float32x4_t cd = vaddq_f32(low_halves(c4, d4), high_halves(c4, d4));
  return vpaddq_f32(ab, cd);
}

}  // namespace
}  // namespace capy::neon
