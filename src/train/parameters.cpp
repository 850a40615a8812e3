// SPDX-License-Identifier: Apache-2.0
#include "train/parameters.h"

#include <algorithm>

#include "base/concat.h"
#include "codec/encode.h"

namespace capy::train {
namespace {

constexpr int64_t kAlignment = 16;  // floats: a cache line

std::string shape_text(const std::vector<int64_t>& shape) {
  std::string text = "[";
  for (const int64_t extent : shape) text += concat(text.size() > 1 ? ", " : "", extent);
  return text + "]";
}

Status check_trainable(const ModelConfig& config, const TensorNames& names) {
  if (names.gguf() || config.tiled_value_heads || config.rope.adjacent) {
    return Error{ErrorCode::kUnsupported,
                 "training reads Hugging Face directories; the rows of a GGUF file lie in another order"};
  }
  if (config.fp8_block_rows > 0) {
    return Error{ErrorCode::kUnsupported, "FP8 weights are not trained; use the model's bf16 version"};
  }
  if (config.architecture == "qwen2") {
    return Error{ErrorCode::kUnsupported, "a model with biases (qwen2) is not trained by this version"};
  }
  return {};
}

}  // namespace

int64_t ParameterList::add(std::string name, std::vector<int64_t> shape, ParameterKind kind) {
  Parameter p{std::move(name), std::move(shape), kind, values_, 1};
  for (const int64_t extent : p.shape) p.count *= extent;
  values_ += (p.count + kAlignment - 1) / kAlignment * kAlignment;
  gradients_ = values_;
  all_.push_back(std::move(p));
  return all_.back().offset;
}

int64_t ParameterList::add_matrix(std::string name, std::vector<int64_t> shape, ParameterKind kind) {
  if (!keeps_matrices_apart_) return add(std::move(name), std::move(shape), kind);
  const int64_t count = shape[0] * shape[1];
  matrices_.push_back({std::move(name), std::move(shape), kind, 0, count});
  return static_cast<int64_t>(matrices_.size()) - 1;
}

LayerSlots ParameterList::add_layer(const ModelConfig& c, const TensorNames& names, int64_t index, bool full) {
  const auto matrix = [&](const char* name, int64_t rows, int64_t columns) {
    return add_matrix(names.layer(index, name), {rows, columns}, ParameterKind::kMatrix);
  };
  const auto norm = [&](const char* name, int64_t n) {
    return add(names.layer(index, name), {n}, ParameterKind::kNorm);
  };
  LayerSlots s{};
  s.input_norm = norm("input_layernorm.weight", c.dim);
  if (full) {
    const int64_t query_rows = c.query_width() * (c.output_gate ? 2 : 1);
    AttentionSlots a{};
    a.q = matrix("self_attn.q_proj.weight", query_rows, c.dim);
    a.k = matrix("self_attn.k_proj.weight", c.kv_width(), c.dim);
    a.v = matrix("self_attn.v_proj.weight", c.kv_width(), c.dim);
    a.o = matrix("self_attn.o_proj.weight", c.dim, c.query_width());
    if (c.qk_norm) {
      a.q_norm = norm("self_attn.q_norm.weight", c.head_dim);
      a.k_norm = norm("self_attn.k_norm.weight", c.head_dim);
    }
    s.attention = a;
  } else {
    DeltaNetSlots d{};
    d.qkv = matrix("linear_attn.in_proj_qkv.weight", c.conv_channels(), c.dim);
    d.z = matrix("linear_attn.in_proj_z.weight", c.value_width(), c.dim);
    d.b = matrix("linear_attn.in_proj_b.weight", c.value_heads, c.dim);
    d.a = matrix("linear_attn.in_proj_a.weight", c.value_heads, c.dim);
    d.conv = add(names.layer(index, "linear_attn.conv1d.weight"), {c.conv_channels(), 1, c.taps},
                 ParameterKind::kConvolution);
    d.dt_bias = add(names.layer(index, "linear_attn.dt_bias"), {c.value_heads}, ParameterKind::kTimeStep);
    d.A_log = add(names.layer(index, "linear_attn.A_log"), {c.value_heads}, ParameterKind::kDecay);
    d.norm = norm("linear_attn.norm.weight", c.value_dim);
    d.out = matrix("linear_attn.out_proj.weight", c.dim, c.value_width());
    s.delta_net = d;
  }
  s.post_norm = norm("post_attention_layernorm.weight", c.dim);
  s.gate = matrix("mlp.gate_proj.weight", c.hidden, c.dim);
  s.up = matrix("mlp.up_proj.weight", c.hidden, c.dim);
  s.down = matrix("mlp.down_proj.weight", c.dim, c.hidden);
  return s;
}

void ParameterList::add_model(const ModelConfig& c, const TensorNames& names, bool with_mtp) {
  ModelSlots& s = slots_;
  s.embedding = add_matrix(names.top("embed_tokens.weight"), {c.vocab, c.dim}, ParameterKind::kEmbedding);
  for (int64_t i = 0; i < c.layers; ++i) {
    s.layers.push_back(add_layer(c, names, i, c.full_attention[static_cast<size_t>(i)]));
  }
  s.norm = add(names.top("norm.weight"), {c.dim}, ParameterKind::kNorm);
  s.head = c.tied ? s.embedding : add_matrix(names.head(), {c.vocab, c.dim}, ParameterKind::kHead);
  if (!with_mtp) return;
  const auto norm = [&](const char* name) { return add(names.mtp(name), {c.dim}, ParameterKind::kNorm); };
  MtpSlots m{};
  m.fc = add_matrix(names.mtp("fc.weight"), {c.dim, 2 * c.dim}, ParameterKind::kMatrix);
  m.embedding_norm = norm("pre_fc_norm_embedding.weight");
  m.hidden_norm = norm("pre_fc_norm_hidden.weight");
  m.layer = add_layer(c, names, c.layers, true);
  m.norm = norm("norm.weight");
  s.mtp = m;
}

Result<ParameterList> ParameterList::of(const ModelConfig& c, const TensorNames& names, bool with_mtp) {
  TRY(check_trainable(c, names));
  ParameterList list;
  list.add_model(c, names, with_mtp);
  list.slots_.lookups = c.tied ? list.values_ : list.slots_.embedding;
  list.gradients_ = list.values_ + (c.tied ? c.vocab * c.dim : 0);
  return list;
}

Result<ParameterList> ParameterList::without_matrices(const ModelConfig& config, const TensorNames& names) {
  TRY(check_trainable(config, names));
  ParameterList list;
  list.keeps_matrices_apart_ = true;
  list.add_model(config, names, false);
  list.slots_.lookups = list.slots_.embedding;
  return list;
}

int64_t ParameterList::parameters() const {
  int64_t count = 0;
  for (const Parameter& p : all_) count += p.count;
  return count;
}

Result<const Tensor*> find_parameter(const Checkpoint& checkpoint, const Parameter& p) {
  const Tensor* const tensor = checkpoint.find(p.name);
  if (tensor == nullptr) {
    return Error{ErrorCode::kNotFound, concat(checkpoint.path(), ": there is no tensor ", p.name)};
  }
  if (tensor->shape != p.shape) {
    return Error{ErrorCode::kInvalid, concat(checkpoint.path(), ": ", p.name, " is ", shape_text(tensor->shape),
                                             ", and the configuration makes it ", shape_text(p.shape))};
  }
  if (!can_decode(tensor->type) || tensor->type == DType::kF8E4M3) {
    return Error{ErrorCode::kUnsupported, concat(checkpoint.path(), ": ", p.name, " is stored as ",
                                                 dtype_info(tensor->type).name, ", which is not trained")};
  }
  return tensor;
}

Status load_parameters(float* values, const ParameterList& list, const Checkpoint& checkpoint) {
  std::fill_n(values, list.values(), 0.0F);
  for (const Parameter& p : list.all()) {
    const Tensor* const tensor = TRY(find_parameter(checkpoint, p));
    decode(tensor->type, tensor->bytes, p.count, values + p.offset);
  }
  return {};
}

}  // namespace capy::train
