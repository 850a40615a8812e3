// SPDX-License-Identifier: Apache-2.0
// int4 products with vpdpbusd.
#include "kernels/avx512/operations.h"

#if defined(__AVX512VNNI__)
#include "kernels/avx512/byte_products.h"
#include "kernels/avx512/int4_tile.h"

namespace capy::avx512 {
namespace {

struct VnniBytes {
  static void add(__m512i& sum, __m512i w, __m512i x) { add_byte_products(sum, w, x); }
};

}  // namespace

void matmul_int4_vnni(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin,
                      int64_t end) {
  int4_product<VnniBytes>(out, out_stride, x, w, begin, end);
}

}  // namespace capy::avx512
#endif
