// SPDX-License-Identifier: Apache-2.0
// int8 products without AVX-VNNI. vpmaddubsw multiplies the weights' magnitudes with the activations that have taken
// their signs: a pair stays within 2 * 127 * 127 < 2^15, so nothing saturates.
#include "kernels/avx2/operations.h"

#if defined(__AVX2__)
#include "kernels/avx2/int8_tile.h"

namespace capy::avx2 {
namespace {

struct Magnitudes {
  static constexpr int kTileRows = 4;
  static constexpr int chains(int) { return 1; }
  // Half a K group, 8 rows.
  struct Weights {
    __m256i codes;
    __m256i magnitudes;
  };
  static __m256i start(int32_t) { return _mm256_setzero_si256(); }
  __attribute__((always_inline)) static Weights load(const __m256i* w) {
    const __m256i codes = _mm256_load_si256(w);
    return {codes, _mm256_abs_epi8(codes)};
  }
  __attribute__((always_inline)) static void add(__m256i& sum, const Weights& w, __m256i four) {
    const __m256i pairs = _mm256_maddubs_epi16(w.magnitudes, _mm256_sign_epi8(four, w.codes));
    sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
  }
};

}  // namespace

void matmul_int8(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin, int64_t end) {
  int8_product<Magnitudes>(out, out_stride, x, w, begin, end);
}

}  // namespace capy::avx2
#endif
