// SPDX-License-Identifier: Apache-2.0
// A matrix that is computed with and not trained: it stays as the file has it (any plain or block type, or packed int8
// and int4), and rows become f32 when a product needs them.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "formats/checkpoint.h"
#include "kernels/kernels.h"
#include "model/matrix.h"
#include "tensor/matrix.h"
#include "train/parameters.h"

namespace capy::train {

class FrozenMatrix {
 public:
  // The matrix of this name and shape, plain or packed; kNotFound, kInvalid and kUnsupported name it. Checkpoint and
  // kernels must outlive it.
  static Result<FrozenMatrix> open(const Checkpoint& checkpoint, const Parameter& parameter,
                                   const KernelTable& kernels);

  int64_t rows() const { return rows_; }
  int64_t columns() const { return columns_; }
  // Rows first .. first + count - 1, one after the other. Any thread.
  void read(int64_t first, int64_t count, float* out) const;

 private:
  int64_t rows_ = 0;
  int64_t columns_ = 0;
  const Tensor* plain_ = nullptr;
  MatrixView packed_;    // where it is not plain
  AlignedBytes memory_;  // of a packed one that the file has at an odd place
  const KernelTable* kernels_ = nullptr;
};

}  // namespace capy::train
