// SPDX-License-Identifier: Apache-2.0
// Integer products with sdot by element: a register of weights is 4 rows x 4 K, four bytes of the activations meet all
// of them, and the four sums are four outputs as they are stored.
#include "kernels/neon/operations.h"

#if defined(__ARM_FEATURE_DOTPROD)
#include "kernels/neon/plane_products.h"

namespace capy::neon {
namespace {

struct Dotprod {
  static constexpr int kRows = 4;  // at once: 16 registers of sums

  struct Sum {
    int32x4_t part[4];

    void clear() {
      for (int i = 0; i < 4; ++i) part[i] = vdupq_n_s32(0);
    }
    template <int Half>
    __attribute__((always_inline)) void add(const Weights& w, int8x16_t x) {
      for (int i = 0; i < 4; ++i) part[i] = vdotq_laneq_s32(part[i], w.first[i], x, 2 * Half);
      for (int i = 0; i < 4; ++i) part[i] = vdotq_laneq_s32(part[i], w.second[i], x, 2 * Half + 1);
    }
    void get(int32x4_t (&out)[4]) const {
      for (int i = 0; i < 4; ++i) out[i] = part[i];
    }
  };

  static int32_t middle_products(const int8_t* x, const uint8_t* middle, int64_t columns) {
    int32x4_t sums[2] = {vdupq_n_s32(0), vdupq_n_s32(0)};
    for (int64_t k = 0; k < columns; k += 64) {
      const MiddleParts parts(middle + k / 4);
      for (int i = 0; i < 4; ++i) sums[i % 2] = vdotq_s32(sums[i % 2], parts.of[i], vld1q_s8(x + k + 16 * i));
    }
    return vaddvq_s32(vaddq_s32(sums[0], sums[1]));
  }
};

}  // namespace

void matmul_int8_dotprod(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin,
                         int64_t end) {
  dot_product<Dotprod, Int8Panel>(IntegerJob(out, out_stride, x, w, begin, end));
}

void matmul_int4_dotprod(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin,
                         int64_t end) {
  dot_product<Dotprod, Int4Panel>(IntegerJob(out, out_stride, x, w, begin, end));
}

void scan_planes_dotprod(float* out, int64_t out_stride, const Int8Rows& x, const CodePlanes& w, int64_t begin,
                         int64_t end) {
  scan<Dotprod>(out, out_stride, x, w, begin, end);
}

void refine_planes_dotprod(float* out, const Int8Rows& x, int64_t row, const CodePlanes& w, const int32_t* outputs,
                           int64_t count) {
  refine<Dotprod>(out, x, row, w, outputs, count);
}

}  // namespace capy::neon
#endif
