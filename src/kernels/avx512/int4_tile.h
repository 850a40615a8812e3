// SPDX-License-Identifier: Apache-2.0
// int4 products in tiles of up to 8 rows x 4 panels, a block of K at a time. A load of 64 bytes holds 8 K of 16
// outputs; a shuffle turns codes into level + 64, an unsigned byte, which meets signed activations; the sum is then too
// large by 64 * sum(x), which quantize_int8 left in Int8Rows.sums. `out` holds the sums between blocks.
//
// Up to kFewRows rows use the levels as they leave the shuffle: the weights stream from memory and pass once. For more
// rows a block of two panels is unpacked first (8 KB, in L1), since every tile of rows would shuffle it again.
//
// `Dot` says how four bytes are multiplied and summed: by one instruction (int4_vnni.cpp) or three (int4_madd.cpp).
#pragma once

#include "kernels/avx512/operations.h"
#include "kernels/avx512/vectors.h"
#include "kernels/int4_job.h"
#include "kernels/int4_pairs.h"

namespace capy::avx512 {
namespace {

constexpr int kLevelOffset = 64;
constexpr Int4Pairs kShiftedPairs = make_int4_pairs(kLevelOffset);
constexpr int kFewRows = 8;
// How far ahead of the codes' use they are fetched: DRAM latency at a core's share of the bandwidth.
constexpr int64_t kCodesAhead = 1024;

// One block of one panel.
struct Int4Block {
  const uint8_t* codes;
  const uint8_t* tables;
  const uint8_t* scales;
};

inline Int4Block int4_block(const Int4Job& job, int64_t panel, int64_t block) {
  const uint8_t* codes = job.panels + panel * job.panel_bytes;
  const uint8_t* tables = codes + job.columns * 8;
  const int64_t k = block * kQuantBlock;
  return {codes + k * 8, tables + k / 2, tables + job.columns / 2 + block * kPanelRows * 2};
}

inline void fetch(const uint8_t* at) { _mm_prefetch(reinterpret_cast<const char*>(at), _MM_HINT_T0); }

// `tables` is of one K group: the levels of its four lanes.
inline __m512i shifted_levels(const uint8_t* tables, __m512i codes) {
  const __m256i low = _mm256_load_si256(reinterpret_cast<const __m256i*>(kShiftedPairs.of[tables[0]]));
  const __m256i high = _mm256_load_si256(reinterpret_cast<const __m256i*>(kShiftedPairs.of[tables[1]]));
  return _mm512_shuffle_epi8(_mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1), codes);
}

// --- where the levels of K groups k / 4 and k / 4 + 1 of the block come from ---

template <int Panels>
struct PackedLevels {
  Int4Block w[Panels];
  int64_t codes_left;  // of the panel, in bytes from the block's first
  int64_t beyond;      // behind a panel's codes its stream goes on in the next tile's panel, so far away

  PackedLevels(const Int4Job& job, int64_t panel, int64_t block) {
    for (int p = 0; p < Panels; ++p) w[p] = int4_block(job, panel + p, block);
    codes_left = (job.columns - block * kQuantBlock) * 8;
    beyond = kCodesAhead + Panels * job.panel_bytes - job.columns * 8;
    for (int p = 0; p < Panels; ++p) {  // of the next block; the hardware sees no stream in a line now and then
      fetch(w[p].tables + kQuantBlock / 2);
      fetch(w[p].tables + kQuantBlock / 2 + 64);
      fetch(w[p].scales + kPanelRows * 2);
    }
  }
  void load(int p, int64_t k, __m512i& first, __m512i& second) const {
    const uint8_t* at = w[p].codes + k * 8;
    fetch(at + (k * 8 + kCodesAhead < codes_left ? kCodesAhead : beyond));
    const __m512i low_half = _mm512_set1_epi8(15);
    const __m512i two = _mm512_loadu_si512(at);
    first = shifted_levels(w[p].tables + k / 2, _mm512_and_si512(two, low_half));
    second = shifted_levels(w[p].tables + k / 2 + 2, _mm512_and_si512(_mm512_srli_epi16(two, 4), low_half));
  }
};

template <int Panels>
struct UnpackedLevels {
  alignas(64) uint8_t of[Panels][kQuantBlock * kPanelRows];

  void unpack(const Int4Job& job, int64_t panel, int64_t block, int64_t columns) {
    const PackedLevels<Panels> packed(job, panel, block);
    for (int p = 0; p < Panels; ++p) {
      for (int64_t k = 0; k < columns; k += 8) {
        __m512i first;
        __m512i second;
        packed.load(p, k, first, second);
        _mm512_store_si512(of[p] + k * kPanelRows, first);
        _mm512_store_si512(of[p] + k * kPanelRows + 64, second);
      }
    }
  }
  void load(int p, int64_t k, __m512i& first, __m512i& second) const {
    first = _mm512_loadu_si512(of[p] + k * kPanelRows);
    second = _mm512_loadu_si512(of[p] + k * kPanelRows + 64);
  }
};

// --- tiles ---

inline __m512i broadcast_four(const int8_t* x) {
  int32_t four;
  __builtin_memcpy(&four, x, 4);
  return _mm512_set1_epi32(four);
}

inline int64_t columns_of(const Int4Job& job, int64_t block) {
  return smaller(kQuantBlock, job.columns - block * kQuantBlock);
}

// out = fma(float(sum), w_scale * x_scale, out), from +0 in the first block.
template <int Rows, int Panels>
void add_scaled(const Int4Job& job, const __m512i (&sum)[Rows][Panels], int64_t row, int64_t panel, int64_t block) {
  for (int p = 0; p < Panels; ++p) {
    const int64_t n = (panel + p) * kPanelRows;
    const __mmask16 outputs = first_lanes(job.end - n);
    const auto* halves = reinterpret_cast<const uint16_t*>(int4_block(job, panel + p, block).scales);
    const __m512 w_scale = F16::load(halves);
    for (int r = 0; r < Rows; ++r) {
      const __m512 scale = _mm512_mul_ps(w_scale, _mm512_set1_ps(job.x.scales[(row + r) * job.blocks + block]));
      float* out = job.out + (row + r) * job.out_stride + n;
      const __m512 before = block == 0 ? _mm512_setzero_ps() : F32::load(out, outputs);
      _mm512_mask_storeu_ps(out, outputs, _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum[r][p]), scale, before));
    }
  }
}

// Rows row .. row+Rows of panels panel .. panel+Panels.
template <class Dot, int Rows, int Panels, class Levels>
void int4_tile(const Int4Job& job, const Levels& levels, int64_t row, int64_t panel, int64_t block) {
  const int8_t* x = job.x.codes + row * job.columns + block * kQuantBlock;
  const int64_t columns = columns_of(job, block);
  __m512i sum[Rows][Panels];
  for (int r = 0; r < Rows; ++r) {
    const int32_t excess = kLevelOffset * job.x.sums[(row + r) * job.blocks + block];
    for (int p = 0; p < Panels; ++p) sum[r][p] = _mm512_set1_epi32(-excess);
  }
  for (int64_t k = 0; k < columns; k += 8) {
    __m512i first[Panels];
    __m512i second[Panels];
    for (int p = 0; p < Panels; ++p) levels.load(p, k, first[p], second[p]);
    for (int r = 0; r < Rows; ++r) {
      const __m512i four = broadcast_four(x + r * job.columns + k);
      const __m512i next = broadcast_four(x + r * job.columns + k + 4);
      for (int p = 0; p < Panels; ++p) {
        Dot::add(sum[r][p], first[p], four);
        Dot::add(sum[r][p], second[p], next);
      }
    }
  }
  add_scaled(job, sum, row, panel, block);
}

// --- few rows ---

template <class Dot, int Rows, int Panels>
void stream_panels(const Int4Job& job, int64_t panel) {
  for (int64_t block = 0; block < job.blocks; ++block) {
    int4_tile<Dot, Rows, Panels>(job, PackedLevels<Panels>(job, panel, block), 0, panel, block);
  }
}

template <class Dot, int Rows>
void stream_rows(const Int4Job& job, int64_t panel, int64_t panel_end) {
  constexpr int kStreams = Rows <= 2 ? 4 : 2;  // four streams of weights keep the memory busy
  for (; panel + kStreams <= panel_end; panel += kStreams) stream_panels<Dot, Rows, kStreams>(job, panel);
  for (; panel < panel_end; ++panel) stream_panels<Dot, Rows, 1>(job, panel);
}

template <class Dot, int Rows>
void few_rows(const Int4Job& job, int64_t panel, int64_t panel_end) {
  if (job.x.rows == Rows) return stream_rows<Dot, Rows>(job, panel, panel_end);
  if constexpr (Rows > 1) few_rows<Dot, Rows - 1>(job, panel, panel_end);
}

// --- many rows ---

// The rows from `row` on, at most Rows of them, in one tile.
template <class Dot, int Rows, int Panels>
void last_rows(const Int4Job& job, const UnpackedLevels<Panels>& levels, int64_t row, int64_t panel, int64_t block) {
  if (job.x.rows - row == Rows) return int4_tile<Dot, Rows, Panels>(job, levels, row, panel, block);
  if constexpr (Rows > 1) last_rows<Dot, Rows - 1, Panels>(job, levels, row, panel, block);
}

template <class Dot, int Panels>
void many_rows(const Int4Job& job, int64_t panel) {
  UnpackedLevels<Panels> levels;
  for (int64_t block = 0; block < job.blocks; ++block) {
    levels.unpack(job, panel, block, columns_of(job, block));
    int64_t row = 0;
    for (; job.x.rows - row > 8; row += 8) int4_tile<Dot, 8, Panels>(job, levels, row, panel, block);
    last_rows<Dot, 8, Panels>(job, levels, row, panel, block);
  }
}

template <class Dot>
void int4_product(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin, int64_t end) {
  const int64_t columns = rounded_up(w.columns, kPackColumns);
  const int64_t blocks = (w.columns + kQuantBlock - 1) / kQuantBlock;
  const int64_t bytes = columns * 8 + columns / 2 + blocks * kPanelRows * 2;
  const auto* panels = static_cast<const uint8_t*>(w.data);
  const Int4Job job{out, out_stride, x, panels, rounded_up(bytes, 64), columns, blocks, end};
  int64_t panel = begin / kPanelRows;
  const int64_t panel_end = (end + kPanelRows - 1) / kPanelRows;
  if (x.rows <= kFewRows) return few_rows<Dot, kFewRows>(job, panel, panel_end);
  for (; panel + 2 <= panel_end; panel += 2) many_rows<Dot, 2>(job, panel);
  if (panel < panel_end) many_rows<Dot, 1>(job, panel);
}

}  // namespace
}  // namespace capy::avx512
