// SPDX-License-Identifier: Apache-2.0
// Weight matrices as the kernels see them: W [rows, columns] of out = W x, rows = outputs (N), columns = inputs (K).
#pragma once

#include <cstdint>

namespace capy {

enum class MatrixFormat : uint8_t {
  kF32,         // row-major float, rows `stride` elements apart
  kF16,         // row-major IEEE half
  kBF16,        // row-major bfloat16
  kInt8Packed,  // the packed layout below
};

// kInt8Packed: the one packed layout of the house (docs/FORMATS.md).
//   Output rows in panels of 16, K in groups of 4: codes[panel][k / 4][row in panel][k % 4], int8 in -127..127.
//   So 64 consecutive bytes are 16 rows x 4 K: one zmm register, one AMX tile row, two ymm, four NEON or WASM vectors.
//   K is padded to kPackColumns with zero codes, rows to 16 with zero rows.
//   scales[panel][block][row in panel]: one float for each row and block of kQuantBlock K (the last block may be
//   shorter): r[n][k] = codes * scale. No zero points.
//   r is the row of W rotated by KernelTable::hadamard, as the activations are before they are quantised: a product
//   of two rotated rows is the product of the rows. Large values of single columns are spread over their block.
constexpr int64_t kPanelRows = 16;
constexpr int64_t kPackColumns = 64;
constexpr int64_t kQuantBlock = 128;     // K per scale, of weights and of activations (docs/decisions/0009)
constexpr int64_t kRotationBlock = 256;  // K that KernelTable::hadamard mixes

constexpr int64_t round_up_to(int64_t n, int64_t step) { return (n + step - 1) / step * step; }
constexpr int64_t packed_columns(int64_t columns) { return round_up_to(columns, kPackColumns); }
constexpr int64_t packed_panels(int64_t rows) { return (rows + kPanelRows - 1) / kPanelRows; }
constexpr int64_t quant_blocks(int64_t columns) { return (columns + kQuantBlock - 1) / kQuantBlock; }
// Bytes of codes and count of scales of a packed matrix.
constexpr int64_t packed_int8_code_bytes(int64_t rows, int64_t columns) {
  return packed_panels(rows) * kPanelRows * packed_columns(columns);
}
constexpr int64_t packed_int8_scales(int64_t rows, int64_t columns) {
  return packed_panels(rows) * quant_blocks(columns) * kPanelRows;
}

struct MatrixView {
  MatrixFormat format = MatrixFormat::kF32;
  int64_t rows = 0;
  int64_t columns = 0;
  int64_t stride = 0;          // elements from row to row; row-major formats only. Rows may be unaligned (mapped files)
  const void* data = nullptr;  // elements, or packed codes (64-byte aligned)
  const float* scales = nullptr;  // packed formats only
};

// Rows of activations quantised to int8 by KernelTable::quantize_int8:
//   codes[row][packed_columns(K)] (padding zero), scales[row][quant_blocks(K)], sums[row][quant_blocks(K)] = sum of the
//   block's codes (lets unsigned x signed dot instructions use shifted operands exactly).
struct Int8Rows {
  int64_t rows = 0;
  int64_t columns = 0;  // K
  const int8_t* codes = nullptr;
  const float* scales = nullptr;
  const int32_t* sums = nullptr;
};

}  // namespace capy
