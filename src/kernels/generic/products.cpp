// SPDX-License-Identifier: Apache-2.0
// Matrix products, and the two ways in which activations are narrowed for them.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/check.h"
#include "kernels/generic/lanes.h"
#include "kernels/generic/operations.h"
#include "tensor/int4_levels.h"

namespace capy::generic {
namespace {

float element(const MatrixView& w, int64_t row, int64_t column) {
  const int64_t i = row * w.stride + column;
  switch (w.format) {
    case MatrixFormat::kF32: return static_cast<const float*>(w.data)[i];
    case MatrixFormat::kF16: return f16_to_f32(static_cast<const uint16_t*>(w.data)[i]);
    case MatrixFormat::kBF16: return bf16_to_f32(static_cast<const uint16_t*>(w.data)[i]);
    default: CHECK(!"a row-major matrix");
  }
  return 0;
}

float flush(float x) { return std::fabs(x) < kSmallestNormal ? std::copysign(0.0f, x) : x; }

// fma as hardware does it with subnormals flushed. Flushing looks at the value rounded to 24 bits as if exponents had
// no end; std::fma rounds it to a multiple of 2^-149. They differ where that gives 2^-126 and the other a bit less:
// between 2^-126 - 2^-150 and 2^-126 - 2^-151, which the double sum tells apart exactly (a and b have 8 bits each).
// (ARM flushes before rounding and AMX does not say: there this corner, one value in 2^24 at the end of the range, is
// open.)
float flushing_fma(float a, float b, float c) {
  const float result = std::fma(a, b, c);
  if (std::fabs(result) == kSmallestNormal) {
    const double exact = static_cast<double>(a) * b + c;
    if (std::fabs(exact) < 0x1p-126 - 0x1p-151) return std::copysign(0.0f, result);
  }
  return flush(result);
}

// One output in AMX's order. The last group counts as padded with zeros to 32.
float dot_bf16(const uint16_t* x, const uint16_t* w, int64_t n) {
  const auto at = [n](const uint16_t* row, int64_t k) { return k < n ? flush(bf16_to_f32(row[k])) : 0.0f; };
  float sum = 0;
  for (int64_t group = 0; group < n; group += kBf16Group) {
    float even = 0;
    float odd = 0;
    for (int64_t k = group; k < group + kBf16Group; k += 2) {
      even = flushing_fma(at(x, k), at(w, k), even);
      odd = flushing_fma(at(x, k + 1), at(w, k + 1), odd);
    }
    sum = flush(sum + flush(even + odd));
  }
  return sum;
}

// Sum of code products of packed output row n over columns [begin, end), both multiples of 4.
int32_t code_products(const int8_t* codes, const MatrixView& w, int64_t n, int64_t begin, int64_t end) {
  const auto* packed = static_cast<const int8_t*>(w.data);
  const int8_t* panel = packed + n / kPanelRows * kPanelRows * packed_columns(w.columns);
  int32_t sum = 0;
  for (int64_t k = begin; k < end; ++k) {
    const int64_t i = (k / 4 * kPanelRows + n % kPanelRows) * 4 + k % 4;
    sum += int32_t{codes[k]} * int32_t{panel[i]};
  }
  return sum;
}

float dot_int8(const Int8Rows& x, int64_t row, const MatrixView& w, int64_t n) {
  const int64_t columns = packed_columns(w.columns);
  const int64_t blocks = quant_blocks(w.columns);
  const float* w_scales = w.scales + n / kPanelRows * blocks * kPanelRows + n % kPanelRows;
  float sum = 0;
  for (int64_t block = 0; block < blocks; ++block) {
    const int64_t begin = block * kQuantBlock;
    const int64_t end = begin + kQuantBlock < columns ? begin + kQuantBlock : columns;
    const int32_t products = code_products(x.codes + row * columns, w, n, begin, end);
    sum = std::fma(static_cast<float>(products), w_scales[block * kPanelRows] * x.scales[row * blocks + block], sum);
  }
  return sum;
}

// What panel `n / kPanelRows` of a kInt4Packed matrix holds for its row n.
struct Int4Row {
  const uint8_t* codes;
  const uint8_t* tables;
  const uint16_t* scales;  // one every kPanelRows
  int64_t lane;

  Int4Row(const MatrixView& w, int64_t n) : lane(n % kPanelRows) {
    codes = static_cast<const uint8_t*>(w.data) + n / kPanelRows * packed_int4_panel_bytes(w.columns);
    tables = codes + packed_int4_code_bytes(w.columns);
    scales = reinterpret_cast<const uint16_t*>(tables + packed_int4_table_bytes(w.columns)) + lane;
  }
  int32_t level(int64_t k) const {
    const int64_t group = k / 4;
    const int code = codes[group / 2 * 64 + lane * 4 + k % 4] >> (group % 2 * 4) & 15;
    const int table = tables[group * 2 + lane / 8] >> (lane / 4 % 2 * 4) & 15;
    return kInt4Levels.of[table][code];
  }
};

float dot_int4(const Int8Rows& x, int64_t row, const MatrixView& w, int64_t n) {
  const int64_t columns = packed_columns(w.columns);
  const int64_t blocks = quant_blocks(w.columns);
  const Int4Row weights(w, n);
  float sum = 0;
  for (int64_t block = 0; block < blocks; ++block) {
    const int64_t end = std::min((block + 1) * kQuantBlock, columns);
    int32_t products = 0;
    for (int64_t k = block * kQuantBlock; k < end; ++k) {
      products += int32_t{x.codes[row * columns + k]} * weights.level(k);
    }
    const float scale = f16_to_f32(weights.scales[block * kPanelRows]) * x.scales[row * blocks + block];
    sum = std::fma(static_cast<float>(products), scale, sum);
  }
  return sum;
}

// One part of a block of hadamard(), a power of four long.
void rotate_part(float* x, int64_t size) {
  for (int64_t h = 1; h < size; h *= 2) {
    for (int64_t first = 0; first < size; first += 2 * h) {
      for (int64_t i = first; i < first + h; ++i) {
        const float a = x[i];
        const float b = x[i + h];
        x[i] = a + b;
        x[i + h] = a - b;
      }
    }
  }
  float factor = 1;
  for (int64_t s = size; s > 1; s /= 4) factor /= 2;
  for (int64_t i = 0; i < size; ++i) x[i] *= factor;
}

// max |x|; infinity when x holds an Inf or a NaN.
float magnitude(const float* x, int64_t n) {
  float max = 0;
  for (int64_t i = 0; i < n; ++i) {
    if (!std::isfinite(x[i])) return std::numeric_limits<float>::infinity();
    max = std::fabs(x[i]) > max ? std::fabs(x[i]) : max;
  }
  return max;
}

int8_t round_to_code(float x) {
  const float rounded = (x + kRoundToInteger) - kRoundToInteger;
  return static_cast<int8_t>(rounded < -127 ? -127 : rounded > 127 ? 127 : rounded);
}

// n values of one block and `padded` codes; returns the scale.
float quantize_block(int8_t* codes, int32_t& sum, const float* x, int64_t n, int64_t padded) {
  const float max = magnitude(x, n);
  const bool usable = max >= kQuantTiny && std::isfinite(max);
  sum = 0;
  for (int64_t i = 0; i < padded; ++i) {
    codes[i] = usable && i < n ? round_to_code(x[i] * (127.0f / max)) : int8_t{0};
    sum += codes[i];
  }
  if (usable) return max / 127.0f;
  return max < kQuantTiny ? 0 : std::numeric_limits<float>::quiet_NaN();
}

}  // namespace

void matmul_f32(float* out, int64_t out_stride, const float* x, int64_t x_stride, int64_t rows, const MatrixView& w,
                int64_t begin, int64_t end) {
  for (int64_t n = begin; n < end; ++n) {
    for (int64_t row = 0; row < rows; ++row) {
      Lanes lanes;
      for (int64_t k = 0; k < w.columns; ++k) lanes.add_product(k, x[row * x_stride + k], element(w, n, k));
      out[row * out_stride + n] = lanes.sum();
    }
  }
}

void matmul_bf16(float* out, int64_t out_stride, const uint16_t* x, int64_t x_stride, int64_t rows, const MatrixView& w,
                 int64_t begin, int64_t end) {
  const auto* weights = static_cast<const uint16_t*>(w.data);
  for (int64_t n = begin; n < end; ++n) {
    for (int64_t row = 0; row < rows; ++row) {
      out[row * out_stride + n] = dot_bf16(x + row * x_stride, weights + n * w.stride, w.columns);
    }
  }
}

void matmul_int8(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin, int64_t end) {
  for (int64_t n = begin; n < end; ++n) {
    for (int64_t row = 0; row < x.rows; ++row) out[row * out_stride + n] = dot_int8(x, row, w, n);
  }
}

void matmul_int4(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin, int64_t end) {
  for (int64_t n = begin; n < end; ++n) {
    for (int64_t row = 0; row < x.rows; ++row) out[row * out_stride + n] = dot_int4(x, row, w, n);
  }
}

void chained_product(const ChainedProduct& p) {
  const int64_t chain = p.short_chains ? kShortChain : p.k;
  for (int64_t row = 0; row < p.rows; ++row) {
    const float* const a = p.a + row * p.a_row_stride;
    for (int64_t n = 0; n < p.columns; ++n) {
      const float* const b = p.b + n * p.b_column_stride;
      float& out = p.out[row * p.out_stride + n];
      if (!p.accumulate) out = 0;
      for (int64_t first = 0; first < p.k; first += chain) {
        float sum = p.short_chains ? 0.0f : out;
        for (int64_t k = first; k < std::min(first + chain, p.k); ++k) {
          sum = std::fma(a[k * p.a_k_stride], b[k * p.b_k_stride], sum);
        }
        out = p.short_chains ? out + sum : sum;
      }
    }
  }
}

void round_bf16(uint16_t* out, const float* x, int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] = f32_to_bf16(x[i]);
}

void hadamard(float* out, const float* x, int64_t n) {
  if (out != x) std::memcpy(out, x, static_cast<size_t>(n) * sizeof(float));
  int64_t part = kRotationBlock;
  for (int64_t at = 0; at < n; at += part) {
    while (part > n - at) part /= 4;
    rotate_part(out + at, part);
  }
}

void quantize_int8(int8_t* codes, float* scales, int32_t* sums, const float* x, int64_t n) {
  const int64_t columns = packed_columns(n);
  for (int64_t block = 0; block < quant_blocks(n); ++block) {
    const int64_t begin = block * kQuantBlock;
    const int64_t values = n - begin < kQuantBlock ? n - begin : kQuantBlock;
    const int64_t padded = columns - begin < kQuantBlock ? columns - begin : kQuantBlock;
    scales[block] = quantize_block(codes + begin, sums[block], x + begin, values, padded);
  }
}

}  // namespace capy::generic
