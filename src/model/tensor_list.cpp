// SPDX-License-Identifier: Apache-2.0
#include "model/tensor_list.h"

#include "base/concat.h"

namespace capy {
namespace {

class TensorList {
 public:
  explicit TensorList(const ModelConfig& config) : config_(config) {}

  void add(int64_t layer, std::string part, TensorKind kind, std::vector<int64_t> shape) {
    tensors_.push_back({layer, std::move(part), kind, MatrixRole::kMlp, std::move(shape), kind == TensorKind::kBias});
  }
  void matrix(int64_t layer, std::string part, MatrixRole role, int64_t rows, int64_t columns) {
    tensors_.push_back({layer, std::move(part), TensorKind::kMatrix, role, {rows, columns}});
  }
  void norm(int64_t layer, std::string part, int64_t count) {
    add(layer, std::move(part), TensorKind::kCentredNorm, {count});
  }

  void layer(int64_t index, bool is_full_attention) {
    norm(index, "input_layernorm.weight", config_.dim);
    norm(index, "post_attention_layernorm.weight", config_.dim);
    if (is_full_attention) {
      full_attention(index);
    } else {
      delta_net(index);
    }
    matrix(index, "mlp.gate_proj.weight", MatrixRole::kMlp, config_.hidden, config_.dim);
    matrix(index, "mlp.up_proj.weight", MatrixRole::kMlp, config_.hidden, config_.dim);
    matrix(index, "mlp.down_proj.weight", MatrixRole::kMlp, config_.dim, config_.hidden);
  }

  void mtp() {
    const size_t first = tensors_.size();
    matrix(ModelTensor::kMtp, "fc.weight", MatrixRole::kMtp, config_.dim, 2 * config_.dim);
    norm(ModelTensor::kMtp, "pre_fc_norm_embedding.weight", config_.dim);
    norm(ModelTensor::kMtp, "pre_fc_norm_hidden.weight", config_.dim);
    norm(ModelTensor::kMtp, "norm.weight", config_.dim);
    layer(config_.layers, true);
    for (size_t i = first; i < tensors_.size(); ++i) tensors_[i].may_be_missing = true;
  }

  std::vector<ModelTensor> take() { return std::move(tensors_); }

 private:
  void full_attention(int64_t index) {
    const int64_t q_rows = config_.query_width() * (config_.output_gate ? 2 : 1);
    constexpr MatrixRole kRole = MatrixRole::kAttention;
    matrix(index, "self_attn.q_proj.weight", kRole, q_rows, config_.dim);
    matrix(index, "self_attn.k_proj.weight", kRole, config_.kv_width(), config_.dim);
    matrix(index, "self_attn.v_proj.weight", kRole, config_.kv_width(), config_.dim);
    matrix(index, "self_attn.o_proj.weight", kRole, config_.dim, config_.query_width());
    if (config_.architecture == "qwen2" || config_.architecture == "llama") {
      add(index, "self_attn.q_proj.bias", TensorKind::kBias, {q_rows});
      add(index, "self_attn.k_proj.bias", TensorKind::kBias, {config_.kv_width()});
      add(index, "self_attn.v_proj.bias", TensorKind::kBias, {config_.kv_width()});
      add(index, "self_attn.o_proj.bias", TensorKind::kBias, {config_.dim});
    }
    if (config_.qk_norm) {
      norm(index, "self_attn.q_norm.weight", config_.head_dim);
      norm(index, "self_attn.k_norm.weight", config_.head_dim);
    }
  }

  void delta_net(int64_t index) {
    const int64_t heads = config_.value_heads;
    matrix(index, "linear_attn.in_proj_qkv.weight", MatrixRole::kDeltaNetIn, config_.conv_channels(), config_.dim);
    matrix(index, "linear_attn.in_proj_z.weight", MatrixRole::kDeltaNetIn, config_.value_width(), config_.dim);
    add(index, "linear_attn.in_proj_b.weight", TensorKind::kGate, {heads, config_.dim});
    add(index, "linear_attn.in_proj_a.weight", TensorKind::kGate, {heads, config_.dim});
    add(index, "linear_attn.conv1d.weight", TensorKind::kConvolution, {config_.conv_channels(), 1, config_.taps});
    add(index, "linear_attn.dt_bias", TensorKind::kTimeStepBias, {heads});
    add(index, "linear_attn.A_log", TensorKind::kDecayLog, {heads});
    add(index, "linear_attn.norm.weight", TensorKind::kPlainNorm, {config_.value_dim});
    matrix(index, "linear_attn.out_proj.weight", MatrixRole::kDeltaNetOut, config_.dim, config_.value_width());
  }

  const ModelConfig& config_;
  std::vector<ModelTensor> tensors_;
};

}  // namespace

std::vector<ModelTensor> model_tensors(const ModelConfig& config) {
  TensorList list(config);
  list.add(ModelTensor::kTop, "embed_tokens.weight", TensorKind::kEmbedding, {config.vocab, config.dim});
  for (int64_t i = 0; i < config.layers; ++i) list.layer(i, config.full_attention[static_cast<size_t>(i)]);
  list.norm(ModelTensor::kTop, "norm.weight", config.dim);
  if (!config.tied) {
    list.matrix(ModelTensor::kHead, "lm_head.weight", MatrixRole::kHead, config.vocab, config.dim);
  }
  if (config.mtp_layers > 0) list.mtp();
  return list.take();
}

std::string hugging_face_name(const ModelTensor& tensor, const ModelConfig& config, std::string_view prefix) {
  if (tensor.layer == ModelTensor::kTop) return concat(prefix, tensor.part);
  if (tensor.layer == ModelTensor::kHead) return tensor.part;
  if (tensor.layer == ModelTensor::kMtp) return concat("mtp.", tensor.part);
  if (tensor.layer == config.layers) return concat("mtp.layers.0.", tensor.part);
  return concat(prefix, "layers.", tensor.layer, ".", tensor.part);
}

}  // namespace capy
