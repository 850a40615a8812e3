// SPDX-License-Identifier: Apache-2.0
// int8 products with AVX-VNNI's vpdpbusd, which multiplies unsigned by signed bytes and adds four products to an int32
// without saturation. The weights become unsigned by w + 128 (one xor); the sum is then too large by 128 * sum(x),
// which quantize_int8 left in Int8Rows.sums. Everything stays an exact integer.
#include "kernels/avx2/operations.h"

#if defined(__AVXVNNI__)
#include "kernels/avx2/byte_products.h"
#include "kernels/avx2/int8_tile.h"

namespace capy::avx2 {
namespace {

struct Vnni {
  static constexpr int kTileRows = 6;
  static constexpr int chains(int rows) { return byte_product_chains(rows); }
  using Weights = __m256i;
  static __m256i start(int32_t x_sum) { return _mm256_set1_epi32(-128 * x_sum); }
  __attribute__((always_inline)) static Weights load(const __m256i* w) {
    return _mm256_xor_si256(_mm256_load_si256(w), _mm256_set1_epi8(-128));
  }
  __attribute__((always_inline)) static void add(__m256i& sum, Weights w, __m256i four) {
    add_byte_products(sum, w, four);
  }
};

}  // namespace

void matmul_int8_vnni(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin,
                      int64_t end) {
  int8_product<Vnni>(out, out_stride, x, w, begin, end);
}

}  // namespace capy::avx2
#endif
