// SPDX-License-Identifier: Apache-2.0
#include "quantize/gguf.h"

#include <cmath>

#include "codec/encode.h"
#include "formats/writer.h"
#include "model/gguf_order.h"
#include "model/names.h"
#include "quantize/gguf_metadata.h"
#include "quantize/tensor_writer.h"

namespace capy {
namespace {

ModelConfig gguf_form(ModelConfig config) {
  config.tiled_value_heads = config.value_heads != config.key_heads;
  config.rope.adjacent = config.architecture == "llama";
  return config;
}

// Matrices in the type that was asked for, everything small in f32.
DType type_of(const ModelTensor& tensor, WeightType wanted) {
  if (tensor.kind != TensorKind::kMatrix && tensor.kind != TensorKind::kEmbedding) return DType::kF32;
  if (wanted == WeightType::kF32) return DType::kF32;
  const bool whole = tensor.shape[1] % dtype_info(DType::kQ8_0).block == 0;
  return wanted == WeightType::kInt8 && whole ? DType::kQ8_0 : DType::kBF16;
}

std::vector<int64_t> gguf_shape(const ModelTensor& tensor) {
  if (tensor.kind == TensorKind::kConvolution) return {tensor.shape[0], tensor.shape[2]};
  return tensor.shape;
}

// A tensor's rows as GGUF has them.
class GgufRows {
 public:
  GgufRows(const WeightSource& source, const ModelConfig& config, size_t index)
      : source_(source),
        index_(index),
        tensor_(source.tensors()[index]),
        order_(config, tensor_.part),
        width_(tensor_.width()) {
    adds_one_ = tensor_.kind == TensorKind::kCentredNorm && source.config().zero_centred_norms;
  }

  int64_t rows() const { return tensor_.shape[0]; }
  int64_t width() const { return width_; }

  void read(int64_t first, int64_t count, float* out) const {
    std::vector<float> moved(order_.moves_columns() ? static_cast<size_t>(width_) : 0);
    for (int64_t i = 0; i < count; ++i) {
      float* const row = out + i * width_;
      source_.read_rows(index_, order_.row_at(first + i), 1, moved.empty() ? row : moved.data());
      for (size_t k = 0; k < moved.size(); ++k)
        row[k] = moved[static_cast<size_t>(order_.column_at(static_cast<int64_t>(k)))];
    }
    const std::span<float> values(out, static_cast<size_t>(count * width_));
    for (float& value : values) {
      if (adds_one_) value += 1;
      if (tensor_.kind == TensorKind::kDecayLog) value = static_cast<float>(-std::exp(static_cast<double>(value)));
    }
  }

 private:
  const WeightSource& source_;
  size_t index_;
  const ModelTensor& tensor_;
  GgufOrder order_;
  int64_t width_;
  bool adds_one_ = false;
};

// What divides the rope's frequencies: a tensor in files with Llama 3's scaling.
Result<std::vector<float>> rope_divisors(const Checkpoint& checkpoint, const RopeConfig& rope) {
  std::vector<float> divisors;
  if (checkpoint.kind() == Checkpoint::Kind::kGguf && checkpoint.find("rope_freqs.weight") != nullptr) {
    const Tensor* const tensor = checkpoint.find("rope_freqs.weight");
    if (tensor->type != DType::kF32) return Error{ErrorCode::kUnsupported, "rope_freqs.weight is not F32"};
    divisors.resize(static_cast<size_t>(tensor->count()));
    decode(DType::kF32, tensor->bytes, tensor->count(), divisors.data());
    return divisors;
  }
  if (rope.scaling != RopeScaling::kLlama3) return divisors;
  RopeConfig plain = rope;
  plain.scaling = RopeScaling::kNone;
  const std::vector<float> scaled = inverse_frequencies(rope);
  divisors = inverse_frequencies(plain);
  for (size_t i = 0; i < divisors.size(); ++i) divisors[i] /= scaled[i];
  return divisors;
}

}  // namespace

Result<QuantizeReport> write_gguf(const Checkpoint& checkpoint, const WeightSource& source,
                                  std::optional<std::string_view> chat_template, std::string_view path,
                                  const QuantizeOptions& options, ThreadPool& pool) {
  if (options.type == WeightType::kInt4) {
    return Error{ErrorCode::kInvalid, "GGUF has no type that holds capy's int4"};
  }
  const GgufMetadataWriter metadata = TRY(gguf_metadata(checkpoint, source.config(), chat_template, options.type));
  const ModelConfig config = gguf_form(source.config());
  const TensorNames names = TensorNames::of_gguf(config);
  std::vector<TensorDescription> descriptions;
  int64_t total = 0;
  for (const ModelTensor& tensor : source.tensors()) {
    descriptions.push_back({names.of(tensor), type_of(tensor, options.type), gguf_shape(tensor)});
    total += tensor.count();
  }
  const std::vector<float> divisors = TRY(rope_divisors(checkpoint, source.config().rope));
  if (!divisors.empty()) {
    descriptions.push_back({"rope_freqs.weight", DType::kF32, {static_cast<int64_t>(divisors.size())}});
  }
  TensorStream stream = TRY(GgufWriter::create(path, metadata, descriptions));
  TensorWriter writer(std::move(stream), options, pool, total);
  for (size_t i = 0; i < source.tensors().size(); ++i) {
    TensorReport report;
    report.name = source.name(i);
    report.shape = source.tensors()[i].shape;
    report.from = dtype_info(source.stored(i).type).name;
    report.to = dtype_info(descriptions[i].type).name;
    report.values = source.tensors()[i].count();
    report.bytes = descriptions[i].bytes();
    const GgufRows rows(source, config, i);
    const auto read = [&rows](int64_t first, int64_t count, float* out) { rows.read(first, count, out); };
    const ErrorSums sums = TRY(writer.write_rows(read, rows.rows(), rows.width(), descriptions[i].type));
    report.relative_error = sums.relative();
    writer.add(std::move(report));
  }
  if (!divisors.empty()) TRY(writer.write_bytes(std::as_bytes(std::span(divisors))));
  return writer.finish();
}

}  // namespace capy
