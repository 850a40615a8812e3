// SPDX-License-Identifier: Apache-2.0
// int4 products with vpshufb and vpdpbusd.
#include "kernels/avx512/operations.h"

#if defined(__AVX512VNNI__)
#include "kernels/avx512/byte_products.h"
#include "kernels/avx512/int4_tile.h"
#include "kernels/avx512/vectors.h"

namespace capy::avx512 {
namespace {

struct VnniUnit {
  using Bytes = __m512i;
  using Sums = __m512i;
  using Floats = __m512;

  static Bytes load(const uint8_t* p) { return _mm512_loadu_si512(p); }
  static Bytes low_halves(Bytes two) { return _mm512_and_si512(two, _mm512_set1_epi8(0x0f)); }
  static Bytes high_halves(Bytes two) { return _mm512_and_si512(_mm512_srli_epi16(two, 4), _mm512_set1_epi8(0x0f)); }
  static Bytes shuffle(const int8_t* lanes01, const int8_t* lanes23, Bytes codes) {
    const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(lanes01));
    const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(lanes23));
    return _mm512_shuffle_epi8(_mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1), codes);
  }
  static Bytes broadcast(const int8_t* x) {
    int32_t four;
    __builtin_memcpy(&four, x, 4);
    return _mm512_set1_epi32(four);
  }
  static Sums start(int32_t value) { return _mm512_set1_epi32(value); }
  static void add(Sums& sum, Bytes w, Bytes x) { add_byte_products(sum, w, x); }
  static Floats zero() { return _mm512_setzero_ps(); }
  static Floats widen(const uint8_t* halves) {
    return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(halves)));
  }
  static void add_scaled(Floats& to, Sums sum, Floats w_scales, float x_scale) {
    to = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum), _mm512_mul_ps(w_scales, _mm512_set1_ps(x_scale)), to);
  }
  static void store(float* to, int64_t count, Floats v) { _mm512_mask_storeu_ps(to, first_lanes(count), v); }
};

}  // namespace

void matmul_int4_vnni(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin,
                      int64_t end) {
  int4_product<VnniUnit>(out, out_stride, x, w, begin, end);
}

}  // namespace capy::avx512
#endif
