// SPDX-License-Identifier: Apache-2.0
// The products of training, as avx2/chained_product.cpp has them, with tiles of 8 rows x 32 columns: 16 registers of
// sums, which is enough to hide the latency, and 8 broadcasts and 2 loads for 16 fma.
#include "kernels/avx512/operations.h"

#if defined(__AVX512F__)
#include "kernels/avx2/transpose.h"
#include "kernels/avx512/vectors.h"

namespace capy::avx512 {
namespace {

constexpr int64_t kTileRows = 8;
constexpr int64_t kPanelColumns = 32;
static_assert(256 % kShortChain == 0);
constexpr int64_t kDepth = 256;          // k of one pass: a panel of b is 32 KiB
constexpr int64_t kRowsPacked = 96;      // 96 KiB of a
constexpr int64_t kColumnsPacked = 256;  // 256 KiB of b

struct Packed {
  alignas(64) float b[kDepth * kColumnsPacked];
  alignas(64) float a[kDepth * kRowsPacked];
};

// A part of the product: what a tile reads of a, and its sums.
struct Part {
  float* out;
  int64_t out_stride;
  const float* a;
  int64_t a_row_stride;
  int64_t a_k_stride;
  int64_t rows;
  int64_t k;
  bool from_zero;
  bool short_chains;
};

// Which of a panel's columns exist.
struct Columns {
  __mmask16 low;
  __mmask16 high;
  explicit Columns(int64_t count) : low(first_lanes(count)), high(first_lanes(count > 16 ? count - 16 : 0)) {}
};

void pack_b(float* packed, const float* b, int64_t b_stride, int64_t k_count, int64_t columns) {
  for (int64_t n = 0; n < columns; n += kPanelColumns) {
    const Columns exist(columns - n);
    for (int64_t k = 0; k < k_count; ++k, packed += kPanelColumns) {
      const float* const from = b + k * b_stride + n;
      _mm512_store_ps(packed, F32::load(from, exist.low));
      _mm512_store_ps(packed + 16, F32::load(from + 16, exist.high));
    }
  }
}

// The same panels from a b whose columns are contiguous. Columns beyond the end are zeros.
void pack_b_by_columns(float* packed, const float* b, int64_t column_stride, int64_t k_count, int64_t columns) {
  for (int64_t n = 0; n < columns; n += kPanelColumns, packed += k_count * kPanelColumns) {
    const int64_t count = smaller(kPanelColumns, columns - n);
    int64_t whole = 0;
    for (; count == kPanelColumns && whole + 8 <= k_count; whole += 8) {
      for (int64_t i = 0; i < kPanelColumns; i += 8) {
        avx2::transpose(packed + whole * kPanelColumns + i, kPanelColumns, b + (n + i) * column_stride + whole,
                        column_stride);
      }
    }
    for (int64_t k = whole; k < k_count; ++k) {
      for (int64_t i = 0; i < kPanelColumns; ++i) {
        packed[k * kPanelColumns + i] = i < count ? b[(n + i) * column_stride + k] : 0.0f;
      }
    }
  }
}

// [tile][k][8]; rows beyond the end are not written and not read.
void pack_a(float* packed, const Part& part) {
  for (int64_t row = 0; row < part.rows; row += kTileRows, packed += part.k * kTileRows) {
    const int64_t count = smaller(kTileRows, part.rows - row);
    for (int64_t k = 0; k < part.k; ++k) {
      const float* from = part.a + row * part.a_row_stride + k * part.a_k_stride;
      for (int64_t r = 0; r < count; ++r) packed[k * kTileRows + r] = from[r * part.a_row_stride];
    }
  }
}

// Chains of at most `chain` products; what out holds already is where the first begins, or, of short ones, what each is
// added to.
template <int Rows, bool Short>
void tile(const Part& part, const float* panel, int64_t columns) {
  const Columns exist(columns);
  const float* a[Rows];
  for (int r = 0; r < Rows; ++r) a[r] = part.a + r * part.a_row_stride;
  const int64_t chain = Short ? kShortChain : part.k;
  int64_t at = 0;
  for (int64_t begin = 0; begin < part.k; begin += chain) {
    const int64_t end = smaller(begin + chain, part.k);
    const bool first = begin == 0 && part.from_zero;
    __m512 low[Rows], high[Rows];
    for (int r = 0; r < Rows; ++r) {
      const float* const out = part.out + r * part.out_stride;
      low[r] = Short || first ? _mm512_setzero_ps() : F32::load(out, exist.low);
      high[r] = Short || first ? _mm512_setzero_ps() : F32::load(out + 16, exist.high);
    }
    for (int64_t k = begin; k < end; ++k, panel += kPanelColumns, at += part.a_k_stride) {
      const __m512 b_low = in_register(_mm512_load_ps(panel));
      const __m512 b_high = in_register(_mm512_load_ps(panel + 16));
      for (int r = 0; r < Rows; ++r) {
        const __m512 value = _mm512_set1_ps(a[r][at]);
        low[r] = _mm512_fmadd_ps(value, b_low, low[r]);
        high[r] = _mm512_fmadd_ps(value, b_high, high[r]);
      }
    }
    for (int r = 0; r < Rows; ++r) {
      float* const out = part.out + r * part.out_stride;
      if (Short) {
        low[r] = _mm512_add_ps(first ? _mm512_setzero_ps() : F32::load(out, exist.low), low[r]);
        high[r] = _mm512_add_ps(first ? _mm512_setzero_ps() : F32::load(out + 16, exist.high), high[r]);
      }
      _mm512_mask_storeu_ps(out, exist.low, low[r]);
      _mm512_mask_storeu_ps(out + 16, exist.high, high[r]);
    }
  }
}

template <int Rows>
void either_tile(const Part& part, const float* panel, int64_t columns) {
  return part.short_chains ? tile<Rows, true>(part, panel, columns) : tile<Rows, false>(part, panel, columns);
}

void panel_rows(Part part, int64_t tile_stride, const float* panel, int64_t columns) {
  for (; part.rows >= kTileRows; part.rows -= kTileRows) {
    either_tile<kTileRows>(part, panel, columns);
    part.out += kTileRows * part.out_stride;
    part.a += tile_stride;
  }
  switch (part.rows) {
    case 1: return either_tile<1>(part, panel, columns);
    case 2: return either_tile<2>(part, panel, columns);
    case 3: return either_tile<3>(part, panel, columns);
    case 4: return either_tile<4>(part, panel, columns);
    case 5: return either_tile<5>(part, panel, columns);
    case 6: return either_tile<6>(part, panel, columns);
    case 7: return either_tile<7>(part, panel, columns);
    default: return;
  }
}

void row_block(Part part, Packed& packed, int64_t columns) {
  int64_t tile_stride = kTileRows * part.a_row_stride;
  if (part.a_k_stride != 1) {
    pack_a(packed.a, part);
    part.a = packed.a;
    part.a_row_stride = 1;
    part.a_k_stride = kTileRows;
    tile_stride = part.k * kTileRows;
  }
  const float* panel = packed.b;
  for (int64_t n = 0; n < columns; n += kPanelColumns, panel += part.k * kPanelColumns) {
    panel_rows(part, tile_stride, panel, columns - n);
    part.out += kPanelColumns;
  }
}

void clear(const ChainedProduct& p) {
  for (int64_t row = 0; row < p.rows; ++row) {
    __builtin_memset(p.out + row * p.out_stride, 0, static_cast<size_t>(p.columns) * sizeof(float));
  }
}

}  // namespace

void chained_product(const ChainedProduct& p) {
  if (p.k == 0 && !p.accumulate) clear(p);
  Packed packed;
  for (int64_t n = 0; n < p.columns; n += kColumnsPacked) {
    const int64_t columns = smaller(kColumnsPacked, p.columns - n);
    for (int64_t k = 0; k < p.k; k += kDepth) {
      const int64_t depth = smaller(kDepth, p.k - k);
      const float* const b = p.b + k * p.b_k_stride + n * p.b_column_stride;
      if (p.b_column_stride == 1) {
        pack_b(packed.b, b, p.b_k_stride, depth, columns);
      } else {
        pack_b_by_columns(packed.b, b, p.b_column_stride, depth, columns);
      }
      for (int64_t row = 0; row < p.rows; row += kRowsPacked) {
        const Part part{p.out + row * p.out_stride + n,
                        p.out_stride,
                        p.a + row * p.a_row_stride + k * p.a_k_stride,
                        p.a_row_stride,
                        p.a_k_stride,
                        smaller(kRowsPacked, p.rows - row),
                        depth,
                        k == 0 && !p.accumulate,
                        p.short_chains};
        row_block(part, packed, columns);
      }
    }
  }
}

}  // namespace capy::avx512
#endif
