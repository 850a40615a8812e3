// SPDX-License-Identifier: Apache-2.0
// int4 products with AVX-VNNI's vpdpbusd: a byte shuffle turns codes into level + 64, an unsigned byte, which meets
// signed activations; the sum is then too large by 64 * sum(x), which quantize_int8 left in Int8Rows.sums. Tiles of up
// to six rows and a panel; `out` holds the sums between blocks.
//
// Up to kStreamedRows rows use the levels as they leave the shuffle: it works beside the products. For more rows a
// group's block is unpacked once, to L1.
#include "kernels/avx2/operations.h"

#if defined(__AVXVNNI__)
#include "kernels/avx2/byte_products.h"
#include "kernels/avx2/int4_panels.h"

namespace capy::avx2 {
namespace {

constexpr int kTileRows = 6;
constexpr int64_t kStreamedRows = 2 * kTileRows;
constexpr int64_t kRowsAtOnce = 43 * kTileRows;  // a chunk of 256, whose block stays in L2

// One block of one panel for the rows row .. row+Rows. levels.quad(q).of(g) gives those of K group g of the quad.
template <int Rows, class Source>
__attribute__((always_inline)) inline void add_tile(const Int4Job& job, const Source& levels, int64_t row,
                                                    int64_t panel, int64_t block, const uint16_t* scales) {
  constexpr int kChains = byte_product_chains(Rows);
  const int8_t* x[Rows];
  __m256i sums[kChains][Rows][2];
  for (int r = 0; r < Rows; ++r) {
    x[r] = job.x.codes + (row + r) * job.columns + block * kQuantBlock;
    sums[0][r][0] = sums[0][r][1] = _mm256_set1_epi32(-kLevelOffset * job.x.sums[(row + r) * job.blocks + block]);
    for (int chain = 1; chain < kChains; ++chain) sums[chain][r][0] = sums[chain][r][1] = _mm256_setzero_si256();
  }
  const int64_t quads = columns_of(job, block) / kQuadColumns;
  for (int64_t quad = 0; quad < quads; ++quad) {
    int64_t k = quad * kQuadColumns;
    const auto quad_levels = levels.quad(quad);
#pragma GCC unroll 4
    for (int group = 0; group < 4; ++group) {
      const Levels of_group = quad_levels.of(group);
      for (int r = 0; r < Rows; ++r) {
        __m256i(&sum)[2] = sums[group % kChains][r];
        const __m256i four = broadcast4(x[r] + k + 4 * group);
        add_byte_products(sum[0], of_group.half[0], four);
        add_byte_products(sum[1], of_group.half[1], four);
        // The next row's loads stay behind this row's sums: g++ would mix the rows and run out of registers.
        asm volatile("" : "+x"(sum[0]), "+x"(sum[1]), "+r"(k));
      }
    }
  }
  for (int chain = 1; chain < kChains; ++chain) {
    for (int r = 0; r < Rows; ++r) {
      sums[0][r][0] = _mm256_add_epi32(sums[0][r][0], sums[chain][r][0]);
      sums[0][r][1] = _mm256_add_epi32(sums[0][r][1], sums[chain][r][1]);
    }
  }
  finish_block<Rows>(job, sums[0], row, panel, block, scales);
}

// --- few rows ---

// Functions by themselves: g++ finds registers for all sums then.
template <int Rows, bool Fetch>
__attribute__((noinline)) void streamed_tile(const Int4Job& job, int64_t row, int64_t begin, int64_t end,
                                             int64_t block) {
  for (int64_t panel = begin; panel < end; ++panel) {
    const PanelBlock w = panel_block(job, panel, block);
    TableOffsets tables;
    find_tables(w.tables, columns_of(job, block), tables);
    const StreamedBlock<Fetch> levels{{w.codes, tables.of}, block_ahead(job, begin, end, panel, block)};
    if (Fetch) fetch_tables(levels.ahead);
    add_tile<Rows>(job, levels, row, panel, block, w.scales);
  }
}

// The rows from `row` on, at most Rows of them, in one tile.
template <int Rows, bool Fetch>
void last_streamed(const Int4Job& job, int64_t row, int64_t begin, int64_t end, int64_t block) {
  if (job.x.rows - row == Rows) return streamed_tile<Rows, Fetch>(job, row, begin, end, block);
  if constexpr (Rows > 1) last_streamed<Rows - 1, Fetch>(job, row, begin, end, block);
}

// All rows, at most kStreamedRows. The first tile fetches; the second has the group's block in the cache.
void streamed_rows(const Int4Job& job, int64_t begin, int64_t end) {
  for (int64_t block = 0; block < job.blocks; ++block) {
    if (job.x.rows <= kTileRows) {
      last_streamed<kTileRows, true>(job, 0, begin, end, block);
    } else {
      streamed_tile<kTileRows, true>(job, 0, begin, end, block);
      last_streamed<kTileRows, false>(job, kTileRows, begin, end, block);
    }
  }
}

// --- many rows ---

template <int Rows>
__attribute__((noinline)) void unpacked_tile(const Int4Job& job, const UnpackedGroup& group, int64_t row, int64_t begin,
                                             int64_t end, int64_t block) {
  for (int64_t panel = begin; panel < end; ++panel) {
    const UnpackedBlock levels{group.levels[panel - begin]};
    add_tile<Rows>(job, levels, row, panel, block, panel_block(job, panel, block).scales);
  }
}

template <int Rows>
void last_unpacked(const Int4Job& job, const UnpackedGroup& group, int64_t row, int64_t rows, int64_t begin,
                   int64_t end, int64_t block) {
  if (rows == Rows) return unpacked_tile<Rows>(job, group, row, begin, end, block);
  if constexpr (Rows > 1) last_unpacked<Rows - 1>(job, group, row, rows, begin, end, block);
}

void group_rows(const Int4Job& job, const UnpackedGroup& group, int64_t row, int64_t rows, int64_t begin, int64_t end,
                int64_t block) {
  for (; rows > kTileRows; rows -= kTileRows, row += kTileRows) {
    unpacked_tile<kTileRows>(job, group, row, begin, end, block);
  }
  last_unpacked<kTileRows>(job, group, row, rows, begin, end, block);
}

// Panels begin .. end for the rows row .. row+rows.
void many_rows(const Int4Job& job, int64_t row, int64_t rows, int64_t begin, int64_t end) {
  UnpackedGroup group;
  for (int64_t block = 0; block < job.blocks; ++block) {
    for (int64_t first = begin; first < end; first += kGroupPanels) {
      const int64_t last = smaller(first + kGroupPanels, end);
      for (int64_t panel = first; panel < last; ++panel) {
        unpack(panel_block(job, panel, block), columns_of(job, block), group.levels[panel - first],
               panel_block(job, panel + kGroupPanels < end ? panel + kGroupPanels : panel, block));
      }
      group_rows(job, group, row, rows, first, last, block);
    }
  }
}

}  // namespace

void matmul_int4_vnni(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin,
                      int64_t end) {
  const Int4Job job = int4_job(out, out_stride, x, w, end);
  const int64_t panel_begin = begin / kPanelRows;
  const int64_t panel_end = (end + kPanelRows - 1) / kPanelRows;
  if (x.rows <= kStreamedRows) {
    for (int64_t panel = panel_begin; panel < panel_end; panel += kGroupPanels) {
      streamed_rows(job, panel, smaller(panel + kGroupPanels, panel_end));
    }
    return;
  }
  for (int64_t row = 0; row < x.rows; row += kRowsAtOnce) {
    many_rows(job, row, smaller(kRowsAtOnce, x.rows - row), panel_begin, panel_end);
  }
}

}  // namespace capy::avx2
#endif
