// SPDX-License-Identifier: Apache-2.0
// Activations for the products: bf16 rounding and int8 quantisation.
#include "kernels/avx512/operations.h"

#if defined(__AVX512F__)
#include "kernels/avx512/vectors.h"

namespace capy::avx512 {
namespace {

constexpr uint32_t kInfinityBits = 0x7f800000;

__m512i magnitude_bits(__m512 x) { return _mm512_and_si512(_mm512_castps_si512(x), _mm512_set1_epi32(0x7fffffff)); }

// The largest |x| as bits: magnitudes order like integers, infinity and NaN above all.
uint32_t largest_magnitude(const float* x, int64_t n) {
  __m512i max = _mm512_setzero_si512();
  for (int64_t i = 0; i < n; i += 16) max = _mm512_max_epu32(max, magnitude_bits(F32::load(x + i, first_lanes(n - i))));
  return _mm512_reduce_max_epu32(max);
}

// n codes of x * inverse, zeros up to `padded`; returns their sum.
int32_t write_codes(int8_t* codes, const float* x, float inverse, int64_t n, int64_t padded) {
  __m512i sum = _mm512_setzero_si512();
  for (int64_t i = 0; i < padded; i += 16) {
    const __m512 values = i < n ? F32::load(x + i, first_lanes(n - i)) : _mm512_setzero_ps();
    __m512i code = _mm512_cvtps_epi32(_mm512_mul_ps(values, _mm512_set1_ps(inverse)));  // half to even
    code = _mm512_max_epi32(_mm512_min_epi32(code, _mm512_set1_epi32(127)), _mm512_set1_epi32(-127));
    sum = _mm512_add_epi32(sum, code);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(codes + i), _mm512_cvtepi32_epi8(code));
  }
  return _mm512_reduce_add_epi32(sum);
}

int32_t write_zeros(int8_t* codes, int64_t padded) {
  for (int64_t i = 0; i < padded; i += 16) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(codes + i), _mm_setzero_si128());
  }
  return 0;
}

}  // namespace

void round_bf16(uint16_t* out, const float* x, int64_t n) {
  for (int64_t i = 0; i < n; i += 16) {
    const __mmask16 lanes = first_lanes(n - i);
    const __m512i bits = _mm512_castps_si512(F32::load(x + i, lanes));
    const __m512i high = _mm512_srli_epi32(bits, 16);
    const __m512i even = _mm512_and_si512(high, _mm512_set1_epi32(1));
    const __m512i sum = _mm512_add_epi32(_mm512_add_epi32(bits, _mm512_set1_epi32(0x7fff)), even);
    const __mmask16 nan = _mm512_cmpgt_epu32_mask(magnitude_bits(_mm512_castsi512_ps(bits)),
                                                  _mm512_set1_epi32(static_cast<int>(kInfinityBits)));
    const __m512i rounded = _mm512_mask_or_epi32(_mm512_srli_epi32(sum, 16), nan, high, _mm512_set1_epi32(0x40));
    _mm256_mask_storeu_epi16(out + i, lanes, _mm512_cvtepi32_epi16(rounded));
  }
}

void quantize_int8(int8_t* codes, float* scales, int32_t* sums, const float* x, int64_t n) {
  const int64_t columns = rounded_up(n, kPackColumns);
  for (int64_t begin = 0; begin < n; begin += kQuantBlock) {
    const int64_t block = begin / kQuantBlock;
    const int64_t values = smaller(n - begin, kQuantBlock);
    const int64_t padded = smaller(columns - begin, kQuantBlock);
    const uint32_t max_bits = largest_magnitude(x + begin, values);
    const float max = __builtin_bit_cast(float, max_bits);
    if (max_bits < kInfinityBits && max >= kQuantTiny) {
      scales[block] = max / 127.0f;
      sums[block] = write_codes(codes + begin, x + begin, 127.0f / max, values, padded);
    } else {
      scales[block] = max_bits < kInfinityBits ? 0 : __builtin_nanf("");
      sums[block] = write_zeros(codes + begin, padded);
    }
  }
}

}  // namespace capy::avx512
#endif
