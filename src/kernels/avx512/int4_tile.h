// SPDX-License-Identifier: Apache-2.0
// int4 products in tiles of up to 8 rows x 4 panels. A load of 64 bytes holds 8 K of 16 outputs; a shuffle turns codes
// into level + 64, an unsigned byte, which meets signed activations; the sum is then too large by 64 * sum(x), which
// quantize_int8 left in Int8Rows.sums. `Unit` names the instructions, one or two to a function: int4_vnni.cpp has the
// machine's, int4_test.cpp has plain C++, so that the order of things is tested on machines without AVX-512 too.
#pragma once

#include <cstdint>

#include "kernels/avx512/int4_pairs.h"
#include "kernels/avx512/operations.h"

namespace capy::avx512 {
namespace {

constexpr int kLevelOffset = 64;
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

// `tables` is of one K group: the levels of its four lanes.
template <class Unit>
inline typename Unit::Bytes levels(const uint8_t* tables, typename Unit::Bytes codes) {
  return Unit::shuffle(kShiftedPairs.of[tables[0]], kShiftedPairs.of[tables[1]], codes);
}

// Adds columns begin .. end, multiples of 8.
template <class Unit, int Rows, int Panels>
inline void add_columns(const Int4Job& job, const int8_t* x, const uint8_t* panel, int64_t begin, int64_t end,
                        typename Unit::Sums (&sum)[Rows][Panels]) {
  const uint8_t* tables = panel + job.columns * 8;
  for (int64_t k = begin; k < end; k += 8) {
    typename Unit::Bytes first[Panels];
    typename Unit::Bytes second[Panels];
    for (int p = 0; p < Panels; ++p) {
      const uint8_t* at = tables + p * job.panel_bytes + k / 2;
      const auto two = Unit::load(panel + p * job.panel_bytes + k * 8);
      first[p] = levels<Unit>(at, Unit::low_halves(two));
      second[p] = levels<Unit>(at + 2, Unit::high_halves(two));
    }
    for (int r = 0; r < Rows; ++r) {
      const auto four = Unit::broadcast(x + r * job.columns + k);
      const auto next = Unit::broadcast(x + r * job.columns + k + 4);
      for (int p = 0; p < Panels; ++p) {
        Unit::add(sum[r][p], first[p], four);
        Unit::add(sum[r][p], second[p], next);
      }
    }
  }
}

// Rows row .. row+Rows of panels panel .. panel+Panels.
template <class Unit, int Rows, int Panels>
void int4_tile(const Int4Job& job, int64_t row, int64_t panel) {
  const uint8_t* w = job.panels + panel * job.panel_bytes;
  const uint8_t* scales = w + job.columns * 8 + job.columns / 2;
  typename Unit::Floats out[Rows][Panels];
  for (int r = 0; r < Rows; ++r) {
    for (int p = 0; p < Panels; ++p) out[r][p] = Unit::zero();
  }
  for (int64_t block = 0; block < job.blocks; ++block) {
    const int64_t begin = block * kQuantBlock;
    const int64_t end = begin + kQuantBlock < job.columns ? begin + kQuantBlock : job.columns;
    typename Unit::Sums sum[Rows][Panels];
    for (int r = 0; r < Rows; ++r) {
      const int32_t excess = kLevelOffset * job.x.sums[(row + r) * job.blocks + block];
      for (int p = 0; p < Panels; ++p) sum[r][p] = Unit::start(-excess);
    }
    add_columns<Unit, Rows, Panels>(job, job.x.codes + row * job.columns, w, begin, end, sum);
    for (int p = 0; p < Panels; ++p) {
      const auto w_scales = Unit::widen(scales + p * job.panel_bytes + block * kPanelRows * 2);
      for (int r = 0; r < Rows; ++r) {
        Unit::add_scaled(out[r][p], sum[r][p], w_scales, job.x.scales[(row + r) * job.blocks + block]);
      }
    }
  }
  for (int r = 0; r < Rows; ++r) {
    for (int p = 0; p < Panels; ++p) {
      const int64_t n = (panel + p) * kPanelRows;
      Unit::store(job.out + (row + r) * job.out_stride + n, job.end - n, out[r][p]);
    }
  }
}

// The rows from `row` on, at most Rows of them, in one tile.
template <class Unit, int Rows, int Panels>
void int4_rest(const Int4Job& job, int64_t row, int64_t panel) {
  if (job.x.rows - row == Rows) return int4_tile<Unit, Rows, Panels>(job, row, panel);
  if constexpr (Rows > 1) int4_rest<Unit, Rows - 1, Panels>(job, row, panel);
}

template <class Unit, int Panels>
void int4_panels(const Int4Job& job, int64_t panel) {
  int64_t row = 0;
  for (; job.x.rows - row > 8; row += 8) int4_tile<Unit, 8, Panels>(job, row, panel);
  int4_rest<Unit, 8, Panels>(job, row, panel);
}

template <class Unit>
void int4_product(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin, int64_t end) {
  const int64_t columns = (w.columns + kPackColumns - 1) / kPackColumns * kPackColumns;
  const int64_t blocks = (w.columns + kQuantBlock - 1) / kQuantBlock;
  const int64_t bytes = columns * 8 + columns / 2 + blocks * kPanelRows * 2;
  const auto* panels = static_cast<const uint8_t*>(w.data);
  const Int4Job job{out, out_stride, x, panels, (bytes + 63) / 64 * 64, columns, blocks, end};
  int64_t panel = begin / kPanelRows;
  const int64_t panel_end = (end + kPanelRows - 1) / kPanelRows;
  if (x.rows == 1) {  // four streams of weights keep the memory busy
    for (; panel + 4 <= panel_end; panel += 4) int4_tile<Unit, 1, 4>(job, 0, panel);
  }
  for (; panel + 2 <= panel_end; panel += 2) int4_panels<Unit, 2>(job, panel);
  if (panel < panel_end) int4_panels<Unit, 1>(job, panel);
}

}  // namespace
}  // namespace capy::avx512
