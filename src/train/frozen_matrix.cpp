// SPDX-License-Identifier: Apache-2.0
#include "train/frozen_matrix.h"

#include <cstring>

#include "codec/encode.h"
#include "model/matrix_packing.h"
#include "model/packed_tensor.h"

namespace capy::train {

Result<FrozenMatrix> FrozenMatrix::open(const Checkpoint& checkpoint, const Parameter& parameter,
                                        const KernelTable& kernels) {
  FrozenMatrix matrix;
  matrix.rows_ = parameter.shape[0];
  matrix.columns_ = parameter.shape[1];
  matrix.kernels_ = &kernels;
  const auto packed = TRY(find_packed_tensor(checkpoint, parameter.name, matrix.rows_, matrix.columns_));
  if (!packed) {
    matrix.plain_ = TRY(find_parameter(checkpoint, parameter));
    return matrix;
  }
  const std::span<const std::byte> bytes = packed->tensor->bytes;
  const std::byte* at = bytes.data();
  if (reinterpret_cast<uintptr_t>(at) % kPackedAlignment != 0) {
    matrix.memory_ = allocate_aligned(static_cast<int64_t>(bytes.size()));
    std::memcpy(matrix.memory_.get(), at, bytes.size());
    at = matrix.memory_.get();
  }
  matrix.packed_ = view_of(packed->format, matrix.rows_, matrix.columns_, at);
  return matrix;
}

void FrozenMatrix::read(int64_t first, int64_t count, float* out) const {
  if (plain_ == nullptr) {
    for (int64_t i = 0; i < count; ++i) unpack_row(packed_, first + i, *kernels_, out + i * columns_);
    return;
  }
  const int64_t row_bytes = dtype_bytes(plain_->type, columns_);
  decode(plain_->type,
         plain_->bytes.subspan(static_cast<size_t>(first * row_bytes), static_cast<size_t>(count * row_bytes)),
         count * columns_, out);
}

}  // namespace capy::train
