// SPDX-License-Identifier: Apache-2.0
// int4 products without VNNI. vpmaddubsw's sums of two stay within 2 * 127 * 127 < 2^15: levels + 64 are at most 127.
#include "kernels/avx512/operations.h"

#if defined(__AVX512F__)
#include "kernels/avx512/int4_tile.h"

namespace capy::avx512 {
namespace {

struct MaddBytes {
  static void add(__m512i& sum, __m512i w, __m512i x) {
    const __m512i twos = _mm512_maddubs_epi16(w, x);
    sum = _mm512_add_epi32(sum, _mm512_madd_epi16(twos, _mm512_set1_epi16(1)));
  }
};

}  // namespace

void matmul_int4_madd(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin,
                      int64_t end) {
  int4_product<MaddBytes>(out, out_stride, x, w, begin, end);
}

}  // namespace capy::avx512
#endif
