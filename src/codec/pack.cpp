// SPDX-License-Identifier: Apache-2.0
#include "codec/pack.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "base/check.h"
#include "codec/isa.h"

namespace capy {
namespace {

constexpr int64_t kGroupColumns = 4;  // K bytes of one row that stand together

// The bits of the largest |w|, as an integer: floats of one sign are ordered like their bits, and NaN above infinity.
CAPY_LOOP int32_t magnitude_bits_max(const float* w, int64_t count) {
  int32_t largest = 0;
  for (int64_t i = 0; i < count; ++i) {
    const int32_t bits = std::bit_cast<int32_t>(w[i]) & 0x7fffffff;
    largest = bits > largest ? bits : largest;
  }
  return largest;
}

// Quantises `count` values to `codes` and gives their scale.
CAPY_LOOP void quantize_block(const float* w, int64_t count, int8_t* codes, float* scale) {
  const int32_t bits = magnitude_bits_max(w, count);
  const float largest = std::bit_cast<float>(bits);
  const float factor = 127.0f / largest;
  // All zero, or so near zero (below 2^-121) that the factor overflows: the block is zero.
  if (bits >= 0x7f800000 || factor > std::numeric_limits<float>::max()) {
    std::memset(codes, 0, static_cast<size_t>(count));
    *scale = bits >= 0x7f800000 ? std::numeric_limits<float>::quiet_NaN() : 0.0f;
    return;
  }
  // Near 1.5 * 2^23 floats are the integers: the addition rounds to nearest even, and the low byte is the code.
  constexpr float kRounder = 0x1.8p23f;
  for (int64_t i = 0; i < count; ++i) {
    codes[i] = static_cast<int8_t>(std::bit_cast<int32_t>(w[i] * factor + kRounder));
  }
  *scale = largest / 127.0f;
}

// Takes `groups` groups of four bytes from each of 16 rows and puts those of one K side by side.
CAPY_LOOP void interleave(const int8_t (*rows)[kQuantBlock], int64_t groups, int8_t* out) {
  for (int64_t g = 0; g < groups; ++g) {
    for (int64_t row = 0; row < kPanelRows; ++row) {
      std::memcpy(out + (g * kPanelRows + row) * kGroupColumns, rows[row] + g * kGroupColumns, kGroupColumns);
    }
  }
}

CAPY_LOOP void pack_panel(const float* const* rows, int64_t row_count, int64_t columns, int8_t* codes, float* scales) {
  alignas(64) int8_t block[kPanelRows][kQuantBlock];
  for (int64_t begin = 0; begin < columns; begin += kQuantBlock) {
    const int64_t count = std::min(kQuantBlock, columns - begin);
    const int64_t padded = packed_columns(count);
    // What the rows do not fill must be zero: the block's padding and the panel's missing rows.
    if (row_count < kPanelRows || count < padded) std::memset(block, 0, sizeof block);
    for (int64_t row = 0; row < kPanelRows; ++row) scales[row] = 0;
    for (int64_t row = 0; row < row_count; ++row) quantize_block(rows[row] + begin, count, block[row], scales + row);
    interleave(block, padded / kGroupColumns, codes);
    codes += padded * kPanelRows;
    scales += kPanelRows;
  }
}

}  // namespace

void pack_int8_panel(const float* const* rows, int64_t row_count, int64_t columns, int64_t panel, int8_t* codes,
                     float* scales) {
  CHECK(row_count >= 1 && row_count <= kPanelRows && columns >= 1 && panel >= 0);
  codes += panel * kPanelRows * packed_columns(columns);
  scales += panel * kPanelRows * quant_blocks(columns);
  ForIsas<pack_panel>::best()(rows, row_count, columns, codes, scales);
}

void unpack_int8_row(const MatrixView& matrix, int64_t row, float* out) {
  CHECK(matrix.format == MatrixFormat::kInt8Packed && row >= 0 && row < matrix.rows);
  const int64_t panel = row / kPanelRows;
  const int64_t lane = row % kPanelRows;
  const int8_t* codes = static_cast<const int8_t*>(matrix.data) + panel * kPanelRows * packed_columns(matrix.columns);
  const float* scales = matrix.scales + panel * kPanelRows * quant_blocks(matrix.columns);
  for (int64_t k = 0; k < matrix.columns; ++k) {
    const int8_t code = codes[(k / kGroupColumns * kPanelRows + lane) * kGroupColumns + k % kGroupColumns];
    out[k] = static_cast<float>(code) * scales[k / kQuantBlock * kPanelRows + lane];
  }
}

}  // namespace capy
