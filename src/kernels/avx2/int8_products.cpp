// SPDX-License-Identifier: Apache-2.0
// int8 products. vpmaddubsw multiplies the weights' magnitudes with the activations that have taken their signs: a pair
// stays within 2 * 127 * 127 < 2^15, so nothing saturates.
//
// Panels go in groups of four (four streams of weights), block by block of K; `out` holds the sums between blocks. A
// few rows at a time share a block of weights.
#include "kernels/avx2/operations.h"

#if defined(__AVX2__)
#include "kernels/avx2/vectors.h"

namespace capy::avx2 {
namespace {

constexpr int64_t kGroupPanels = 4;
constexpr int64_t kTileRows = 4;
constexpr int64_t kGroupBytes = 64;  // of weights: 16 rows x 4 K

struct Int8Job {
  float* out;
  int64_t out_stride;
  const Int8Rows& x;
  const int8_t* codes;
  const float* scales;
  int64_t columns;  // padded
  int64_t blocks;
  int64_t end;  // outputs from here on are not written
};

const int8_t* panel_block(const Int8Job& job, int64_t panel, int64_t block) {
  return job.codes + (panel * job.columns + block * kQuantBlock) * kPanelRows;
}

// What is read after `panel`'s block: a group is read block by block, each for all its panels; after the group comes
// the next one's first block.
const int8_t* next_block(const Int8Job& job, int64_t begin, int64_t end, int64_t panel, int64_t block) {
  if (panel + 1 < end) return panel_block(job, panel + 1, block);
  return block + 1 < job.blocks ? panel_block(job, begin, block + 1) : panel_block(job, end, 0);
}

// Half a K group's products, 8 rows of weights, added to their sums.
__attribute__((always_inline)) inline __m256i add_products(__m256i sum, __m256i weights, __m256i magnitudes,
                                                           __m256i four) {
  const __m256i pairs = _mm256_maddubs_epi16(magnitudes, _mm256_sign_epi8(four, weights));
  return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

// One block of a panel for Rows rows, whose codes begin at x[r]. Fetch: meanwhile `ahead` is fetched line by line.
template <int Rows, bool Fetch>
__attribute__((always_inline)) inline void add_block(__m256i (&sum)[Rows][2], const int8_t* const (&x)[Rows],
                                                     const int8_t* w, const int8_t* ahead, int64_t columns) {
  for (int64_t k = 0; k < columns; k += 4) {
    const auto* at = reinterpret_cast<const __m256i*>(w + k * kPanelRows);
    if (Fetch) _mm_prefetch(reinterpret_cast<const char*>(ahead + k * kPanelRows), _MM_HINT_T0);
    const __m256i low = _mm256_load_si256(at);
    const __m256i high = _mm256_load_si256(at + 1);
    const __m256i low_magnitudes = _mm256_abs_epi8(low);
    const __m256i high_magnitudes = _mm256_abs_epi8(high);
    for (int r = 0; r < Rows; ++r) {
      const __m256i four = broadcast4(x[r] + k);
      sum[r][0] = add_products(sum[r][0], low, low_magnitudes, four);
      sum[r][1] = add_products(sum[r][1], high, high_magnitudes, four);
      // The next row's loads stay behind this row's sums: g++ would mix the rows and run out of registers.
      asm volatile("" : "+x"(sum[r][0]), "+x"(sum[r][1]), "+r"(k));
    }
  }
}

// out = fma(float(sum), w_scale * x_scale, out), from +0 in the first block.
template <int Rows>
__attribute__((always_inline)) inline void finish_block(const Int8Job& job, const __m256i (&sum)[Rows][2], int64_t row,
                                                        int64_t panel, int64_t block) {
  const float* scales = job.scales + (panel * job.blocks + block) * kPanelRows;
  for (int half = 0; half < 2; ++half) {
    const __m256 w_scale = _mm256_loadu_ps(scales + 8 * half);
    const int64_t n = panel * kPanelRows + 8 * half;
    for (int r = 0; r < Rows; ++r) {
      const __m256 scale = _mm256_mul_ps(w_scale, _mm256_set1_ps(job.x.scales[(row + r) * job.blocks + block]));
      float* out = job.out + (row + r) * job.out_stride + n;
      __m256 total = _mm256_setzero_ps();
      if (block > 0) total = n + 8 <= job.end ? _mm256_loadu_ps(out) : F32::load(out, job.end - n);
      store(out, _mm256_fmadd_ps(_mm256_cvtepi32_ps(sum[r][half]), scale, total), job.end - n);
    }
  }
}

// Rows row .. row+Rows of the panels begin .. end.
template <int Rows, bool Fetch>
void tile_rows(const Int8Job& job, int64_t row, int64_t begin, int64_t end, int64_t block) {
  const int64_t columns = smaller(kQuantBlock, job.columns - block * kQuantBlock);
  const int8_t* x[Rows];
  for (int r = 0; r < Rows; ++r) x[r] = job.x.codes + (row + r) * job.columns + block * kQuantBlock;
  for (int64_t panel = begin; panel < end; ++panel) {
    __m256i sum[Rows][2];
    for (int r = 0; r < Rows; ++r) sum[r][0] = sum[r][1] = _mm256_setzero_si256();
    add_block<Rows, Fetch>(sum, x, panel_block(job, panel, block), next_block(job, begin, end, panel, block), columns);
    finish_block<Rows>(job, sum, row, panel, block);
  }
}

// All rows of the panels begin .. end.
void panel_group(const Int8Job& job, int64_t begin, int64_t end) {
  for (int64_t block = 0; block < job.blocks; ++block) {
    // The first tile fetches; the others have the group's block in the cache.
    const int64_t rows = job.x.rows;
    if (rows >= kTileRows) tile_rows<kTileRows, true>(job, 0, begin, end, block);
    int64_t row = kTileRows;
    for (; row + kTileRows <= rows; row += kTileRows) tile_rows<kTileRows, false>(job, row, begin, end, block);
    if (rows < kTileRows) row = 0;
    switch (rows - row) {
      case 1: tile_rows<1, true>(job, row, begin, end, block); break;
      case 2: tile_rows<2, true>(job, row, begin, end, block); break;
      case 3: tile_rows<3, true>(job, row, begin, end, block); break;
      default: break;
    }
  }
}

}  // namespace

void matmul_int8(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin, int64_t end) {
  const int64_t columns = rounded_up(w.columns, kPackColumns);
  const Int8Job job{out,
                    out_stride,
                    x,
                    static_cast<const int8_t*>(w.data),
                    w.scales,
                    columns,
                    (w.columns + kQuantBlock - 1) / kQuantBlock,
                    end};
  const int64_t panel_end = (end + kPanelRows - 1) / kPanelRows;
  for (int64_t panel = begin / kPanelRows; panel < panel_end; panel += kGroupPanels) {
    panel_group(job, panel, smaller(panel + kGroupPanels, panel_end));
  }
}

}  // namespace capy::avx2
#endif
