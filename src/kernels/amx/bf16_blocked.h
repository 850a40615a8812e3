// SPDX-License-Identifier: Apache-2.0
// bf16 products of 16 rows and more in matrix tiles, over the same `Tiles` as int8_blocked.h (tiles 0 to 3 are f32 sums
// here). One tile product takes 32 K of 16 rows and 16 outputs: an even and an odd chain of fma from zero, then their
// sum is added. That is the contract's order, so the sums may stay in their tile, or go to memory and come back.
//
// A chunk of rows meets two panels of 16 outputs. Of those, kChunkColumns K are laid out for the tiles at a time
// ([k / 2][output][2], 16 KB); the chunk's sums wait on the stack meanwhile (32 KB).
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "kernels/amx/operations.h"
#include "kernels/generic/constants.h"

namespace capy::amx {
namespace {

constexpr int64_t kBf16ChunkColumns = 256;
constexpr int64_t kBf16ChunkTiles = 16;

struct Bf16Job {
  float* out;
  int64_t out_stride;
  const uint16_t* x;
  int64_t x_stride;
  int64_t rows;
  const uint16_t* w;
  int64_t w_stride;
  int64_t columns;
  int64_t end;  // outputs from here on are not written
};

// 32 K of 16 rows.
using Bf16Tile = uint16_t[16][kBf16Group];
using Bf16Sums = float[2][16][kPanelRows];  // of one row tile with two panels

struct Bf16Weights {
  alignas(64) Bf16Tile of[kBf16ChunkColumns / kBf16Group][2];
};

// The last row tile begins 16 rows before the end: rows that it shares with its neighbour are computed twice.
inline int64_t bf16_first_row(const Bf16Job& job, int64_t tile) {
  return tile * 16 + 16 <= job.rows ? tile * 16 : job.rows - 16;
}

// --- operands as tiles ---

// `columns` < 32 elements of 16 rows, zeros behind them.
inline void pad_tile(Bf16Tile& to, const uint16_t* const (&rows)[16], int64_t columns) {
  for (int i = 0; i < 16; ++i) {
    for (int64_t k = 0; k < kBf16Group; ++k) to[i][k] = k < columns ? rows[i][k] : uint16_t{0};
  }
}

// 16 x 16 pairs: row i becomes column i. Eight rows by four columns at a time: quarters of rows i and i + 4 share a
// register, and each half is turned by itself.
__attribute__((target("avx2"))) inline void turn_tile(Bf16Tile& to, const uint16_t* const (&rows)[16]) {
  for (int half = 0; half < 2; ++half) {
    for (int quarter = 0; quarter < 4; ++quarter) {
      __m256i m[4];
      for (int i = 0; i < 4; ++i) {
        const auto* upper = reinterpret_cast<const __m128i*>(rows[8 * half + i]) + quarter;
        const auto* lower = reinterpret_cast<const __m128i*>(rows[8 * half + i + 4]) + quarter;
        m[i] = _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128(upper)), _mm_loadu_si128(lower), 1);
      }
      const __m256i a = _mm256_unpacklo_epi32(m[0], m[1]);
      const __m256i b = _mm256_unpackhi_epi32(m[0], m[1]);
      const __m256i c = _mm256_unpacklo_epi32(m[2], m[3]);
      const __m256i d = _mm256_unpackhi_epi32(m[2], m[3]);
      const __m256i turned[4] = {_mm256_unpacklo_epi64(a, c), _mm256_unpackhi_epi64(a, c), _mm256_unpacklo_epi64(b, d),
                                 _mm256_unpackhi_epi64(b, d)};
      for (int i = 0; i < 4; ++i) {
        _mm256_store_si256(reinterpret_cast<__m256i*>(to[4 * quarter + i]) + half, turned[i]);
      }
    }
  }
}

// Columns k .. k_end of two panels from output n on; outputs behind the last one repeat it, and nobody stores them.
template <int Panels>
void lay_out_weights(const Bf16Job& job, int64_t n, int64_t k, int64_t k_end, Bf16Weights& weights) {
  for (int p = 0; p < Panels; ++p) {
    for (int64_t at = k; at < k_end; at += kBf16Group) {
      const uint16_t* rows[16];
      for (int i = 0; i < 16; ++i) {
        const int64_t output = n + p * kPanelRows + i;
        rows[i] = job.w + (output < job.end ? output : job.end - 1) * job.w_stride + at;
      }
      Bf16Tile& to = weights.of[(at - k) / kBf16Group][p];
      if (at + kBf16Group <= job.columns) {
        turn_tile(to, rows);
        continue;
      }
      Bf16Tile padded;
      pad_tile(padded, rows, job.columns - at);
      const uint16_t* padded_rows[16];
      for (int i = 0; i < 16; ++i) padded_rows[i] = padded[i];
      turn_tile(to, padded_rows);
    }
  }
}

// Where 32 columns of a row tile lie: as they are, or padded in `spare`.
struct Bf16Rows {
  const uint16_t* at;
  int64_t stride_bytes;
};

inline Bf16Rows row_tile(const Bf16Job& job, int64_t row, int64_t k, Bf16Tile& spare) {
  const uint16_t* x = job.x + row * job.x_stride + k;
  if (k + kBf16Group <= job.columns) return {x, job.x_stride * 2};
  const uint16_t* rows[16];
  for (int i = 0; i < 16; ++i) rows[i] = x + i * job.x_stride;
  pad_tile(spare, rows, job.columns - k);
  return {spare[0], kBf16Group * 2};
}

// --- products ---

template <int RowTiles, int Panels, class Tiles>
void bf16_step(Tiles& tiles, const Bf16Rows (&x)[2], const Bf16Tile (&w)[2]) {
  tiles.template load<4>(x[0].at, x[0].stride_bytes);
  tiles.template load<6>(w[0], kBf16Group * 2);
  tiles.template add_bf16_products<0, 4, 6>();
  if constexpr (Panels == 2) {
    tiles.template load<7>(w[1], kBf16Group * 2);
    tiles.template add_bf16_products<1, 4, 7>();
  }
  if constexpr (RowTiles == 2) {
    tiles.template load<5>(x[1].at, x[1].stride_bytes);
    tiles.template add_bf16_products<2, 5, 6>();
    if constexpr (Panels == 2) tiles.template add_bf16_products<3, 5, 7>();
  }
}

// Adds columns k .. k_end to the sums of RowTiles row tiles that begin at `rows`.
template <int RowTiles, int Panels, class Tiles>
void add_chunk(Tiles& tiles, const Bf16Job& job, const int64_t (&rows)[2], int64_t k, int64_t k_end,
               const Bf16Weights& weights, Bf16Sums* sums) {
  constexpr int64_t kStride = kPanelRows * 4;
  tiles.template load<0>(sums[0][0], kStride);
  if constexpr (Panels == 2) tiles.template load<1>(sums[0][1], kStride);
  if constexpr (RowTiles == 2) tiles.template load<2>(sums[1][0], kStride);
  if constexpr (RowTiles == 2 && Panels == 2) tiles.template load<3>(sums[1][1], kStride);
  for (int64_t at = k; at < k_end; at += kBf16Group) {
    alignas(64) Bf16Tile spare[2];
    Bf16Rows x[2];
    for (int t = 0; t < RowTiles; ++t) x[t] = row_tile(job, rows[t], at, spare[t]);
    bf16_step<RowTiles, Panels>(tiles, x, weights.of[(at - k) / kBf16Group]);
  }
  tiles.template store<0>(sums[0][0], kStride);
  if constexpr (Panels == 2) tiles.template store<1>(sums[0][1], kStride);
  if constexpr (RowTiles == 2) tiles.template store<2>(sums[1][0], kStride);
  if constexpr (RowTiles == 2 && Panels == 2) tiles.template store<3>(sums[1][1], kStride);
}

inline void write_sums(const Bf16Job& job, int64_t row, int64_t n, const float (&from)[16][kPanelRows]) {
  const int64_t count = job.end - n < kPanelRows ? job.end - n : kPanelRows;
  for (int64_t r = 0; r < 16; ++r) {
    __builtin_memcpy(job.out + (row + r) * job.out_stride + n, from[r], static_cast<size_t>(count) * sizeof(float));
  }
}

// Row tiles tile .. tile_end (at most kBf16ChunkTiles) of Panels panels from output n on.
template <int Panels, class Tiles>
void bf16_chunk(Tiles& tiles, const Bf16Job& job, int64_t n, int64_t tile, int64_t tile_end) {
  Bf16Weights weights;
  alignas(64) Bf16Sums sums[kBf16ChunkTiles];
  __builtin_memset(sums, 0, sizeof sums);
  for (int64_t k = 0; k < job.columns; k += kBf16ChunkColumns) {
    const int64_t k_end = k + kBf16ChunkColumns < job.columns ? k + kBf16ChunkColumns : job.columns;
    lay_out_weights<Panels>(job, n, k, k_end, weights);
    int64_t t = tile;
    for (; t + 2 <= tile_end; t += 2) {
      add_chunk<2, Panels>(tiles, job, {bf16_first_row(job, t), bf16_first_row(job, t + 1)}, k, k_end, weights,
                           sums + (t - tile));
    }
    if (t < tile_end) {
      add_chunk<1, Panels>(tiles, job, {bf16_first_row(job, t), 0}, k, k_end, weights, sums + (t - tile));
    }
  }
  for (int64_t t = tile; t < tile_end; ++t) {
    for (int p = 0; p < Panels; ++p) {
      write_sums(job, bf16_first_row(job, t), n + p * kPanelRows, sums[t - tile][p]);
    }
  }
}

// rows >= 16.
template <class Tiles>
void bf16_product(float* out, int64_t out_stride, const uint16_t* x, int64_t x_stride, int64_t rows,
                  const MatrixView& w, int64_t begin, int64_t end) {
  const Bf16Job job{out, out_stride, x, x_stride, rows, static_cast<const uint16_t*>(w.data), w.stride, w.columns, end};
  Tiles tiles;
  const int64_t row_tiles = (rows + 15) / 16;
  for (int64_t n = begin; n < end; n += 2 * kPanelRows) {
    for (int64_t tile = 0; tile < row_tiles; tile += kBf16ChunkTiles) {
      const int64_t tile_end = tile + kBf16ChunkTiles < row_tiles ? tile + kBf16ChunkTiles : row_tiles;
      if (n + kPanelRows < end) {
        bf16_chunk<2>(tiles, job, n, tile, tile_end);
      } else {
        bf16_chunk<1>(tiles, job, n, tile, tile_end);
      }
    }
  }
}

}  // namespace
}  // namespace capy::amx
