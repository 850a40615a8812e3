// SPDX-License-Identifier: Apache-2.0
// Between rows of floats and matrices in the house's packed formats.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/kernels.h"
#include "tensor/matrix.h"

namespace capy {

// A matrix of `format` whose matrix_bytes() lie at `bytes`.
MatrixView view_of(MatrixFormat format, int64_t rows, int64_t columns, const std::byte* bytes);

// Rotates `count` rows of floats, one after the other in `values`, in place, and packs them as panel `panel` of a
// kInt8Packed or kInt4Packed matrix of `rows` rows at `to`.
void rotate_and_pack_panel(float* values, MatrixFormat format, int64_t rows, int64_t count, int64_t columns,
                           int64_t panel, const KernelTable& kernels, std::byte* to);
void pack_panel(const float* rotated, MatrixFormat format, int64_t rows, int64_t count, int64_t columns, int64_t panel,
                std::byte* to);

// Row `row` of a packed matrix as f32, rotated as it is held, or turned back.
void unpack_rotated_row(const MatrixView& matrix, int64_t row, float* out);
void unpack_row(const MatrixView& matrix, int64_t row, const KernelTable& kernels, float* out);

}  // namespace capy
