// SPDX-License-Identifier: Apache-2.0
// Activations for the products: bf16 rounding and int8 quantisation.
#include "kernels/avx2/operations.h"

#if defined(__AVX2__)
#include "kernels/avx2/vectors.h"
#include "kernels/generic/operations.h"

namespace capy::avx2 {
namespace {

constexpr int32_t kInfinityBits = 0x7f800000;

__m256i magnitude_bits(__m256 x) { return _mm256_and_si256(_mm256_castps_si256(x), _mm256_set1_epi32(0x7fffffff)); }

// The largest |x| as bits: magnitudes order like integers, infinity and NaN above all.
int32_t largest_magnitude(const float* x, int64_t n) {
  __m256i max = _mm256_setzero_si256();
  for (int64_t i = 0; i < n; i += 8) max = _mm256_max_epi32(max, magnitude_bits(F32::load(x + i, n - i)));
  return largest(max);
}

void store_codes(int8_t* codes, __m256i code) {
  const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(code), _mm256_extracti128_si256(code, 1));
  _mm_storel_epi64(reinterpret_cast<__m128i*>(codes), _mm_packs_epi16(words, words));
}

// n codes of x * inverse, zeros up to `padded`; returns their sum.
int32_t write_codes(int8_t* codes, const float* x, float inverse, int64_t n, int64_t padded) {
  __m256i sum = _mm256_setzero_si256();
  for (int64_t i = 0; i < padded; i += 8) {
    const __m256 values = i < n ? F32::load(x + i, n - i) : _mm256_setzero_ps();
    __m256i code = _mm256_cvtps_epi32(_mm256_mul_ps(values, _mm256_set1_ps(inverse)));  // half to even
    code = _mm256_max_epi32(_mm256_min_epi32(code, _mm256_set1_epi32(127)), _mm256_set1_epi32(-127));
    sum = _mm256_add_epi32(sum, code);
    store_codes(codes + i, code);
  }
  return sum_of(sum);
}

int32_t write_zeros(int8_t* codes, int64_t padded) {
  for (int64_t i = 0; i < padded; i += 8) store_codes(codes + i, _mm256_setzero_si256());
  return 0;
}

}  // namespace

void round_bf16(uint16_t* out, const float* x, int64_t n) {
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    const __m256i bits = _mm256_castps_si256(F32::load(x + i));
    const __m256i high = _mm256_srli_epi32(bits, 16);
    const __m256i even = _mm256_and_si256(high, _mm256_set1_epi32(1));
    const __m256i sum = _mm256_add_epi32(_mm256_add_epi32(bits, _mm256_set1_epi32(0x7fff)), even);
    const __m256i nan = _mm256_cmpgt_epi32(magnitude_bits(F32::load(x + i)), _mm256_set1_epi32(kInfinityBits));
    const __m256i quiet = _mm256_or_si256(high, _mm256_set1_epi32(0x40));
    const __m256i rounded = _mm256_blendv_epi8(_mm256_srli_epi32(sum, 16), quiet, nan);
    const __m128i words = _mm_packus_epi32(_mm256_castsi256_si128(rounded), _mm256_extracti128_si256(rounded, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i), words);
  }
  generic::round_bf16(out + i, x + i, n - i);
}

void quantize_int8(int8_t* codes, float* scales, int32_t* sums, const float* x, int64_t n) {
  const int64_t columns = rounded_up(n, kPackColumns);
  for (int64_t begin = 0; begin < n; begin += kQuantBlock) {
    const int64_t block = begin / kQuantBlock;
    const int64_t values = smaller(n - begin, kQuantBlock);
    const int64_t padded = smaller(columns - begin, kQuantBlock);
    const int32_t max_bits = largest_magnitude(x + begin, values);
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

}  // namespace capy::avx2
#endif
