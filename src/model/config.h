// SPDX-License-Identifier: Apache-2.0
// What a checkpoint says about its model, in one struct for every architecture we run: Qwen3.5 (hybrid), and the dense
// Llama layout with Qwen2's biases or Qwen3's q/k norms. Sizes are never assumed round or equal (SPEC 1).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "formats/checkpoint.h"

namespace capy {

enum class RopeScaling { kNone, kLinear, kLlama3, kYarn };

struct RopeConfig {
  double theta = 10000;
  int64_t dims = 0;       // rotated dims of a head, the first ones; even
  bool adjacent = false;  // pairs (2i, 2i+1), as Llama's GGUF rows are permuted; otherwise halves (i, i + dims/2)
  RopeScaling scaling = RopeScaling::kNone;
  double factor = 1;
  double original_context = 0;
  double low_freq_factor = 1;   // llama3
  double high_freq_factor = 4;  // llama3
  double beta_fast = 32;        // yarn
  double beta_slow = 1;         // yarn
  double attention_factor = 0;  // yarn: amplitude of cos and sin; 0 = 0.1 ln(factor) + 1
  bool truncate = true;         // yarn: whole dims for the ramp's ends
  std::vector<float> divisors;  // GGUF rope_freqs: each frequency is divided by its entry; empty = none
};

struct ModelConfig {
  std::string architecture;  // "qwen3_5", "llama", "qwen2", "qwen3"
  int64_t vocab = 0;         // rows of the embedding: logits per token
  int64_t dim = 0;           // hidden_size
  int64_t hidden = 0;        // intermediate_size of the MLP
  int64_t layers = 0;        // decoder layers, the MTP layer not counted
  int64_t context = 0;       // max_position_embeddings
  float rms_eps = 1e-6F;
  bool tied = false;                // the output head is the embedding
  bool zero_centred_norms = false;  // norms are stored as w and applied as 1 + w (SPEC 2.1); GGUF stores 1 + w

  std::vector<bool> full_attention;  // [layers]; all true for dense models
  int64_t heads = 0;
  int64_t kv_heads = 0;
  int64_t head_dim = 0;
  bool output_gate = false;  // q_proj holds [query | gate] per head (SPEC 2.3)
  bool qk_norm = false;
  RopeConfig rope;

  int64_t key_heads = 0;  // Gated DeltaNet (SPEC 2.4); all 0 for dense models
  int64_t value_heads = 0;
  int64_t key_dim = 0;
  int64_t value_dim = 0;
  int64_t taps = 0;  // linear_conv_kernel_dim
  // Value head j reads key head j / (value_heads / key_heads) in Hugging Face files, j mod key_heads in GGUF (SPEC 10).
  bool tiled_value_heads = false;

  int64_t mtp_layers = 0;  // 0 or 1: a head is loaded when the checkpoint has its tensors

  std::vector<int32_t> eos_tokens;  // as the configuration names them; the tokenizer may add more
  int32_t bos_token = -1;
  int64_t fp8_block_rows = 0;  // quantization_config.weight_block_size; 0 when there is none
  int64_t fp8_block_columns = 0;

  int64_t full_layers() const;
  // For a hybrid without any linear layer: what its file says of them must not be computed with, as nothing checks it.
  void forget_linear_attention();
  int64_t linear_layers() const { return layers - full_layers(); }
  int64_t key_width() const { return key_heads * key_dim; }        // KD of SPEC 2.4
  int64_t value_width() const { return value_heads * value_dim; }  // VD
  int64_t conv_channels() const { return 2 * key_width() + value_width(); }
  int64_t query_width() const { return heads * head_dim; }
  int64_t kv_width() const { return kv_heads * head_dim; }
  int64_t key_head_of(int64_t value_head) const {
    return tiled_value_heads ? value_head % key_heads : value_head / (value_heads / key_heads);
  }
};

// Bounds on what a configuration may say; beyond them it is refused before anything is allocated.
struct ModelLimits {
  int64_t layers_max = 512;
  int64_t dim_max = 65'536;
  int64_t hidden_max = 1'048'576;
  int64_t heads_max = 1'024;
  int64_t head_dim_max = 1'024;
  int64_t vocab_max = 4'194'304;
  int64_t context_max = 16'777'216;
  int64_t taps_max = 16;
};

Result<ModelConfig> read_config(const Checkpoint& checkpoint);

// The two readers behind it. `root` is config.json's root object; `embedding_rows` the rows of token_embd (0: unknown).
Result<ModelConfig> read_hugging_face_config(const Json& root);
Result<ModelConfig> read_gguf_config(const GgufMetadata& metadata, int64_t embedding_rows);

// Everything that the forward pass relies on; called by both readers.
Status check_config(const ModelConfig& config, const ModelLimits& limits = {});

// theta^(-2i/dims) and its scaled forms, [dims / 2], formed in f32 as the reference forms them (SPEC 2.3, 2.7).
std::vector<float> inverse_frequencies(const RopeConfig& rope);
// The factor on cos and sin: 1 but for YaRN.
float rope_amplitude(const RopeConfig& rope);

}  // namespace capy
