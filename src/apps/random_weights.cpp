// SPDX-License-Identifier: Apache-2.0
#include "apps/random_weights.h"

#include <cmath>
#include <string_view>

#include "base/concat.h"

namespace capy {
namespace {

// Spreads every bit of the input over the whole word: two rounds of multiply and shift by odd constants (the golden
// ratio and a random one). Not for secrets.
uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 31)) * 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 29)) * 0xd1342543de82ef95u;
  return x ^ (x >> 32);
}

uint64_t key_of(std::string_view name, uint64_t seed) {
  uint64_t key = mix(seed + 1);
  for (const char c : name) key = mix(key ^ static_cast<unsigned char>(c));
  return key;
}

uint64_t random_word(uint64_t key, int64_t index) { return mix(key + mix(static_cast<uint64_t>(index) + 1)); }

// In (0, 1).
double uniform_of(uint64_t word) { return (static_cast<double>(word >> 11) + 0.5) * 0x1p-53; }

// Nearly normal, variance 1: four uniform 16-bit numbers added. Integers until the last step, so all machines agree.
float normal_of(uint64_t word) {
  const auto sum = static_cast<int64_t>((word & 0xffff) + (word >> 16 & 0xffff) + (word >> 32 & 0xffff) + (word >> 48));
  constexpr float kScale = 1.7320508F / 65536;  // a uniform number's variance is 1/12, four have 1/3
  return static_cast<float>(sum - 2 * 65535) * kScale;
}

float value_of(WeightKind kind, const RandomSource& source, uint64_t word) {
  switch (kind) {
    case WeightKind::kMatrix:
    case WeightKind::kCentredNorm: return normal_of(word) * source.standard_deviation;
    case WeightKind::kPlainNorm: return 1 + normal_of(word) * source.standard_deviation;
    case WeightKind::kConvolution:
      return static_cast<float>((2 * uniform_of(word) - 1) / std::sqrt(static_cast<double>(source.taps)));
    case WeightKind::kDecayLog: return static_cast<float>(std::log(1 + 15 * uniform_of(word)));
    case WeightKind::kTimeStepBias: {
      const double step = 0.001 * std::pow(100, uniform_of(word));
      return static_cast<float>(step + std::log(-std::expm1(-step)));  // the inverse of softplus
    }
  }
  return 0;
}

class TensorList {
 public:
  explicit TensorList(const ModelConfig& config) : config_(config) {}

  void matrix(const std::string& name, int64_t rows, int64_t columns) {
    add(name, {rows, columns}, WeightKind::kMatrix);
  }
  void norm(const std::string& name, int64_t count) { add(name, {count}, WeightKind::kCentredNorm); }
  void add(const std::string& name, std::vector<int64_t> shape, WeightKind kind, DType type = DType::kBF16) {
    tensors_.push_back({{name, type, std::move(shape)}, kind});
  }

  void norms_and_mlp(const std::string& layer) {
    norm(layer + "input_layernorm.weight", config_.dim);
    norm(layer + "post_attention_layernorm.weight", config_.dim);
    matrix(layer + "mlp.gate_proj.weight", config_.hidden, config_.dim);
    matrix(layer + "mlp.up_proj.weight", config_.hidden, config_.dim);
    matrix(layer + "mlp.down_proj.weight", config_.dim, config_.hidden);
  }

  void full_attention(const std::string& layer) {
    const std::string mixer = layer + "self_attn.";
    const int64_t gates = config_.output_gate ? 2 : 1;
    matrix(mixer + "q_proj.weight", gates * config_.query_width(), config_.dim);
    matrix(mixer + "k_proj.weight", config_.kv_width(), config_.dim);
    matrix(mixer + "v_proj.weight", config_.kv_width(), config_.dim);
    matrix(mixer + "o_proj.weight", config_.dim, config_.query_width());
    norm(mixer + "q_norm.weight", config_.head_dim);
    norm(mixer + "k_norm.weight", config_.head_dim);
  }

  void delta_net(const std::string& layer) {
    const std::string mixer = layer + "linear_attn.";
    matrix(mixer + "in_proj_qkv.weight", config_.conv_channels(), config_.dim);
    matrix(mixer + "in_proj_z.weight", config_.value_width(), config_.dim);
    matrix(mixer + "in_proj_b.weight", config_.value_heads, config_.dim);
    matrix(mixer + "in_proj_a.weight", config_.value_heads, config_.dim);
    add(mixer + "conv1d.weight", {config_.conv_channels(), 1, config_.taps}, WeightKind::kConvolution);
    add(mixer + "dt_bias", {config_.value_heads}, WeightKind::kTimeStepBias);
    add(mixer + "A_log", {config_.value_heads}, WeightKind::kDecayLog, DType::kF32);
    add(mixer + "norm.weight", {config_.value_dim}, WeightKind::kPlainNorm, DType::kF32);
    matrix(mixer + "out_proj.weight", config_.dim, config_.value_width());
  }

  void mtp() {
    matrix("mtp.fc.weight", config_.dim, 2 * config_.dim);
    norm("mtp.pre_fc_norm_embedding.weight", config_.dim);
    norm("mtp.pre_fc_norm_hidden.weight", config_.dim);
    norm("mtp.norm.weight", config_.dim);
    norms_and_mlp("mtp.layers.0.");
    full_attention("mtp.layers.0.");
  }

  std::vector<RandomTensor> take() { return std::move(tensors_); }

 private:
  const ModelConfig& config_;
  std::vector<RandomTensor> tensors_;
};

}  // namespace

std::vector<RandomTensor> qwen35_tensors(const ModelConfig& config, const std::string& prefix) {
  TensorList list(config);
  list.matrix(prefix + "embed_tokens.weight", config.vocab, config.dim);
  for (int64_t i = 0; i < config.layers; ++i) {
    const std::string layer = concat(prefix, "layers.", i, ".");
    list.norms_and_mlp(layer);
    if (config.full_attention[static_cast<size_t>(i)]) {
      list.full_attention(layer);
    } else {
      list.delta_net(layer);
    }
  }
  list.norm(prefix + "norm.weight", config.dim);
  if (!config.tied) list.matrix("lm_head.weight", config.vocab, config.dim);
  if (config.mtp_layers > 0) list.mtp();
  return list.take();
}

void random_values(const RandomTensor& tensor, const RandomSource& source, int64_t first, std::span<float> out) {
  const uint64_t key = key_of(tensor.description.name, source.seed);
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] = value_of(tensor.kind, source, random_word(key, first + static_cast<int64_t>(i)));
  }
}

}  // namespace capy
