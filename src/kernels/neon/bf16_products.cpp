// SPDX-License-Identifier: Apache-2.0
// bf16 products in AMX's order with plain fma (bfmmla rounds otherwise): the lanes are outputs. Four weight rows x 8 K
// are turned by 90 degrees in registers (4 x 4 words, each an even and an odd bf16), split into even and odd floats,
// and meet the activations by element.
//
// Subnormals are flushed by the processor's mode, which is set for the call and put back. ARM flushes what is below
// 2^-126 before rounding, the contract what is below after rounding to 24 bits. They can only differ where something
// was flushed, and the processor keeps note of that: such a stretch of outputs, rare in any real model, is computed
// again by the plain kernel.
#include "kernels/neon/operations.h"

#if defined(__aarch64__)
#include "kernels/generic/operations.h"
#include "kernels/neon/vectors.h"

namespace capy::neon {
namespace {

constexpr uint64_t kFlushToZero = uint64_t{1} << 24;  // FPCR.FZ: inputs and results
constexpr uint64_t kUnderflow = uint64_t{1} << 3;     // FPSR.UFC: a result was flushed

// Outputs whose flushed results are noted together.
constexpr int64_t kNoted = 64;
// Many rows: K in chunks, rows in blocks, so that both operands, widened, stay on the stack and in L1 or L2.
constexpr int64_t kChunk = 128;
constexpr int64_t kTileRows = 4;
constexpr int64_t kRowBlock = 64;
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

float32x4_t even_part(uint32x4_t pairs) { return vreinterpretq_f32_u32(vshlq_n_u32(pairs, 16)); }

float32x4_t odd_part(uint32x4_t pairs) { return vreinterpretq_f32_u32(vandq_u32(pairs, vdupq_n_u32(0xffff0000))); }

uint32x4_t load_pairs(const uint16_t* p) { return vreinterpretq_u32_u16(vld1q_u16(p)); }

// The 8 bf16 from p on, zeros from `count` on (count may be 0 or less).
uint32x4_t load_pairs(const uint16_t* p, int64_t count) {
  if (count >= 8) return load_pairs(p);
  uint16_t words[8] = {};
  for (int64_t i = 0; i < count; ++i) words[i] = p[i];
  return vreinterpretq_u32_u16(vld1q_u16(words));
}

uint32x4_t low_halves(uint32x4_t a, uint32x4_t b) {
  return vreinterpretq_u32_u64(vtrn1q_u64(vreinterpretq_u64_u32(a), vreinterpretq_u64_u32(b)));
}

uint32x4_t high_halves(uint32x4_t a, uint32x4_t b) {
  return vreinterpretq_u32_u64(vtrn2q_u64(vreinterpretq_u64_u32(a), vreinterpretq_u64_u32(b)));
}

// The rows of four outputs from n on; behind the last output, that one again, and nobody stores it.
struct Rows4 {
  const uint16_t* row[4];

  Rows4(const Bf16Job& job, int64_t n) {
    for (int i = 0; i < 4; ++i) row[i] = job.w + smaller(n + i, job.end - 1) * job.w_stride;
  }
};

// Columns k .. k+8 of four outputs: pairs[j] holds k + 2j and k + 2j + 1 of all. Zeros from column `columns` on.
template <class... Columns>
CAPY_INLINED inline void load_weights(const Rows4& w, int64_t k, uint32x4_t (&pairs)[4], Columns... columns) {
  uint32x4_t row[4];
  repeat<4>([&](int i) CAPY_INLINED { row[i] = load_pairs(w.row[i] + k, (columns - k)...); });
  const uint32x4_t even01 = vtrn1q_u32(row[0], row[1]);
  const uint32x4_t odd01 = vtrn2q_u32(row[0], row[1]);
  const uint32x4_t even23 = vtrn1q_u32(row[2], row[3]);
  const uint32x4_t odd23 = vtrn2q_u32(row[2], row[3]);
  pairs[0] = low_halves(even01, even23);
  pairs[1] = low_halves(odd01, odd23);
  pairs[2] = high_halves(even01, even23);
  pairs[3] = high_halves(odd01, odd23);
}

// sum + a * b[lane] for a lane known after unrolling.
__attribute__((always_inline)) inline float32x4_t add_product(float32x4_t sum, float32x4_t a, float32x4_t b, int lane) {
  switch (lane) {
    case 0: return vfmaq_laneq_f32(sum, a, b, 0);
    case 1: return vfmaq_laneq_f32(sum, a, b, 1);
    case 2: return vfmaq_laneq_f32(sum, a, b, 2);
    default: return vfmaq_laneq_f32(sum, a, b, 3);
  }
}

// --- few rows ---

// Eight K of one row as floats, even and odd apart; in one register each.
struct Eight {
  float32x4_t even;
  float32x4_t odd;
};

// The even and the odd chains of Rows x 8 outputs.
template <int Rows>
struct Chains {
  float32x4_t even[Rows][2];
  float32x4_t odd[Rows][2];

  CAPY_INLINED Chains() {
    repeat<2 * Rows>([&](int i) CAPY_INLINED { even[i / 2][i % 2] = odd[i / 2][i % 2] = vdupq_n_f32(0); });
  }
  // Columns k .. k+8 of the outputs in `low` and `high`; `columns` as above.
  template <class... Columns>
  CAPY_INLINED void add(const Bf16Job& job, const Rows4& low, const Rows4& high, int64_t k, Columns... columns) {
    Eight x[Rows];
    repeat<Rows>([&](int r) CAPY_INLINED {
      const uint32x4_t pairs = load_pairs(job.x + r * job.x_stride + k, (columns - k)...);
      x[r] = {even_part(pairs), odd_part(pairs)};
    });
    repeat<2>([&](int v) CAPY_INLINED {
      uint32x4_t pairs[4];
      load_weights(v == 0 ? low : high, k, pairs, columns...);
      repeat<4>([&](int j) CAPY_INLINED {
        repeat<Rows>([&](int r) CAPY_INLINED {
          even[r][v] = add_product(even[r][v], even_part(pairs[j]), x[r].even, j);
          odd[r][v] = add_product(odd[r][v], odd_part(pairs[j]), x[r].odd, j);
        });
      });
    });
  }
};

// Rows x 8 outputs from n on.
template <int Rows>
void few_rows(const Bf16Job& job, int64_t n) {
  const Rows4 low(job, n);
  const Rows4 high(job, n + 4);
  float32x4_t sum[Rows][2];
  repeat<2 * Rows>([&](int i) CAPY_INLINED { sum[i / 2][i % 2] = vdupq_n_f32(0); });
  for (int64_t group = 0; group < job.columns; group += kBf16Group) {
    Chains<Rows> chains;
    const int64_t end = smaller(group + kBf16Group, job.columns);
    int64_t k = group;
    for (; k + 8 <= end; k += 8) chains.add(job, low, high, k);
    if (k < end) chains.add(job, low, high, k, job.columns);
    repeat<2 * Rows>([&](int i) CAPY_INLINED {
      float32x4_t& out = sum[i / 2][i % 2];
      out = vaddq_f32(out, vaddq_f32(chains.even[i / 2][i % 2], chains.odd[i / 2][i % 2]));
    });
  }
  repeat<2 * Rows>([&](int i) CAPY_INLINED {
    const int64_t at = n + i % 2 * 4;
    store(job.out + i / 2 * job.out_stride + at, sum[i / 2][i % 2], job.end - at);
  });
}

template <int Rows>
void few_rows(const Bf16Job& job) {
  for (int64_t n = job.begin; n < job.end; n += 8) few_rows<Rows>(job, n);
}

// --- many rows ---

// Both operands of one chunk as floats, even and odd K apart: 40 KB.
struct Widened {
  alignas(64) float w[2][kChunk / 2][16];
  alignas(64) float x[2][kRowBlock][kChunk / 2];
};

void widen_rows(const Bf16Job& job, int64_t row, int64_t row_end, int64_t k, int64_t k_end, Widened& widened) {
  for (int64_t r = row; r < row_end; ++r) {
    for (int64_t i = k; i < k_end; i += 8) {
      const uint32x4_t pairs = load_pairs(job.x + r * job.x_stride + i, job.columns - i);
      vst1q_f32(&widened.x[0][r - row][(i - k) / 2], even_part(pairs));
      vst1q_f32(&widened.x[1][r - row][(i - k) / 2], odd_part(pairs));
    }
  }
}

void widen_weights(const Bf16Job& job, int64_t n, int64_t k, int64_t k_end, Widened& widened) {
  for (int v = 0; v < 4; ++v) {
    const Rows4 w(job, n + 4 * v);
    for (int64_t i = k; i < k_end; i += 8) {
      uint32x4_t pairs[4];
      load_weights(w, i, pairs, job.columns);
      for (int j = 0; j < 4; ++j) {
        vst1q_f32(&widened.w[0][(i - k) / 2 + j][4 * v], even_part(pairs[j]));
        vst1q_f32(&widened.w[1][(i - k) / 2 + j][4 * v], odd_part(pairs[j]));
      }
    }
  }
}

// f(r, v) for the Rows x 16 outputs of a tile.
template <int Rows, class Function>
CAPY_INLINED inline void for_tile(const Function& f) {
  repeat<Rows>([&](int r) CAPY_INLINED { repeat<4>([&](int v) CAPY_INLINED { f(r, v); }); });
}

// The even or the odd chains of one group of 32 K: Rows x 16 outputs, from w[0 .. 16) and x[row][0 .. 16).
template <int Rows>
CAPY_INLINED inline void chains_of_tile(float32x4_t (&sum)[Rows][4], const float (*w)[16],
                                        const float (*x)[kChunk / 2]) {
  for_tile<Rows>([&](int r, int v) CAPY_INLINED { sum[r][v] = vdupq_n_f32(0); });
  for (int64_t i = 0; i < 16; i += 4) {  // unrolled, g++ runs out of registers
    float32x4_t values[Rows];
    repeat<Rows>([&](int r) CAPY_INLINED { values[r] = vld1q_f32(x[r] + i); });
    repeat<4>([&](int j) CAPY_INLINED {
      repeat<4>([&](int v) CAPY_INLINED {
        const float32x4_t weights = vld1q_f32(w[i + j] + 4 * v);
        repeat<Rows>([&](int r) CAPY_INLINED { sum[r][v] = add_product(sum[r][v], weights, values[r], j); });
      });
    });
  }
}

// Adds a chunk's groups to out[row .. row+Rows][n .. n+16], which carries the sums from chunk to chunk.
template <int Rows>
void many_rows_tile(const Widened& widened, int64_t first, int64_t groups, float* out, int64_t out_stride,
                    int64_t outputs, bool fresh) {
  float sum[Rows][16];
  for_tile<Rows>([&](int r, int v) CAPY_INLINED {
    const float* from = out + r * out_stride + 4 * v;
    vst1q_f32(sum[r] + 4 * v, fresh ? vdupq_n_f32(0) : F32::load(from, outputs - 4 * v));
  });
  for (int64_t j = 0; j < groups * 16; j += 16) {
    const auto row_at = [&](int parity) {
      return reinterpret_cast<const float(*)[kChunk / 2]>(&widened.x[parity][first][j]);
    };
    float even_sum[Rows][16];  // the registers hold one kind of chain at a time
    float32x4_t chain[Rows][4];
    chains_of_tile<Rows>(chain, widened.w[0] + j, row_at(0));
    for_tile<Rows>([&](int r, int v) CAPY_INLINED { vst1q_f32(even_sum[r] + 4 * v, chain[r][v]); });
    chains_of_tile<Rows>(chain, widened.w[1] + j, row_at(1));
    for_tile<Rows>([&](int r, int v) CAPY_INLINED {
      const float32x4_t both = vaddq_f32(vld1q_f32(even_sum[r] + 4 * v), chain[r][v]);
      vst1q_f32(sum[r] + 4 * v, vaddq_f32(vld1q_f32(sum[r] + 4 * v), both));
    });
  }
  for_tile<Rows>([&](int r, int v)
                     CAPY_INLINED { store(out + r * out_stride + 4 * v, vld1q_f32(sum[r] + 4 * v), outputs - 4 * v); });
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

// --- the processor's mode ---

uint64_t mode() {
  uint64_t fpcr;
  asm volatile("mrs %0, fpcr" : "=r"(fpcr) : : "memory");
  return fpcr;
}

void set_mode(uint64_t fpcr) { asm volatile("msr fpcr, %0" : : "r"(fpcr) : "memory"); }

uint64_t notes() {
  uint64_t fpsr;
  asm volatile("mrs %0, fpsr" : "=r"(fpsr) : : "memory");
  return fpsr;
}

void set_notes(uint64_t fpsr) { asm volatile("msr fpsr, %0" : : "r"(fpsr) : "memory"); }

// Computes the job's outputs; false where a result was flushed.
bool product_without_underflow(const Bf16Job& job) {
  const uint64_t mode_before = mode();
  const uint64_t notes_before = notes();
  set_mode(mode_before | kFlushToZero);
  set_notes(notes_before & ~kUnderflow);
  bf16_product(job);
  const bool flushed = (notes() & kUnderflow) != 0;
  set_notes(notes_before);
  set_mode(mode_before);
  return !flushed;
}

}  // namespace

void matmul_bf16(float* out, int64_t out_stride, const uint16_t* x, int64_t x_stride, int64_t rows, const MatrixView& w,
                 int64_t begin, int64_t end) {
  for (int64_t n = begin; n < end; n += kNoted) {
    const int64_t last = smaller(n + kNoted, end);
    const Bf16Job job{out,      out_stride, x, x_stride, rows, static_cast<const uint16_t*>(w.data),
                      w.stride, w.columns,  n, last};
    if (!product_without_underflow(job)) generic::matmul_bf16(out, out_stride, x, x_stride, rows, w, n, last);
  }
}

}  // namespace capy::neon
#endif
