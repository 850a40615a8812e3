// SPDX-License-Identifier: Apache-2.0
// AVX-512 for machines that have AVX2 alone, for tests: the compiler includes this first when it builds the sources of
// kernels/avx512 a second time (src/kernels/CMakeLists.txt). SIMDe's portable versions stand in for the intrinsics;
// those that it lacks, or that round otherwise, are written here as the manual describes them, lane by lane. Memory of
// lanes that a mask leaves out is not touched, so that the tests' buffers see a read too far as they would with the
// real ones.
#pragma once

#include <immintrin.h>

#include <cstdint>

#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx512.h>
#include <simde/x86/f16c.h>

// Only now, or SIMDe would take the instructions for real.
#define __AVX512F__ 1
#define __AVX512BW__ 1
#define __AVX512DQ__ 1
#define __AVX512VL__ 1
#define __AVX512VNNI__ 1
#define CAPY_EMULATED_AVX512 1  // the few places that speak assembly ask for it

namespace capy::avx512_emulated {
namespace {

// The lanes of a register.
template <class Element, class Register>
struct Lanes {
  static constexpr int kCount = static_cast<int>(sizeof(Register) / sizeof(Element));
  Element of[kCount] = {};

  Lanes() = default;
  explicit Lanes(Register r) { __builtin_memcpy(of, &r, sizeof r); }
  Register in_register() const {
    Register r;
    __builtin_memcpy(&r, of, sizeof r);
    return r;
  }
};

using Floats = Lanes<float, __m512>;
using Ints = Lanes<int32_t, __m512i>;

inline bool bit(uint64_t mask, int lane) { return (mask >> lane & 1) != 0; }

// out[i] = f(i) for every lane of the result.
template <class Out, class F>
auto each(F f) {
  Out out;
  for (int i = 0; i < Out::kCount; ++i) out.of[i] = f(i);
  return out.in_register();
}

// --- memory under a mask ---

inline __m512 load_ps(__mmask16 lanes, const void* from) {
  const auto* p = static_cast<const float*>(from);
  return each<Floats>([&](int i) { return bit(lanes, i) ? p[i] : 0.0f; });
}

inline void store_ps(void* to, __mmask16 lanes, __m512 v) {
  const Floats values(v);
  for (int i = 0; i < 16; ++i) {
    if (bit(lanes, i)) __builtin_memcpy(static_cast<float*>(to) + i, &values.of[i], sizeof(float));
  }
}

template <class Register>
Register load_epi16(uint64_t lanes, const void* from) {
  const auto* p = static_cast<const uint16_t*>(from);
  return each<Lanes<uint16_t, Register>>([&](int i) { return bit(lanes, i) ? p[i] : uint16_t{0}; });
}

inline void store_epi16(void* to, __mmask16 lanes, __m256i v) {
  const Lanes<uint16_t, __m256i> values(v);
  for (int i = 0; i < 16; ++i) {
    if (bit(lanes, i)) __builtin_memcpy(static_cast<uint16_t*>(to) + i, &values.of[i], sizeof(uint16_t));
  }
}

// --- conversions; floats become integers by the rounding mode, which is to nearest even ---

inline __m512 cvtepi32_ps(__m512i v) {
  const Ints a(v);
  return each<Floats>([&](int i) { return static_cast<float>(a.of[i]); });
}

inline __m512i cvtps_epi32(__m512 v) {
  const Floats a(v);
  return each<Ints>([&](int i) { return _mm_cvtss_si32(_mm_set_ss(a.of[i])); });
}

inline __m512i cvtepu16_epi32(__m256i v) {
  const Lanes<uint16_t, __m256i> a(v);
  return each<Ints>([&](int i) { return int32_t{a.of[i]}; });
}

inline __m128i cvtepi32_epi8(__m512i v) {
  const Ints a(v);
  return each<Lanes<int8_t, __m128i>>([&](int i) { return static_cast<int8_t>(a.of[i]); });
}

inline __m256i cvtepi32_epi16(__m512i v) {
  const Ints a(v);
  return each<Lanes<int16_t, __m256i>>([&](int i) { return static_cast<int16_t>(a.of[i]); });
}

inline __m256 cvtpd_ps(__m512d v) {
  const Lanes<double, __m512d> a(v);
  return each<Lanes<float, __m256>>([&](int i) { return static_cast<float>(a.of[i]); });
}

inline __m512 cvtph_ps(__m256i v) {
  const Lanes<uint16_t, __m256i> a(v);
  return each<Floats>([&](int i) { return _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(a.of[i]))); });
}

inline float cvtss_f32(__m512 v) { return Floats(v).of[0]; }

// --- lanes among themselves ---

inline __m512 permute_ps(__m512 v, int by) {
  const Floats a(v);
  return each<Floats>([&](int i) { return a.of[i / 4 * 4 + (by >> (i % 4 * 2) & 3)]; });
}

inline __m256 extractf32x8_ps(__m512 v, int half) {
  const Floats a(v);
  return each<Lanes<float, __m256>>([&](int i) { return a.of[8 * half + i]; });
}

// Halves onto halves, as the compilers' own reductions do it; the maximum is maxps's: a > b ? a : b.
inline float reduce_max_ps(__m512 v) {
  Floats a(v);
  for (int width = 8; width >= 1; width /= 2) {
    for (int i = 0; i < width; ++i) a.of[i] = a.of[i] > a.of[i + width] ? a.of[i] : a.of[i + width];
  }
  return a.of[0];
}

inline uint32_t reduce_max_epu32(__m512i v) {
  uint32_t max = 0;
  for (const uint32_t x : Lanes<uint32_t, __m512i>(v).of) max = x > max ? x : max;
  return max;
}

inline int32_t reduce_add_epi32(__m512i v) {
  uint32_t sum = 0;
  for (const uint32_t x : Lanes<uint32_t, __m512i>(v).of) sum += x;
  return static_cast<int32_t>(sum);
}

inline __mmask16 cmpgt_epu32_mask(__m512i v, __m512i w) {
  const Lanes<uint32_t, __m512i> a(v);
  const Lanes<uint32_t, __m512i> b(w);
  uint32_t mask = 0;
  for (int i = 0; i < 16; ++i) mask |= uint32_t{a.of[i] > b.of[i]} << i;
  return static_cast<__mmask16>(mask);
}

// --- arithmetic; fmadd is SIMDe's, which uses the machine's two halves ---

inline __m512 mask3_fmadd_ps(__m512 a, __m512 b, __m512 c, __mmask16 lanes) {
  return simde_mm512_mask_mov_ps(c, lanes, simde_mm512_fmadd_ps(a, b, c));
}

inline __m512 fmaddsub_ps(__m512 a, __m512 b, __m512 c) {
  return simde_mm512_mask_mov_ps(simde_mm512_fmsub_ps(a, b, c), 0xaaaa, simde_mm512_fmadd_ps(a, b, c));
}

// a * 2^floor(b) in one rounding. NaN of either is NaN; b is no infinity here but where a is NaN or the lane is left
// out.
inline __m512 maskz_scalef_ps(__mmask16 lanes, __m512 v, __m512 w) {
  const Floats a(v);
  const Floats b(w);
  return each<Floats>([&](int i) {
    if (!bit(lanes, i)) return 0.0f;
    if (__builtin_isnan(a.of[i]) || __builtin_isnan(b.of[i])) return __builtin_nanf("");
    const float power = __builtin_floorf(b.of[i]);
    const int exponent = power < -1000 ? -1000 : power > 1000 ? 1000 : static_cast<int>(power);
    return __builtin_ldexpf(a.of[i], exponent);
  });
}

inline __m512i madd_epi16(__m512i v, __m512i w) {
  const Lanes<int16_t, __m512i> a(v);
  const Lanes<int16_t, __m512i> b(w);
  return each<Ints>([&](int i) {
    return int32_t{a.of[2 * i]} * int32_t{b.of[2 * i]} + int32_t{a.of[2 * i + 1]} * int32_t{b.of[2 * i + 1]};
  });
}

// Sums of two products of unsigned and signed bytes, saturated.
inline __m512i maddubs_epi16(__m512i v, __m512i w) {
  const Lanes<uint8_t, __m512i> a(v);
  const Lanes<int8_t, __m512i> b(w);
  return each<Lanes<int16_t, __m512i>>([&](int i) {
    const int32_t sum = int32_t{a.of[2 * i]} * b.of[2 * i] + int32_t{a.of[2 * i + 1]} * b.of[2 * i + 1];
    return static_cast<int16_t>(sum > INT16_MAX ? INT16_MAX : sum < INT16_MIN ? INT16_MIN : sum);
  });
}

// Sums of four products of unsigned and signed bytes, added without saturation.
inline __m512i dpbusd_epi32(__m512i sum, __m512i v, __m512i w) {
  const Ints s(sum);
  const Lanes<uint8_t, __m512i> a(v);
  const Lanes<int8_t, __m512i> b(w);
  return each<Ints>([&](int i) {
    uint32_t out = static_cast<uint32_t>(s.of[i]);
    for (int j = 4 * i; j < 4 * i + 4; ++j) out += static_cast<uint32_t>(int32_t{a.of[j]} * int32_t{b.of[j]});
    return static_cast<int32_t>(out);
  });
}

}  // namespace
}  // namespace capy::avx512_emulated

// The names that the kernels use; some are macros of the compiler or of SIMDe already.
#undef _mm512_maskz_loadu_ps
#undef _mm512_mask_storeu_ps
#undef _mm512_maskz_loadu_epi16
#undef _mm256_maskz_loadu_epi16
#undef _mm256_mask_storeu_epi16
#undef _mm512_cvtepi32_ps
#undef _mm512_cvtps_epi32
#undef _mm512_cvtepu16_epi32
#undef _mm512_cvtepi32_epi8
#undef _mm512_cvtepi32_epi16
#undef _mm512_cvtpd_ps
#undef _mm512_cvtph_ps
#undef _mm512_cvtss_f32
#undef _mm512_permute_ps
#undef _mm512_extractf32x8_ps
#undef _mm512_reduce_max_ps
#undef _mm512_reduce_max_epu32
#undef _mm512_reduce_add_epi32
#undef _mm512_cmpgt_epu32_mask
#undef _mm512_mask3_fmadd_ps
#undef _mm512_fmaddsub_ps
#undef _mm512_shuffle_f32x4
#undef _mm512_maskz_scalef_ps
#undef _mm512_madd_epi16
#undef _mm512_maddubs_epi16
#undef _mm512_dpbusd_epi32
#define avx512 avx512_emulated
#define _mm512_maskz_loadu_ps load_ps
#define _mm512_mask_storeu_ps store_ps
#define _mm512_maskz_loadu_epi16 load_epi16<__m512i>
#define _mm256_maskz_loadu_epi16 load_epi16<__m256i>
#define _mm256_mask_storeu_epi16 store_epi16
#define _mm512_cvtepi32_ps cvtepi32_ps
#define _mm512_cvtps_epi32 cvtps_epi32
#define _mm512_cvtepu16_epi32 cvtepu16_epi32
#define _mm512_cvtepi32_epi8 cvtepi32_epi8
#define _mm512_cvtepi32_epi16 cvtepi32_epi16
#define _mm512_cvtpd_ps cvtpd_ps
#define _mm512_cvtph_ps cvtph_ps
#define _mm512_cvtss_f32 cvtss_f32
#define _mm512_permute_ps permute_ps
#define _mm512_extractf32x8_ps extractf32x8_ps
#define _mm512_reduce_max_ps reduce_max_ps
#define _mm512_reduce_max_epu32 reduce_max_epu32
#define _mm512_reduce_add_epi32 reduce_add_epi32
#define _mm512_cmpgt_epu32_mask cmpgt_epu32_mask
#define _mm512_mask3_fmadd_ps mask3_fmadd_ps
#define _mm512_fmaddsub_ps fmaddsub_ps
#define _mm512_shuffle_f32x4 simde_mm512_shuffle_f32x4
#define _mm512_maskz_scalef_ps maskz_scalef_ps
#define _mm512_madd_epi16 madd_epi16
#define _mm512_maddubs_epi16 maddubs_epi16
#define _mm512_dpbusd_epi32 dpbusd_epi32
