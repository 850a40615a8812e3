// SPDX-License-Identifier: Apache-2.0
// Checkpoints whose weights are F8_E4M3 with one scale for each block of rows and columns.
#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "codec/encode.h"

namespace capy {
namespace {

float load_scale(const Fp8Blocks& matrix, int64_t index) {
  const auto step = dtype_info(matrix.scale_type).bytes;
  const std::byte* const from = matrix.scales.data() + index * step;
  if (matrix.scale_type == DType::kBF16) {
    uint16_t bits;
    std::memcpy(&bits, from, sizeof bits);
    return bf16_to_f32(bits);
  }
  float scale;
  std::memcpy(&scale, from, sizeof scale);
  return scale;
}

}  // namespace

bool Fp8Blocks::is_consistent() const {
  if (rows < 1 || columns < 1 || block_rows < 1 || block_columns < 1) return false;
  if (scale_type != DType::kF32 && scale_type != DType::kBF16) return false;
  const int64_t scale_bytes = scale_rows() * scale_columns() * dtype_info(scale_type).bytes;
  return static_cast<int64_t>(codes.size()) == rows * columns && static_cast<int64_t>(scales.size()) == scale_bytes;
}

void decode_fp8_blocks(const Fp8Blocks& matrix, int64_t row, float* out) {
  CHECK(matrix.is_consistent() && row >= 0 && row < matrix.rows);
  decode(DType::kF8E4M3, matrix.codes.subspan(static_cast<size_t>(row * matrix.columns)), matrix.columns, out);
  const int64_t first_scale = row / matrix.block_rows * matrix.scale_columns();
  for (int64_t block = 0; block < matrix.scale_columns(); ++block) {
    const float scale = load_scale(matrix, first_scale + block);
    const int64_t end = std::min((block + 1) * matrix.block_columns, matrix.columns);
    for (int64_t column = block * matrix.block_columns; column < end; ++column) out[column] *= scale;
  }
}

}  // namespace capy
