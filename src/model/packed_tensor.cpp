// SPDX-License-Identifier: Apache-2.0
#include "model/packed_tensor.h"

#include "base/check.h"
#include "base/concat.h"

namespace capy {

std::string packed_tensor_name(std::string_view name, MatrixFormat format) {
  CHECK(format == MatrixFormat::kInt4Packed || format == MatrixFormat::kInt8Packed);
  return concat(name, format == MatrixFormat::kInt4Packed ? ".capy_int4" : ".capy_int8");
}

std::optional<MatrixFormat> packed_format_of(const Checkpoint& checkpoint, std::string_view name) {
  for (const MatrixFormat format : {MatrixFormat::kInt4Packed, MatrixFormat::kInt8Packed}) {
    if (checkpoint.find(packed_tensor_name(name, format)) != nullptr) return format;
  }
  return std::nullopt;
}

bool has_matrix(const Checkpoint& checkpoint, std::string_view name) {
  return checkpoint.find(name) != nullptr || has_packed_tensor(checkpoint, name);
}

Result<std::optional<PackedTensor>> find_packed_tensor(const Checkpoint& checkpoint, std::string_view name,
                                                       int64_t rows, int64_t columns) {
  const std::optional<MatrixFormat> format = packed_format_of(checkpoint, name);
  if (!format) return std::optional<PackedTensor>();
  const int64_t version = checkpoint.config()["capy_quantization"]["version"].as_int().value_or(0);
  if (version != kPackedTensorVersion) {
    return Error{ErrorCode::kUnsupported, concat(checkpoint.path(), ": packed weights of version ", version,
                                                 " (config.json, capy_quantization); this capy reads version ",
                                                 kPackedTensorVersion, ". Make them again with capy quantize")};
  }
  const Tensor* const tensor = checkpoint.find(packed_tensor_name(name, *format));
  const int64_t bytes = matrix_bytes(*format, rows, columns);
  if (tensor->type != DType::kU8 || tensor->shape.size() != 1 || tensor->shape[0] != bytes) {
    return Error{ErrorCode::kCorrupt, concat(checkpoint.path(), ": the tensor ", tensor->name, " does not hold the ",
                                             bytes, " bytes of a packed matrix of ", rows, " x ", columns)};
  }
  return std::optional<PackedTensor>({tensor, *format});
}

}  // namespace capy
