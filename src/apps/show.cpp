// SPDX-License-Identifier: Apache-2.0
// capy show: what a model is, what it needs, and what fits this machine. Reads headers only, unless --error is asked
// for.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "apps/command.h"
#include "apps/command_line.h"
#include "apps/figures.h"
#include "apps/interrupt.h"
#include "apps/model_choice.h"
#include "apps/model_summary.h"
#include "apps/progress.h"
#include "apps/reencoding.h"
#include "apps/streams.h"
#include "apps/terminal.h"
#include "base/concat.h"
#include "base/cpu.h"
#include "base/json.h"
#include "engine/text_model.h"
#include "hub/registry.h"

namespace capy {
namespace {

constexpr ComputeType kTypes[] = {ComputeType::kF32, ComputeType::kBF16, ComputeType::kInt8, ComputeType::kInt4};

// Everything that is told, gathered before a word is written.
struct Facts {
  std::string path;
  bool gguf = false;
  int64_t file_bytes = 0;
  ModelSummary summary;
  std::optional<Tokenizer> tokenizer;
  std::string tokenizer_trouble;
  bool has_template = false;
  std::string template_trouble;
  struct Fit {
    ComputeType type = ComputeType::kF32;
    int64_t weight_bytes = 0;
    std::optional<int64_t> context;
  };
  std::vector<Fit> fits;
  std::vector<ReencodingError> errors;
};

Result<Facts> gather(const std::string& path, bool measures_error) {
  Facts facts;
  const Checkpoint checkpoint = TRY(Checkpoint::open(path));
  facts.path = checkpoint.path();
  facts.gguf = checkpoint.kind() == Checkpoint::Kind::kGguf;
  facts.file_bytes = checkpoint.file_bytes();
  facts.summary = TRY(summarize(checkpoint));
  // A model without a usable tokenizer still works by --tokens: told, not an error.
  Result<std::optional<Tokenizer>> tokenizer = open_tokenizer(checkpoint);
  if (tokenizer.ok()) {
    facts.tokenizer = std::move(tokenizer).take();
  } else {
    facts.tokenizer_trouble = tokenizer.error().message;
  }
  const Result<std::optional<ChatTemplate>> chat_template = open_chat_template(checkpoint);
  if (chat_template.ok()) {
    facts.has_template = chat_template.value().has_value();
  } else {
    facts.template_trouble = chat_template.error().message;
  }
  for (const ComputeType type : kTypes) {
    if (facts.summary.is_packed && type != facts.summary.natural_type) continue;
    const int64_t weights = TRY(weight_bytes(checkpoint, facts.summary.config, type));
    facts.fits.push_back(
        {type, weights, context_that_fits(facts.summary, weights, usual_kv_type(type, facts.summary.config.head_dim))});
  }
  if (measures_error) {
    Progress progress("comparing", Progress::Unit::kNone);
    const InterruptScope scope;
    facts.errors = TRY(reencoding_errors(checkpoint, facts.summary.config, [&](double fraction) {
      progress.update(fraction);
      return !interrupted();
    }));
  }
  return facts;
}

std::string token_name(const Tokenizer& tokenizer, int32_t id) {
  return concat(json_quote(tokenizer.token_bytes(id)), " (", id, ")");
}

std::string line(std::string_view name, std::string_view what) {
  constexpr size_t kColumn = 20;
  return concat("  ", name, std::string(name.size() < kColumn ? kColumn - name.size() : 1, ' '), what, "\n");
}

std::string describe_shape(const ModelConfig& config, int64_t head_parameters) {
  std::string text =
      line("layers",
           concat(config.layers, config.linear_layers() == 0 ? std::string()
                                                             : concat(" (", config.linear_layers(), " Gated DeltaNet, ",
                                                                      config.full_layers(), " full attention)")));
  text += line("width", concat(config.dim, ", MLP ", config.hidden));
  text += line("attention", concat(config.heads, " heads, ", config.kv_heads, " for keys and values, of ",
                                   config.head_dim, " dims, ", config.rope.dims, " of them rotated"));
  if (config.linear_layers() > 0) {
    text +=
        line("Gated DeltaNet", concat(config.key_heads, " key heads of ", config.key_dim, " dims, ", config.value_heads,
                                      " value heads of ", config.value_dim, "; kernel ", config.taps));
  }
  text += line("vocabulary", concat(readable_count(config.vocab),
                                    head_parameters == 0 ? ", head tied to the embedding" : ", own head"));
  text += line("context", concat(readable_count(config.context), " tokens"));
  return text;
}

std::string describe_parameters(const ParameterCounts& counts) {
  std::string text =
      line("total", concat(readable_parameters(counts.total()), " (", readable_count(counts.total()), ")"));
  const std::pair<const char*, int64_t> parts[] = {{"embedding", counts.embedding},
                                                   {"decoder", counts.decoder},
                                                   {"output head", counts.head},
                                                   {"MTP head", counts.mtp},
                                                   {"vision (not used)", counts.vision}};
  for (const auto& [name, count] : parts) {
    if (count > 0) text += line(name, readable_parameters(count));
  }
  return text;
}

std::string describe_memory(const Facts& facts) {
  const ModelSummary& summary = facts.summary;
  std::string sizes;
  for (const KvType type : kv_types(summary.config)) {
    sizes += concat(sizes.empty() ? "" : ", ", readable_count(summary.kv_layout(type).bytes_per_token()),
                    sizes.empty() ? " bytes as " : " as ", kv_type_name(type));
  }
  std::string text = line("KV per token", sizes);
  if (summary.config.linear_layers() > 0) {
    text += line("state per sequence", concat(readable_bytes(summary.state_layout().state_bytes()), " recurrent, ",
                                              readable_bytes(summary.conv_state_bytes()), " convolution"));
  }
  return text;
}

std::string describe_fits(const Facts& facts) {
  std::string text;
  for (const Facts::Fit& fit : facts.fits) {
    const bool natural = fit.type == facts.summary.natural_type;
    const std::string context =
        fit.context ? concat("context up to ", readable_count(*fit.context), " tokens") : std::string("does not fit");
    text += line(compute_type_name(fit.type), concat(readable_bytes(fit.weight_bytes), " of weights, ", context,
                                                     natural ? "  (what the file holds)" : ""));
  }
  return text;
}

std::string describe_text(const Facts& facts) {
  if (!facts.tokenizer_trouble.empty()) return line("tokenizer", concat("cannot be used: ", facts.tokenizer_trouble));
  if (!facts.tokenizer) return line("tokenizer", "none: works by --tokens");
  const Tokenizer& tokenizer = *facts.tokenizer;
  std::string text = line("tokenizer", concat(readable_count(tokenizer.token_count()), " tokens"));
  const auto named = [&](std::optional<int32_t> id) { return id ? token_name(tokenizer, *id) : std::string("none"); };
  text += line("begin of text", concat(named(tokenizer.bos()), tokenizer.add_bos() ? ", put before texts" : ""));
  text += line("end of text", named(tokenizer.eos()));
  std::string stops;
  for (const int32_t id : tokenizer.stop_tokens())
    stops += concat(stops.empty() ? "" : ", ", token_name(tokenizer, id));
  text += line("answers end at", stops.empty() ? "none" : stops);
  text += line("chat template", !facts.template_trouble.empty() ? concat("cannot be used: ", facts.template_trouble)
                                : facts.has_template            ? std::string("yes")
                                                                : std::string("none: texts are continued"));
  return text;
}

std::string describe_errors(const Facts& facts, const char* into, ReencodingLoss ReencodingError::* loss) {
  std::string text = concat("\nRe-encoding into ", into, ", relative RMS error\n");
  for (const ReencodingError& error : facts.errors) {
    text += line(dtype_info(error.type).name,
                 concat(fixed((error.*loss).relative_rms, 5), " over ", error.matrices, " matrices; worst ",
                        fixed((error.*loss).worst_relative_rms, 5), " (", (error.*loss).worst_name, ")"));
  }
  return text;
}

std::string as_text(const Facts& facts, bool with_errors) {
  const ModelSummary& summary = facts.summary;
  std::string text = concat(model_title(facts.path), "\n");
  text += line("architecture", concat(summary.config.architecture, facts.gguf ? ", GGUF" : ", safetensors"));
  text += describe_shape(summary.config, summary.parameters.head);
  text += "\nParameters\n" + describe_parameters(summary.parameters);
  text += concat("\nWeights\n", line("on disk", concat(readable_bytes(facts.file_bytes), " (",
                                                       readable_count(facts.file_bytes), " bytes)")));
  for (const StoredType& type : summary.types) {
    text += line(type.type, concat(readable_bytes(type.bytes), " in ", type.tensors, " tensors, ",
                                   readable_parameters(type.parameters), " parameters"));
  }
  text += "\nMemory\n" + describe_memory(facts);
  text += concat("\nOn this machine (", readable_bytes(memory_available_bytes()), " free)\n", describe_fits(facts));
  text += "\nText\n" + describe_text(facts);
  if (with_errors) {
    text += describe_errors(facts, "int8", &ReencodingError::int8);
    text += describe_errors(facts, "int4", &ReencodingError::int4);
  }
  return text;
}

void write_shape(JsonWriter& json, const ModelSummary& summary) {
  const ModelConfig& config = summary.config;
  json.member("architecture", config.architecture);
  json.member("layers", config.layers);
  json.member("full_attention_layers", config.full_layers());
  json.member("linear_attention_layers", config.linear_layers());
  json.member("hidden_size", config.dim);
  json.member("intermediate_size", config.hidden);
  json.member("heads", config.heads);
  json.member("kv_heads", config.kv_heads);
  json.member("head_dim", config.head_dim);
  json.member("vocab", config.vocab);
  json.member("tied", summary.parameters.head == 0);
  json.member("context_tokens", config.context);
}

void write_parameters(JsonWriter& json, const ParameterCounts& counts) {
  json.key("parameters");
  json.begin_object();
  json.member("total", counts.total());
  json.member("embedding", counts.embedding);
  json.member("decoder", counts.decoder);
  json.member("head", counts.head);
  json.member("mtp", counts.mtp);
  json.member("vision", counts.vision);
  json.end_object();
}

void write_types(JsonWriter& json, const std::vector<StoredType>& types) {
  json.key("weight_types");
  json.begin_array();
  for (const StoredType& type : types) {
    json.begin_object();
    json.member("type", type.type);
    json.member("tensors", type.tensors);
    json.member("parameters", type.parameters);
    json.member("bytes", type.bytes);
    json.end_object();
  }
  json.end_array();
}

void write_memory(JsonWriter& json, const Facts& facts) {
  const ModelSummary& summary = facts.summary;
  const KvType usual = usual_kv_type(summary.natural_type, summary.config.head_dim);
  json.member("type", compute_type_name(summary.natural_type));
  json.member("kv", kv_type_name(usual));
  json.member("kv_bytes_per_token", summary.kv_layout(usual).bytes_per_token());
  json.key("kv_bytes_per_token_by_type");
  json.begin_object();
  for (const KvType type : kv_types(summary.config))
    json.member(kv_type_name(type), summary.kv_layout(type).bytes_per_token());
  json.end_object();
  json.member("state_bytes", summary.state_layout().state_bytes() + summary.conv_state_bytes());
  json.member("recurrent_state_bytes", summary.state_layout().state_bytes());
  json.member("conv_state_bytes", summary.conv_state_bytes());
  json.member("memory_available_bytes", memory_available_bytes());
  json.key("fits");
  json.begin_array();
  for (const Facts::Fit& fit : facts.fits) {
    json.begin_object();
    json.member("type", compute_type_name(fit.type));
    json.member("kv", kv_type_name(usual_kv_type(fit.type, summary.config.head_dim)));
    json.member("weight_bytes", fit.weight_bytes);
    json.member("fits", fit.context.has_value());
    json.member("context_tokens", fit.context.value_or(0));
    json.end_object();
  }
  json.end_array();
}

void write_token(JsonWriter& json, const char* name, std::optional<int32_t> id) {
  json.key(name);
  if (id) {
    json.value(static_cast<int64_t>(*id));
  } else {
    json.null();
  }
}

void write_text_model(JsonWriter& json, const Facts& facts) {
  json.member("chat_template", facts.has_template);
  if (!facts.template_trouble.empty()) json.member("chat_template_error", facts.template_trouble);
  if (!facts.tokenizer_trouble.empty()) json.member("tokenizer_error", facts.tokenizer_trouble);
  json.key("tokenizer");
  if (!facts.tokenizer) return json.null();
  const Tokenizer& tokenizer = *facts.tokenizer;
  json.begin_object();
  json.member("tokens", tokenizer.token_count());
  write_token(json, "bos", tokenizer.bos());
  write_token(json, "eos", tokenizer.eos());
  json.member("add_bos", tokenizer.add_bos());
  json.key("stop_tokens");
  json.begin_array();
  for (const int32_t id : tokenizer.stop_tokens()) json.value(static_cast<int64_t>(id));
  json.end_array();
  json.key("special_tokens");
  json.begin_object();
  for (int64_t i = 0; i < tokenizer.token_count(); ++i) {
    const auto id = static_cast<int32_t>(i);
    if (tokenizer.is_special(id) && !tokenizer.is_unused(id)) json.member(std::string(tokenizer.token_bytes(id)), i);
  }
  json.end_object();
  json.end_object();
}

void write_errors(JsonWriter& json, const Facts& facts, const char* key, ReencodingLoss ReencodingError::* loss) {
  json.key(key);
  json.begin_array();
  for (const ReencodingError& error : facts.errors) {
    json.begin_object();
    json.member("type", dtype_info(error.type).name);
    json.member("matrices", error.matrices);
    json.member("relative_rms_error", (error.*loss).relative_rms);
    json.member("worst_relative_rms_error", (error.*loss).worst_relative_rms);
    json.member("worst", (error.*loss).worst_name);
    json.end_object();
  }
  json.end_array();
}

std::string as_json(const Facts& facts, bool with_errors) {
  JsonWriter json;
  json.begin_object();
  json.member("model", model_title(facts.path));
  json.member("path", facts.path);
  json.member("format", facts.gguf ? "gguf" : "safetensors");
  json.member("bytes", facts.file_bytes);
  write_shape(json, facts.summary);
  write_parameters(json, facts.summary.parameters);
  write_types(json, facts.summary.types);
  write_memory(json, facts);
  write_text_model(json, facts);
  if (with_errors) {
    write_errors(json, facts, "int8_reencoding", &ReencodingError::int8);
    write_errors(json, facts, "int4_reencoding", &ReencodingError::int4);
  }
  json.end_object();
  return json.text() + "\n";
}

}  // namespace

Result<int> show_command(int argc, const char* const* argv) {
  CommandLine line("capy show",
                   "Tell what a model is: its architecture, parameters and bytes, the memory that each token and each\n"
                   "conversation takes, and what context fits this machine.",
                   "  capy show smollm2\n"
                   "  capy show ./Qwen3.5-0.8B --json | jq .parameters.total\n"
                   "  capy show model.Q4_K_M.gguf --error       what re-encoding costs, for int8 and for int4\n");
  ModelChoice choice;
  bool json = false;
  bool measures_error = false;
  add_model_argument(line, choice)->required();
  line.add_flag("--json", json, "one JSON object");
  line.add_flag("--error", measures_error,
                "measure the error of re-encoding the weights into int8 and int4 (reads them all)");
  if (const auto ended = TRY(line.read(argc, argv))) return *ended;

  const std::string path = TRY(find_model(choice.model));
  const Facts facts = TRY(gather(path, measures_error));
  TRY(write_output(json ? as_json(facts, measures_error) : harmless(as_text(facts, measures_error))));
  return 0;
}

}  // namespace capy
