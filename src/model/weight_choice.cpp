// SPDX-License-Identifier: Apache-2.0
#include "model/weight_choice.h"

#include "model/packed_tensor.h"
#include "model/tensor_list.h"
#include "model/weight_mix.h"

namespace capy {

bool usable_in_place(DType type, Product product) {
  if (product == Product::kBF16) return type == DType::kBF16;
  return product == Product::kF32 && (type == DType::kF32 || type == DType::kF16 || type == DType::kBF16);
}

MatrixFormat format_of(DType type) {
  return type == DType::kF32 ? MatrixFormat::kF32 : type == DType::kF16 ? MatrixFormat::kF16 : MatrixFormat::kBF16;
}

MatrixFormat converted_format(Product product) {
  switch (product) {
    case Product::kF32: return MatrixFormat::kF32;
    case Product::kBF16: return MatrixFormat::kBF16;
    case Product::kInt8: return MatrixFormat::kInt8Packed;
    case Product::kInt4: break;
  }
  return MatrixFormat::kInt4Packed;
}

bool wants_planes(const LoadOptions& options, const KernelTable& kernels) {
  return options.two_plane_head && options.product == Product::kInt4 && kernels.scan_planes != nullptr;
}

bool is_tied(const Checkpoint& checkpoint, const ModelConfig& config, const TensorNames& names) {
  return config.tied || (names.gguf() && checkpoint.find(names.head()) == nullptr);
}

namespace {

int64_t bytes_as(const Tensor& stored, Product product, const ModelTensor& tensor) {
  if (usable_in_place(stored.type, product)) return static_cast<int64_t>(stored.bytes.size());
  return matrix_bytes(converted_format(product), tensor.shape[0], tensor.shape[1]);
}

// What a packed tensor, or a stored one with its conversion, takes.
int64_t bytes_of(const Checkpoint& checkpoint, const std::string& name, const ModelTensor& tensor,
                 const LoadOptions& options, bool tied) {
  if (const auto packed = packed_format_of(checkpoint, name)) {
    return static_cast<int64_t>(checkpoint.find(packed_tensor_name(name, *packed))->bytes.size());
  }
  const Tensor* const stored = checkpoint.find(name);
  if (stored == nullptr) return 0;  // loading says so, where it must be there
  switch (tensor.kind) {
    case TensorKind::kMatrix:
      return bytes_as(*stored, product_of(tensor.role, options.product, options.all_int4), tensor);
    case TensorKind::kGate: return bytes_as(*stored, Product::kF32, tensor);
    case TensorKind::kEmbedding: {  // its rows are looked up in the file; a tied head may have to be made besides
      const auto lookup = static_cast<int64_t>(stored->bytes.size());
      const Product head = product_of(MatrixRole::kHead, options.product, options.all_int4);
      return tied && !usable_in_place(stored->type, head) ? lookup + bytes_as(*stored, head, tensor) : lookup;
    }
    default: return 4 * tensor.count();
  }
}

}  // namespace

Result<int64_t> estimated_weight_bytes(const Checkpoint& checkpoint, const ModelConfig& config,
                                       const LoadOptions& options) {
  const TensorNames names = TRY(TensorNames::of(checkpoint, config));
  const KernelTable* const kernels = TRY(choose_kernels());
  ModelConfig whole = config;
  whole.tied = is_tied(checkpoint, config, names);
  int64_t bytes = 0;
  for (const ModelTensor& tensor : model_tensors(whole)) {
    bytes += bytes_of(checkpoint, names.of(tensor), tensor, options, whole.tied);
  }
  const bool int8_head = product_of(MatrixRole::kHead, options.product, options.all_int4) == Product::kInt8;
  if (int8_head && wants_planes(options, *kernels)) bytes += code_planes_bytes(config.vocab, config.dim);
  return bytes;
}

Product natural_product(const Checkpoint& checkpoint, const ModelConfig& config) {
  const Result<TensorNames> names = TensorNames::of(checkpoint, config);
  if (!names.ok()) return Product::kF32;
  if (const std::optional<MatrixFormat> packed =
          packed_format_of(checkpoint, names.value().layer(0, "mlp.gate_proj.weight"))) {
    return *packed == MatrixFormat::kInt4Packed ? Product::kInt4 : Product::kInt8;
  }
  const Tensor* const typical = checkpoint.find(names.value().layer(0, "mlp.gate_proj.weight"));
  if (typical == nullptr || typical->type == DType::kF32 || typical->type == DType::kF16) return Product::kF32;
  return typical->type == DType::kBF16 ? Product::kBF16 : Product::kInt8;
}

}  // namespace capy
