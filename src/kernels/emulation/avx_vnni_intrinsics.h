// SPDX-License-Identifier: Apache-2.0
// AVX-VNNI for machines that have AVX2 alone, for tests: the compiler includes this first when it builds the sources of
// kernels/avx2 a second time (CMakeLists.txt beside it). The one instruction is written as the manual describes it.
#pragma once

#include <immintrin.h>

#include <cstdint>

#define __AVXVNNI__ 1
#define CAPY_EMULATED_AVX_VNNI 1  // the place that speaks assembly asks for it

namespace capy::avx2_emulated {
namespace {

// Sums of four products of unsigned and signed bytes, added without saturation.
inline __m256i dpbusd_epi32(__m256i sum, __m256i v, __m256i w) {
  uint32_t s[8];
  uint8_t a[32];
  int8_t b[32];
  __builtin_memcpy(s, &sum, sizeof s);
  __builtin_memcpy(a, &v, sizeof a);
  __builtin_memcpy(b, &w, sizeof b);
  for (int i = 0; i < 32; ++i) s[i / 4] += static_cast<uint32_t>(int32_t{a[i]} * int32_t{b[i]});
  __builtin_memcpy(&sum, s, sizeof sum);
  return sum;
}

}  // namespace
}  // namespace capy::avx2_emulated

#undef _mm256_dpbusd_avx_epi32
#define avx2 avx2_emulated
#define _mm256_dpbusd_avx_epi32 dpbusd_epi32
