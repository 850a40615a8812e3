// SPDX-License-Identifier: Apache-2.0
// AVX-VNNI's instruction for bytes.
#pragma once

#include <immintrin.h>

namespace capy::avx2 {
namespace {

// To each int32: four products of unsigned `u` and signed `s`, without saturation. As the instruction itself, since g++
// 12 copies sums around the intrinsic. {vex}: the assembler would choose the form of AVX-512, which these CPUs lack.
__attribute__((always_inline)) inline void add_byte_products(__m256i& sum, __m256i u, __m256i s) {
#if defined(CAPY_EMULATED_AVX_VNNI)
  sum = _mm256_dpbusd_avx_epi32(sum, u, s);
#else
  asm("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sum) : "x"(u), "x"(s));
#endif
}

// The instruction's sum is ready after 5 cycles, and two start in each: a tile of fewer rows adds up its products in
// so many sums in turn.
constexpr int byte_product_chains(int rows) { return rows == 1 ? 4 : rows <= 3 ? 2 : 1; }

}  // namespace
}  // namespace capy::avx2
