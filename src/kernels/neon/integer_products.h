// SPDX-License-Identifier: Apache-2.0
// What the three kinds of integer products share. A q register is 4 rows of a panel x 4 K; the panel's 16 rows are four
// of them, and two such groups (8 K) are what a step takes, since a load of int4 codes gives two groups.
//
// Few rows read the weights as they lie and turn int4 codes into int8 on the way. Many rows (kManyRows) unpack a panel
// once per chunk of K and let all rows pass over it; between chunks the sums wait in `out`.
#pragma once

#include "kernels/kernels.h"
#include "kernels/neon/vectors.h"
#include "tensor/int4_levels.h"

namespace capy::neon {
namespace {

// How far ahead of the weights' use they are fetched: DRAM latency at a core's share of the bandwidth.
constexpr int64_t kPrefetchBytes = 1024;
// From so many rows on, unpacking pays.
constexpr int64_t kManyRows = 8;
// K that are unpacked at once: 32 KB for the 16 rows of a panel.
constexpr int64_t kChunk = 2048;
static_assert(kChunk % kQuantBlock == 0);

// The int8 weights of 16 rows and 8 K: those of the first 4 K, and of the second. `prefetch` below is for 16 K.
struct Weights {
  int8x16_t first[4];
  int8x16_t second[4];
};

// One panel of kInt8Packed, or an unpacked stretch of any.
struct Int8Codes {
  const int8_t* codes;

  __attribute__((always_inline)) Weights load(int64_t k) const {
    const int8_t* at = codes + k * kPanelRows;
    Weights w;
    for (int i = 0; i < 4; ++i) {
      w.first[i] = vld1q_s8(at + 16 * i);
      w.second[i] = vld1q_s8(at + 64 + 16 * i);
    }
    return w;
  }
  void prefetch(int64_t k) const {
    for (int line = 0; line < 4; ++line) __builtin_prefetch(codes + k * kPanelRows + kPrefetchBytes + 64 * line);
  }
  Int8Codes from(int64_t k) const { return {codes + k * kPanelRows}; }
  // What a block's sums lack to be the products; `x_sum` is that of the activations.
  static void complete(int32x4_t (&)[4], int32_t) {}
};

// One panel of kInt4Packed.
struct Int4Codes {
  const uint8_t* codes;
  const uint8_t* tables;

  // The table that the half byte `index` of `names` names. `mask` is 0xf0 in a register: then its place in bytes takes
  // one instruction, a shift and an and.
  static int8x16_t table(uint64_t names, int index, uint64_t mask) {
    const uint64_t at = (index == 0 ? names << 4 : names >> (4 * index - 4)) & mask;
    return vld1q_s8(&kInt4Levels.of[0][0] + at);
  }

  __attribute__((always_inline)) Weights load(int64_t k) const {
    const uint8_t* at = codes + k * 8;
    uint64_t mask = 0xf0;
    asm("" : "+r"(mask));
    uint32_t names;
    __builtin_memcpy(&names, tables + (k >> 1), sizeof names);
    Weights w;
    for (int i = 0; i < 4; ++i) {
      const uint8x16_t pair = vld1q_u8(at + 16 * i);
      w.first[i] = vqtbl1q_s8(table(names, i, mask), vandq_u8(pair, vdupq_n_u8(15)));
      w.second[i] = vqtbl1q_s8(table(names, 4 + i, mask), vshrq_n_u8(pair, 4));
    }
    return w;
  }
  void prefetch(int64_t k) const {
    __builtin_prefetch(codes + k * 8 + kPrefetchBytes);
    __builtin_prefetch(codes + k * 8 + kPrefetchBytes + 64);
  }
  Int4Codes from(int64_t k) const { return {codes + k * 8, tables + k / 2}; }
  static void complete(int32x4_t (&)[4], int32_t) {}
};

// Scales of a panel: [block][16].
struct F32Scales {
  const float* scales;
  float32x4_t load(int64_t block, int i) const { return F32::load(scales + block * kPanelRows + 4 * i); }
};

struct F16Scales {
  const uint16_t* scales;
  float32x4_t load(int64_t block, int i) const { return F16::load(scales + block * kPanelRows + 4 * i); }
};

template <class CodesOf, class ScalesOf>
struct PanelOf {
  using Codes = CodesOf;
  using Scales = ScalesOf;
  Codes codes;
  Scales scales;
};

using Int8Panel = PanelOf<Int8Codes, F32Scales>;
using Int4Panel = PanelOf<Int4Codes, F16Scales>;

struct IntegerJob {
  float* out;
  int64_t out_stride;
  const Int8Rows& x;
  const MatrixView& w;
  int64_t columns;  // padded
  int64_t blocks;
  int64_t begin;
  int64_t end;  // outputs from here on are not written

  IntegerJob(float* to, int64_t stride, const Int8Rows& rows, const MatrixView& weights, int64_t first, int64_t last)
      : out(to),
        out_stride(stride),
        x(rows),
        w(weights),
        columns(rounded_up(weights.columns, kPackColumns)),
        blocks((weights.columns + kQuantBlock - 1) / kQuantBlock),
        begin(first),
        end(last) {}

  void get(int64_t panel, Int8Panel& out_panel) const {
    out_panel.codes.codes = static_cast<const int8_t*>(w.data) + panel * columns * kPanelRows;
    out_panel.scales.scales = w.scales + panel * blocks * kPanelRows;
  }
  void get(int64_t panel, Int4Panel& out_panel) const {
    const int64_t code_bytes = columns * 8;
    const int64_t table_bytes = columns / 2;
    const int64_t panel_bytes = rounded_up(code_bytes + table_bytes + blocks * kPanelRows * 2, 64);
    const uint8_t* at = static_cast<const uint8_t*>(w.data) + panel * panel_bytes;
    out_panel.codes = {at, at + code_bytes};
    out_panel.scales.scales = reinterpret_cast<const uint16_t*>(at + code_bytes + table_bytes);
  }
  const int8_t* codes(int64_t row, int64_t k) const { return x.codes + row * columns + k; }
  float x_scale(int64_t row, int64_t block) const { return x.scales[row * blocks + block]; }
  int32_t x_sum(int64_t row, int64_t block) const { return x.sums[row * blocks + block]; }
};

// A stretch of K, whole blocks of it but for the last of all.
struct Stretch {
  int64_t begin;
  int64_t end;
};

// The 16 outputs of some rows, from stretch to stretch.
template <int Rows>
struct Outputs {
  float32x4_t of[Rows][4];

  Outputs(const IntegerJob& job, int64_t row, int64_t n, bool fresh) {
    for (int r = 0; r < Rows; ++r) {
      for (int i = 0; i < 4; ++i) {
        const float* from = job.out + smaller(row + r, job.x.rows - 1) * job.out_stride + n + 4 * i;
        of[r][i] = fresh ? vdupq_n_f32(0) : F32::load(from, job.end - n - 4 * i);
      }
    }
  }
  // A block's integers of one row.
  template <class Scales>
  void add(const IntegerJob& job, const Scales& scales, int64_t row, int r, int64_t block, const int32x4_t (&sums)[4]) {
    const float x_scale = job.x_scale(row, block);
    for (int i = 0; i < 4; ++i) {
      of[r][i] = vfmaq_f32(of[r][i], vcvtq_f32_s32(sums[i]), vmulq_n_f32(scales.load(block, i), x_scale));
    }
  }
  void write(const IntegerJob& job, int64_t row, int64_t n) const {
    for (int r = 0; r < Rows && row + r < job.x.rows; ++r) {
      float* to = job.out + (row + r) * job.out_stride + n;
      for (int i = 0; i < 4; ++i) store(to + 4 * i, of[r][i], job.end - n - 4 * i);
    }
  }
};

// Rows row .. row+Rows of the 16 outputs from n on; `codes` begin at the stretch.
template <class Dot, int Rows, class Codes, class Scales>
void dot_tile(const IntegerJob& job, const Codes& codes, const Scales& scales, int64_t row, int64_t n,
              Stretch stretch) {
  Outputs<Rows> out(job, row, n, stretch.begin == 0);
  for (int64_t begin = stretch.begin; begin < stretch.end; begin += kQuantBlock) {
    const int64_t end = smaller(begin + kQuantBlock, stretch.end);
    typename Dot::Sum sum[Rows];
    for (int r = 0; r < Rows; ++r) sum[r].clear();
    for (int64_t k = begin; k < end; k += 16) {
      if (Rows == 1) codes.prefetch(k - stretch.begin);
      int8x16_t x[Rows];
      for (int r = 0; r < Rows; ++r) x[r] = vld1q_s8(job.codes(row + r, k));
      const Weights low = codes.load(k - stretch.begin);
      for (int r = 0; r < Rows; ++r) sum[r].template add<0>(low, x[r]);
      const Weights high = codes.load(k + 8 - stretch.begin);
      for (int r = 0; r < Rows; ++r) sum[r].template add<1>(high, x[r]);
    }
    for (int r = 0; r < Rows; ++r) {
      int32x4_t integers[4];
      sum[r].get(integers);
      Codes::complete(integers, job.x_sum(row + r, begin / kQuantBlock));
      out.add(job, scales, row + r, r, begin / kQuantBlock, integers);
    }
  }
  out.write(job, row, n);
}

// All rows over one stretch of a panel, Dot::kRows at a time.
template <class Dot, class Codes, class Scales>
void dot_rows(const IntegerJob& job, const Codes& codes, const Scales& scales, int64_t n, Stretch stretch) {
  int64_t row = 0;
  for (; row + Dot::kRows <= job.x.rows; row += Dot::kRows) {
    dot_tile<Dot, Dot::kRows>(job, codes, scales, row, n, stretch);
  }
  if constexpr (Dot::kRows > 3) {
    if (job.x.rows - row == 3) return dot_tile<Dot, 3>(job, codes, scales, row, n, stretch);
  }
  if constexpr (Dot::kRows > 2) {
    if (job.x.rows - row == 2) return dot_tile<Dot, 2>(job, codes, scales, row, n, stretch);
  }
  if (job.x.rows - row == 1) dot_tile<Dot, 1>(job, codes, scales, row, n, stretch);
}

// int4 weights as the int8 layout has them.
inline void unpack(int8_t* out, const Int4Codes& codes, int64_t columns) {
  for (int64_t k = 0; k < columns; k += 8) {
    const Weights w = codes.load(k);
    for (int i = 0; i < 4; ++i) {
      vst1q_s8(out + k * kPanelRows + 16 * i, w.first[i]);
      vst1q_s8(out + k * kPanelRows + 64 + 16 * i, w.second[i]);
    }
  }
}

template <class Dot>
void dot_panel(const IntegerJob& job, const Int8Panel& panel, int64_t n) {
  dot_rows<Dot>(job, panel.codes, panel.scales, n, {0, job.columns});
}

template <class Dot>
void dot_panel(const IntegerJob& job, const Int4Panel& panel, int64_t n) {
  if (job.x.rows < kManyRows) return dot_rows<Dot>(job, panel.codes, panel.scales, n, {0, job.columns});
  alignas(64) int8_t unpacked[kChunk * kPanelRows];
  for (int64_t k = 0; k < job.columns; k += kChunk) {
    const Stretch stretch{k, smaller(k + kChunk, job.columns)};
    unpack(unpacked, panel.codes.from(k), stretch.end - k);
    dot_rows<Dot>(job, Int8Codes{unpacked}, panel.scales, n, stretch);
  }
}

template <class Dot, class Panel>
void dot_product(const IntegerJob& job) {
  for (int64_t n = job.begin; n < job.end; n += kPanelRows) {
    Panel panel;
    job.get(n / kPanelRows, panel);
    dot_panel<Dot>(job, panel, n);
  }
}

}  // namespace
}  // namespace capy::neon
