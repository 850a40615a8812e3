// SPDX-License-Identifier: Apache-2.0
// Products with f32 activations. Four q registers are the 16 lanes of the canonical sum: K runs along them, every
// output has its own four. Tiles of 3 rows x 2 outputs (24 registers of sums), or 1 row x 4.
#include "kernels/neon/operations.h"

#if defined(__aarch64__)
#include "base/check.h"
#include "kernels/neon/vectors.h"

namespace capy::neon {
namespace {

// Rows of x that stay in L2 while all weights of the range pass by.
constexpr int64_t kRowBlock = 60;

template <class W>
struct FloatJob {
  float* out;
  int64_t out_stride;
  const float* x;
  int64_t x_stride;
  const typename W::Element* w;
  int64_t w_stride;
  int64_t columns;
};

template <int Rows, int Outputs>
CAPY_INLINED inline void store_sums(const Lanes (&sum)[Rows][Outputs], float* out, int64_t out_stride) {
  repeat<Rows>([&](int r) CAPY_INLINED {
    if constexpr (Outputs == 4) {
      vst1q_f32(out + r * out_stride, sums(sum[r][0], sum[r][1], sum[r][2], sum[r][3]));
    } else {
      repeat<Outputs>([&](int n) CAPY_INLINED { out[r * out_stride + n] = sum[r][n].sum(); });
    }
  });
}

// 16 K of the rows from x on and of the outputs from w on.
template <class W, int Rows, int Outputs>
CAPY_INLINED inline void add_sixteen(Lanes (&sum)[Rows][Outputs], const float* x, int64_t x_stride,
                                     const typename W::Element* w, int64_t w_stride) {
  repeat<4>([&](int part) CAPY_INLINED {
    float32x4_t weights[Outputs];
    repeat<Outputs>([&](int i) CAPY_INLINED { weights[i] = W::load(w + i * w_stride + 4 * part); });
    repeat<Rows>([&](int r) CAPY_INLINED {
      const float32x4_t values = F32::load(x + r * x_stride + 4 * part);
      repeat<Outputs>([&](int i)
                          CAPY_INLINED { sum[r][i].part[part] = vfmaq_f32(sum[r][i].part[part], values, weights[i]); });
    });
  });
}

template <class W, int Rows, int Outputs>
void float_tile(const FloatJob<W>& job, int64_t row, int64_t n) {
  const float* x = job.x + row * job.x_stride;
  const typename W::Element* w = job.w + n * job.w_stride;
  Lanes sum[Rows][Outputs];
  int64_t k = 0;
  for (; k + 16 <= job.columns; k += 16) add_sixteen<W>(sum, x + k, job.x_stride, w + k, job.w_stride);
  if (k < job.columns) {
    float last_x[Rows][16];
    typename W::Element last_w[Outputs][16];
    for (int r = 0; r < Rows; ++r) copy_last(last_x[r], x + r * job.x_stride + k, job.columns - k, -0.0f);
    for (int i = 0; i < Outputs; ++i) {
      copy_last(last_w[i], w + i * job.w_stride + k, job.columns - k, typename W::Element{});
    }
    add_sixteen<W>(sum, last_x[0], 16, last_w[0], 16);
  }
  store_sums(sum, job.out + row * job.out_stride + n, job.out_stride);
}

// Rows of one block (1 to 3 at a time) with `Outputs` outputs.
template <class W, int Outputs>
void float_rows(const FloatJob<W>& job, int64_t row, int64_t row_end, int64_t n) {
  for (; row + 3 <= row_end; row += 3) float_tile<W, 3, Outputs>(job, row, n);
  if (row_end - row == 2) return float_tile<W, 2, Outputs>(job, row, n);
  if (row_end - row == 1) return float_tile<W, 1, Outputs>(job, row, n);
}

template <class W>
void float_product(const FloatJob<W>& job, int64_t rows, int64_t begin, int64_t end) {
  if (rows == 1) {
    for (; begin + 4 <= end; begin += 4) float_tile<W, 1, 4>(job, 0, begin);
  }
  for (int64_t row = 0; row < rows; row += kRowBlock) {
    const int64_t row_end = smaller(row + kRowBlock, rows);
    int64_t n = begin;
    for (; n + 2 <= end; n += 2) float_rows<W, 2>(job, row, row_end, n);
    if (n < end) float_rows<W, 1>(job, row, row_end, n);
  }
}

}  // namespace

void matmul_f32(float* out, int64_t out_stride, const float* x, int64_t x_stride, int64_t rows, const MatrixView& w,
                int64_t begin, int64_t end) {
  const auto run = [&]<class W>(W) {
    const auto* data = static_cast<const typename W::Element*>(w.data);
    float_product(FloatJob<W>{out, out_stride, x, x_stride, data, w.stride, w.columns}, rows, begin, end);
  };
  switch (w.format) {
    case MatrixFormat::kF32: return run(F32{});
    case MatrixFormat::kF16: return run(F16{});
    case MatrixFormat::kBF16: return run(BF16{});
    default: CHECK(!"a row-major matrix");
  }
}

}  // namespace capy::neon
#endif
