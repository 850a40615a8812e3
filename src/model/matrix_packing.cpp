// SPDX-License-Identifier: Apache-2.0
#include "model/matrix_packing.h"

#include "base/check.h"
#include "codec/pack.h"

namespace capy {

MatrixView view_of(MatrixFormat format, int64_t rows, int64_t columns, const std::byte* bytes) {
  MatrixView view{format, rows, columns, columns, bytes, nullptr};
  if (format == MatrixFormat::kInt8Packed || format == MatrixFormat::kInt4Packed) view.stride = 0;
  if (format == MatrixFormat::kInt8Packed)
    view.scales = reinterpret_cast<const float*>(bytes + packed_int8_code_bytes(rows, columns));
  return view;
}

void pack_panel(const float* rotated, MatrixFormat format, int64_t rows, int64_t count, int64_t columns, int64_t panel,
                std::byte* to) {
  const float* pointers[kPanelRows];
  for (int64_t i = 0; i < count; ++i) pointers[i] = rotated + i * columns;
  if (format == MatrixFormat::kInt4Packed) return pack_int4_panel(pointers, count, columns, panel, to);
  CHECK(format == MatrixFormat::kInt8Packed);
  auto* const scales = reinterpret_cast<float*>(to + packed_int8_code_bytes(rows, columns));
  pack_int8_panel(pointers, count, columns, panel, reinterpret_cast<int8_t*>(to), scales);
}

void rotate_and_pack_panel(float* values, MatrixFormat format, int64_t rows, int64_t count, int64_t columns,
                           int64_t panel, const KernelTable& kernels, std::byte* to) {
  for (int64_t i = 0; i < count; ++i) kernels.hadamard(values + i * columns, values + i * columns, columns);
  pack_panel(values, format, rows, count, columns, panel, to);
}

void unpack_rotated_row(const MatrixView& matrix, int64_t row, float* out) {
  if (matrix.format == MatrixFormat::kInt4Packed) return unpack_int4_row(matrix, row, out);
  unpack_int8_row(matrix, row, out);
}

void unpack_row(const MatrixView& matrix, int64_t row, const KernelTable& kernels, float* out) {
  unpack_rotated_row(matrix, row, out);
  kernels.hadamard(out, out, matrix.columns);  // its own inverse
}

}  // namespace capy
