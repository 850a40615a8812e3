// SPDX-License-Identifier: Apache-2.0
// Integer products of many rows with smmla, which multiplies 2 rows x 8 K with 2 outputs x 8 K: twice the products of
// sdot. Weights are unpacked so that a register is 2 outputs x 8 K; rows of activations meet in pairs. Few rows cannot
// fill the pairs and are left to sdot.
#include "kernels/neon/operations.h"

#if defined(__ARM_FEATURE_MATMUL_INT8)
#include "kernels/neon/integer_products.h"

namespace capy::neon {
namespace {

constexpr int kPairs = 2;  // of rows at once: 16 registers of sums

int8x16_t low_words(int8x16_t a, int8x16_t b) {
  return vreinterpretq_s8_s32(vzip1q_s32(vreinterpretq_s32_s8(a), vreinterpretq_s32_s8(b)));
}

int8x16_t high_words(int8x16_t a, int8x16_t b) {
  return vreinterpretq_s8_s32(vzip2q_s32(vreinterpretq_s32_s8(a), vreinterpretq_s32_s8(b)));
}

// [k / 8][16 outputs][8 K]
template <class Codes>
void unpack_eights(int8_t* out, const Codes& codes, int64_t columns) {
  for (int64_t k = 0; k < columns; k += 8) {
    const Weights w = codes.load(k);
    for (int i = 0; i < 4; ++i) {
      vst1q_s8(out + k * kPanelRows + 32 * i, low_words(w.first[i], w.second[i]));
      vst1q_s8(out + k * kPanelRows + 32 * i + 16, high_words(w.first[i], w.second[i]));
    }
  }
}

// Two rows' 16 K as two registers of 2 rows x 8 K.
struct RowPair {
  int8x16_t low;
  int8x16_t high;

  RowPair(const int8_t* a, const int8_t* b) {
    const int64x2_t first = vreinterpretq_s64_s8(vld1q_s8(a));
    const int64x2_t second = vreinterpretq_s64_s8(vld1q_s8(b));
    low = vreinterpretq_s8_s64(vzip1q_s64(first, second));
    high = vreinterpretq_s8_s64(vzip2q_s64(first, second));
  }
};

int32x4_t low_pairs(int32x4_t a, int32x4_t b) {
  return vreinterpretq_s32_s64(vzip1q_s64(vreinterpretq_s64_s32(a), vreinterpretq_s64_s32(b)));
}

int32x4_t high_pairs(int32x4_t a, int32x4_t b) {
  return vreinterpretq_s32_s64(vzip2q_s64(vreinterpretq_s64_s32(a), vreinterpretq_s64_s32(b)));
}

// sum[p][i]: rows 2p, 2p+1 x outputs 2i, 2i+1, over columns [begin, end) of the rows; `w` begins there.
template <int Pairs>
__attribute__((always_inline)) inline void multiply_block(int32x4_t (&sum)[Pairs][8], const IntegerJob& job,
                                                          int64_t row, const int8_t* w, int64_t begin, int64_t end) {
  const int8_t* x[2 * Pairs];
  // A row behind the last one repeats it, and nobody stores it.
  for (int r = 0; r < 2 * Pairs; ++r) x[r] = job.codes(smaller(row + r, job.x.rows - 1), 0);
  for (int p = 0; p < Pairs; ++p) {
    for (int i = 0; i < 8; ++i) sum[p][i] = vdupq_n_s32(0);
  }
  for (int64_t k = begin; k < end; k += 16, w += 16 * kPanelRows) {
    int8x16_t low[Pairs], high[Pairs];
    for (int p = 0; p < Pairs; ++p) {
      const RowPair pair(x[2 * p] + k, x[2 * p + 1] + k);
      low[p] = pair.low;
      high[p] = pair.high;
    }
    repeat<8>([&](int i) CAPY_INLINED {
      const int8x16_t first = vld1q_s8(w + 16 * i);
      const int8x16_t second = vld1q_s8(w + 128 + 16 * i);
      repeat<Pairs>(
          [&](int p) CAPY_INLINED { sum[p][i] = vmmlaq_s32(vmmlaq_s32(sum[p][i], low[p], first), high[p], second); });
    });
  }
}

template <int Pairs, class Scales>
void pair_tile(const IntegerJob& job, const int8_t* w, const Scales& scales, int64_t row, int64_t n, Stretch stretch) {
  Outputs<2 * Pairs> out(job, row, n, stretch.begin == 0);
  for (int64_t begin = stretch.begin; begin < stretch.end; begin += kQuantBlock) {
    const int64_t end = smaller(begin + kQuantBlock, stretch.end);
    int32x4_t sum[Pairs][8];
    multiply_block<Pairs>(sum, job, row, w + (begin - stretch.begin) * kPanelRows, begin, end);
    for (int p = 0; p < Pairs; ++p) {
      int32x4_t first[4], second[4];
      for (int i = 0; i < 4; ++i) {
        first[i] = low_pairs(sum[p][2 * i], sum[p][2 * i + 1]);
        second[i] = high_pairs(sum[p][2 * i], sum[p][2 * i + 1]);
      }
      out.add(job, scales, row + 2 * p, 2 * p, begin / kQuantBlock, first);
      out.add(job, scales, smaller(row + 2 * p + 1, job.x.rows - 1), 2 * p + 1, begin / kQuantBlock, second);
    }
  }
  out.write(job, row, n);
}

template <class Panel>
void pair_panel(const IntegerJob& job, const Panel& panel, int64_t n) {
  alignas(64) int8_t unpacked[kChunk * kPanelRows];
  for (int64_t k = 0; k < job.columns; k += kChunk) {
    const Stretch stretch{k, smaller(k + kChunk, job.columns)};
    unpack_eights(unpacked, panel.codes.from(k), stretch.end - k);
    int64_t row = 0;
    for (; row + 2 * kPairs <= job.x.rows; row += 2 * kPairs) {
      pair_tile<kPairs>(job, unpacked, panel.scales, row, n, stretch);
    }
    for (; row < job.x.rows; row += 2) pair_tile<1>(job, unpacked, panel.scales, row, n, stretch);
  }
}

template <class Panel>
void pair_product(const IntegerJob& job) {
  for (int64_t n = job.begin; n < job.end; n += kPanelRows) {
    Panel panel;
    job.get(n / kPanelRows, panel);
    pair_panel(job, panel, n);
  }
}

}  // namespace

void matmul_int8_i8mm(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin,
                      int64_t end) {
  if (x.rows < kManyRows) return matmul_int8_dotprod(out, out_stride, x, w, begin, end);
  pair_product<Int8Panel>(IntegerJob(out, out_stride, x, w, begin, end));
}

void matmul_int4_i8mm(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin,
                      int64_t end) {
  if (x.rows < kManyRows) return matmul_int4_dotprod(out, out_stride, x, w, begin, end);
  pair_product<Int4Panel>(IntegerJob(out, out_stride, x, w, begin, end));
}

}  // namespace capy::neon
#endif
