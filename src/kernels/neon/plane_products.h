// SPDX-License-Identifier: Apache-2.0
// Products with the first bits of int8 codes, which are unsigned and small: as int8 they go through the same
// instructions as other codes, and 16 bits hold many of their products.
#pragma once

#include "kernels/neon/integer_products.h"

namespace capy::neon {
namespace {

// One panel of the high plane.
struct HighCodes {
  const uint8_t* codes;

  __attribute__((always_inline)) Weights load(int64_t k) const {
    const uint8_t* at = codes + k * 8;
    Weights w;
    for (int i = 0; i < 4; ++i) {
      const uint8x16_t pair = vld1q_u8(at + 16 * i);
      w.first[i] = vreinterpretq_s8_u8(vandq_u8(pair, vdupq_n_u8(15)));
      w.second[i] = vreinterpretq_s8_u8(vshrq_n_u8(pair, 4));
    }
    return w;
  }
  void prefetch(int64_t k) const {
    __builtin_prefetch(codes + k * 8 + kPrefetchBytes);
    __builtin_prefetch(codes + k * 8 + kPrefetchBytes + 64);
  }
  // From sums of high to sums of 16 high - 120.
  static void complete(int32x4_t (&sums)[4], int32_t x_sum) {
    for (int i = 0; i < 4; ++i) sums[i] = vsubq_s32(vshlq_n_s32(sums[i], 4), vdupq_n_s32(120 * x_sum));
  }
};

template <class Dot>
void scan(float* out, int64_t out_stride, const Int8Rows& x, const CodePlanes& w, int64_t begin, int64_t end) {
  const IntegerJob job(out, out_stride, x, w.codes, begin, end);
  for (int64_t n = begin; n < end; n += kPanelRows) {
    const int64_t panel = n / kPanelRows;
    const F32Scales scales{w.codes.scales + panel * job.blocks * kPanelRows};
    dot_rows<Dot>(job, HighCodes{w.high + panel * job.columns * 8}, scales, n, {0, job.columns});
  }
}

// The middle parts of 64 K, 16 in each register.
struct MiddleParts {
  int8x16_t of[4];

  explicit MiddleParts(const uint8_t* middle) {
    const uint8x16_t codes = vld1q_u8(middle);
    const uint8x16_t low_bits = vdupq_n_u8(3);
    of[0] = vreinterpretq_s8_u8(vandq_u8(codes, low_bits));
    of[1] = vreinterpretq_s8_u8(vandq_u8(vshrq_n_u8(codes, 2), low_bits));
    of[2] = vreinterpretq_s8_u8(vandq_u8(vshrq_n_u8(codes, 4), low_bits));
    of[3] = vreinterpretq_s8_u8(vshrq_n_u8(codes, 6));
  }
};

// Rows lie anywhere: nothing else would fetch them in time.
inline void prefetch_row(const CodePlanes& w, int64_t n, int64_t columns, int64_t blocks) {
  for (int64_t k = 0; k < columns; k += kQuantBlock) {
    __builtin_prefetch(w.middle + (n * columns + k) / 4);
    __builtin_prefetch(w.codes.scales + (n / kPanelRows * blocks + k / kQuantBlock) * kPanelRows);
  }
}

// Dot::middle_products: those of one output with the codes of a block.
template <class Dot>
void refine(float* out, const Int8Rows& x, int64_t row, const CodePlanes& w, const int32_t* outputs, int64_t count) {
  constexpr int64_t kRowsAhead = 8;
  const int64_t columns = rounded_up(w.codes.columns, kPackColumns);
  const int64_t blocks = (w.codes.columns + kQuantBlock - 1) / kQuantBlock;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t n = outputs[i];
    if (i + kRowsAhead < count) prefetch_row(w, outputs[i + kRowsAhead], columns, blocks);
    const float* w_scales = w.codes.scales + n / kPanelRows * blocks * kPanelRows + n % kPanelRows;
    float sum = out[n];
    for (int64_t block = 0; block < blocks; ++block) {
      const int64_t begin = block * kQuantBlock;
      const int32_t products = Dot::middle_products(
          x.codes + row * columns + begin, w.middle + (n * columns + begin) / 4, smaller(kQuantBlock, columns - begin));
      const int64_t at = row * blocks + block;
      const float scale = w_scales[block * kPanelRows] * x.scales[at];
      sum = __builtin_fmaf(static_cast<float>(4 * products - 6 * x.sums[at]), scale, sum);
    }
    out[n] = sum;
  }
}

}  // namespace
}  // namespace capy::neon
