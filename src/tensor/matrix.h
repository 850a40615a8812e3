// SPDX-License-Identifier: Apache-2.0
// Weight matrices as the kernels see them: W [rows, columns] of out = W x, rows = outputs (N), columns = inputs (K).
#pragma once

#include <cstdint>

namespace capy {

enum class MatrixFormat : uint8_t {
  kF32,         // row-major float, rows `stride` elements apart
  kF16,         // row-major IEEE half
  kBF16,        // row-major bfloat16
  kInt8Packed,  // the packed layouts below
  kInt4Packed,
  kCodePlanes,  // the first bits of a kInt8Packed matrix, beside it; not a matrix by itself
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
constexpr int64_t kQuantBlock = 256;     // K per scale, of weights and of activations (docs/decisions/0011)
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

// kInt4Packed: the same panels, each weight a 4-bit code. A panel is one run of packed_int4_panel_bytes, all panels one
// after the other, 64-byte aligned:
//   codes   [k / 8][64]      byte b of group pair j: low half = code of byte b of the int8 layout's K group 2j, high
//   half =
//                            of group 2j + 1. So a load of 64 bytes gives two registers of 16 rows x 4 K.
//   tables  [k / 4][2]       one half byte for each lane of 4 rows x 4 K (16 bytes of the int8 layout): rows 0-3 in the
//   low
//                            half of byte 0, 4-7 in its high half, 8-11 and 12-15 in byte 1. It names the row of
//                            kInt4Levels (tensor/int4_levels.h) that turns the lane's codes into int8 weights.
//   scales  [block][16]      f16, one for each row and block of kQuantBlock K
// and zeros up to a multiple of 64 bytes. r[n][k] = kInt4Levels.of[table][code] * scale, r rotated as above. A block
// whose scale is 0 is zero whatever its codes are; padding columns and rows may hold any code, since the activations
// are zero there and outputs beyond w.rows are not written.
constexpr int64_t packed_int4_code_bytes(int64_t columns) { return packed_columns(columns) / 8 * 64; }
constexpr int64_t packed_int4_table_bytes(int64_t columns) { return packed_columns(columns) / 4 * 2; }
constexpr int64_t packed_int4_panel_bytes(int64_t columns) {
  return round_up_to(
      packed_int4_code_bytes(columns) + packed_int4_table_bytes(columns) + quant_blocks(columns) * kPanelRows * 2, 64);
}
constexpr int64_t packed_int4_bytes(int64_t rows, int64_t columns) {
  return packed_panels(rows) * packed_int4_panel_bytes(columns);
}

// kCodePlanes: what tells most outputs of a kInt8Packed matrix apart for less than its bytes (docs/decisions/0014). A
// code c gives three parts: c + 128 = 16 high + 4 middle + low, high in 0..15, middle and low in 0..3. One run, 64-byte
// aligned:
//   high    [panel][k / 8][64]   four bits of each code, in the order of kInt4Packed's codes
//   middle  [row][k / 64][16]    two bits: byte b of a group holds those of K b, b + 16, b + 32, b + 48, lowest first
//   reach   [2][row]             f32. For activations of the length a, the row's output is within reach[0][row] * a of
//                                what high tells, and within reach[1][row] * a of what high and middle tell, rounding
//                                included. NaN or infinite where the weights are.
// rows with the last panel's padding.
constexpr int64_t high_plane_bytes(int64_t rows, int64_t columns) {
  return packed_panels(rows) * packed_columns(columns) / 8 * 64;
}
constexpr int64_t middle_plane_bytes(int64_t rows, int64_t columns) {
  return packed_panels(rows) * kPanelRows * packed_columns(columns) / 4;
}
constexpr int64_t code_planes_bytes(int64_t rows, int64_t columns) {
  return high_plane_bytes(rows, columns) + middle_plane_bytes(rows, columns) + packed_panels(rows) * kPanelRows * 2 * 4;
}

// Bytes of a matrix as it is held for computing.
constexpr int64_t matrix_bytes(MatrixFormat format, int64_t rows, int64_t columns) {
  switch (format) {
    case MatrixFormat::kF32: return rows * columns * 4;
    case MatrixFormat::kF16:
    case MatrixFormat::kBF16: return rows * columns * 2;
    case MatrixFormat::kInt8Packed:
      return packed_int8_code_bytes(rows, columns) + 4 * packed_int8_scales(rows, columns);
    case MatrixFormat::kCodePlanes: return code_planes_bytes(rows, columns);
    case MatrixFormat::kInt4Packed: break;
  }
  return packed_int4_bytes(rows, columns);
}

struct MatrixView {
  MatrixFormat format = MatrixFormat::kF32;
  int64_t rows = 0;
  int64_t columns = 0;
  int64_t stride = 0;          // elements from row to row; row-major formats only. Rows may be unaligned (mapped files)
  const void* data = nullptr;  // elements, or packed codes (64-byte aligned)
  const float* scales = nullptr;  // kInt8Packed only
};

// A kInt8Packed matrix with its planes.
struct CodePlanes {
  MatrixView codes;
  const uint8_t* high = nullptr;
  const uint8_t* middle = nullptr;
  const float* high_reach = nullptr;    // [rows]
  const float* middle_reach = nullptr;  // [rows]
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
