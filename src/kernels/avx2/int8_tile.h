// SPDX-License-Identifier: Apache-2.0
// int8 products in tiles of some rows and a panel. Panels go in groups of four (four streams of weights), block by
// block of K; `out` holds the sums between blocks. `Dot` says how four bytes are multiplied and summed: by one
// instruction (int8_vnni.cpp) or several (int8_products.cpp), and how many rows and sums its registers hold.
#pragma once

#include "kernels/avx2/operations.h"
#include "kernels/avx2/vectors.h"

namespace capy::avx2 {
namespace {

constexpr int64_t kGroupPanels = 4;
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

inline const int8_t* panel_block(const Int8Job& job, int64_t panel, int64_t block) {
  return job.codes + (panel * job.columns + block * kQuantBlock) * kPanelRows;
}

// What is read after `panel`'s block: a group is read block by block, each for all its panels; after the group comes
// the next one's first block.
inline const int8_t* next_block(const Int8Job& job, int64_t begin, int64_t end, int64_t panel, int64_t block) {
  if (panel + 1 < end) return panel_block(job, panel + 1, block);
  return block + 1 < job.blocks ? panel_block(job, begin, block + 1) : panel_block(job, end, 0);
}

// The int32 sums of some rows, rows 0-7 and 8-15 of the panel, and of each Chains that take turns.
template <int Rows, int Chains>
struct Int8Sums {
  __m256i of[Chains][Rows][2];
};

// One block of a panel for Rows rows, whose codes begin at x[r]. Fetch: meanwhile `ahead` is fetched line by line.
template <class Dot, int Rows, bool Fetch, int Chains>
__attribute__((always_inline)) inline void add_block(Int8Sums<Rows, Chains>& sums, const int8_t* const (&x)[Rows],
                                                     const int8_t* w, const int8_t* ahead, int64_t columns) {
  for (int64_t k = 0; k < columns; k += 4 * Chains) {
    for (int chain = 0; chain < Chains; ++chain, w += kGroupBytes, ahead += kGroupBytes) {
      const auto* at = reinterpret_cast<const __m256i*>(w);
      if (Fetch) _mm_prefetch(reinterpret_cast<const char*>(ahead), _MM_HINT_T0);
      const typename Dot::Weights low = Dot::load(at);
      const typename Dot::Weights high = Dot::load(at + 1);
      for (int r = 0; r < Rows; ++r) {
        __m256i(&sum)[2] = sums.of[chain][r];
        const __m256i four = broadcast4(x[r] + k + 4 * chain);
        Dot::add(sum[0], low, four);
        Dot::add(sum[1], high, four);
        // The next row's loads stay behind this row's sums: g++ would mix the rows and run out of registers.
        asm volatile("" : "+x"(sum[0]), "+x"(sum[1]), "+r"(k));
      }
    }
  }
}

template <class Dot, int Rows, int Chains>
__attribute__((always_inline)) inline void start_sums(Int8Sums<Rows, Chains>& sums, const Int8Job& job, int64_t row,
                                                      int64_t block) {
  for (int r = 0; r < Rows; ++r) {
    sums.of[0][r][0] = sums.of[0][r][1] = Dot::start(job.x.sums[(row + r) * job.blocks + block]);
    for (int chain = 1; chain < Chains; ++chain) {
      sums.of[chain][r][0] = sums.of[chain][r][1] = _mm256_setzero_si256();
    }
  }
}

// out = fma(float(sum), w_scale * x_scale, out), from +0 in the first block. Unrolled, or g++ would keep the sums in
// memory.
template <int Rows, int Chains>
__attribute__((always_inline)) inline void finish_block(const Int8Job& job, const Int8Sums<Rows, Chains>& sums,
                                                        int64_t row, int64_t panel, int64_t block) {
  const float* scales = job.scales + (panel * job.blocks + block) * kPanelRows;
#pragma GCC unroll 2
  for (int half = 0; half < 2; ++half) {
    const __m256 w_scale = _mm256_loadu_ps(scales + 8 * half);
    const int64_t n = panel * kPanelRows + 8 * half;
    for (int r = 0; r < Rows; ++r) {
      __m256i sum = sums.of[0][r][half];
      for (int chain = 1; chain < Chains; ++chain) sum = _mm256_add_epi32(sum, sums.of[chain][r][half]);
      const __m256 scale = _mm256_mul_ps(w_scale, _mm256_set1_ps(job.x.scales[(row + r) * job.blocks + block]));
      float* out = job.out + (row + r) * job.out_stride + n;
      __m256 total = _mm256_setzero_ps();
      if (block > 0) total = n + 8 <= job.end ? _mm256_loadu_ps(out) : F32::load(out, job.end - n);
      store(out, _mm256_fmadd_ps(_mm256_cvtepi32_ps(sum), scale, total), job.end - n);
    }
  }
}

// Rows row .. row+Rows of the panels begin .. end. A function by itself: g++ finds registers for all of its sums then.
template <class Dot, int Rows, bool Fetch>
__attribute__((noinline)) void tile_rows(const Int8Job& job, int64_t row, int64_t begin, int64_t end, int64_t block) {
  const int64_t columns = smaller(kQuantBlock, job.columns - block * kQuantBlock);
  const int8_t* x[Rows];
  for (int r = 0; r < Rows; ++r) {
    x[r] = job.x.codes + (row + r) * job.columns + block * kQuantBlock;
    asm("" : "+r"(x[r]));  // a pointer for each row: g++ would add up addresses in the loop
  }
  for (int64_t panel = begin; panel < end; ++panel) {
    Int8Sums<Rows, Dot::chains(Rows)> sums;
    start_sums<Dot>(sums, job, row, block);
    add_block<Dot, Rows, Fetch>(sums, x, panel_block(job, panel, block), next_block(job, begin, end, panel, block),
                                columns);
    finish_block(job, sums, row, panel, block);
  }
}

// The rows from `row` on, at most Rows of them, in one tile.
template <class Dot, int Rows>
void last_rows(const Int8Job& job, int64_t row, int64_t begin, int64_t end, int64_t block) {
  if (job.x.rows - row == Rows) return tile_rows<Dot, Rows, true>(job, row, begin, end, block);
  if constexpr (Rows > 1) last_rows<Dot, Rows - 1>(job, row, begin, end, block);
}

// All rows of the panels begin .. end.
template <class Dot>
void panel_group(const Int8Job& job, int64_t begin, int64_t end) {
  constexpr int kRows = Dot::kTileRows;
  for (int64_t block = 0; block < job.blocks; ++block) {
    int64_t row = 0;
    // The first tile fetches; the others have the group's block in the cache.
    if (job.x.rows >= kRows) {
      tile_rows<Dot, kRows, true>(job, 0, begin, end, block);
      row = kRows;
    }
    for (; row + kRows <= job.x.rows; row += kRows) tile_rows<Dot, kRows, false>(job, row, begin, end, block);
    last_rows<Dot, kRows - 1>(job, row, begin, end, block);
  }
}

template <class Dot>
void int8_product(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin, int64_t end) {
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
    panel_group<Dot>(job, panel, smaller(panel + kGroupPanels, panel_end));
  }
}

}  // namespace
}  // namespace capy::avx2
