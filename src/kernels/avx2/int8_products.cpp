// SPDX-License-Identifier: Apache-2.0
// int8 products: codes widened to 16 bits, vpmaddwd adds pairs of products exactly (vpmaddubsw would saturate, and its
// detours cost as many instructions). Few rows: two share the weights of a panel as they are widened. Many rows: panels
// are widened once, block by block, for all of them; `out` holds the sums between blocks.
#include "kernels/avx2/operations.h"

#if defined(__AVX2__)
#include "kernels/avx2/vectors.h"

namespace capy::avx2 {
namespace {

// How far ahead of the weights' use they are fetched: DRAM latency at a core's share of the bandwidth.
constexpr int64_t kPrefetchBytes = 1024;

struct Int8Job {
  float* out;
  int64_t out_stride;
  const Int8Rows& x;
  const int8_t* codes;
  const float* scales;
  int64_t columns;  // padded
  int64_t blocks;
  int64_t end;  // outputs from here on are not written
};

// The products of one row with a panel: sum[i] holds outputs 4i .. 4i+3, each in two lanes (K 0, 1 and K 2, 3).
struct PanelSum {
  __m256i part[4];
};

// Outputs 0..7 of two parts as floats: pairs of lanes added, then back into order.
__m256 eight_outputs(__m256i a, __m256i b) {
  const __m256i mixed = _mm256_hadd_epi32(a, b);  // a0 a1 b0 b1 | a2 a3 b2 b3
  return _mm256_cvtepi32_ps(_mm256_permute4x64_epi64(mixed, 0xd8));
}

void widen_codes(int16_t* out, const int8_t* codes, int64_t n) {
  for (int64_t i = 0; i < n; i += 16) {
    const __m128i narrow = _mm_loadu_si128(reinterpret_cast<const __m128i*>(codes + i));
    _mm256_store_si256(reinterpret_cast<__m256i*>(out + i), _mm256_cvtepi8_epi16(narrow));
  }
}

template <int Rows>
void add_block(PanelSum (&sum)[Rows], const int16_t (&x)[Rows][kQuantBlock], const int8_t* w, int64_t columns) {
  for (int64_t k = 0; k < columns; k += 4) {
    const int8_t* at = w + k * kPanelRows;
    if (Rows == 1) _mm_prefetch(reinterpret_cast<const char*>(at + kPrefetchBytes), _MM_HINT_T0);
    __m256i four[Rows];
    for (int r = 0; r < Rows; ++r) {
      int64_t codes;
      __builtin_memcpy(&codes, &x[r][k], sizeof codes);
      four[r] = _mm256_set1_epi64x(codes);
    }
    for (int i = 0; i < 4; ++i) {
      const __m256i weights = _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at + 16 * i)));
      for (int r = 0; r < Rows; ++r) {
        sum[r].part[i] = _mm256_add_epi32(sum[r].part[i], _mm256_madd_epi16(weights, four[r]));
      }
    }
  }
}

// Rows row .. row+Rows of one panel.
template <int Rows>
void int8_tile(const Int8Job& job, int64_t row, int64_t panel) {
  alignas(32) int16_t x[Rows][kQuantBlock];
  __m256 out[Rows][2];
  for (int r = 0; r < Rows; ++r) out[r][0] = out[r][1] = _mm256_setzero_ps();
  for (int64_t block = 0; block < job.blocks; ++block) {
    const int64_t begin = block * kQuantBlock;
    const int64_t columns = smaller(kQuantBlock, job.columns - begin);
    PanelSum sum[Rows];
    for (int r = 0; r < Rows; ++r) {
      widen_codes(x[r], job.x.codes + (row + r) * job.columns + begin, columns);
      for (int i = 0; i < 4; ++i) sum[r].part[i] = _mm256_setzero_si256();
    }
    add_block<Rows>(sum, x, job.codes + (panel * job.columns + begin) * kPanelRows, columns);
    const float* w_scales = job.scales + (panel * job.blocks + block) * kPanelRows;
    for (int r = 0; r < Rows; ++r) {
      const __m256 x_scale = _mm256_set1_ps(job.x.scales[(row + r) * job.blocks + block]);
      for (int half = 0; half < 2; ++half) {
        const __m256 products = eight_outputs(sum[r].part[2 * half], sum[r].part[2 * half + 1]);
        const __m256 scale = _mm256_mul_ps(_mm256_loadu_ps(w_scales + 8 * half), x_scale);
        out[r][half] = _mm256_fmadd_ps(products, scale, out[r][half]);
      }
    }
  }
  const int64_t n = panel * kPanelRows;
  for (int r = 0; r < Rows; ++r) {
    float* to = job.out + (row + r) * job.out_stride + n;
    store(to, out[r][0], job.end - n);
    store(to + 8, out[r][1], job.end - n - 8);
  }
}

// --- many rows ---

// Both operands of four K k .. k+3 become the 16-bit pairs (k, k+2) and (k+1, k+3): two shifts and no shuffle, and each
// 32-bit lane is one output.
constexpr int64_t kFewRows = 4;
constexpr int64_t kTileRows = 3;  // by 16 outputs: 6 sums, 4 weights and what is needed to multiply are registers
constexpr int64_t kGroupPanels = 2;

// A group's block: [panel][k / 4][even rows 0-7, even 8-15, odd 0-7, odd 8-15][8 pairs]. 16 KB.
struct WideGroup {
  alignas(64) int16_t pairs[kGroupPanels][kQuantBlock * kPanelRows];
};

template <int Rows>
struct WideRows {
  alignas(32) int8_t even[Rows][kQuantBlock];  // pairs of 4 bytes, one for every four K
  alignas(32) int8_t odd[Rows][kQuantBlock];
};

__m256i even_codes(__m256i codes) { return _mm256_srai_epi16(_mm256_slli_epi16(codes, 8), 8); }

__m256i odd_codes(__m256i codes) { return _mm256_srai_epi16(codes, 8); }

void widen_panel(int16_t* out, const int8_t* codes, int64_t columns) {
  for (int64_t k = 0; k < columns; k += 4) {
    for (int half = 0; half < 2; ++half) {
      const auto* from = reinterpret_cast<const __m256i*>(codes + k * kPanelRows + 32 * half);
      auto* to = reinterpret_cast<__m256i*>(out + k * kPanelRows + 16 * half);
      const __m256i bytes = _mm256_load_si256(from);
      _mm256_store_si256(to, even_codes(bytes));
      _mm256_store_si256(to + 2, odd_codes(bytes));
    }
  }
}

template <int Rows>
void widen_rows(const Int8Job& job, int64_t row, int64_t begin, int64_t columns, WideRows<Rows>& x) {
  for (int r = 0; r < Rows; ++r) {
    const int8_t* codes = job.x.codes + (row + r) * job.columns + begin;
    for (int64_t k = 0; k < columns; k += 32) {
      const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(codes + k));
      _mm256_store_si256(reinterpret_cast<__m256i*>(x.even[r] + k), even_codes(bytes));
      _mm256_store_si256(reinterpret_cast<__m256i*>(x.odd[r] + k), odd_codes(bytes));
    }
  }
}

__attribute__((always_inline)) inline __m256i broadcast4(const int8_t* p) {
  int32_t pair;
  __builtin_memcpy(&pair, p, sizeof pair);
  return _mm256_set1_epi32(pair);
}

// out = fma(float(sum), w_scale * x_scale, out), from +0 in the first block.
void finish_tile(const Int8Job& job, __m256i sum, int64_t row, int64_t n, int64_t block, const float* w_scales) {
  const __m256 x_scale = _mm256_set1_ps(job.x.scales[row * job.blocks + block]);
  const __m256 scale = _mm256_mul_ps(_mm256_loadu_ps(w_scales), x_scale);
  float* out = job.out + row * job.out_stride + n;
  const __m256 total = block > 0 ? F32::load(out, job.end - n) : _mm256_setzero_ps();
  store(out, _mm256_fmadd_ps(_mm256_cvtepi32_ps(sum), scale, total), job.end - n);
}

template <int Rows>
void wide_tile(const Int8Job& job, const WideRows<Rows>& x, const int16_t* pairs, int64_t row, int64_t panel,
               int64_t block, int64_t columns) {
  __m256i sum[Rows][2];
  for (int r = 0; r < Rows; ++r) sum[r][0] = sum[r][1] = _mm256_setzero_si256();
  for (int64_t k = 0; k < columns; k += 4) {
    const auto* w = reinterpret_cast<const __m256i*>(pairs + k * kPanelRows);
    const __m256i even[2] = {_mm256_load_si256(w), _mm256_load_si256(w + 1)};
    const __m256i odd[2] = {_mm256_load_si256(w + 2), _mm256_load_si256(w + 3)};
    int64_t at = k;
    for (int r = 0; r < Rows; ++r) {
      const __m256i x_even = broadcast4(x.even[r] + at);
      const __m256i x_odd = broadcast4(x.odd[r] + at);
      for (int half = 0; half < 2; ++half) {
        sum[r][half] = _mm256_add_epi32(sum[r][half], _mm256_madd_epi16(even[half], x_even));
        sum[r][half] = _mm256_add_epi32(sum[r][half], _mm256_madd_epi16(odd[half], x_odd));
      }
      // The next row's loads stay behind this row's sums: g++ would mix the rows and run out of registers.
      asm volatile("" : "+x"(sum[r][0]), "+x"(sum[r][1]), "+r"(at));
    }
  }
  const float* w_scales = job.scales + (panel * job.blocks + block) * kPanelRows;
  for (int r = 0; r < Rows; ++r) {
    finish_tile(job, sum[r][0], row + r, panel * kPanelRows, block, w_scales);
    finish_tile(job, sum[r][1], row + r, panel * kPanelRows + 8, block, w_scales + 8);
  }
}

template <int Rows>
void wide_rows(const Int8Job& job, const WideGroup& group, int64_t row, int64_t panel, int64_t panel_end, int64_t block,
               int64_t columns) {
  WideRows<Rows> x;
  widen_rows<Rows>(job, row, block * kQuantBlock, columns, x);
  for (int64_t p = panel; p < panel_end; ++p) {
    wide_tile<Rows>(job, x, group.pairs[p - panel], row, p, block, columns);
  }
}

void many_rows(const Int8Job& job, int64_t panel, int64_t panel_end) {
  WideGroup group;
  for (int64_t block = 0; block < job.blocks; ++block) {
    const int64_t begin = block * kQuantBlock;
    const int64_t columns = smaller(kQuantBlock, job.columns - begin);
    for (int64_t p = panel; p < panel_end; ++p) {
      widen_panel(group.pairs[p - panel], job.codes + (p * job.columns + begin) * kPanelRows, columns);
    }
    int64_t row = 0;
    for (; row + kTileRows <= job.x.rows; row += kTileRows) {
      wide_rows<kTileRows>(job, group, row, panel, panel_end, block, columns);
    }
    if (job.x.rows - row == 2) wide_rows<2>(job, group, row, panel, panel_end, block, columns);
    if (job.x.rows - row == 1) wide_rows<1>(job, group, row, panel, panel_end, block, columns);
  }
}

void few_rows(const Int8Job& job, int64_t panel) {
  int64_t row = 0;
  for (; row + 2 <= job.x.rows; row += 2) int8_tile<2>(job, row, panel);
  if (row < job.x.rows) int8_tile<1>(job, row, panel);
}

}  // namespace

void matmul_int8(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin, int64_t end) {
  const int64_t columns = rounded_up(w.columns, kPackColumns);
  const Int8Job job{out,
                    out_stride,
                    x,
                    static_cast<const int8_t*>(w.data),
                    w.scales,
                    columns,
                    (w.columns + kQuantBlock - 1) / kQuantBlock,
                    end};
  const int64_t panel_end = (end + kPanelRows - 1) / kPanelRows;
  int64_t panel = begin / kPanelRows;
  if (x.rows <= kFewRows) {
    for (; panel < panel_end; ++panel) few_rows(job, panel);
  }
  for (; panel < panel_end; panel += kGroupPanels) many_rows(job, panel, smaller(panel + kGroupPanels, panel_end));
}

}  // namespace capy::avx2
#endif
