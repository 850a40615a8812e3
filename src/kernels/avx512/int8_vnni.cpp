// SPDX-License-Identifier: Apache-2.0
// int8 products with vpdpbusd, which multiplies unsigned by signed bytes and adds four products to an int32 without
// saturation. The weights become unsigned by w + 128 (one xor); the sum is then too large by 128 * sum(x), which
// quantize_int8 left in Int8Rows.sums. Everything stays an exact integer.
#include "kernels/avx512/operations.h"

#if defined(__AVX512VNNI__)
#include "kernels/avx512/byte_products.h"
#include "kernels/avx512/int8_tile.h"

namespace capy::avx512 {
namespace {

struct Vnni {
  using Sum = __m512i;
  using Weights = __m512i;
  static Sum start(int32_t x_sum) { return _mm512_set1_epi32(-128 * x_sum); }
  static Weights load(const int8_t* w) { return _mm512_xor_si512(_mm512_loadu_si512(w), _mm512_set1_epi8(-128)); }
  static __m512i broadcast(const int8_t* x) {
    int32_t four;
    __builtin_memcpy(&four, x, 4);
    return _mm512_set1_epi32(four);
  }
  static void add(Sum& sum, Weights w, __m512i x) { add_byte_products(sum, w, x); }
  static __m512i finish(Sum sum) { return sum; }
};

}  // namespace

void matmul_int8_vnni(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin,
                      int64_t end) {
  int8_product<Vnni>(out, out_stride, x, w, begin, end);
}

}  // namespace capy::avx512
#endif
