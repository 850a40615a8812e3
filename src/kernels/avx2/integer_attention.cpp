// SPDX-License-Identifier: Apache-2.0
// The float parts of attention over integer keys and values: 8 keys or columns at a time.
#include "kernels/avx2/operations.h"

#if defined(__AVX2__)
#include "kernels/avx2/vectors.h"

namespace capy::avx2 {
namespace {

constexpr int32_t kInfinityBits = 0x7f800000;

struct Softmax {
  float max;
  float sum;
};

float largest(__m256 lanes) {
  __m128 four = _mm_max_ps(_mm256_castps256_ps128(lanes), _mm256_extractf128_ps(lanes, 1));
  four = _mm_max_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_max_ss(four, _mm_movehdup_ps(four)));
}

// w of one row, zeros up to the page's end. max_ps(s, m) is s > m ? s : m, so that a NaN never becomes the maximum.
// Keys that are not visible count as minus infinity: no maximum, and exp makes them +0, which changes no sum.
Softmax weigh(float* w, const float* scores, const float* value_scales, int64_t count, float scale) {
  const __m256 nothing = _mm256_set1_ps(-__builtin_inff());
  __m256 max = nothing;
  for (int64_t j = 0; j < count; j += 8) {
    __m256 s = _mm256_mul_ps(_mm256_set1_ps(scale), _mm256_loadu_ps(scores + j));
    if (count - j < 8) s = _mm256_blendv_ps(nothing, s, _mm256_castsi256_ps(first_lanes(count - j)));
    _mm256_store_ps(w + j, s);
    max = _mm256_max_ps(s, max);
  }
  const float m = largest(max);
  Lanes lanes;
  int64_t j = 0;
  for (; j < count; j += 8) {
    const __m256 p = exp(_mm256_sub_ps(_mm256_load_ps(w + j), _mm256_set1_ps(m)));
    __m256 weight = _mm256_mul_ps(p, _mm256_loadu_ps(value_scales + j));
    // Minus infinity less minus infinity is a NaN, and what a slot holds that is not visible may be anything.
    __m256 visible = p;
    if (count - j < 8) {
      const __m256 seen = _mm256_castsi256_ps(first_lanes(count - j));
      visible = _mm256_and_ps(visible, seen);
      weight = _mm256_and_ps(weight, seen);
    }
    _mm256_store_ps(w + j, weight);
    __m256& sum = j % 16 == 0 ? lanes.low : lanes.high;
    sum = _mm256_add_ps(sum, visible);
  }
  for (; j < kKvPageTokens; j += 8) _mm256_store_ps(w + j, _mm256_setzero_ps());
  return {m, lanes.sum()};
}

// The largest |w| as bits: magnitudes order like integers, infinity and NaN above all.
int32_t largest_magnitude(const float* w) {
  __m256i max = _mm256_setzero_si256();
  for (int64_t j = 0; j < kKvPageTokens; j += 8) {
    const __m256i bits = _mm256_load_si256(reinterpret_cast<const __m256i*>(w + j));
    max = _mm256_max_epi32(max, _mm256_and_si256(bits, _mm256_set1_epi32(0x7fffffff)));
  }
  return largest(max);
}

// 32 codes of 32 bits as bytes, in order.
void store_codes(int8_t* to, const __m256i (&code)[4]) {
  const __m256i words = _mm256_packs_epi16(_mm256_packs_epi32(code[0], code[1]), _mm256_packs_epi32(code[2], code[3]));
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm256_permutevar8x32_epi32(words, order));
}

struct Planes {
  int8_t* high;
  int8_t* low;
  int32_t high_sum;
  int32_t low_sum;
};

void write_codes(Planes& planes, const float* w, float inverse) {
  __m256i high_sum = _mm256_setzero_si256(), low_sum = _mm256_setzero_si256();
  for (int64_t j = 0; j < kKvPageTokens; j += 32) {
    __m256i high[4], low[4];
    for (int i = 0; i < 4; ++i) {
      const __m256 scaled = _mm256_mul_ps(_mm256_load_ps(w + j + 8 * i), _mm256_set1_ps(inverse));
      const __m256i code = _mm256_min_epi32(_mm256_cvtps_epi32(scaled), _mm256_set1_epi32(kWeightCodeMax));
      high[i] = _mm256_srli_epi32(code, 7);
      low[i] = _mm256_and_si256(code, _mm256_set1_epi32(127));
      high_sum = _mm256_add_epi32(high_sum, high[i]);
      low_sum = _mm256_add_epi32(low_sum, low[i]);
    }
    store_codes(planes.high + j, high);
    store_codes(planes.low + j, low);
  }
  planes.high_sum = sum_of(high_sum);
  planes.low_sum = sum_of(low_sum);
}

void write_zeros(Planes& planes) {
  for (int64_t j = 0; j < kKvPageTokens; j += 32) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(planes.high + j), _mm256_setzero_si256());
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(planes.low + j), _mm256_setzero_si256());
  }
  planes.high_sum = planes.low_sum = 0;
}

// --- weighed values ---

// 128 * high + low of one row, 16 bits each.
void join_codes(int16_t* out, const int8_t* high, const int8_t* low) {
  for (int64_t j = 0; j < kKvPageTokens; j += 16) {
    const __m256i h = _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(high + j)));
    const __m256i l = _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(low + j)));
    _mm256_store_si256(reinterpret_cast<__m256i*>(out + j), _mm256_add_epi16(_mm256_slli_epi16(h, 7), l));
  }
}

using WeightRow = int16_t[kKvPageTokens];

// Eight dims (half a panel) of some rows. The products of 15 and 8 bits are exact, and so are their sums: 2^14 * 2^7 *
// 256 < 2^31.
template <int Rows>
void value_tile(const PageValues& args, const WeightRow* weights, int64_t row, int64_t dim) {
  const int8_t* codes = static_cast<const int8_t*>(args.values.data);
  codes += dim / kPanelRows * kPanelRows * kKvPageTokens + dim % kPanelRows * 4;
  __m256i sum[Rows][2];
  for (int r = 0; r < Rows; ++r) sum[r][0] = sum[r][1] = _mm256_setzero_si256();
  for (int64_t j = 0; j < kKvPageTokens; j += 4, codes += 4 * kPanelRows) {
    const __m256i first = _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(codes)));
    const __m256i second = _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(codes + 16)));
    for (int r = 0; r < Rows; ++r) {
      int64_t four;
      __builtin_memcpy(&four, &weights[r][j], sizeof four);
      const __m256i weight = _mm256_set1_epi64x(four);
      sum[r][0] = _mm256_add_epi32(sum[r][0], _mm256_madd_epi16(first, weight));
      sum[r][1] = _mm256_add_epi32(sum[r][1], _mm256_madd_epi16(second, weight));
    }
  }
  for (int r = 0; r < Rows; ++r) {
    const __m256i mixed = _mm256_hadd_epi32(sum[r][0], sum[r][1]);  // dims 0 1 4 5 | 2 3 6 7
    const __m256 whole = _mm256_cvtepi32_ps(_mm256_permute4x64_epi64(mixed, 0xd8));
    const __m256 value = _mm256_mul_ps(_mm256_set1_ps(args.scales[row + r]), whole);
    store(args.out + (row + r) * args.out_stride + dim, value, args.values.rows - dim);
  }
}

float scalar_exp(float x) { return _mm256_cvtss_f32(exp(_mm256_set1_ps(x))); }

}  // namespace

void page_weights(const PageWeights& args) {
  alignas(32) float w[kKvPageTokens];
  for (int64_t row = 0; row < args.rows; ++row) {
    const Softmax softmax =
        weigh(w, args.scores + row * kKvPageTokens, args.value_scales, args.visible[row], args.scale);
    args.max[row] = softmax.max;
    args.sum[row] = softmax.sum;
    Planes planes{args.codes + row * kKvPageTokens, args.codes + (args.rows + row) * kKvPageTokens, 0, 0};
    const int32_t max_bits = largest_magnitude(w);
    const float max = __builtin_bit_cast(float, max_bits);
    if (max_bits < kInfinityBits && max >= kQuantTiny) {
      args.scales[row] = max / static_cast<float>(kWeightCodeMax);
      write_codes(planes, w, static_cast<float>(kWeightCodeMax) / max);
    } else {
      args.scales[row] = max_bits < kInfinityBits ? 0 : __builtin_nanf("");
      write_zeros(planes);
    }
    args.sums[row] = planes.high_sum;
    args.sums[args.rows + row] = planes.low_sum;
  }
}

void page_values(const PageValues& args) {
  constexpr int64_t kRows = 32;  // whose weights stay in L1
  alignas(32) WeightRow weights[kRows];
  for (int64_t begin = 0; begin < args.rows; begin += kRows) {
    const int64_t rows = smaller(kRows, args.rows - begin);
    for (int64_t r = 0; r < rows; ++r) {
      join_codes(weights[r], args.codes + (begin + r) * kKvPageTokens,
                 args.codes + (args.rows + begin + r) * kKvPageTokens);
    }
    for (int64_t dim = 0; dim < args.values.rows; dim += 8) {
      int64_t r = 0;
      for (; r + 4 <= rows; r += 4) value_tile<4>(args, weights + r, begin + r, dim);
      if (r + 2 <= rows) {
        value_tile<2>(args, weights + r, begin + r, dim);
        r += 2;
      }
      if (r < rows) value_tile<1>(args, weights + r, begin + r, dim);
    }
  }
}

void join_products(float* out, const float* high, const float* low, int64_t stride, const float* scales, int64_t rows,
                   int64_t n) {
  for (int64_t row = 0; row < rows; ++row) {
    const __m256 scale = _mm256_set1_ps(scales[row]);
    for (int64_t c = 0; c < n; c += 8) {
      const int64_t at = row * stride + c;
      const __m256 whole =
          _mm256_fmadd_ps(_mm256_set1_ps(128), F32::load(high + at, n - c), F32::load(low + at, n - c));
      store(out + at, _mm256_mul_ps(scale, whole), n - c);
    }
  }
}

void merge_softmax(const SoftmaxRows& total, const SoftmaxRows& next, int64_t rows, int64_t n) {
  for (int64_t row = 0; row < rows; ++row) {
    const float max = next.max[row] > total.max[row] ? next.max[row] : total.max[row];
    const float old_share = scalar_exp(total.max[row] - max);
    const float new_share = scalar_exp(next.max[row] - max);
    total.max[row] = max;
    total.sum[row] = __builtin_fmaf(next.sum[row], new_share, total.sum[row] * old_share);
    float* out = total.out + row * total.out_stride;
    const float* add = next.out + row * next.out_stride;
    for (int64_t c = 0; c < n; c += 8) {
      const __m256 old = _mm256_mul_ps(F32::load(out + c, n - c), _mm256_set1_ps(old_share));
      store(out + c, _mm256_fmadd_ps(F32::load(add + c, n - c), _mm256_set1_ps(new_share), old), n - c);
    }
  }
}

void widen_halves(int8_t* out, const uint8_t* codes, const int8_t* levels, int64_t lines) {
  const __m256i table = _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(levels)));
  const __m256i half = _mm256_set1_epi8(15);
  for (int64_t line = 0; line < lines; ++line) {
    for (int64_t b = 0; b < 64; b += 32) {
      const __m256i both = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(codes + line * 64 + b));
      const __m256i low = _mm256_shuffle_epi8(table, _mm256_and_si256(both, half));
      const __m256i high = _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(both, 4), half));
      int8_t* const to = out + 2 * line * 64 + b;
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), low);
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + 64), high);
    }
  }
}

}  // namespace capy::avx2
#endif
