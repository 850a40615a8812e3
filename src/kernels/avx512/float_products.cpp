// SPDX-License-Identifier: Apache-2.0
// Products with f32 activations. A zmm is the 16 lanes of the canonical sum: K runs along the register, every output
// has one, and sixteen of them (4 rows x 4 outputs, or 1 row x 16) are folded to numbers at once.
#include "kernels/avx512/operations.h"

#if defined(__AVX512F__)
#include "base/check.h"
#include "kernels/avx512/vectors.h"

namespace capy::avx512 {
namespace {

// Rows of x that stay in L2 while all weights of the range pass by.
constexpr int64_t kRowBlock = 64;

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

// Adds the products of 16 K to every sum of the tile; `lanes` is the mask of the last, shorter step.
template <class W, int Rows, int Outputs, class... Lanes>
void float_step(__m512 (&sum)[Rows][Outputs], const float* x, int64_t x_stride, const typename W::Element* w,
                int64_t w_stride, Lanes... lanes) {
  __m512 weights[Outputs];
  for (int n = 0; n < Outputs; ++n) weights[n] = W::load(w + n * w_stride, lanes...);
  for (int r = 0; r < Rows; ++r) {
    const __m512 values = in_register(F32::load(x + r * x_stride, lanes...));
    for (int n = 0; n < Outputs; ++n) {
      if constexpr (sizeof...(Lanes) == 0) {
        sum[r][n] = _mm512_fmadd_ps(values, weights[n], sum[r][n]);
      } else {  // a lane without an element keeps its sum: + 0 * 0 would turn -0 into +0
        sum[r][n] = _mm512_mask3_fmadd_ps(values, weights[n], sum[r][n], lanes...);
      }
    }
  }
}

template <int Rows, int Outputs>
void store_sums(const __m512 (&sum)[Rows][Outputs], float* out, int64_t out_stride) {
  if constexpr (Rows * Outputs == 16) {
    const __m512 all = sums(&sum[0][0]);
    if constexpr (Rows == 1) {
      _mm512_storeu_ps(out, all);
    } else {
      _mm_storeu_ps(out, _mm512_castps512_ps128(all));
      _mm_storeu_ps(out + out_stride, _mm512_extractf32x4_ps(all, 1));
      _mm_storeu_ps(out + 2 * out_stride, _mm512_extractf32x4_ps(all, 2));
      _mm_storeu_ps(out + 3 * out_stride, _mm512_extractf32x4_ps(all, 3));
    }
  } else {
    for (int r = 0; r < Rows; ++r) {
      for (int n = 0; n < Outputs; ++n) out[r * out_stride + n] = avx512::sum(sum[r][n]);
    }
  }
}

// With few rows the weights come from memory: the same place of the next tile's rows is fetched meanwhile, since rows
// are too short for the hardware to find its stride.
template <class W, int Rows, int Outputs, bool FewRows>
void float_tile(const FloatJob<W>& job, int64_t row, int64_t n) {
  static_assert(Rows * Outputs != 16 || Rows == 1 || Rows == 4);
  const float* x = job.x + row * job.x_stride;
  const typename W::Element* w = job.w + n * job.w_stride;
  __m512 sum[Rows][Outputs];
  for (int r = 0; r < Rows; ++r) {
    for (int i = 0; i < Outputs; ++i) sum[r][i] = _mm512_setzero_ps();
  }
  int64_t k = 0;
  for (; k + 16 <= job.columns; k += 16) {
    if constexpr (FewRows) {
      for (int i = 0; i < Outputs; ++i) {
        _mm_prefetch(reinterpret_cast<const char*>(w + (i + Outputs) * job.w_stride + k), _MM_HINT_T1);
      }
    }
    float_step<W>(sum, x + k, job.x_stride, w + k, job.w_stride);
  }
  if (k < job.columns) float_step<W>(sum, x + k, job.x_stride, w + k, job.w_stride, first_lanes(job.columns - k));
  store_sums(sum, job.out + row * job.out_stride + n, job.out_stride);
}

// Rows of one block (1 to 4 at a time) with `Outputs` outputs.
template <class W, int Outputs, bool FewRows>
void float_rows(const FloatJob<W>& job, int64_t row, int64_t row_end, int64_t n) {
  for (; row + 4 <= row_end; row += 4) float_tile<W, 4, Outputs, FewRows>(job, row, n);
  switch (row_end - row) {
    case 3: return float_tile<W, 3, Outputs, FewRows>(job, row, n);
    case 2: return float_tile<W, 2, Outputs, FewRows>(job, row, n);
    case 1: return float_tile<W, 1, Outputs, FewRows>(job, row, n);
    default: return;
  }
}

template <class W>
void float_product(const FloatJob<W>& job, int64_t rows, int64_t begin, int64_t end) {
  if (rows == 1) {
    for (; begin + 16 <= end; begin += 16) float_tile<W, 1, 16, true>(job, 0, begin);
  }
  if (rows <= 4) {
    for (; begin + 4 <= end; begin += 4) float_rows<W, 4, true>(job, 0, rows, begin);
  }
  for (int64_t row = 0; row < rows; row += kRowBlock) {
    const int64_t row_end = smaller(row + kRowBlock, rows);
    int64_t n = begin;
    for (; n + 4 <= end; n += 4) float_rows<W, 4, false>(job, row, row_end, n);
    for (; n < end; ++n) float_rows<W, 1, false>(job, row, row_end, n);
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

}  // namespace capy::avx512
#endif
