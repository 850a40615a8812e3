// SPDX-License-Identifier: Apache-2.0
// The same configuration from GGUF metadata (SPEC 10): keys "<architecture>.<name>".
#include <algorithm>
#include <string_view>

#include "base/concat.h"
#include "model/config.h"

namespace capy {
namespace {

class Reader {
 public:
  Reader(const GgufMetadata& metadata, std::string_view architecture)
      : metadata_(metadata), prefix_(concat(architecture, ".")) {}

  std::string key(std::string_view name) const { return prefix_ + std::string(name); }
  int64_t whole(std::string_view name, int64_t otherwise) const {
    return metadata_.as_int(key(name)).value_or(otherwise);
  }
  double number(std::string_view name, double otherwise) const {
    return metadata_.as_double(key(name)).value_or(otherwise);
  }
  std::optional<std::string_view> text(std::string_view name) const { return metadata_.as_string(key(name)); }
  std::optional<std::vector<int64_t>> whole_array(std::string_view name) const {
    return metadata_.int_array(key(name));
  }

  Result<int64_t> required(std::string_view name) const {
    const std::optional<int64_t> value = metadata_.as_int(key(name));
    if (!value)
      return Error{ErrorCode::kInvalid, concat("GGUF metadata lacks ", key(name), ", or it is not one whole number")};
    return *value;
  }

 private:
  const GgufMetadata& metadata_;
  std::string prefix_;
};

Result<RopeConfig> read_rope(const Reader& in, int64_t head_dim, int64_t context, bool adjacent) {
  RopeConfig rope;
  rope.theta = in.number("rope.freq_base", 10000);
  rope.dims = in.whole("rope.dimension_count", head_dim);
  rope.adjacent = adjacent;
  const std::string_view type = in.text("rope.scaling.type").value_or("none");
  rope.factor = in.number("rope.scaling.factor", 1);
  rope.original_context = in.number("rope.scaling.original_context_length", static_cast<double>(context));
  if (type == "linear") {
    rope.scaling = RopeScaling::kLinear;
  } else if (type == "yarn") {
    rope.scaling = RopeScaling::kYarn;
    rope.beta_fast = in.number("rope.scaling.yarn_beta_fast", 32);
    rope.beta_slow = in.number("rope.scaling.yarn_beta_slow", 1);
    // Here it multiplies what YaRN computes from the factor; in config.json it stands in its place.
    const double multiplier = in.number("rope.scaling.attn_factor", 1);
    if (multiplier != 1) rope.attention_factor = multiplier * rope_amplitude(rope);
  } else if (type != "none") {
    return Error{ErrorCode::kUnsupported, concat("GGUF rope scaling '", type, "' is not known to capy")};
  }
  return rope;
}

// attention.recurrent_layers (newer files) wins over the interval: the public converter writes the interval's default
// even where the configuration had another.
Status read_layer_types(const Reader& in, ModelConfig& config) {
  if (const auto recurrent = in.whole_array("attention.recurrent_layers")) {
    if (static_cast<int64_t>(recurrent->size()) < config.layers) {
      return Error{ErrorCode::kInvalid, "GGUF attention.recurrent_layers has fewer entries than layers"};
    }
    for (int64_t i = 0; i < config.layers; ++i)
      config.full_attention[static_cast<size_t>(i)] = (*recurrent)[static_cast<size_t>(i)] == 0;
    return {};
  }
  const int64_t interval = in.whole("full_attention_interval", 4);
  if (interval < 1) return Error{ErrorCode::kInvalid, "GGUF full_attention_interval must be at least 1"};
  for (int64_t i = 0; i < config.layers; ++i) config.full_attention[static_cast<size_t>(i)] = (i + 1) % interval == 0;
  return {};
}

Status read_hybrid(const Reader& in, ModelConfig& config) {
  config.mtp_layers = in.whole("nextn_predict_layers", 0);
  if (config.mtp_layers < 0 || config.mtp_layers > 1) {
    return Error{ErrorCode::kUnsupported, "more than one MTP layer is not supported"};
  }
  config.layers -= config.mtp_layers;  // block_count counts the MTP block (SPEC 10)
  if (config.layers < 1 || config.layers > ModelLimits{}.layers_max)
    return Error{ErrorCode::kInvalid, "GGUF block_count is out of range"};
  config.full_attention.assign(static_cast<size_t>(config.layers), true);
  TRY(read_layer_types(in, config));
  config.output_gate = true;
  config.qk_norm = true;
  config.taps = TRY(in.required("ssm.conv_kernel"));
  config.key_dim = TRY(in.required("ssm.state_size"));
  config.key_heads = TRY(in.required("ssm.group_count"));
  config.value_heads = TRY(in.required("ssm.time_step_rank"));
  const int64_t inner = TRY(in.required("ssm.inner_size"));
  if (config.value_heads < 1 || inner < 1 || inner % config.value_heads != 0) {
    return Error{ErrorCode::kInvalid, "GGUF ssm.inner_size is no multiple of ssm.time_step_rank"};
  }
  config.value_dim = inner / config.value_heads;
  config.tiled_value_heads = config.value_heads != config.key_heads;
  return {};
}

}  // namespace

Result<ModelConfig> read_gguf_config(const GgufMetadata& metadata, int64_t embedding_rows) {
  const std::string_view architecture = metadata.as_string("general.architecture").value_or("");
  ModelConfig config;
  config.architecture = architecture == "qwen35" ? "qwen3_5" : std::string(architecture);
  if (architecture != "qwen35" && architecture != "llama" && architecture != "qwen2" && architecture != "qwen3") {
    return Error{ErrorCode::kUnsupported, concat("GGUF architecture '", architecture,
                                                 "' is not supported; capy runs qwen35, qwen3, qwen2 and llama")};
  }
  const Reader in(metadata, architecture);
  config.layers = TRY(in.required("block_count"));
  config.dim = TRY(in.required("embedding_length"));
  config.hidden = TRY(in.required("feed_forward_length"));
  config.heads = TRY(in.required("attention.head_count"));
  config.kv_heads = in.whole("attention.head_count_kv", config.heads);
  config.context = in.whole("context_length", 2048);
  config.rms_eps = static_cast<float>(in.number("attention.layer_norm_rms_epsilon", 1e-6));
  if (config.heads < 1 || config.layers < 1 || config.layers > ModelLimits{}.layers_max) {
    return Error{ErrorCode::kInvalid, "GGUF head_count or block_count is out of range"};
  }
  config.head_dim = in.whole("attention.key_length", config.dim / config.heads);
  if (in.whole("attention.value_length", config.head_dim) != config.head_dim) {
    return Error{ErrorCode::kUnsupported, "keys and values of different widths are not supported"};
  }
  if (in.whole("expert_count", 0) > 0)
    return Error{ErrorCode::kUnsupported, "mixture-of-experts models are not supported"};
  config.full_attention.assign(static_cast<size_t>(config.layers), true);
  config.qk_norm = architecture == "qwen3";
  config.rope = TRY(read_rope(in, config.head_dim, config.context, architecture == "llama"));
  if (architecture == "qwen35") TRY(read_hybrid(in, config));
  // The embedding's own shape is the truth for the vocabulary: many files lack the key.
  config.vocab = embedding_rows > 0 ? embedding_rows : in.whole("vocab_size", 0);
  if (const auto eos = metadata.as_int("tokenizer.ggml.eos_token_id"); eos && *eos >= 0 && *eos < (int64_t{1} << 31)) {
    config.eos_tokens.push_back(static_cast<int32_t>(*eos));
  }
  config.bos_token = static_cast<int32_t>(std::clamp<int64_t>(
      metadata.as_int("tokenizer.ggml.bos_token_id").value_or(-1), -1, std::max<int64_t>(config.vocab - 1, -1)));
  if (config.linear_layers() == 0) config.forget_linear_attention();
  TRY(check_config(config));
  return config;
}

}  // namespace capy
