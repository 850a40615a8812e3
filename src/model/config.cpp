// SPDX-License-Identifier: Apache-2.0
// config.json of Hugging Face: the nested multimodal and the flat text form of Qwen3.5, and the dense Llama layout.
#include "model/config.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "base/concat.h"

namespace capy {
namespace {

Error bad(std::string_view field, std::string_view what) {
  return Error{ErrorCode::kInvalid, concat("config.json: ", field, " ", what)};
}

Result<int64_t> required_int(const Json& object, std::string_view field) {
  const std::optional<int64_t> value = object[field].as_int();
  if (!value) return bad(field, object[field].exists() ? "is not a whole number" : "is missing");
  return *value;
}

// A field that may be absent or null.
Result<int64_t> optional_int(const Json& object, std::string_view field, int64_t otherwise) {
  const Json value = object[field];
  if (!value.exists() || value.is_null()) return otherwise;
  return required_int(object, field);
}

Result<double> optional_number(const Json& object, std::string_view field, double otherwise) {
  const Json value = object[field];
  if (!value.exists() || value.is_null()) return otherwise;
  const std::optional<double> number = value.as_double();
  if (!number) return bad(field, "is not a number");
  return *number;
}

bool optional_bool(const Json& object, std::string_view field, bool otherwise) {
  return object[field].as_bool().value_or(otherwise);
}

Result<RopeScaling> scaling_named(std::string_view name) {
  if (name.empty() || name == "default") return RopeScaling::kNone;
  if (name == "linear") return RopeScaling::kLinear;
  if (name == "llama3") return RopeScaling::kLlama3;
  if (name == "yarn") return RopeScaling::kYarn;
  return Error{ErrorCode::kUnsupported,
               concat("config.json: rope type '", name, "' is not known to capy (default, linear, llama3, yarn are)")};
}

// New form: rope_parameters. Old form: rope_theta, rope_scaling, partial_rotary_factor beside the sizes (SPEC 1).
Result<RopeConfig> read_rope(const Json& text, int64_t head_dim, double default_partial, double default_theta,
                             int64_t max_positions) {
  const Json parameters = text["rope_parameters"];
  const Json scaling = parameters.is_object() ? parameters : text["rope_scaling"];
  RopeConfig rope;
  rope.theta = TRY(optional_number(text, "rope_theta", default_theta));
  rope.theta = TRY(optional_number(parameters, "rope_theta", rope.theta));
  double partial = TRY(optional_number(text, "partial_rotary_factor", default_partial));
  partial = TRY(optional_number(scaling, "partial_rotary_factor", partial));
  if (head_dim < 1 || head_dim > ModelLimits{}.head_dim_max) return bad("head_dim", "is out of range");
  if (!(partial > 0 && partial <= 1)) return bad("partial_rotary_factor", "must lie in (0, 1]");
  rope.dims = static_cast<int64_t>(static_cast<double>(head_dim) * partial);
  if (!scaling.is_object()) return rope;
  const Json type = scaling["rope_type"].is_string() ? scaling["rope_type"] : scaling["type"];
  rope.scaling = TRY(scaling_named(type.as_string().value_or("")));
  if (rope.scaling == RopeScaling::kNone) return rope;
  rope.original_context =
      TRY(optional_number(scaling, "original_max_position_embeddings", static_cast<double>(max_positions)));
  // The reference takes max_position / original where YaRN's factor is null.
  const double implied = rope.original_context > 0 ? static_cast<double>(max_positions) / rope.original_context : 1;
  rope.factor = TRY(optional_number(scaling, "factor", rope.scaling == RopeScaling::kYarn ? implied : 1));
  rope.low_freq_factor = TRY(optional_number(scaling, "low_freq_factor", 1));
  rope.high_freq_factor = TRY(optional_number(scaling, "high_freq_factor", 4));
  rope.beta_fast = TRY(optional_number(scaling, "beta_fast", 32));
  rope.beta_slow = TRY(optional_number(scaling, "beta_slow", 1));
  rope.attention_factor = TRY(optional_number(scaling, "attention_factor", 0));
  rope.truncate = optional_bool(scaling, "truncate", true);
  if (scaling["mscale"].is_number() || scaling["mscale_all_dim"].is_number()) {
    return Error{ErrorCode::kUnsupported, "config.json: YaRN with mscale is not supported"};
  }
  return rope;
}

Status read_layer_types(const Json& text, ModelConfig& config) {
  const Json types = text["layer_types"];
  if (types.is_array()) {
    if (types.size() != config.layers) return bad("layer_types", "does not have one entry per layer");
    for (int64_t i = 0; i < config.layers; ++i) {
      const std::string_view type = types[i].as_string().value_or("");
      if (type != "full_attention" && type != "linear_attention") {
        return Error{ErrorCode::kUnsupported,
                     concat("config.json: layer type '", type, "' of layer ", i, " is not known to capy")};
      }
      config.full_attention[static_cast<size_t>(i)] = type == "full_attention";
    }
    return {};
  }
  const int64_t interval = TRY(optional_int(text, "full_attention_interval", 4));
  if (interval < 1) return bad("full_attention_interval", "must be at least 1");
  for (int64_t i = 0; i < config.layers; ++i) config.full_attention[static_cast<size_t>(i)] = (i + 1) % interval == 0;
  return {};
}

Status read_linear_attention(const Json& text, ModelConfig& config) {
  config.key_heads = TRY(required_int(text, "linear_num_key_heads"));
  config.value_heads = TRY(required_int(text, "linear_num_value_heads"));
  config.key_dim = TRY(required_int(text, "linear_key_head_dim"));
  config.value_dim = TRY(required_int(text, "linear_value_head_dim"));
  config.taps = TRY(optional_int(text, "linear_conv_kernel_dim", 4));
  return {};
}

void read_token_ids(const Json& field, std::vector<int32_t>& out) {
  const auto take = [&](const Json& id) {
    const std::optional<int64_t> value = id.as_int();
    if (value && *value >= 0 && *value < (int64_t{1} << 31)) out.push_back(static_cast<int32_t>(*value));
  };
  if (field.is_array()) {
    for (int64_t i = 0; i < std::min<int64_t>(field.size(), 64); ++i) take(field[i]);
  } else {
    take(field);
  }
}

Status read_quantization(const Json& root, ModelConfig& config) {
  const Json quantization = root["quantization_config"];
  if (!quantization.is_object()) return {};
  const std::string_view method = quantization["quant_method"].as_string().value_or("?");
  if (method != "fp8") {
    return Error{ErrorCode::kUnsupported, concat("config.json: weights quantised by '", method,
                                                 "' are not supported; use the original, an FP8 or a GGUF file")};
  }
  const Json block = quantization["weight_block_size"];
  config.fp8_block_rows = block[0].as_int().value_or(0);
  config.fp8_block_columns = block[1].as_int().value_or(0);
  constexpr int64_t kBlockMax = 65'536;
  if (config.fp8_block_rows < 1 || config.fp8_block_columns < 1 || config.fp8_block_rows > kBlockMax ||
      config.fp8_block_columns > kBlockMax)
    return bad("quantization_config.weight_block_size", "must be two sizes");
  return {};
}

struct Family {
  const char* model_type;
  const char* architecture;
};
constexpr Family kFamilies[] = {
    {"qwen3_5", "qwen3_5"}, {"qwen3_5_text", "qwen3_5"}, {"llama", "llama"}, {"qwen2", "qwen2"}, {"qwen3", "qwen3"}};

Result<std::string> architecture_of(const Json& root) {
  const std::string_view type = root["model_type"].as_string().value_or("");
  for (const Family& family : kFamilies) {
    if (type == family.model_type) return std::string(family.architecture);
  }
  return Error{ErrorCode::kUnsupported, concat("config.json: model_type '", type,
                                               "' is not supported; capy runs qwen3_5, qwen3, qwen2 and llama")};
}

}  // namespace

Result<ModelConfig> read_hugging_face_config(const Json& root) {
  if (!root.is_object()) return Error{ErrorCode::kInvalid, "config.json: is not an object"};
  ModelConfig config;
  config.architecture = TRY(architecture_of(root));
  const Json text = root["text_config"].is_object() ? root["text_config"] : root;
  const bool hybrid = config.architecture == "qwen3_5";
  config.vocab = TRY(required_int(text, "vocab_size"));
  config.dim = TRY(required_int(text, "hidden_size"));
  config.hidden = TRY(required_int(text, "intermediate_size"));
  config.layers = TRY(required_int(text, "num_hidden_layers"));
  config.heads = TRY(required_int(text, "num_attention_heads"));
  config.kv_heads = TRY(optional_int(text, "num_key_value_heads", config.heads));
  if (config.heads < 1 || config.layers < 1 || config.layers > ModelLimits{}.layers_max) {
    return bad("num_attention_heads or num_hidden_layers", "is out of range");
  }
  // Absent: 256 in Qwen3.5, 128 in Qwen3, otherwise the usual quotient (the reference's own defaults).
  const int64_t usual = hybrid ? 256 : config.architecture == "qwen3" ? 128 : config.dim / config.heads;
  config.head_dim = TRY(optional_int(text, "head_dim", usual));
  config.context = TRY(optional_int(text, "max_position_embeddings", hybrid ? 32768 : 2048));
  config.rms_eps = static_cast<float>(TRY(optional_number(text, "rms_norm_eps", 1e-6)));
  config.tied = optional_bool(root, "tie_word_embeddings", optional_bool(text, "tie_word_embeddings", false));
  config.zero_centred_norms = hybrid;
  config.output_gate = hybrid && optional_bool(text, "attn_output_gate", true);
  config.qk_norm = hybrid || config.architecture == "qwen3";
  config.full_attention.assign(static_cast<size_t>(config.layers), true);
  if (text["hidden_act"].as_string().value_or("silu") != "silu")
    return Error{ErrorCode::kUnsupported, "config.json: hidden_act is not silu"};
  if (optional_bool(text, "use_sliding_window", false))
    return Error{ErrorCode::kUnsupported, "config.json: sliding windows are not supported"};
  config.rope = TRY(read_rope(text, config.head_dim, hybrid ? 0.25 : 1.0, 10000, config.context));
  if (hybrid) {
    TRY(read_layer_types(text, config));
    TRY(read_linear_attention(text, config));
    config.mtp_layers = TRY(optional_int(text, "mtp_num_hidden_layers", 0));
  }
  read_token_ids(text["eos_token_id"].exists() ? text["eos_token_id"] : root["eos_token_id"], config.eos_tokens);
  TRY(read_quantization(root["quantization_config"].exists() ? root : text, config));
  if (config.linear_layers() == 0) config.forget_linear_attention();
  TRY(check_config(config));
  config.bos_token =
      static_cast<int32_t>(std::clamp<int64_t>(text["bos_token_id"].as_int().value_or(-1), -1, config.vocab - 1));
  return config;
}

void ModelConfig::forget_linear_attention() { key_heads = value_heads = key_dim = value_dim = taps = 0; }

int64_t ModelConfig::full_layers() const { return std::count(full_attention.begin(), full_attention.end(), true); }

Status check_config(const ModelConfig& c, const ModelLimits& limits) {
  struct Range {
    const char* name;
    int64_t value;
    int64_t most;
  };
  const Range ranges[] = {
      {"vocab_size", c.vocab, limits.vocab_max},          {"hidden_size", c.dim, limits.dim_max},
      {"intermediate_size", c.hidden, limits.hidden_max}, {"num_hidden_layers", c.layers, limits.layers_max},
      {"num_attention_heads", c.heads, limits.heads_max}, {"num_key_value_heads", c.kv_heads, limits.heads_max},
      {"head_dim", c.head_dim, limits.head_dim_max},      {"max_position_embeddings", c.context, limits.context_max}};
  for (const Range& range : ranges) {
    if (range.value < 1 || range.value > range.most) {
      return Error{ErrorCode::kInvalid,
                   concat("the model's ", range.name, " is ", range.value, "; it must lie in 1..", range.most)};
    }
  }
  if (c.heads % c.kv_heads != 0)
    return Error{ErrorCode::kInvalid, "the model's num_attention_heads is no multiple of num_key_value_heads"};
  if (!(c.rms_eps > 0 && c.rms_eps < 1))
    return Error{ErrorCode::kInvalid, "the model's rms_norm_eps must lie in (0, 1)"};
  if (c.rope.dims < 2 || c.rope.dims > c.head_dim || c.rope.dims % 2 != 0) {
    return Error{ErrorCode::kInvalid, concat("the model rotates ", c.rope.dims, " of ", c.head_dim,
                                             " dims of a head; it must be an even number of them")};
  }
  if (!(c.rope.theta >= 1 && c.rope.theta < 1e30) || !(c.rope.factor > 0 && c.rope.factor < 1e6)) {
    return Error{ErrorCode::kInvalid, "the model's rope theta or factor is out of range"};
  }
  if (c.rope.scaling == RopeScaling::kYarn || c.rope.scaling == RopeScaling::kLlama3) {
    if (!(c.rope.original_context >= 1))
      return Error{ErrorCode::kInvalid, "the model's rope scaling lacks original_max_position_embeddings"};
    if (!(c.rope.high_freq_factor > c.rope.low_freq_factor))
      return Error{ErrorCode::kInvalid, "the model's high_freq_factor must exceed low_freq_factor"};
    if (!(c.rope.theta > 1)) return Error{ErrorCode::kInvalid, "the model's rope theta must exceed 1 for its scaling"};
  }
  const auto is_number = [](float x) { return std::isfinite(x); };
  if (!std::ranges::all_of(inverse_frequencies(c.rope), is_number) || !is_number(rope_amplitude(c.rope))) {
    return Error{ErrorCode::kInvalid,
                 "the model's rope parameters (beta_fast, beta_slow, attention_factor, rope_freqs) give "
                 "frequencies that are no numbers"};
  }
  if (c.mtp_layers < 0 || c.mtp_layers > 1)
    return Error{ErrorCode::kUnsupported, "more than one MTP layer is not supported"};
  if (c.linear_layers() == 0) return {};
  const Range linear[] = {{"linear_num_key_heads", c.key_heads, limits.heads_max},
                          {"linear_num_value_heads", c.value_heads, limits.heads_max},
                          {"linear_key_head_dim", c.key_dim, limits.head_dim_max},
                          {"linear_value_head_dim", c.value_dim, limits.head_dim_max},
                          {"linear_conv_kernel_dim", c.taps, limits.taps_max}};
  for (const Range& range : linear) {
    if (range.value < 1 || range.value > range.most) {
      return Error{ErrorCode::kInvalid,
                   concat("the model's ", range.name, " is ", range.value, "; it must lie in 1..", range.most)};
    }
  }
  if (c.taps < 2) return Error{ErrorCode::kUnsupported, "a linear_conv_kernel_dim of 1 is not supported"};
  if (c.value_heads % c.key_heads != 0)
    return Error{ErrorCode::kInvalid, "the model's linear_num_value_heads is no multiple of linear_num_key_heads"};
  return {};
}

Result<ModelConfig> read_config(const Checkpoint& checkpoint) {
  if (checkpoint.kind() == Checkpoint::Kind::kGguf) {
    const Tensor* const embedding = checkpoint.find("token_embd.weight");
    return read_gguf_config(checkpoint.metadata(), embedding != nullptr ? embedding->shape[0] : 0);
  }
  if (!checkpoint.config().exists()) {
    return Error{ErrorCode::kNotFound,
                 concat(checkpoint.path(), ": there is no config.json beside it, so the model's shape is unknown")};
  }
  return read_hugging_face_config(checkpoint.config());
}

}  // namespace capy
