// SPDX-License-Identifier: Apache-2.0
// Packed matrices in safetensors files, as `capy quantize` writes them (docs/FORMATS.md):
//   the matrix NAME [rows, columns] is a tensor NAME.capy_int4 or NAME.capy_int8 of the type U8 and the shape [bytes]:
//   the matrix_bytes() of tensor/matrix.h as they are computed with. Packed tensors come first and the data begins at a
//   multiple of 64, so that they are mapped in place.
//   config.json says capy_quantization.version = kPackedTensorVersion: what the bytes mean, level tables and rotation
//   included. A tied head is packed beside its embedding, whose rows are looked up and stay as they were.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "formats/checkpoint.h"
#include "tensor/matrix.h"

namespace capy {

constexpr int64_t kPackedTensorVersion = 1;
constexpr int64_t kPackedAlignment = 64;

struct PackedTensor {
  const Tensor* tensor = nullptr;
  MatrixFormat format = MatrixFormat::kInt4Packed;
};

// The tensor's name for a matrix of one of the two packed formats.
std::string packed_tensor_name(std::string_view name, MatrixFormat format);

// Nothing where the matrix is not packed. kUnsupported for a version that is not ours, kCorrupt where the type or the
// size is not that of [rows, columns].
Result<std::optional<PackedTensor>> find_packed_tensor(const Checkpoint& checkpoint, std::string_view name,
                                                       int64_t rows, int64_t columns);

// By the name alone.
std::optional<MatrixFormat> packed_format_of(const Checkpoint& checkpoint, std::string_view name);
// Whether the checkpoint has the matrix, plain or packed.
bool has_matrix(const Checkpoint& checkpoint, std::string_view name);
inline bool has_packed_tensor(const Checkpoint& checkpoint, std::string_view name) {
  return packed_format_of(checkpoint, name).has_value();
}

}  // namespace capy
