// SPDX-License-Identifier: Apache-2.0
// Integer products with what every 64-bit ARM has: smull and smlal add two products of codes in 16 bits (2 * 127 * 127
// fits), sadalp adds pairs of those into 32.
#include "kernels/neon/operations.h"

#if defined(__aarch64__)
#include "kernels/neon/plane_products.h"

namespace capy::neon {
namespace {

struct Mull {
  static constexpr int kRows = 2;  // at once: 16 registers of sums

  // part[2i], part[2i + 1]: rows 4i, 4i+1 and 4i+2, 4i+3, each in two lanes (K 0, 1 and K 2, 3 of every four).
  struct Sum {
    int32x4_t part[8];

    void clear() {
      for (int i = 0; i < 8; ++i) part[i] = vdupq_n_s32(0);
    }
    template <int Half>
    __attribute__((always_inline)) void add(const Weights& w, int8x16_t x) {
      const int8x16_t first = vreinterpretq_s8_s32(vdupq_laneq_s32(vreinterpretq_s32_s8(x), 2 * Half));
      const int8x16_t second = vreinterpretq_s8_s32(vdupq_laneq_s32(vreinterpretq_s32_s8(x), 2 * Half + 1));
      for (int i = 0; i < 4; ++i) {
        int16x8_t low = vmull_s8(vget_low_s8(w.first[i]), vget_low_s8(first));
        low = vmlal_s8(low, vget_low_s8(w.second[i]), vget_low_s8(second));
        part[2 * i] = vpadalq_s16(part[2 * i], low);
        int16x8_t high = vmull_high_s8(w.first[i], first);
        high = vmlal_high_s8(high, w.second[i], second);
        part[2 * i + 1] = vpadalq_s16(part[2 * i + 1], high);
      }
    }
    void get(int32x4_t (&out)[4]) const {
      for (int i = 0; i < 4; ++i) out[i] = vpaddq_s32(part[2 * i], part[2 * i + 1]);
    }
  };
};

// The same for codes of at most four bits: 16 products of one lane fit 16 bits (15 * 127 * 16), which are those of 64
// K.
struct SmallMull {
  static constexpr int kRows = 1;

  struct Sum {
    int16x8_t words[8];  // in the order of Mull's parts, a lane for each K of four
    int32x4_t part[8];
    int steps;  // of 16 K, since words began

    void clear() {
      for (int i = 0; i < 8; ++i) part[i] = vdupq_n_s32(0);
      for (int i = 0; i < 8; ++i) words[i] = vdupq_n_s16(0);
      steps = 0;
    }
    template <int Half>
    __attribute__((always_inline)) void add(const Weights& w, int8x16_t x) {
      const int8x16_t first = vreinterpretq_s8_s32(vdupq_laneq_s32(vreinterpretq_s32_s8(x), 2 * Half));
      const int8x16_t second = vreinterpretq_s8_s32(vdupq_laneq_s32(vreinterpretq_s32_s8(x), 2 * Half + 1));
      for (int i = 0; i < 4; ++i) {
        words[2 * i] = vmlal_s8(words[2 * i], vget_low_s8(w.first[i]), vget_low_s8(first));
        words[2 * i] = vmlal_s8(words[2 * i], vget_low_s8(w.second[i]), vget_low_s8(second));
        words[2 * i + 1] = vmlal_high_s8(words[2 * i + 1], w.first[i], first);
        words[2 * i + 1] = vmlal_high_s8(words[2 * i + 1], w.second[i], second);
      }
      if (Half == 1 && ++steps == 4) settle();
    }
    __attribute__((always_inline)) void settle() {
      for (int i = 0; i < 8; ++i) part[i] = vpadalq_s16(part[i], words[i]);
      for (int i = 0; i < 8; ++i) words[i] = vdupq_n_s16(0);
      steps = 0;
    }
    // Padded rows are whole steps of 64 K: nothing is left in words.
    void get(int32x4_t (&out)[4]) const {
      for (int i = 0; i < 4; ++i) out[i] = vpaddq_s32(part[2 * i], part[2 * i + 1]);
    }
  };

  // A lane takes 32 products of at most 3 * 127 from a block.
  static int32_t middle_products(const int8_t* x, const uint8_t* middle, int64_t columns) {
    int16x8_t words = vdupq_n_s16(0);
    for (int64_t k = 0; k < columns; k += 64) {
      const MiddleParts parts(middle + k / 4);
      for (int i = 0; i < 4; ++i) {
        const int8x16_t codes = vld1q_s8(x + k + 16 * i);
        words = vmlal_s8(words, vget_low_s8(parts.of[i]), vget_low_s8(codes));
        words = vmlal_high_s8(words, parts.of[i], codes);
      }
    }
    return vaddlvq_s16(words);
  }
};
static_assert(kPackColumns == 64 && kQuantBlock == 256);

}  // namespace

void matmul_int8_mull(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin,
                      int64_t end) {
  dot_product<Mull, Int8Panel>(IntegerJob(out, out_stride, x, w, begin, end));
}

void matmul_int4_mull(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin,
                      int64_t end) {
  dot_product<Mull, Int4Panel>(IntegerJob(out, out_stride, x, w, begin, end));
}

void scan_planes_mull(float* out, int64_t out_stride, const Int8Rows& x, const CodePlanes& w, int64_t begin,
                      int64_t end) {
  scan<SmallMull>(out, out_stride, x, w, begin, end);
}

void refine_planes_mull(float* out, const Int8Rows& x, int64_t row, const CodePlanes& w, const int32_t* outputs,
                        int64_t count) {
  refine<SmallMull>(out, x, row, w, outputs, count);
}

}  // namespace capy::neon
#endif
