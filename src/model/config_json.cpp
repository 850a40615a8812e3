// SPDX-License-Identifier: Apache-2.0
#include "model/config_json.h"

#include "base/check.h"
#include "base/json.h"

namespace capy {
namespace {

const char* class_name(const std::string& architecture) {
  if (architecture == "qwen3_5") return "Qwen3_5ForCausalLM";
  if (architecture == "qwen3") return "Qwen3ForCausalLM";
  return architecture == "qwen2" ? "Qwen2ForCausalLM" : "LlamaForCausalLM";
}

const char* scaling_name(RopeScaling scaling) {
  switch (scaling) {
    case RopeScaling::kNone: return "default";
    case RopeScaling::kLinear: return "linear";
    case RopeScaling::kLlama3: return "llama3";
    case RopeScaling::kYarn: return "yarn";
  }
  return "default";
}

void write_rope(JsonWriter& json, const ModelConfig& config) {
  const RopeConfig& rope = config.rope;
  json.key("rope_parameters");
  json.begin_object();
  json.member("rope_type", scaling_name(rope.scaling));
  json.member("rope_theta", rope.theta);
  json.member("partial_rotary_factor", static_cast<double>(rope.dims) / static_cast<double>(config.head_dim));
  if (rope.scaling != RopeScaling::kNone) {
    json.member("factor", rope.factor);
    json.member("original_max_position_embeddings", static_cast<int64_t>(rope.original_context));
  }
  if (rope.scaling == RopeScaling::kLlama3) {
    json.member("low_freq_factor", rope.low_freq_factor);
    json.member("high_freq_factor", rope.high_freq_factor);
  }
  if (rope.scaling == RopeScaling::kYarn) {
    json.member("beta_fast", rope.beta_fast);
    json.member("beta_slow", rope.beta_slow);
    json.member("truncate", rope.truncate);
    if (rope.attention_factor != 0) json.member("attention_factor", rope.attention_factor);
  }
  json.end_object();
}

void write_hybrid(JsonWriter& json, const ModelConfig& config) {
  json.member("attn_output_gate", config.output_gate);
  json.key("layer_types");
  json.begin_array();
  for (const bool full : config.full_attention) json.value(full ? "full_attention" : "linear_attention");
  json.end_array();
  json.member("linear_num_key_heads", config.key_heads);
  json.member("linear_num_value_heads", config.value_heads);
  json.member("linear_key_head_dim", config.key_dim);
  json.member("linear_value_head_dim", config.value_dim);
  json.member("linear_conv_kernel_dim", config.taps);
  json.member("mtp_num_hidden_layers", config.mtp_layers);
}

void write_token_ids(JsonWriter& json, const ModelConfig& config) {
  if (config.bos_token >= 0) json.member("bos_token_id", static_cast<int64_t>(config.bos_token));
  if (config.eos_tokens.empty()) return;
  json.key("eos_token_id");
  if (config.eos_tokens.size() == 1) return json.value(static_cast<int64_t>(config.eos_tokens[0]));
  json.begin_array();
  for (const int32_t id : config.eos_tokens) json.value(static_cast<int64_t>(id));
  json.end_array();
}

}  // namespace

std::string hugging_face_config(const ModelConfig& config) {
  const bool hybrid = config.architecture == "qwen3_5";
  CHECK(!config.tiled_value_heads && !config.rope.adjacent && config.zero_centred_norms == hybrid);
  JsonWriter json;
  json.begin_object();
  json.key("architectures");
  json.begin_array();
  json.value(class_name(config.architecture));
  json.end_array();
  json.member("model_type", hybrid ? std::string("qwen3_5_text") : config.architecture);
  json.member("vocab_size", config.vocab);
  json.member("hidden_size", config.dim);
  json.member("intermediate_size", config.hidden);
  json.member("num_hidden_layers", config.layers);
  json.member("num_attention_heads", config.heads);
  json.member("num_key_value_heads", config.kv_heads);
  json.member("head_dim", config.head_dim);
  json.member("hidden_act", "silu");
  json.member("max_position_embeddings", config.context);
  json.member("rms_norm_eps", static_cast<double>(config.rms_eps));
  json.member("tie_word_embeddings", config.tied);
  if (hybrid) write_hybrid(json, config);
  write_rope(json, config);
  write_token_ids(json, config);
  json.end_object();
  return json.text() + "\n";
}

}  // namespace capy
