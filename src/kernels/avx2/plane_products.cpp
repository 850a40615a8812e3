// SPDX-License-Identifier: Apache-2.0
// Products with the first bits of int8 codes, which are unsigned and small: vpmaddubsw takes them as they are, and 16
// bits hold the sums of eight instructions (a pair is at most 15 * 127 * 2), so that scanning is bound by memory.
#include "kernels/avx2/operations.h"

#if defined(__AVX2__)
#include "kernels/avx2/vectors.h"

namespace capy::avx2 {
namespace {

constexpr int64_t kPrefetchBytes = 2048;
constexpr int64_t kRowsAhead = 8;
constexpr int64_t kPairBytes = 64;  // of the high plane: two K groups of a panel
constexpr int64_t kPairsPerSum = 4;

struct ScanJob {
  float* out;
  int64_t out_stride;
  const Int8Rows& x;
  const uint8_t* high;
  const float* scales;
  int64_t columns;  // padded
  int64_t blocks;
  int64_t end;  // outputs from here on are not written
};

// sum[r][half]: outputs 8 half .. 8 half + 7 of row r.
template <int Rows>
__attribute__((always_inline)) inline void add_block(__m256i (&sum)[Rows][2], const int8_t* const (&x)[Rows],
                                                     const uint8_t* w, int64_t columns) {
  const __m256i low_half = _mm256_set1_epi8(15);
  const __m256i ones = _mm256_set1_epi16(1);
  for (int64_t k = 0; k < columns; k += 8 * kPairsPerSum) {
    __m256i words[Rows][2];
    for (int r = 0; r < Rows; ++r) words[r][0] = words[r][1] = _mm256_setzero_si256();
    for (int64_t pair = 0; pair < kPairsPerSum; ++pair) {
      const uint8_t* at = w + (k / 8 + pair) * kPairBytes;
      _mm_prefetch(reinterpret_cast<const char*>(at + kPrefetchBytes), _MM_HINT_T0);
      for (int half = 0; half < 2; ++half) {
        const __m256i codes = _mm256_load_si256(reinterpret_cast<const __m256i*>(at + 32 * half));
        const __m256i first = _mm256_and_si256(codes, low_half);
        const __m256i second = _mm256_and_si256(_mm256_srli_epi16(codes, 4), low_half);
        for (int r = 0; r < Rows; ++r) {
          const int8_t* eight = x[r] + k + 8 * pair;
          words[r][half] = _mm256_add_epi16(words[r][half], _mm256_maddubs_epi16(first, broadcast4(eight)));
          words[r][half] = _mm256_add_epi16(words[r][half], _mm256_maddubs_epi16(second, broadcast4(eight + 4)));
        }
      }
    }
    for (int r = 0; r < Rows; ++r) {
      for (int half = 0; half < 2; ++half) {
        sum[r][half] = _mm256_add_epi32(sum[r][half], _mm256_madd_epi16(words[r][half], ones));
      }
    }
  }
}

// Rows row .. row+Rows of one panel.
template <int Rows>
void scan_tile(const ScanJob& job, int64_t row, int64_t panel) {
  __m256 out[Rows][2];
  for (int r = 0; r < Rows; ++r) out[r][0] = out[r][1] = _mm256_setzero_ps();
  for (int64_t block = 0; block < job.blocks; ++block) {
    const int64_t begin = block * kQuantBlock;
    const int8_t* x[Rows];
    __m256i sum[Rows][2];
    for (int r = 0; r < Rows; ++r) {
      x[r] = job.x.codes + (row + r) * job.columns + begin;
      sum[r][0] = sum[r][1] = _mm256_setzero_si256();
    }
    add_block<Rows>(sum, x, job.high + (panel * job.columns + begin) / 8 * kPairBytes,
                    smaller(kQuantBlock, job.columns - begin));
    const float* w_scales = job.scales + (panel * job.blocks + block) * kPanelRows;
    for (int r = 0; r < Rows; ++r) {
      const int64_t at = (row + r) * job.blocks + block;
      const __m256i offset = _mm256_set1_epi32(-120 * job.x.sums[at]);
      const __m256 x_scale = _mm256_set1_ps(job.x.scales[at]);
      for (int half = 0; half < 2; ++half) {
        const __m256i products = _mm256_add_epi32(_mm256_slli_epi32(sum[r][half], 4), offset);
        const __m256 scale = _mm256_mul_ps(_mm256_loadu_ps(w_scales + 8 * half), x_scale);
        out[r][half] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(products), scale, out[r][half]);
      }
    }
  }
  const int64_t n = panel * kPanelRows;
  for (int r = 0; r < Rows; ++r) {
    float* to = job.out + (row + r) * job.out_stride + n;
    store(to, out[r][0], job.end - n);
    store(to + 8, out[r][1], job.end - n - 8);
  }
}

// The middle parts of one output times the codes of a block. Each group of 64 K is 16 bytes, taken twice: shifted by
// 0 | 2 they are K 0..31 in order, by 4 | 6 K 32..63.
int32_t middle_products(const int8_t* x, const uint8_t* middle, int64_t columns) {
  const __m256i early = _mm256_setr_epi32(0, 0, 0, 0, 2, 2, 2, 2);
  const __m256i late = _mm256_setr_epi32(4, 4, 4, 4, 6, 6, 6, 6);
  const __m256i low_bits = _mm256_set1_epi8(3);
  __m256i words = _mm256_setzero_si256();  // at most 8 instructions of pairs up to 3 * 127 * 2
  for (int64_t k = 0; k < columns; k += 64) {
    const __m256i codes =
        _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(middle + k / 4)));
    const __m256i first = _mm256_and_si256(_mm256_srlv_epi32(codes, early), low_bits);
    const __m256i second = _mm256_and_si256(_mm256_srlv_epi32(codes, late), low_bits);
    const auto* at = reinterpret_cast<const __m256i*>(x + k);
    words = _mm256_add_epi16(words, _mm256_maddubs_epi16(first, _mm256_loadu_si256(at)));
    words = _mm256_add_epi16(words, _mm256_maddubs_epi16(second, _mm256_loadu_si256(at + 1)));
  }
  return sum_of(_mm256_madd_epi16(words, _mm256_set1_epi16(1)));
}

}  // namespace

void scan_planes(float* out, int64_t out_stride, const Int8Rows& x, const CodePlanes& w, int64_t begin, int64_t end) {
  const ScanJob job{out,
                    out_stride,
                    x,
                    w.high,
                    w.codes.scales,
                    rounded_up(w.codes.columns, kPackColumns),
                    (w.codes.columns + kQuantBlock - 1) / kQuantBlock,
                    end};
  for (int64_t panel = begin / kPanelRows; panel * kPanelRows < end; ++panel) {
    int64_t row = 0;
    for (; row + 2 <= x.rows; row += 2) scan_tile<2>(job, row, panel);
    if (row < x.rows) scan_tile<1>(job, row, panel);
  }
}

void refine_planes(float* out, const Int8Rows& x, int64_t row, const CodePlanes& w, const int32_t* outputs,
                   int64_t count) {
  const int64_t columns = rounded_up(w.codes.columns, kPackColumns);
  const int64_t blocks = (w.codes.columns + kQuantBlock - 1) / kQuantBlock;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t n = outputs[i];
    if (i + kRowsAhead < count) {  // rows lie anywhere: nothing else would fetch them in time
      const int64_t next = outputs[i + kRowsAhead];
      for (int64_t k = 0; k < columns; k += 256) {
        _mm_prefetch(reinterpret_cast<const char*>(w.middle + (next * columns + k) / 4), _MM_HINT_T0);
        _mm_prefetch(
            reinterpret_cast<const char*>(w.codes.scales + (next / kPanelRows * blocks + k / kQuantBlock) * kPanelRows),
            _MM_HINT_T0);
      }
    }
    const float* w_scales = w.codes.scales + n / kPanelRows * blocks * kPanelRows + n % kPanelRows;
    float sum = out[n];
    for (int64_t block = 0; block < blocks; ++block) {
      const int64_t begin = block * kQuantBlock;
      const int32_t products = middle_products(x.codes + row * columns + begin, w.middle + (n * columns + begin) / 4,
                                               smaller(kQuantBlock, columns - begin));
      const int64_t at = row * blocks + block;
      const float scale = w_scales[block * kPanelRows] * x.scales[at];
      sum = __builtin_fmaf(static_cast<float>(4 * products - 6 * x.sums[at]), scale, sum);
    }
    out[n] = sum;
  }
}

}  // namespace capy::avx2
#endif
