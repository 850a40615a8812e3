// SPDX-License-Identifier: Apache-2.0
// The products of training. Columns lie along the lanes, so every output is one chain whatever the tiles are: 6 rows x
// 16 columns, 12 registers of sums. b is packed into panels of 16 columns that stay in L1 while the rows pass by (rows
// of a matrix whose width is a power of two would fall upon each other there), and so is a when its k are apart.
#include "kernels/avx2/operations.h"

#if defined(__AVX2__)
#include "kernels/avx2/transpose.h"
#include "kernels/avx2/vectors.h"

namespace capy::avx2 {
namespace {

constexpr int64_t kTileRows = 6;
constexpr int64_t kPanelColumns = 16;
static_assert(256 % kShortChain == 0);
constexpr int64_t kDepth = 256;          // k of one pass: a panel of b is 16 KiB
constexpr int64_t kRowsPacked = 96;      // 96 KiB of a
constexpr int64_t kColumnsPacked = 256;  // 256 KiB of b, half of L2

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

void pack_b(float* packed, const float* b, int64_t b_stride, int64_t k_count, int64_t columns) {
  for (int64_t n = 0; n < columns; n += kPanelColumns) {
    const int64_t rest = columns - n;
    for (int64_t k = 0; k < k_count; ++k, packed += kPanelColumns) {
      const float* from = b + k * b_stride + n;
      const bool whole = rest >= kPanelColumns;
      _mm256_store_ps(packed, whole ? F32::load(from) : F32::load(from, rest));
      _mm256_store_ps(packed + 8, whole ? F32::load(from + 8) : F32::load(from + 8, rest - 8));
    }
  }
}

// The same panels from a b whose columns are contiguous. Columns beyond the end are zeros.
void pack_b_by_columns(float* packed, const float* b, int64_t column_stride, int64_t k_count, int64_t columns) {
  for (int64_t n = 0; n < columns; n += kPanelColumns, packed += k_count * kPanelColumns) {
    const int64_t count = smaller(kPanelColumns, columns - n);
    int64_t whole = 0;
    if (count == kPanelColumns) {
      for (; whole + 8 <= k_count; whole += 8) {
        transpose(packed + whole * kPanelColumns, kPanelColumns, b + n * column_stride + whole, column_stride);
        transpose(packed + whole * kPanelColumns + 8, kPanelColumns, b + (n + 8) * column_stride + whole,
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

// [tile][k][6]; rows beyond the end are not written and not read.
void pack_a(float* packed, const Part& part) {
  for (int64_t row = 0; row < part.rows; row += kTileRows, packed += part.k * kTileRows) {
    const int64_t count = smaller(kTileRows, part.rows - row);
    for (int64_t k = 0; k < part.k; ++k) {
      const float* from = part.a + row * part.a_row_stride + k * part.a_k_stride;
      for (int64_t r = 0; r < count; ++r) packed[k * kTileRows + r] = from[r * part.a_row_stride];
    }
  }
}

// The two kinds of tile are functions of their own: sharing their loop costs g++ half of the speed.
template <int Rows>
void tile(const Part& part, const float* panel, int64_t columns) {
  __m256 low[Rows], high[Rows];
  const bool whole = columns >= kPanelColumns;
  for (int r = 0; r < Rows; ++r) {
    const float* const at = part.out + r * part.out_stride;
    low[r] = high[r] = _mm256_setzero_ps();
    if (part.from_zero) continue;
    low[r] = whole ? F32::load(at) : F32::load(at, columns);
    high[r] = whole ? F32::load(at + 8) : F32::load(at + 8, columns - 8);
  }
  const float* a[Rows];
  for (int r = 0; r < Rows; ++r) a[r] = part.a + r * part.a_row_stride;
  int64_t at = 0;
  for (int64_t k = 0; k < part.k; ++k, panel += kPanelColumns, at += part.a_k_stride) {
    const __m256 b_low = in_register(_mm256_load_ps(panel));
    const __m256 b_high = in_register(_mm256_load_ps(panel + 8));
    for (int r = 0; r < Rows; ++r) {
      const __m256 value = _mm256_broadcast_ss(a[r] + at);
      low[r] = _mm256_fmadd_ps(value, b_low, low[r]);
      high[r] = _mm256_fmadd_ps(value, b_high, high[r]);
    }
  }
  for (int r = 0; r < Rows; ++r) {
    store(part.out + r * part.out_stride, low[r], columns);
    store(part.out + r * part.out_stride + 8, high[r], columns - 8);
  }
}

// Between two chains the sums pass through memory, which is hidden behind the products.
template <int Rows>
void short_tile(const Part& part, const float* panel, int64_t columns) {
  const float* a[Rows];
  for (int r = 0; r < Rows; ++r) a[r] = part.a + r * part.a_row_stride;
  const __m256 zero = _mm256_setzero_ps();
  int64_t at = 0;
  for (int64_t begin = 0; begin < part.k; begin += kShortChain) {
    const int64_t end = smaller(begin + kShortChain, part.k);
    __m256 low[Rows], high[Rows];
    for (int r = 0; r < Rows; ++r) low[r] = high[r] = _mm256_setzero_ps();
    for (int64_t k = begin; k < end; ++k, panel += kPanelColumns, at += part.a_k_stride) {
      const __m256 b_low = in_register(_mm256_load_ps(panel));
      const __m256 b_high = in_register(_mm256_load_ps(panel + 8));
      for (int r = 0; r < Rows; ++r) {
        const __m256 value = _mm256_broadcast_ss(a[r] + at);
        low[r] = _mm256_fmadd_ps(value, b_low, low[r]);
        high[r] = _mm256_fmadd_ps(value, b_high, high[r]);
      }
    }
    const bool first = begin == 0 && part.from_zero;
    for (int r = 0; r < Rows; ++r) {
      float* const out = part.out + r * part.out_stride;
      if (columns >= kPanelColumns) {
        _mm256_storeu_ps(out, _mm256_add_ps(first ? zero : F32::load(out), low[r]));
        _mm256_storeu_ps(out + 8, _mm256_add_ps(first ? zero : F32::load(out + 8), high[r]));
      } else {
        store(out, _mm256_add_ps(first ? zero : F32::load(out, columns), low[r]), columns);
        store(out + 8, _mm256_add_ps(first ? zero : F32::load(out + 8, columns - 8), high[r]), columns - 8);
      }
    }
  }
}

template <int Rows>
void either_tile(const Part& part, const float* panel, int64_t columns) {
  return part.short_chains ? short_tile<Rows>(part, panel, columns) : tile<Rows>(part, panel, columns);
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

}  // namespace capy::avx2
#endif
