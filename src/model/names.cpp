// SPDX-License-Identifier: Apache-2.0
#include "model/names.h"

#include "base/check.h"
#include "base/concat.h"
#include "model/packed_tensor.h"

namespace capy {
namespace {

struct Pair {
  std::string_view ours;
  std::string_view gguf;
};

constexpr Pair kLayerNames[] = {
    {"input_layernorm.weight", "attn_norm.weight"},
    {"mlp.gate_proj.weight", "ffn_gate.weight"},
    {"mlp.up_proj.weight", "ffn_up.weight"},
    {"mlp.down_proj.weight", "ffn_down.weight"},
    {"self_attn.q_proj.weight", "attn_q.weight"},
    {"self_attn.k_proj.weight", "attn_k.weight"},
    {"self_attn.v_proj.weight", "attn_v.weight"},
    {"self_attn.o_proj.weight", "attn_output.weight"},
    {"self_attn.q_proj.bias", "attn_q.bias"},
    {"self_attn.k_proj.bias", "attn_k.bias"},
    {"self_attn.v_proj.bias", "attn_v.bias"},
    {"self_attn.o_proj.bias", "attn_output.bias"},
    {"self_attn.q_norm.weight", "attn_q_norm.weight"},
    {"self_attn.k_norm.weight", "attn_k_norm.weight"},
    {"linear_attn.in_proj_qkv.weight", "attn_qkv.weight"},
    {"linear_attn.in_proj_z.weight", "attn_gate.weight"},
    {"linear_attn.in_proj_b.weight", "ssm_beta.weight"},
    {"linear_attn.in_proj_a.weight", "ssm_alpha.weight"},
    {"linear_attn.conv1d.weight", "ssm_conv1d.weight"},
    {"linear_attn.dt_bias", "ssm_dt.bias"},
    {"linear_attn.A_log", "ssm_a"},
    {"linear_attn.norm.weight", "ssm_norm.weight"},
    {"linear_attn.out_proj.weight", "ssm_out.weight"},
};

constexpr Pair kMtpNames[] = {
    {"fc.weight", "nextn.eh_proj.weight"},
    {"pre_fc_norm_embedding.weight", "nextn.enorm.weight"},
    {"pre_fc_norm_hidden.weight", "nextn.hnorm.weight"},
    {"norm.weight", "nextn.shared_head_norm.weight"},
};

std::string_view translate(std::span<const Pair> pairs, std::string_view name) {
  for (const Pair& pair : pairs) {
    if (pair.ours == name) return pair.gguf;
  }
  CHECK(false && "a tensor name without a GGUF name");
}

}  // namespace

TensorNames TensorNames::of_gguf(const ModelConfig& config) {
  TensorNames names;
  names.layers_ = config.layers;
  names.hybrid_ = config.architecture == "qwen3_5";
  names.gguf_ = true;
  return names;
}

std::string TensorNames::of(const ModelTensor& tensor) const {
  if (tensor.layer == ModelTensor::kTop) return top(tensor.part);
  if (tensor.layer == ModelTensor::kHead) return head();
  return tensor.layer == ModelTensor::kMtp ? mtp(tensor.part) : layer(tensor.layer, tensor.part);
}

Result<TensorNames> TensorNames::of(const Checkpoint& checkpoint, const ModelConfig& config) {
  TensorNames names = of_gguf(config);
  if (checkpoint.kind() == Checkpoint::Kind::kGguf) return names;
  names.gguf_ = false;
  for (const char* prefix : {"model.language_model.", "model.", "language_model.model.", ""}) {
    const std::string embedding = concat(prefix, "embed_tokens.weight");
    if (checkpoint.find(embedding) == nullptr && !has_packed_tensor(checkpoint, embedding)) continue;
    names.prefix_ = prefix;
    return names;
  }
  return Error{ErrorCode::kNotFound,
               concat(checkpoint.path(),
                      ": there is no tensor model.embed_tokens.weight, nor model.language_model.embed_tokens.weight")};
}

std::string TensorNames::top(std::string_view name) const {
  if (!gguf_) return concat(prefix_, name);
  return name == "norm.weight" ? "output_norm.weight" : "token_embd.weight";
}

std::string TensorNames::head() const {
  if (gguf_) return "output.weight";
  return prefix_ == "language_model.model." ? "language_model.lm_head.weight" : "lm_head.weight";
}

std::string TensorNames::layer(int64_t index, std::string_view name) const {
  if (!gguf_) {
    return index == layers_ ? concat("mtp.layers.0.", name) : concat(prefix_, "layers.", index, ".", name);
  }
  // The second norm of a layer has two names: the hybrid's own, and the one that dense models share.
  if (name == "post_attention_layernorm.weight") {
    return concat("blk.", index, hybrid_ ? ".post_attention_norm.weight" : ".ffn_norm.weight");
  }
  return concat("blk.", index, ".", translate(kLayerNames, name));
}

std::string TensorNames::mtp(std::string_view name) const {
  return gguf_ ? concat("blk.", layers_, ".", translate(kMtpNames, name)) : concat("mtp.", name);
}

}  // namespace capy
