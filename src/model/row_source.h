// SPDX-License-Identifier: Apache-2.0
// A stored matrix, row by row as f32, whatever its type is; FP8 with its block scales. Inside the model room.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include "base/result.h"
#include "formats/checkpoint.h"
#include "model/config.h"

namespace capy {

struct RowSource {
  const Tensor* tensor = nullptr;
  const Tensor* fp8_scales = nullptr;
  int64_t block_rows = 1;
  int64_t block_columns = 1;
  int64_t columns = 0;  // values of a row: all extents but the first

  void row(int64_t index, float* out) const;
};

// The tensor of this name and shape. kNotFound, kCorrupt (another shape, rows that are no whole blocks) or kUnsupported
// (a type that cannot be decoded), with the tensor's name.
Result<const Tensor*> find_tensor(const Checkpoint& checkpoint, const std::string& name,
                                  std::initializer_list<int64_t> shape);
Result<const Tensor*> find_tensor(const Checkpoint& checkpoint, const std::string& name,
                                  const std::vector<int64_t>& shape);

// A matrix, ready to be read.
Result<RowSource> find_rows(const Checkpoint& checkpoint, const ModelConfig& config, const std::string& name,
                            int64_t rows, int64_t columns);

// One row of a tensor as f32; `out` holds shape[1] floats.
void decode_tensor_row(const Tensor& tensor, int64_t row, float* out);

}  // namespace capy
