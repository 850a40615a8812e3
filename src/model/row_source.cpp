// SPDX-License-Identifier: Apache-2.0
#include "model/row_source.h"

#include <algorithm>

#include "base/concat.h"
#include "codec/encode.h"

namespace capy {
namespace {

std::string shape_text(std::span<const int64_t> shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) text += concat(i == 0 ? "" : ", ", shape[i]);
  return text + "]";
}

}  // namespace

void decode_tensor_row(const Tensor& tensor, int64_t row, float* out) {
  const int64_t columns = tensor.count() / tensor.shape[0];
  const auto row_bytes = static_cast<size_t>(dtype_bytes(tensor.type, columns));
  decode(tensor.type, tensor.bytes.subspan(static_cast<size_t>(row) * row_bytes, row_bytes), columns, out);
}

void RowSource::row(int64_t index, float* out) const {
  decode_tensor_row(*tensor, index, out);
  if (fp8_scales == nullptr) return;
  const int64_t blocks = fp8_scales->shape[1];
  const int64_t first = index / block_rows * blocks;
  const DType type = fp8_scales->type;
  const int64_t size = dtype_info(type).bytes;
  for (int64_t block = 0; block < blocks; ++block) {
    float scale = 0;
    decode(type, fp8_scales->bytes.subspan(static_cast<size_t>((first + block) * size), static_cast<size_t>(size)), 1,
           &scale);
    const int64_t end = std::min((block + 1) * block_columns, columns);
    for (int64_t i = block * block_columns; i < end; ++i) out[i] *= scale;
  }
}

Result<const Tensor*> find_tensor(const Checkpoint& checkpoint, const std::string& name,
                                  const std::vector<int64_t>& shape) {
  const Tensor* const tensor = checkpoint.find(name);
  if (tensor == nullptr)
    return Error{ErrorCode::kNotFound, concat(checkpoint.path(), ": the tensor ", name, " is missing")};
  if (tensor->shape != shape) {
    return Error{ErrorCode::kCorrupt,
                 concat(checkpoint.path(), ": the tensor ", name, " has the shape ", shape_text(tensor->shape),
                        "; the configuration wants ", shape_text(shape))};
  }
  if (!can_decode(tensor->type)) {
    return Error{ErrorCode::kUnsupported, concat(checkpoint.path(), ": the tensor ", name, " has the type ",
                                                 dtype_info(tensor->type).name, ", which capy cannot compute with")};
  }
  if (tensor->count() / tensor->shape[0] % dtype_info(tensor->type).block != 0 && tensor->shape.size() > 1) {
    return Error{ErrorCode::kCorrupt,
                 concat(checkpoint.path(), ": a row of ", name, " is not a whole number of blocks")};
  }
  return tensor;
}

Result<const Tensor*> find_tensor(const Checkpoint& checkpoint, const std::string& name,
                                  std::initializer_list<int64_t> shape) {
  return find_tensor(checkpoint, name, std::vector<int64_t>(shape));
}

Result<RowSource> find_rows(const Checkpoint& checkpoint, const ModelConfig& config, const std::string& name,
                            int64_t rows, int64_t columns) {
  RowSource from;
  from.tensor = TRY(find_tensor(checkpoint, name, {rows, columns}));
  from.columns = columns;
  if (from.tensor->type != DType::kF8E4M3) return from;
  if (config.fp8_block_rows < 1 || config.fp8_block_columns < 1) {
    return Error{ErrorCode::kInvalid, concat(checkpoint.path(), ": ", name,
                                             " is FP8 but config.json has no quantization_config.weight_block_size")};
  }
  from.block_rows = config.fp8_block_rows;
  from.block_columns = config.fp8_block_columns;
  const auto blocks = [](int64_t n, int64_t block) { return (n + block - 1) / block; };
  from.fp8_scales = TRY(find_tensor(checkpoint, name + "_scale_inv",
                                    {blocks(rows, from.block_rows), blocks(columns, from.block_columns)}));
  return from;
}

}  // namespace capy
