// SPDX-License-Identifier: Apache-2.0
// int4 products. A byte shuffle turns codes into u8 = level + 64 (1..127), vpmaddubsw multiplies them with the
// activations' int8 codes: a pair stays within 127 * 127 * 2 < 2^15. The products of two K groups are added in 16 bits,
// where they may wrap; then -64 times the sum of the four activations is added, and what is left is the sum of four
// level * code, at most 4 * 63 * 127 < 2^15: exact again. So vpmaddwd is needed once for every two vpmaddubsw.
//
// Panels go in groups of four (four streams of weights), block by block of K; `out` holds the sums between blocks. A
// few rows use the levels as they leave the shuffle; with more rows a group's block is unpacked once, to L1.
#include "kernels/avx2/operations.h"

#if defined(__AVX2__)
#include "kernels/avx2/vectors.h"
#include "kernels/int4_pairs.h"

namespace capy::avx2 {
namespace {

constexpr int64_t kGroupPanels = 4;
constexpr int64_t kTileRows = 3;
constexpr int64_t kStreamedRows = 8;  // up to here decoding the levels again costs less than storing them
constexpr int kLevelOffset = 64;
constexpr int64_t kPairBytes = 64;  // of codes: two K groups of a panel

constexpr Int4Pairs kShiftedPairs = make_int4_pairs(kLevelOffset);

struct Int4Job {
  float* out;
  int64_t out_stride;
  const Int8Rows& x;
  const uint8_t* panels;
  int64_t panel_bytes;
  int64_t columns;  // padded
  int64_t blocks;
  int64_t end;  // outputs from here on are not written
};

// One block of one panel.
struct PanelBlock {
  const uint8_t* codes;
  const uint8_t* tables;
  const uint16_t* scales;
};

// Two K groups of a panel as level + 64: [group][rows 0-7, 8-15].
struct Levels {
  __m256i of[2][2];
};

PanelBlock panel_block(const Int4Job& job, int64_t panel, int64_t block) {
  const uint8_t* codes = job.panels + panel * job.panel_bytes;
  const uint8_t* tables = codes + job.columns / 8 * kPairBytes;
  const uint8_t* scales = tables + job.columns / 4 * 2;
  const int64_t k = block * kQuantBlock;
  return {codes + k / 8 * kPairBytes, tables + k / 2, reinterpret_cast<const uint16_t*>(scales) + block * kPanelRows};
}

__attribute__((always_inline)) inline __m256i lookup(uint8_t tables, __m256i codes) {
  return _mm256_shuffle_epi8(_mm256_load_si256(reinterpret_cast<const __m256i*>(kShiftedPairs.of[tables])), codes);
}

// K groups 2 pair and 2 pair + 1 of the block.
__attribute__((always_inline)) inline Levels levels_of_pair(const PanelBlock& w, int64_t pair) {
  const __m256i low_half = _mm256_set1_epi8(15);
  Levels levels;
  for (int half = 0; half < 2; ++half) {
    const __m256i codes = _mm256_load_si256(reinterpret_cast<const __m256i*>(w.codes + pair * kPairBytes + 32 * half));
    levels.of[0][half] = lookup(w.tables[4 * pair + half], _mm256_and_si256(codes, low_half));
    levels.of[1][half] = lookup(w.tables[4 * pair + 2 + half], _mm256_and_si256(_mm256_srli_epi16(codes, 4), low_half));
  }
  return levels;
}

// --- activations ---

// Some rows' codes of a block, and what takes the levels' offset out of each sum of 2 x 2 products: for the K pair
// (k, k+1) and its partner (k+4, k+5) the 16 bits -64 (x[k] + x[k+1] + x[k+4] + x[k+5]). It stands twice in every 8
// bytes, so that both are found at the same place.
template <int Rows>
struct RowsOfBlock {
  const int8_t* codes[Rows];
  alignas(32) int8_t offsets[Rows][kQuantBlock];
};

template <int Rows>
void load_rows(const Int4Job& job, int64_t row, int64_t block, int64_t columns, RowsOfBlock<Rows>& x) {
  for (int r = 0; r < Rows; ++r) {
    x.codes[r] = job.x.codes + (row + r) * job.columns + block * kQuantBlock;
    for (int64_t k = 0; k < columns; k += 32) {
      const __m256i codes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(x.codes[r] + k));
      const __m256i pairs = _mm256_maddubs_epi16(_mm256_set1_epi8(kLevelOffset), codes);
      const __m256i fours = _mm256_add_epi16(pairs, _mm256_shuffle_epi32(pairs, 0xb1));
      _mm256_store_si256(reinterpret_cast<__m256i*>(x.offsets[r] + k), _mm256_sub_epi16(_mm256_setzero_si256(), fours));
    }
  }
}

__attribute__((always_inline)) inline __m256i broadcast4(const int8_t* p) {
  int32_t four;
  __builtin_memcpy(&four, p, sizeof four);
  return _mm256_set1_epi32(four);
}

// --- tiles: Rows rows of one block of one panel ---

template <int Rows>
__attribute__((always_inline)) inline void add_pair(__m256i (&sum)[Rows][2], const RowsOfBlock<Rows>& x, int64_t k,
                                                    const Levels& levels) {
  const __m256i ones = _mm256_set1_epi16(1);
  for (int r = 0; r < Rows; ++r) {
    const __m256i first = broadcast4(x.codes[r] + k);
    const __m256i second = broadcast4(x.codes[r] + k + 4);
    const __m256i offset = broadcast4(x.offsets[r] + k);
    for (int half = 0; half < 2; ++half) {
      const __m256i products = _mm256_add_epi16(_mm256_maddubs_epi16(levels.of[0][half], first),
                                                _mm256_maddubs_epi16(levels.of[1][half], second));
      const __m256i exact = _mm256_add_epi16(products, offset);
      sum[r][half] = _mm256_add_epi32(sum[r][half], _mm256_madd_epi16(exact, ones));
    }
    // The next row's loads stay behind this row's sums: g++ would mix the rows and run out of registers.
    asm volatile("" : "+x"(sum[r][0]), "+x"(sum[r][1]), "+r"(k));
  }
}

// out = fma(float(sum), w_scale * x_scale, out), from +0 in the first block.
template <int Rows>
__attribute__((always_inline)) inline void finish_block(const Int4Job& job, const __m256i (&sum)[Rows][2], int64_t row,
                                                        int64_t panel, int64_t block, const uint16_t* scales) {
  const int64_t n = panel * kPanelRows;
  const bool whole = n + kPanelRows <= job.end;
  for (int half = 0; half < 2; ++half) {
    const __m256 w_scale = F16::load(scales + 8 * half);
    const int64_t left = job.end - n - 8 * half;
    for (int r = 0; r < Rows; ++r) {
      const __m256 scale = _mm256_mul_ps(w_scale, _mm256_set1_ps(job.x.scales[(row + r) * job.blocks + block]));
      float* out = job.out + (row + r) * job.out_stride + n + 8 * half;
      __m256 total = _mm256_setzero_ps();
      if (block > 0) total = whole ? _mm256_loadu_ps(out) : F32::load(out, left);
      total = _mm256_fmadd_ps(_mm256_cvtepi32_ps(sum[r][half]), scale, total);
      if (whole) {
        _mm256_storeu_ps(out, total);
      } else {
        store(out, total, left);
      }
    }
  }
}

template <int Rows>
void clear(__m256i (&sum)[Rows][2]) {
  for (int r = 0; r < Rows; ++r) sum[r][0] = sum[r][1] = _mm256_setzero_si256();
}

// Straight from the codes. The block that comes next is fetched line by line meanwhile.
template <int Rows>
void streamed_tile(const Int4Job& job, const RowsOfBlock<Rows>& x, int64_t row, int64_t panel, int64_t block,
                   int64_t columns, const PanelBlock& next) {
  const PanelBlock w = panel_block(job, panel, block);
  __m256i sum[Rows][2];
  clear(sum);
  _mm_prefetch(reinterpret_cast<const char*>(next.tables), _MM_HINT_T0);
  _mm_prefetch(reinterpret_cast<const char*>(next.tables + 64), _MM_HINT_T0);
  _mm_prefetch(reinterpret_cast<const char*>(next.scales), _MM_HINT_T0);
  for (int64_t pair = 0; pair < columns / 8; ++pair) {
    _mm_prefetch(reinterpret_cast<const char*>(next.codes + pair * kPairBytes), _MM_HINT_T0);
    add_pair<Rows>(sum, x, 8 * pair, levels_of_pair(w, pair));
  }
  finish_block<Rows>(job, sum, row, panel, block, w.scales);
}

// --- many rows ---

// A group's block as level + 64, in the order of Levels: 16 KB.
struct UnpackedGroup {
  alignas(64) uint8_t levels[kGroupPanels][kQuantBlock * kPanelRows];
};

void unpack(const PanelBlock& w, int64_t columns, uint8_t* out) {
  for (int64_t pair = 0; pair < columns / 8; ++pair) {
    const Levels levels = levels_of_pair(w, pair);
    for (int i = 0; i < 4; ++i) {
      _mm256_store_si256(reinterpret_cast<__m256i*>(out + pair * 2 * kPairBytes + 32 * i), levels.of[i / 2][i % 2]);
    }
  }
}

template <int Rows>
void unpacked_tile(const Int4Job& job, const RowsOfBlock<Rows>& x, int64_t row, int64_t panel, int64_t block,
                   int64_t columns, const uint8_t* unpacked) {
  __m256i sum[Rows][2];
  clear(sum);
  for (int64_t pair = 0; pair < columns / 8; ++pair) {
    const auto* at = reinterpret_cast<const __m256i*>(unpacked + pair * 2 * kPairBytes);
    Levels levels;
    for (int i = 0; i < 4; ++i) levels.of[i / 2][i % 2] = _mm256_load_si256(at + i);
    add_pair<Rows>(sum, x, 8 * pair, levels);
  }
  finish_block<Rows>(job, sum, row, panel, block, panel_block(job, panel, block).scales);
}

template <int Rows>
void unpacked_rows(const Int4Job& job, const UnpackedGroup& group, int64_t row, int64_t begin, int64_t end,
                   int64_t block, int64_t columns) {
  RowsOfBlock<Rows> x;
  load_rows<Rows>(job, row, block, columns, x);
  for (int64_t panel = begin; panel < end; ++panel) {
    unpacked_tile<Rows>(job, x, row, panel, block, columns, group.levels[panel - begin]);
  }
}

// Panels begin .. end for all rows.
void many_rows(const Int4Job& job, int64_t begin, int64_t end) {
  UnpackedGroup group;
  for (int64_t block = 0; block < job.blocks; ++block) {
    const int64_t columns = smaller(kQuantBlock, job.columns - block * kQuantBlock);
    for (int64_t panel = begin; panel < end; ++panel) {
      unpack(panel_block(job, panel, block), columns, group.levels[panel - begin]);
    }
    int64_t row = 0;
    for (; row + kTileRows <= job.x.rows; row += kTileRows) {
      unpacked_rows<kTileRows>(job, group, row, begin, end, block, columns);
    }
    const int64_t left = job.x.rows - row;
    if (left == 2) unpacked_rows<2>(job, group, row, begin, end, block, columns);
    if (left == 1) unpacked_rows<1>(job, group, row, begin, end, block, columns);
  }
}

// --- few rows ---

// Rows row .. row+Rows.
template <int Rows>
void few_rows(const Int4Job& job, int64_t row, int64_t begin, int64_t end) {
  for (int64_t block = 0; block < job.blocks; ++block) {
    const int64_t columns = smaller(kQuantBlock, job.columns - block * kQuantBlock);
    RowsOfBlock<Rows> x;
    load_rows<Rows>(job, row, block, columns, x);
    for (int64_t panel = begin; panel < end; ++panel) {
      // Next: the following panel's same block, else the group's first panel's next, else the next group's first.
      PanelBlock next = panel_block(job, panel + 1, block);
      if (panel + 1 == end)
        next = block + 1 < job.blocks ? panel_block(job, begin, block + 1) : panel_block(job, end, 0);
      streamed_tile<Rows>(job, x, row, panel, block, columns, next);
    }
  }
}

// The rows from `row` on, four at a time: the group's codes come from the cache after the first four.
void streamed_rows(const Int4Job& job, int64_t begin, int64_t end) {
  int64_t row = 0;
  for (; row + 4 <= job.x.rows; row += 4) few_rows<4>(job, row, begin, end);
  switch (job.x.rows - row) {
    case 1: return few_rows<1>(job, row, begin, end);
    case 2: return few_rows<2>(job, row, begin, end);
    case 3: return few_rows<3>(job, row, begin, end);
    default: return;
  }
}

}  // namespace

void matmul_int4(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin, int64_t end) {
  const int64_t columns = rounded_up(w.columns, kPackColumns);
  const int64_t blocks = (w.columns + kQuantBlock - 1) / kQuantBlock;
  const int64_t bytes = columns / 8 * kPairBytes + columns / 4 * 2 + blocks * kPanelRows * 2;
  const Int4Job job{out,     out_stride, x,  static_cast<const uint8_t*>(w.data), rounded_up(bytes, 64),
                    columns, blocks,     end};
  const int64_t panel_end = (end + kPanelRows - 1) / kPanelRows;
  for (int64_t panel = begin / kPanelRows; panel < panel_end; panel += kGroupPanels) {
    const int64_t group_end = smaller(panel + kGroupPanels, panel_end);
    if (x.rows <= kStreamedRows) {
      streamed_rows(job, panel, group_end);
    } else {
      many_rows(job, panel, group_end);
    }
  }
}

}  // namespace capy::avx2
#endif
