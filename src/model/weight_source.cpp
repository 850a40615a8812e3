// SPDX-License-Identifier: Apache-2.0
#include "model/weight_source.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "base/concat.h"
#include "codec/encode.h"
#include "model/gguf_order.h"
#include "model/names.h"
#include "model/packed_tensor.h"
#include "model/row_source.h"
#include "model/weight_choice.h"

namespace capy {
namespace {

enum class ValueMap : uint8_t {
  kSame,
  kLessOne,      // GGUF stores 1 + w
  kLogNegative,  // GGUF stores -exp(A_log)
};

struct Entry {
  RowSource rows;
  GgufOrder order;
  ValueMap map = ValueMap::kSame;
};

}  // namespace

struct WeightSource::Parts {
  ModelConfig config;  // in Hugging Face's convention
  std::string prefix;
  std::vector<ModelTensor> tensors;
  std::vector<Entry> entries;
  std::vector<const Tensor*> others;
};

namespace {

// A GGUF says by having no head that the embedding is the head too; its norms and heads are turned into Hugging Face's.
ModelConfig hugging_face_form(const Checkpoint& checkpoint, ModelConfig config, const TensorNames& names) {
  if (!names.gguf()) return config;
  config.tied = is_tied(checkpoint, config, names);
  config.zero_centred_norms = config.architecture == "qwen3_5";
  config.tiled_value_heads = false;
  config.rope.adjacent = false;
  return config;
}

ValueMap value_map(const ModelTensor& tensor, const ModelConfig& config, bool gguf) {
  if (!gguf) return ValueMap::kSame;
  if (tensor.kind == TensorKind::kDecayLog) return ValueMap::kLogNegative;
  return tensor.kind == TensorKind::kCentredNorm && config.zero_centred_norms ? ValueMap::kLessOne : ValueMap::kSame;
}

Result<RowSource> find_tensor_rows(const Checkpoint& checkpoint, const ModelConfig& config, const std::string& name,
                                   const ModelTensor& tensor, bool gguf) {
  if (tensor.shape.size() == 2) return find_rows(checkpoint, config, name, tensor.shape[0], tensor.shape[1]);
  RowSource rows;
  const bool flat = gguf && tensor.kind == TensorKind::kConvolution;  // GGUF drops the extent of 1
  rows.tensor =
      TRY(find_tensor(checkpoint, name, flat ? std::vector<int64_t>{tensor.shape[0], tensor.shape[2]} : tensor.shape));
  rows.columns = tensor.width();
  if (dtype_info(rows.tensor->type).block != 1) {
    return Error{ErrorCode::kUnsupported,
                 concat(checkpoint.path(), ": the tensor ", name, " has the type ", dtype_info(rows.tensor->type).name,
                        "; vectors of block types are not supported")};
  }
  return rows;
}

}  // namespace

WeightSource::WeightSource(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
WeightSource::WeightSource(WeightSource&&) noexcept = default;
WeightSource::~WeightSource() = default;

Result<WeightSource> WeightSource::open(const Checkpoint& checkpoint, const ModelConfig& config) {
  const TensorNames names = TRY(TensorNames::of(checkpoint, config));
  auto parts = std::make_unique<Parts>();
  parts->config = hugging_face_form(checkpoint, config, names);
  const std::string embedding = names.top("embed_tokens.weight");
  parts->prefix =
      names.gguf() ? "model." : embedding.substr(0, embedding.size() - std::string_view("embed_tokens.weight").size());
  std::unordered_set<const Tensor*> used;
  for (ModelTensor& tensor : model_tensors(parts->config)) {
    const std::string name = names.of(tensor);
    if (has_packed_tensor(checkpoint, name)) {
      return Error{ErrorCode::kInvalid,
                   concat(checkpoint.path(), ": its matrices are quantised already; take the model it was made from")};
    }
    if (tensor.may_be_missing && checkpoint.find(name) == nullptr) continue;
    Entry entry{TRY(find_tensor_rows(checkpoint, config, name, tensor, names.gguf())), GgufOrder(config, tensor.part),
                value_map(tensor, parts->config, names.gguf())};
    used.insert(entry.rows.tensor);
    if (entry.rows.fp8_scales != nullptr) used.insert(entry.rows.fp8_scales);
    parts->entries.push_back(entry);
    parts->tensors.push_back(std::move(tensor));
  }
  for (const Tensor& tensor : checkpoint.tensors()) {
    if (!names.gguf() && !used.contains(&tensor)) parts->others.push_back(&tensor);
  }
  return WeightSource(std::move(parts));
}

std::span<const ModelTensor> WeightSource::tensors() const { return parts_->tensors; }
const ModelConfig& WeightSource::config() const { return parts_->config; }
std::span<const Tensor* const> WeightSource::others() const { return parts_->others; }
const Tensor& WeightSource::stored(size_t index) const { return *parts_->entries[index].rows.tensor; }

std::string WeightSource::name(size_t index) const {
  return hugging_face_name(parts_->tensors[index], parts_->config, parts_->prefix);
}

bool WeightSource::is_stored_plainly(size_t index) const {
  const Entry& entry = parts_->entries[index];
  return entry.map == ValueMap::kSame && !entry.order.moves_rows() && !entry.order.moves_columns() &&
         entry.rows.fp8_scales == nullptr && dtype_info(entry.rows.tensor->type).block == 1;
}

bool WeightSource::moves_columns(size_t index) const { return parts_->entries[index].order.moves_columns(); }

void WeightSource::order_columns(size_t index, const float* in_file, float* out) const {
  const Entry& entry = parts_->entries[index];
  for (int64_t k = 0; k < entry.rows.columns; ++k) out[k] = in_file[entry.order.file_column(k)];
}

void WeightSource::place_row(size_t index, int64_t row, const float* values, float* in_file) const {
  const Entry& entry = parts_->entries[index];
  const int64_t width = entry.rows.columns;
  float* const to = in_file + entry.order.file_row(row) * width;
  for (int64_t k = 0; k < width; ++k) to[entry.order.file_column(k)] = values[k];
}

void WeightSource::read_rows(size_t index, int64_t first, int64_t count, float* out) const {
  const Entry& entry = parts_->entries[index];
  const int64_t width = entry.rows.columns;
  std::vector<float> in_file(entry.order.moves_columns() ? static_cast<size_t>(width) : 0);
  for (int64_t i = 0; i < count; ++i) {
    float* const row = out + i * width;
    const int64_t file_row = entry.order.file_row(first + i);
    if (in_file.empty()) {
      entry.rows.row(file_row, row);
    } else {
      entry.rows.row(file_row, in_file.data());
      order_columns(index, in_file.data(), row);
    }
  }
  const std::span<float> values(out, static_cast<size_t>(count * width));
  if (entry.map == ValueMap::kLessOne) {
    for (float& value : values) value -= 1;
  } else if (entry.map == ValueMap::kLogNegative) {
    for (float& value : values) value = static_cast<float>(std::log(-static_cast<double>(value)));
  }
}

}  // namespace capy
