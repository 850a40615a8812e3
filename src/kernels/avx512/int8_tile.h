// SPDX-License-Identifier: Apache-2.0
// int8 products in tiles of up to 8 rows x 4 panels: each 64 bytes of weights (16 outputs x 4 K) are loaded once per
// tile and meet 4 codes of every row. `Dot` says how 4 codes are multiplied and summed: by one instruction or by
// several.
#pragma once

#include "kernels/avx512/operations.h"
#include "kernels/avx512/vectors.h"

namespace capy::avx512 {
namespace {

// How far ahead of the weights' use they are fetched: DRAM latency at a core's share of the bandwidth.
constexpr int64_t kPrefetchBytes = 1024;

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

// Rows row .. row+Rows of panels panel .. panel+Panels.
template <class Dot, int Rows, int Panels>
void int8_tile(const Int8Job& job, int64_t row, int64_t panel) {
  const int8_t* x = job.x.codes + row * job.columns;
  const int8_t* w = job.codes + panel * job.columns * kPanelRows;
  const int64_t panel_bytes = job.columns * kPanelRows;
  // Where a panel ends, its stream goes on Panels - 1 panels later.
  const int64_t beyond = kPrefetchBytes + (Panels - 1) * panel_bytes;
  __m512 out[Rows][Panels];
  for (int r = 0; r < Rows; ++r) {
    for (int p = 0; p < Panels; ++p) out[r][p] = _mm512_setzero_ps();
  }
  for (int64_t block = 0; block < job.blocks; ++block) {
    const int64_t begin = block * kQuantBlock;
    const int64_t end = smaller(begin + kQuantBlock, job.columns);
    typename Dot::Sum sum[Rows][Panels];
    for (int r = 0; r < Rows; ++r) {
      for (int p = 0; p < Panels; ++p) sum[r][p] = Dot::start(job.x.sums[(row + r) * job.blocks + block]);
    }
    for (int64_t k = begin; k < end; k += 4) {
      typename Dot::Weights weights[Panels];
      for (int p = 0; p < Panels; ++p) {
        const int8_t* at = w + p * panel_bytes + k * kPanelRows;
        if constexpr (Rows <= 4) {
          const bool inside = k * kPanelRows + kPrefetchBytes < panel_bytes;
          _mm_prefetch(reinterpret_cast<const char*>(at + (inside ? kPrefetchBytes : beyond)), _MM_HINT_T0);
        }
        weights[p] = Dot::load(at);
      }
      for (int r = 0; r < Rows; ++r) {
        const auto four = Dot::broadcast(x + r * job.columns + k);
        for (int p = 0; p < Panels; ++p) Dot::add(sum[r][p], weights[p], four);
      }
    }
    for (int p = 0; p < Panels; ++p) {
      const __m512 w_scale = _mm512_loadu_ps(job.scales + ((panel + p) * job.blocks + block) * kPanelRows);
      for (int r = 0; r < Rows; ++r) {
        const __m512 x_scale = _mm512_set1_ps(job.x.scales[(row + r) * job.blocks + block]);
        const __m512 products = _mm512_cvtepi32_ps(Dot::finish(sum[r][p]));
        out[r][p] = _mm512_fmadd_ps(products, _mm512_mul_ps(w_scale, x_scale), out[r][p]);
      }
    }
  }
  for (int r = 0; r < Rows; ++r) {
    for (int p = 0; p < Panels; ++p) {
      const int64_t n = (panel + p) * kPanelRows;
      _mm512_mask_storeu_ps(job.out + (row + r) * job.out_stride + n, first_lanes(job.end - n), out[r][p]);
    }
  }
}

// The rows from `row` on, at most Rows of them, in one tile.
template <class Dot, int Rows, int Panels>
void int8_rest(const Int8Job& job, int64_t row, int64_t panel) {
  if (job.x.rows - row == Rows) return int8_tile<Dot, Rows, Panels>(job, row, panel);
  if constexpr (Rows > 1) int8_rest<Dot, Rows - 1, Panels>(job, row, panel);
}

// All rows of a few panels: eight at a time, then what is left.
template <class Dot, int Panels>
void int8_panels(const Int8Job& job, int64_t panel) {
  int64_t row = 0;
  for (; job.x.rows - row > 8; row += 8) int8_tile<Dot, 8, Panels>(job, row, panel);
  int8_rest<Dot, 8, Panels>(job, row, panel);
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
  int64_t panel = begin / kPanelRows;
  const int64_t panel_end = (end + kPanelRows - 1) / kPanelRows;
  if (x.rows == 1) {  // four streams of weights keep the memory busy
    for (; panel + 4 <= panel_end; panel += 4) int8_tile<Dot, 1, 4>(job, 0, panel);
  }
  for (; panel + 2 <= panel_end; panel += 2) int8_panels<Dot, 2>(job, panel);
  if (panel < panel_end) int8_panels<Dot, 1>(job, panel);
}

}  // namespace
}  // namespace capy::avx512
