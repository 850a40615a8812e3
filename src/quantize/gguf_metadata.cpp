// SPDX-License-Identifier: Apache-2.0
#include "quantize/gguf_metadata.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/concat.h"
#include "text/vocabulary_files.h"

namespace capy {
namespace {

// llama_ftype of llama.cpp: a hint for people.
uint32_t file_type(WeightType type) {
  if (type == WeightType::kF32) return 0;
  return type == WeightType::kBF16 ? 32 : 7;
}

class Writer {
 public:
  Writer(GgufMetadataWriter& out, std::string architecture) : out_(out), prefix_(std::move(architecture) + ".") {}
  void whole(std::string_view name, int64_t value) {
    out_.add_u32(concat(prefix_, name), static_cast<uint32_t>(value));
  }
  void number(std::string_view name, double value) { out_.add_f32(concat(prefix_, name), static_cast<float>(value)); }
  void text(std::string_view name, std::string_view value) { out_.add_string(concat(prefix_, name), value); }

 private:
  GgufMetadataWriter& out_;
  std::string prefix_;
};

Status add_rope(Writer& out, const ModelConfig& config) {
  const RopeConfig& rope = config.rope;
  out.number("rope.freq_base", rope.theta);
  out.whole("rope.dimension_count", rope.dims);
  if (rope.scaling == RopeScaling::kNone || rope.scaling == RopeScaling::kLlama3) return {};  // Llama 3's is a tensor
  if (!rope.truncate) {
    return Error{ErrorCode::kUnsupported, "YaRN without truncation has no form in GGUF; write a directory"};
  }
  out.text("rope.scaling.type", rope.scaling == RopeScaling::kYarn ? "yarn" : "linear");
  out.number("rope.scaling.factor", rope.factor);
  out.whole("rope.scaling.original_context_length", static_cast<int64_t>(rope.original_context));
  if (rope.scaling != RopeScaling::kYarn) return {};
  out.number("rope.scaling.yarn_beta_fast", rope.beta_fast);
  out.number("rope.scaling.yarn_beta_slow", rope.beta_slow);
  return {};
}

// Where the layers follow one; else the first distance, and a list beside it says which layers are which.
int64_t full_attention_interval(const ModelConfig& config) {
  int64_t interval = 1;
  while (interval < config.layers && !config.full_attention[static_cast<size_t>(interval - 1)]) ++interval;
  return interval;
}

bool is_regular(const ModelConfig& config) {
  const int64_t interval = full_attention_interval(config);
  for (int64_t i = 0; i < config.layers; ++i) {
    if (config.full_attention[static_cast<size_t>(i)] != ((i + 1) % interval == 0)) return false;
  }
  return true;
}

Status add_hybrid(Writer& out, const ModelConfig& config) {
  if (config.linear_layers() == 0 || !config.output_gate) {
    return Error{ErrorCode::kUnsupported, "GGUF holds Qwen3.5 only with linear layers and an output gate"};
  }
  out.whole("full_attention_interval", full_attention_interval(config));
  out.whole("ssm.conv_kernel", config.taps);
  out.whole("ssm.state_size", config.key_dim);
  out.whole("ssm.group_count", config.key_heads);
  out.whole("ssm.time_step_rank", config.value_heads);
  out.whole("ssm.inner_size", config.value_heads * config.value_dim);
  if (config.mtp_layers > 0) out.whole("nextn_predict_layers", config.mtp_layers);
  return {};
}

Status add_model(GgufMetadataWriter& metadata, const ModelConfig& config) {
  const std::string architecture = config.architecture == "qwen3_5" ? "qwen35" : config.architecture;
  metadata.add_string("general.architecture", architecture);
  Writer out(metadata, architecture);
  out.whole("block_count", config.layers + config.mtp_layers);
  out.whole("context_length", config.context);
  out.whole("embedding_length", config.dim);
  out.whole("feed_forward_length", config.hidden);
  out.whole("attention.head_count", config.heads);
  out.whole("attention.head_count_kv", config.kv_heads);
  out.whole("attention.key_length", config.head_dim);
  out.whole("attention.value_length", config.head_dim);
  out.number("attention.layer_norm_rms_epsilon", config.rms_eps);
  out.whole("vocab_size", config.vocab);
  TRY(add_rope(out, config));
  if (architecture != "qwen35") return {};
  // How the rotated dims are shared by time, height and width; of no meaning for text, but other programs want it.
  const int64_t half = config.rope.dims / 2;
  const int32_t width = static_cast<int32_t>(half * 10 / 32);
  const int32_t height = static_cast<int32_t>(half * 11 / 32);
  const int32_t sections[] = {static_cast<int32_t>(half) - width - height, height, width, 0};
  metadata.add_i32s("qwen35.rope.dimension_sections", sections);
  if (!is_regular(config)) {
    const auto recurrent = std::make_unique<bool[]>(static_cast<size_t>(config.layers));
    for (size_t i = 0; i < config.full_attention.size(); ++i) recurrent[i] = !config.full_attention[i];
    metadata.add_bools("qwen35.attention.recurrent_layers", {recurrent.get(), config.full_attention.size()});
  }
  return add_hybrid(out, config);
}

// Programs want a token for every row of the embedding.
Status add_tokenizer(GgufMetadataWriter& out, const Vocabulary& vocabulary, int64_t rows) {
  if (vocabulary.model != Vocabulary::Model::kByteLevelBpe) {
    return Error{ErrorCode::kUnsupported, "a SentencePiece tokenizer is not written to GGUF yet; write a directory"};
  }
  std::vector<std::string> fill;
  std::vector<int32_t> types;
  const auto known = static_cast<int64_t>(vocabulary.tokens.size());
  const int64_t count = std::max(rows, known);
  fill.reserve(static_cast<size_t>(count));  // views point into it
  std::vector<std::string_view> tokens;
  for (int64_t id = 0; id < count; ++id) {
    const TokenType type = id < known ? vocabulary.type(static_cast<size_t>(id)) : TokenType::kUnused;
    if (type == TokenType::kUnused) {
      tokens.push_back(fill.emplace_back(concat("[PAD", id, "]")));
    } else {
      tokens.push_back(vocabulary.tokens[static_cast<size_t>(id)]);
    }
    types.push_back(static_cast<int32_t>(type));
  }
  std::vector<std::string> merges;
  for (const MergeText& merge : vocabulary.merges) merges.push_back(concat(merge.left, " ", merge.right));
  const std::vector<std::string_view> merge_views(merges.begin(), merges.end());
  out.add_string("tokenizer.ggml.model", "gpt2");
  out.add_string("tokenizer.ggml.pre", pre_tokenizer_gguf_name(vocabulary.pre_tokenizer));
  out.add_strings("tokenizer.ggml.tokens", tokens);
  out.add_i32s("tokenizer.ggml.token_type", types);
  out.add_strings("tokenizer.ggml.merges", merge_views);
  if (vocabulary.bos >= 0) out.add_u32("tokenizer.ggml.bos_token_id", static_cast<uint32_t>(vocabulary.bos));
  if (vocabulary.eos >= 0) out.add_u32("tokenizer.ggml.eos_token_id", static_cast<uint32_t>(vocabulary.eos));
  out.add_bool("tokenizer.ggml.add_bos_token", vocabulary.add_bos);
  return {};
}

Status add_tokenizer_of(const std::string& directory, GgufMetadataWriter& out, int64_t rows) {
  std::error_code ignored;
  const bool there = std::filesystem::exists(directory + "/tokenizer.json", ignored) ||
                     std::filesystem::exists(directory + "/vocab.json", ignored);
  if (!there) {
    out.add_string("tokenizer.ggml.model", "none");
    return {};
  }
  const VocabularyFiles files = TRY(VocabularyFiles::open(directory));
  return add_tokenizer(out, files.vocabulary(), rows);
}

}  // namespace

Result<GgufMetadataWriter> gguf_metadata(const Checkpoint& checkpoint, const ModelConfig& config,
                                         std::optional<std::string_view> chat_template, WeightType type) {
  GgufMetadataWriter out;
  out.add_u32("general.file_type", file_type(type));
  out.add_u32("general.quantization_version", 2);
  if (checkpoint.kind() == Checkpoint::Kind::kGguf) {
    out.add_copies(checkpoint.metadata(),
                   [](std::string_view key) { return !key.starts_with("split.") && key != "general.alignment"; });
    return out;
  }
  TRY(add_model(out, config));
  TRY(add_tokenizer_of(checkpoint.directory(), out, config.vocab));
  if (chat_template) out.add_string("tokenizer.chat_template", *chat_template);
  return out;
}

}  // namespace capy
