// SPDX-License-Identifier: Apache-2.0
// int8 and int4 products of 16 rows and more in matrix tiles. `Tiles` is the unit: eight tiles of 16 rows of 64 bytes,
// by number, 0 to 3 of int32 sums, 4 and 5 of activations (row by row as they lie), 6 and 7 of weights (64 bytes of a
// packed panel are a tile's row already). The machine's is in products.cpp; amx_test.cpp has one in plain C++, so that
// all but the instructions themselves is tested everywhere.
//
// Two row tiles meet two panels for a block of kQuantBlock K, 16 tile products in four steps. The sums go to memory,
// and between the steps of the next block the vector unit scales and adds them: the two units work side by side.
// The last row tile begins 16 rows before the end and shares rows with its neighbour where the count is no multiple of
// 16; both write the same bytes.
#pragma once

#include <cstdint>

#include "kernels/amx/operations.h"

namespace capy::amx {
namespace {

constexpr int64_t kTileRows = 16;
constexpr int64_t kTileBytes = 64;   // of a tile's row: K of one step
constexpr int64_t kChunkTiles = 16;  // row tiles whose outputs are kept on the stack: 32 KB for two panels

struct Job {
  float* out;
  int64_t out_stride;
  const Int8Rows& x;
  int64_t columns;  // padded
  int64_t blocks;
  int64_t end;  // outputs from here on are not written
};

// One block of up to two panels.
struct WeightBlock {
  const int8_t* codes[2];
  const float* scales[2];
};

using Sums = int32_t[kTileRows][kPanelRows];
using Accumulators = float[2][kTileRows][kPanelRows];  // of one row tile

// Sums of up to two row tiles that wait to be scaled.
struct Pending {
  const Sums* sums;          // [row tile][panel]
  const float* x_scales[2];  // of each tile's first row
  Accumulators* to;
  const float* w_scales[2];
};

inline int64_t first_row(const Job& job, int64_t tile) {
  const int64_t row = tile * kTileRows;
  return row + kTileRows <= job.x.rows ? row : job.x.rows - kTileRows;
}

inline void scale_and_add(float* __restrict to, const int32_t* __restrict sums, const float* __restrict w_scales,
                          const float* __restrict x_scales, int64_t blocks) {
  for (int64_t r = 0; r < kTileRows; ++r) {
    const float x_scale = x_scales[r * blocks];
    float* row = to + r * kPanelRows;
    const int32_t* row_sums = sums + r * kPanelRows;
    // Or g++ takes the loop apart before it makes a vector of it, and then vectors of something else.
#if !defined(__clang__)
#pragma GCC ivdep
#pragma GCC unroll 1
#endif
    for (int64_t n = 0; n < kPanelRows; ++n) {
      row[n] = __builtin_fmaf(static_cast<float>(row_sums[n]), w_scales[n] * x_scale, row[n]);
    }
  }
}

// Part `part` of 4: one row tile with one panel.
template <int RowTiles, int Panels>
void finish_part(const Job& job, const Pending& pending, int part) {
  const int tile = part / 2;
  const int panel = part % 2;
  if (pending.sums == nullptr || tile >= RowTiles || panel >= Panels) return;
  scale_and_add(pending.to[tile][panel][0], pending.sums[part][0], pending.w_scales[panel], pending.x_scales[tile],
                job.blocks);
}

template <int RowTiles, int Panels, class Tiles>
void step(Tiles& tiles, const int8_t* const (&x)[2], int64_t columns, const WeightBlock& w, int64_t k) {
  tiles.template load<4>(x[0] + k, columns);
  tiles.template load<6>(w.codes[0] + k * kPanelRows, kTileBytes);
  tiles.template add_int8_products<0, 4, 6>();
  if constexpr (Panels == 2) {
    tiles.template load<7>(w.codes[1] + k * kPanelRows, kTileBytes);
    tiles.template add_int8_products<1, 4, 7>();
  }
  if constexpr (RowTiles == 2) {
    tiles.template load<5>(x[1] + k, columns);
    tiles.template add_int8_products<2, 5, 6>();
    if constexpr (Panels == 2) tiles.template add_int8_products<3, 5, 7>();
  }
}

// The sums of one block; meanwhile `pending`, which has as many panels and two row tiles, is finished.
template <int RowTiles, int Panels, class Tiles>
void block_sums(Tiles& tiles, const Job& job, const int8_t* const (&x)[2], int64_t block, const WeightBlock& w,
                const Pending& pending, Sums* sums) {
  const int64_t rest = job.columns - block * kQuantBlock;
  tiles.template zero<0>();
  tiles.template zero<1>();
  tiles.template zero<2>();
  tiles.template zero<3>();
  for (int part = 0; part < 4; ++part) {
    const int64_t k = part * kTileBytes;
    if (k < rest) step<RowTiles, Panels>(tiles, x, job.columns, w, k);
    finish_part<2, Panels>(job, pending, part);
  }
  tiles.template store<0>(sums[0], kTileBytes);
  if constexpr (Panels == 2) tiles.template store<1>(sums[1], kTileBytes);
  if constexpr (RowTiles == 2) tiles.template store<2>(sums[2], kTileBytes);
  if constexpr (RowTiles == 2 && Panels == 2) tiles.template store<3>(sums[3], kTileBytes);
}

inline void write_tile(const Job& job, int64_t row, int64_t panel, const float (&from)[kTileRows][kPanelRows]) {
  const int64_t n = panel * kPanelRows;
  const int64_t count = job.end - n < kPanelRows ? job.end - n : kPanelRows;
  for (int64_t r = 0; r < kTileRows; ++r) {
    float* to = job.out + (row + r) * job.out_stride + n;
    if (count == kPanelRows) {
      for (int64_t i = 0; i < kPanelRows; ++i) to[i] = from[r][i];
    } else {
      for (int64_t i = 0; i < count; ++i) to[i] = from[r][i];
    }
  }
}

// Row tiles tile .. tile_end (at most kChunkTiles) of panels panel .. panel + Panels.
template <int Panels, class Tiles, class Weights>
void chunk(Tiles& tiles, Weights& weights, const Job& job, int64_t panel, int64_t tile, int64_t tile_end) {
  alignas(64) Accumulators out[kChunkTiles];
  alignas(64) Sums sums[2][4];
  for (int64_t t = 0; t < tile_end - tile; ++t) {
    for (int p = 0; p < Panels; ++p) {
      for (int64_t i = 0; i < kTileRows * kPanelRows; ++i) out[t][p][i / kPanelRows][i % kPanelRows] = 0;
    }
  }
  Pending pending{};
  int buffer = 0;
  int last_tiles = 2;
  for (int64_t block = 0; block < job.blocks; ++block) {
    const WeightBlock w = weights.template block<Panels>(panel, block);
    for (int64_t t = tile; t < tile_end; t += 2) {
      // A single tile at the end counts twice and is finished once.
      const bool two = t + 1 < tile_end;
      const int64_t rows[2] = {first_row(job, t), first_row(job, two ? t + 1 : t)};
      const int8_t* const x[2] = {job.x.codes + rows[0] * job.columns + block * kQuantBlock,
                                  job.x.codes + rows[1] * job.columns + block * kQuantBlock};
      const Pending none{};
      if (last_tiles == 1) {
        finish_part<1, Panels>(job, pending, 0);
        finish_part<1, Panels>(job, pending, 1);
      }
      const Pending& meanwhile = last_tiles == 1 ? none : pending;
      if (two) {
        block_sums<2, Panels>(tiles, job, x, block, w, meanwhile, sums[buffer]);
      } else {
        block_sums<1, Panels>(tiles, job, x, block, w, meanwhile, sums[buffer]);
      }
      pending = {sums[buffer],
                 {job.x.scales + rows[0] * job.blocks + block, job.x.scales + rows[1] * job.blocks + block},
                 out + (t - tile),
                 {w.scales[0], w.scales[1]}};
      last_tiles = two ? 2 : 1;
      buffer ^= 1;
    }
  }
  for (int part = 0; part < 2 * last_tiles; ++part) finish_part<2, Panels>(job, pending, part);
  for (int64_t t = tile; t < tile_end; ++t) {
    for (int p = 0; p < Panels; ++p) write_tile(job, first_row(job, t), panel + p, out[t - tile][p]);
  }
}

// x.rows >= kTileRows.
template <class Tiles, class Weights>
void product(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin, int64_t end) {
  const int64_t columns = (w.columns + kPackColumns - 1) / kPackColumns * kPackColumns;
  const Job job{out, out_stride, x, columns, (w.columns + kQuantBlock - 1) / kQuantBlock, end};
  Weights weights(w, columns, job.blocks);
  Tiles tiles;
  const int64_t row_tiles = (x.rows + kTileRows - 1) / kTileRows;
  const int64_t panel_end = (end + kPanelRows - 1) / kPanelRows;
  for (int64_t panel = begin / kPanelRows; panel < panel_end; panel += 2) {
    for (int64_t tile = 0; tile < row_tiles; tile += kChunkTiles) {
      const int64_t tile_end = tile + kChunkTiles < row_tiles ? tile + kChunkTiles : row_tiles;
      if (panel + 1 < panel_end) {
        chunk<2>(tiles, weights, job, panel, tile, tile_end);
      } else {
        chunk<1>(tiles, weights, job, panel, tile, tile_end);
      }
    }
  }
}

// kInt8Packed: the panels as they lie.
class Int8Weights {
 public:
  Int8Weights(const MatrixView& w, int64_t columns, int64_t blocks)
      : codes_(static_cast<const int8_t*>(w.data)), scales_(w.scales), columns_(columns), blocks_(blocks) {}

  template <int Panels>
  WeightBlock block(int64_t panel, int64_t block) {
    WeightBlock w{};
    for (int p = 0; p < Panels; ++p) {
      w.codes[p] = codes_ + ((panel + p) * columns_ + block * kQuantBlock) * kPanelRows;
      w.scales[p] = scales_ + ((panel + p) * blocks_ + block) * kPanelRows;
    }
    return w;
  }

 private:
  const int8_t* codes_;
  const float* scales_;
  int64_t columns_;
  int64_t blocks_;
};

}  // namespace
}  // namespace capy::amx
