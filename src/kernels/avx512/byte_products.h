// SPDX-License-Identifier: Apache-2.0
// VNNI's instruction for bytes.
#pragma once

#include <immintrin.h>

namespace capy::avx512 {
namespace {

// To each int32: four products of unsigned `u` and signed `s`, without saturation. As the instruction itself: around
// the intrinsic g++ 12 copies each sum to another register and back, which took 3 to 7 % of a product of 512 rows.
inline void add_byte_products(__m512i& sum, __m512i u, __m512i s) {
#if defined(CAPY_EMULATED_AVX512)
  sum = _mm512_dpbusd_epi32(sum, u, s);
#else
  asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(u), "v"(s));
#endif
}

}  // namespace
}  // namespace capy::avx512
