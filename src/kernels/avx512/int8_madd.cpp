// SPDX-License-Identifier: Apache-2.0
// int8 products without VNNI: codes widened to 16 bits, vpmaddwd adds pairs of products exactly.
#include "kernels/avx512/operations.h"

#if defined(__AVX512F__)
#include "kernels/avx512/int8_tile.h"

namespace capy::avx512 {
namespace {

struct Madd {
  // Outputs 0..7 and 8..15; each output has two lanes, one for K 0 and 1, one for K 2 and 3.
  struct Sum {
    __m512i low, high;
  };
  using Weights = Sum;
  static Sum start(int32_t) { return {_mm512_setzero_si512(), _mm512_setzero_si512()}; }
  static Weights load(const int8_t* w) {
    return {_mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(w))),
            _mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(w + 32)))};
  }
  static __m512i broadcast(const int8_t* x) {
    int32_t four;
    __builtin_memcpy(&four, x, 4);
    return _mm512_broadcastq_epi64(_mm_cvtepi8_epi16(_mm_cvtsi32_si128(four)));
  }
  static void add(Sum& sum, const Weights& w, __m512i x) {
    sum.low = _mm512_add_epi32(sum.low, _mm512_madd_epi16(w.low, x));
    sum.high = _mm512_add_epi32(sum.high, _mm512_madd_epi16(w.high, x));
  }
  static __m512i finish(const Sum& sum) {
    const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    const __m512i odd = _mm512_add_epi32(even, _mm512_set1_epi32(1));
    return _mm512_add_epi32(_mm512_permutex2var_epi32(sum.low, even, sum.high),
                            _mm512_permutex2var_epi32(sum.low, odd, sum.high));
  }
};

}  // namespace

void matmul_int8_madd(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin,
                      int64_t end) {
  int8_product<Madd>(out, out_stride, x, w, begin, end);
}

}  // namespace capy::avx512
#endif
