// SPDX-License-Identifier: Apache-2.0
// bf16 products in AMX's order with plain fma: the 16 lanes are 16 outputs. Sixteen weight rows x 32 K are turned by 90
// degrees in registers (16 x 16 dwords, each an even and an odd bf16), split into even and odd floats, and meet the
// activations as broadcasts. AVX512_BF16's vdpbf16ps is not used: it rounds otherwise.
// Subnormals are flushed by the mode of the SSE unit, which is set for the call and put back.
#include "kernels/avx512/operations.h"

#if defined(__AVX512F__)
#include "kernels/avx512/vectors.h"

namespace capy::avx512 {
namespace {

constexpr unsigned kFlushToZero = 0x8000;
constexpr unsigned kSubnormalsAreZero = 0x0040;

// Many rows: K in chunks, rows in blocks, so that both operands, widened, stay on the stack and in L1 or L2.
constexpr int64_t kChunk = 128;
constexpr int64_t kRowBlock = 64;
// Up to so many rows the activations are widened on the fly and the weights are streamed once.
constexpr int64_t kFewRows = 4;

struct Bf16Job {
  float* out;
  int64_t out_stride;
  const uint16_t* x;
  int64_t x_stride;
  int64_t rows;
  const uint16_t* w;
  int64_t w_stride;
  int64_t columns;
  int64_t begin;
  int64_t end;
};

__m512 even_part(__m512i pairs) { return _mm512_castsi512_ps(_mm512_slli_epi32(pairs, 16)); }

__m512 odd_part(__m512i pairs) {
  return _mm512_castsi512_ps(_mm512_and_si512(pairs, _mm512_set1_epi32(static_cast<int>(0xffff0000))));
}

// 16 x 16 dwords: row i becomes column i.
void transpose(__m512i (&m)[16]) {
  __m512i t[16];
  for (int i = 0; i < 8; ++i) {  // pairs of rows, dword by dword
    t[2 * i] = _mm512_unpacklo_epi32(m[2 * i], m[2 * i + 1]);
    t[2 * i + 1] = _mm512_unpackhi_epi32(m[2 * i], m[2 * i + 1]);
  }
  for (int i = 0; i < 4; ++i) {  // fours of rows: m[4 i + c] holds column c of each quarter
    m[4 * i] = _mm512_unpacklo_epi64(t[4 * i], t[4 * i + 2]);
    m[4 * i + 1] = _mm512_unpackhi_epi64(t[4 * i], t[4 * i + 2]);
    m[4 * i + 2] = _mm512_unpacklo_epi64(t[4 * i + 1], t[4 * i + 3]);
    m[4 * i + 3] = _mm512_unpackhi_epi64(t[4 * i + 1], t[4 * i + 3]);
  }
  for (int c = 0; c < 4; ++c) {  // quarters: columns c, c+4, c+8, c+12
    t[c] = _mm512_shuffle_i32x4(m[c], m[4 + c], 0x88);
    t[4 + c] = _mm512_shuffle_i32x4(m[8 + c], m[12 + c], 0x88);
    t[8 + c] = _mm512_shuffle_i32x4(m[c], m[4 + c], 0xdd);
    t[12 + c] = _mm512_shuffle_i32x4(m[8 + c], m[12 + c], 0xdd);
  }
  for (int c = 0; c < 4; ++c) {
    m[c] = _mm512_shuffle_i32x4(t[c], t[4 + c], 0x88);
    m[8 + c] = _mm512_shuffle_i32x4(t[c], t[4 + c], 0xdd);
    m[4 + c] = _mm512_shuffle_i32x4(t[8 + c], t[12 + c], 0x88);
    m[12 + c] = _mm512_shuffle_i32x4(t[8 + c], t[12 + c], 0xdd);
  }
}

// Columns k .. k+32 of outputs n .. n+16: pairs[j] holds k + 2j and k + 2j + 1 of all outputs. Zeros behind the last
// column; outputs behind the last one repeat it, and nobody stores them.
void load_weights(const Bf16Job& job, int64_t n, int64_t k, __m512i (&pairs)[16]) {
  const int64_t left = job.columns - k;
  const __mmask32 lanes = left >= 32 ? 0xffffffff : (1u << left) - 1;
  for (int i = 0; i < 16; ++i) {
    const uint16_t* row = job.w + smaller(n + i, job.end - 1) * job.w_stride + k;
    // The same place of the next sixteen outputs: rows are too short for the hardware to find its stride.
    _mm_prefetch(reinterpret_cast<const char*>(row + 16 * job.w_stride), _MM_HINT_T1);
    pairs[i] = _mm512_maskz_loadu_epi16(lanes, row);
  }
  transpose(pairs);
}

// --- few rows ---

template <int Rows>
void few_rows(const Bf16Job& job, int64_t row, int64_t n) {
  __m512 sum[Rows];
  for (int r = 0; r < Rows; ++r) sum[r] = _mm512_setzero_ps();
  for (int64_t k = 0; k < job.columns; k += kBf16Group) {
    __m512i pairs[16];
    load_weights(job, n, k, pairs);
    alignas(64) uint32_t x[Rows][16];
    const int64_t left = job.columns - k;
    const __mmask32 lanes = left >= 32 ? 0xffffffff : (1u << left) - 1;
    for (int r = 0; r < Rows; ++r) {
      _mm512_store_si512(x[r], _mm512_maskz_loadu_epi16(lanes, job.x + (row + r) * job.x_stride + k));
    }
    __m512 even[Rows];
    __m512 odd[Rows];
    for (int r = 0; r < Rows; ++r) even[r] = odd[r] = _mm512_setzero_ps();
    for (int j = 0; j < 16; ++j) {
      const __m512 w_even = even_part(pairs[j]);
      const __m512 w_odd = odd_part(pairs[j]);
      for (int r = 0; r < Rows; ++r) {
        const __m512i both = _mm512_set1_epi32(static_cast<int>(x[r][j]));
        even[r] = _mm512_fmadd_ps(even_part(both), w_even, even[r]);
        odd[r] = _mm512_fmadd_ps(odd_part(both), w_odd, odd[r]);
      }
    }
    for (int r = 0; r < Rows; ++r) sum[r] = _mm512_add_ps(sum[r], _mm512_add_ps(even[r], odd[r]));
  }
  for (int r = 0; r < Rows; ++r) {
    _mm512_mask_storeu_ps(job.out + (row + r) * job.out_stride + n, first_lanes(job.end - n), sum[r]);
  }
}

void few_rows(const Bf16Job& job, int64_t n) {
  switch (job.rows) {
    case 1: return few_rows<1>(job, 0, n);
    case 2: return few_rows<2>(job, 0, n);
    case 3: return few_rows<3>(job, 0, n);
    default: return few_rows<4>(job, 0, n);
  }
}

// --- many rows ---

// Both operands of one chunk as floats: 40 KB.
struct Widened {
  alignas(64) float w_even[kChunk / 2][16];
  alignas(64) float w_odd[kChunk / 2][16];
  alignas(64) float x_even[kRowBlock][kChunk / 2];
  alignas(64) float x_odd[kRowBlock][kChunk / 2];
};

void widen_rows(const Bf16Job& job, int64_t row, int64_t row_end, int64_t k, int64_t k_end, Widened& widened) {
  for (int64_t r = row; r < row_end; ++r) {
    for (int64_t i = k; i < k_end; i += 32) {
      const int64_t left = job.columns - i;
      const __mmask32 lanes = left >= 32 ? 0xffffffff : (1u << left) - 1;
      const __m512i pairs = _mm512_maskz_loadu_epi16(lanes, job.x + r * job.x_stride + i);
      _mm512_store_ps(&widened.x_even[r - row][(i - k) / 2], even_part(pairs));
      _mm512_store_ps(&widened.x_odd[r - row][(i - k) / 2], odd_part(pairs));
    }
  }
}

void widen_weights(const Bf16Job& job, int64_t n, int64_t k, int64_t k_end, Widened& widened) {
  for (int64_t i = k; i < k_end; i += 32) {
    __m512i pairs[16];
    load_weights(job, n, i, pairs);
    for (int j = 0; j < 16; ++j) {
      _mm512_store_ps(widened.w_even[(i - k) / 2 + j], even_part(pairs[j]));
      _mm512_store_ps(widened.w_odd[(i - k) / 2 + j], odd_part(pairs[j]));
    }
  }
}

// Adds a chunk's groups to out[row .. row+Rows][n .. n+16], which carries the sums from chunk to chunk.
template <int Rows>
void many_rows_tile(const Widened& widened, int64_t first, int64_t groups, float* out, int64_t out_stride,
                    __mmask16 outputs, bool fresh) {
  __m512 sum[Rows];
  for (int r = 0; r < Rows; ++r) {
    sum[r] = fresh ? _mm512_setzero_ps() : _mm512_maskz_loadu_ps(outputs, out + r * out_stride);
  }
  for (int64_t j = 0; j < groups * 16; j += 16) {
    __m512 even[Rows];
    __m512 odd[Rows];
    for (int r = 0; r < Rows; ++r) even[r] = odd[r] = _mm512_setzero_ps();
    for (int64_t i = j; i < j + 16; ++i) {
      const __m512 w_even = _mm512_load_ps(widened.w_even[i]);
      const __m512 w_odd = _mm512_load_ps(widened.w_odd[i]);
      for (int r = 0; r < Rows; ++r) {
        even[r] = _mm512_fmadd_ps(_mm512_set1_ps(widened.x_even[first + r][i]), w_even, even[r]);
        odd[r] = _mm512_fmadd_ps(_mm512_set1_ps(widened.x_odd[first + r][i]), w_odd, odd[r]);
      }
    }
    for (int r = 0; r < Rows; ++r) sum[r] = _mm512_add_ps(sum[r], _mm512_add_ps(even[r], odd[r]));
  }
  for (int r = 0; r < Rows; ++r) _mm512_mask_storeu_ps(out + r * out_stride, outputs, sum[r]);
}

void many_rows(const Bf16Job& job, int64_t row, Widened& widened) {
  const int64_t row_end = smaller(row + kRowBlock, job.rows);
  for (int64_t k = 0; k < job.columns; k += kChunk) {
    const int64_t k_end = smaller(k + kChunk, job.columns);
    const int64_t groups = (k_end - k + kBf16Group - 1) / kBf16Group;
    widen_rows(job, row, row_end, k, k_end, widened);
    for (int64_t n = job.begin; n < job.end; n += 16) {
      widen_weights(job, n, k, k_end, widened);
      const __mmask16 outputs = first_lanes(job.end - n);
      int64_t r = row;
      for (; r + 8 <= row_end; r += 8) {
        many_rows_tile<8>(widened, r - row, groups, job.out + r * job.out_stride + n, job.out_stride, outputs, k == 0);
      }
      for (; r < row_end; ++r) {
        many_rows_tile<1>(widened, r - row, groups, job.out + r * job.out_stride + n, job.out_stride, outputs, k == 0);
      }
    }
  }
}

// Not inlined: the compiler may move arithmetic across a change of mode, but not across a call.
__attribute__((noinline)) void bf16_product(const Bf16Job& job) {
  if (job.rows <= kFewRows) {
    for (int64_t n = job.begin; n < job.end; n += 16) few_rows(job, n);
    return;
  }
  Widened widened;
  for (int64_t row = 0; row < job.rows; row += kRowBlock) many_rows(job, row, widened);
}

}  // namespace

void matmul_bf16(float* out, int64_t out_stride, const uint16_t* x, int64_t x_stride, int64_t rows, const MatrixView& w,
                 int64_t begin, int64_t end) {
  const Bf16Job job{out,      out_stride, x,     x_stride, rows, static_cast<const uint16_t*>(w.data),
                    w.stride, w.columns,  begin, end};
  const unsigned mode = _mm_getcsr();
  _mm_setcsr(mode | kFlushToZero | kSubnormalsAreZero);
  bf16_product(job);
  _mm_setcsr(mode);
}

}  // namespace capy::avx512
#endif
