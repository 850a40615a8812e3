// SPDX-License-Identifier: Apache-2.0
// From the number formats of files to floats and back, exactly as their owners define them (GGUF block types:
// docs/FORMATS.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.h"
#include "tensor/dtype.h"

namespace capy {

// True for the types that decode() knows: F32 F16 BF16 F8_E4M3 and the GGUF block types (F64 too).
bool can_decode(DType type);

// `count` values (a multiple of the type's block) from `bytes` to f32. Exact for every type: f32 holds what the owner's
// formula gives when it is evaluated in f32 in the owner's order. CHECKs can_decode and the sizes.
// Fast enough to convert at start: > 1 GB/s of output a core for the common types (Q4_0, Q4_1, Q8_0, Q4_K, Q6_K).
void decode(DType type, std::span<const std::byte> bytes, int64_t count, float* out);

// A matrix of a checkpoint with FP8 blocks: X.weight (F8_E4M3) and X.weight_scale_inv, one scale (F32 or BF16) for each
// block of block_rows x block_columns; blocks at the edges may be cut.
struct Fp8Blocks {
  int64_t rows = 0;
  int64_t columns = 0;
  std::span<const std::byte> codes;   // [rows, columns]
  DType scale_type = DType::kF32;     // or kBF16
  std::span<const std::byte> scales;  // [scale_rows(), scale_columns()]
  int64_t block_rows = 128;
  int64_t block_columns = 128;

  int64_t scale_rows() const { return (rows + block_rows - 1) / block_rows; }
  int64_t scale_columns() const { return (columns + block_columns - 1) / block_columns; }
  // Whether the sizes agree and the scale type is one of the two. For what comes from a file: ask before decoding.
  bool is_consistent() const;
};

// Row `row` as f32: w = code * scale, one rounding. CHECKs the row and is_consistent().
void decode_fp8_blocks(const Fp8Blocks& matrix, int64_t row, float* out);

// The other direction: kF32, kF16, kBF16, kQ8_0, kQ4_0, kQ4_1. For writers. Plain types round to nearest even; block
// types follow the format's public reference to the bit. A block with NaN or Inf gets the scale NaN, so that the damage
// is seen. CHECKs can_encode and that `out` has exactly the bytes of `count` values.
bool can_encode(DType type);
void encode(DType type, const float* values, int64_t count, std::span<std::byte> out);

}  // namespace capy
