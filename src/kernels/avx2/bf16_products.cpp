// SPDX-License-Identifier: Apache-2.0
// bf16 products in AMX's order with plain fma: the 8 lanes are 8 outputs. Eight weight rows x 16 K are turned by 90
// degrees in registers (8 x 8 dwords, each an even and an odd bf16), split into even and odd floats, and meet the
// activations as broadcasts. Subnormals are flushed by the mode of the SSE unit, which is set for the call and put
// back.
#include "kernels/avx2/operations.h"

#if defined(__AVX2__)
#include "kernels/avx2/vectors.h"

namespace capy::avx2 {
namespace {

constexpr unsigned kFlushToZero = 0x8000;
constexpr unsigned kSubnormalsAreZero = 0x0040;

// Many rows: K in chunks, rows in blocks, so that both operands, widened, stay on the stack and in L1 or L2.
constexpr int64_t kChunk = 128;
constexpr int64_t kTileRows = 6;
constexpr int64_t kRowBlock = 60;
// Up to so many rows the activations are widened on the fly and the weights are streamed once.
constexpr int64_t kFewRows = 3;

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

__m256 even_part(__m256i pairs) { return _mm256_castsi256_ps(_mm256_slli_epi32(pairs, 16)); }

__m256 odd_part(__m256i pairs) {
  return _mm256_castsi256_ps(_mm256_and_si256(pairs, _mm256_set1_epi32(static_cast<int>(0xffff0000))));
}

// The 16 bf16 from p on, zeros from `count` on (count may be 0 or less).
__m256i load_pairs(const uint16_t* p, int64_t count) {
  if (count >= 16) return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  alignas(32) uint16_t words[16] = {};
  if (count > 0) __builtin_memcpy(words, p, static_cast<size_t>(count) * sizeof(uint16_t));
  return _mm256_load_si256(reinterpret_cast<const __m256i*>(words));
}

// 8 x 8 dwords: row i becomes column i.
__attribute__((always_inline)) inline void transpose(__m256i (&m)[8]) {
  __m256i t[8];
  for (int i = 0; i < 4; ++i) {  // pairs of rows, dword by dword
    t[2 * i] = _mm256_unpacklo_epi32(m[2 * i], m[2 * i + 1]);
    t[2 * i + 1] = _mm256_unpackhi_epi32(m[2 * i], m[2 * i + 1]);
  }
  __m256i u[8];
  for (int i = 0; i < 2; ++i) {  // fours of rows: u[4 i + c] holds column c of each half
    u[4 * i] = _mm256_unpacklo_epi64(t[4 * i], t[4 * i + 2]);
    u[4 * i + 1] = _mm256_unpackhi_epi64(t[4 * i], t[4 * i + 2]);
    u[4 * i + 2] = _mm256_unpacklo_epi64(t[4 * i + 1], t[4 * i + 3]);
    u[4 * i + 3] = _mm256_unpackhi_epi64(t[4 * i + 1], t[4 * i + 3]);
  }
  for (int c = 0; c < 4; ++c) {  // halves: columns c and c+4
    m[c] = _mm256_permute2x128_si256(u[c], u[4 + c], 0x20);
    m[4 + c] = _mm256_permute2x128_si256(u[c], u[4 + c], 0x31);
  }
}

// The last columns of eight rows, with zeros behind them.
struct LastColumns {
  alignas(32) uint16_t row[8][16];
};

__attribute__((noinline)) void copy_last_columns(const uint16_t* (&rows)[8], int64_t count, LastColumns& last) {
  for (int i = 0; i < 8; ++i) {
    _mm256_store_si256(reinterpret_cast<__m256i*>(last.row[i]), load_pairs(rows[i], count));
    rows[i] = last.row[i];
  }
}

// Columns k .. k+16 of outputs n .. n+8: pairs[j] holds k + 2j and k + 2j + 1 of all outputs. Zeros behind the last
// column; outputs behind the last one repeat it, and nobody stores them. Inlined, so that pairs are registers.
__attribute__((always_inline)) inline void load_weights(const Bf16Job& job, int64_t n, int64_t k, __m256i (&pairs)[8]) {
  const uint16_t* rows[8];
  for (int i = 0; i < 8; ++i) {
    rows[i] = job.w + smaller(n + i, job.end - 1) * job.w_stride + k;
    // The same place of the next eight outputs: rows are too short for the hardware to find its stride.
    _mm_prefetch(reinterpret_cast<const char*>(rows[i] + 8 * job.w_stride), _MM_HINT_T1);
  }
  LastColumns last;
  if (job.columns - k < 16) copy_last_columns(rows, job.columns - k, last);
  for (int i = 0; i < 8; ++i) pairs[i] = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(rows[i]));
  transpose(pairs);
}

// --- few rows ---

// One row's activations of a group as floats, even and odd K apart.
struct Group {
  alignas(32) float even[kBf16Group / 2];
  alignas(32) float odd[kBf16Group / 2];
};

void widen_group(const Bf16Job& job, int64_t row, int64_t k, Group& group) {
  for (int half = 0; half < 2; ++half) {
    const int64_t at = k + 16 * half;
    const __m256i pairs = load_pairs(job.x + row * job.x_stride + at, job.columns - at);
    _mm256_store_ps(group.even + 8 * half, even_part(pairs));
    _mm256_store_ps(group.odd + 8 * half, odd_part(pairs));
  }
}

template <int Rows>
void few_rows(const Bf16Job& job, int64_t n) {
  __m256 sum[Rows];
  for (int r = 0; r < Rows; ++r) sum[r] = _mm256_setzero_ps();
  for (int64_t k = 0; k < job.columns; k += kBf16Group) {
    Group x[Rows];
    __m256 even[Rows];
    __m256 odd[Rows];
    for (int r = 0; r < Rows; ++r) {
      widen_group(job, r, k, x[r]);
      even[r] = odd[r] = _mm256_setzero_ps();
    }
    for (int half = 0; half < 2; ++half) {
      __m256i pairs[8];
      load_weights(job, n, k + 16 * half, pairs);
      for (int j = 0; j < 8; ++j) {
        for (int r = 0; r < Rows; ++r) {
          even[r] = _mm256_fmadd_ps(_mm256_set1_ps(x[r].even[8 * half + j]), even_part(pairs[j]), even[r]);
          odd[r] = _mm256_fmadd_ps(_mm256_set1_ps(x[r].odd[8 * half + j]), odd_part(pairs[j]), odd[r]);
        }
      }
    }
    for (int r = 0; r < Rows; ++r) sum[r] = _mm256_add_ps(sum[r], _mm256_add_ps(even[r], odd[r]));
  }
  for (int r = 0; r < Rows; ++r) store(job.out + r * job.out_stride + n, sum[r], job.end - n);
}

template <int Rows>
void few_rows(const Bf16Job& job) {
  for (int64_t n = job.begin; n < job.end; n += 8) few_rows<Rows>(job, n);
}

// --- many rows ---

// Both operands of one chunk as floats, even and odd K apart: 38 KB.
struct Widened {
  alignas(32) float w[2][kChunk / 2][16];
  alignas(32) float x[2][kRowBlock][kChunk / 2];
};

void widen_rows(const Bf16Job& job, int64_t row, int64_t row_end, int64_t k, int64_t k_end, Widened& widened) {
  for (int64_t r = row; r < row_end; ++r) {
    for (int64_t i = k; i < k_end; i += 16) {
      const __m256i pairs = load_pairs(job.x + r * job.x_stride + i, job.columns - i);
      _mm256_store_ps(&widened.x[0][r - row][(i - k) / 2], even_part(pairs));
      _mm256_store_ps(&widened.x[1][r - row][(i - k) / 2], odd_part(pairs));
    }
  }
}

void widen_weights(const Bf16Job& job, int64_t n, int64_t k, int64_t k_end, Widened& widened) {
  for (int64_t i = k; i < k_end; i += 16) {
    for (int half = 0; half < 2; ++half) {
      __m256i pairs[8];
      load_weights(job, n + 8 * half, i, pairs);
      for (int j = 0; j < 8; ++j) {
        _mm256_store_ps(&widened.w[0][(i - k) / 2 + j][8 * half], even_part(pairs[j]));
        _mm256_store_ps(&widened.w[1][(i - k) / 2 + j][8 * half], odd_part(pairs[j]));
      }
    }
  }
}

// The even or the odd chains of one group of 32 K: Rows x 16 outputs, from w[0 .. 16) and x[row][0 .. 16). Not inlined:
// the twelve sums need nearly all registers, and what the caller keeps would push them out.
template <int Rows>
__attribute__((noinline)) void chains(float (&out)[Rows][16], const float (*w)[16], const float (*x)[kChunk / 2]) {
  __m256 sum[Rows][2];
  for (int r = 0; r < Rows; ++r) sum[r][0] = sum[r][1] = _mm256_setzero_ps();
  for (int64_t i = 0; i < 16; ++i) {
    const __m256 low = _mm256_load_ps(w[i]);
    const __m256 high = _mm256_load_ps(w[i] + 8);
    for (int r = 0; r < Rows; ++r) {
      const __m256 value = _mm256_set1_ps(x[r][i]);
      sum[r][0] = _mm256_fmadd_ps(value, low, sum[r][0]);
      sum[r][1] = _mm256_fmadd_ps(value, high, sum[r][1]);
    }
  }
  for (int r = 0; r < Rows; ++r) {
    _mm256_store_ps(out[r], sum[r][0]);
    _mm256_store_ps(out[r] + 8, sum[r][1]);
  }
}

// Adds a chunk's groups to out[row .. row+Rows][n .. n+16], which carries the sums from chunk to chunk.
template <int Rows>
void many_rows_tile(const Widened& widened, int64_t first, int64_t groups, float* out, int64_t out_stride,
                    int64_t outputs, bool fresh) {
  __m256 sum[Rows][2];
  for (int r = 0; r < Rows; ++r) {
    for (int v = 0; v < 2; ++v) {
      sum[r][v] = fresh ? _mm256_setzero_ps() : F32::load(out + r * out_stride + 8 * v, outputs - 8 * v);
    }
  }
  for (int64_t j = 0; j < groups * 16; j += 16) {
    alignas(32) float even[Rows][16];
    alignas(32) float odd[Rows][16];
    const auto row_at = [&](int parity) {
      return reinterpret_cast<const float(*)[kChunk / 2]>(&widened.x[parity][first][j]);
    };
    chains<Rows>(even, widened.w[0] + j, row_at(0));
    chains<Rows>(odd, widened.w[1] + j, row_at(1));
    for (int r = 0; r < Rows; ++r) {
      for (int v = 0; v < 2; ++v) {
        const __m256 both = _mm256_add_ps(_mm256_load_ps(even[r] + 8 * v), _mm256_load_ps(odd[r] + 8 * v));
        sum[r][v] = _mm256_add_ps(sum[r][v], both);
      }
    }
  }
  for (int r = 0; r < Rows; ++r) {
    for (int v = 0; v < 2; ++v) store(out + r * out_stride + 8 * v, sum[r][v], outputs - 8 * v);
  }
}

void many_rows(const Bf16Job& job, int64_t row, Widened& widened) {
  const int64_t row_end = smaller(row + kRowBlock, job.rows);
  for (int64_t k = 0; k < job.columns; k += kChunk) {
    // Whole groups: what lies behind the last column is zero.
    const int64_t k_end = k + rounded_up(smaller(kChunk, job.columns - k), kBf16Group);
    const int64_t groups = (k_end - k) / kBf16Group;
    widen_rows(job, row, row_end, k, k_end, widened);
    for (int64_t n = job.begin; n < job.end; n += 16) {
      widen_weights(job, n, k, k_end, widened);
      int64_t r = row;
      for (; r + kTileRows <= row_end; r += kTileRows) {
        many_rows_tile<kTileRows>(widened, r - row, groups, job.out + r * job.out_stride + n, job.out_stride,
                                  job.end - n, k == 0);
      }
      for (; r < row_end; ++r) {
        many_rows_tile<1>(widened, r - row, groups, job.out + r * job.out_stride + n, job.out_stride, job.end - n,
                          k == 0);
      }
    }
  }
}

// Not inlined: the compiler may move arithmetic across a change of mode, but not across a call.
__attribute__((noinline)) void bf16_product(const Bf16Job& job) {
  if (job.rows <= kFewRows) {
    if (job.rows == 1) few_rows<1>(job);
    if (job.rows == 2) few_rows<2>(job);
    if (job.rows == 3) few_rows<3>(job);
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

}  // namespace capy::avx2
#endif
