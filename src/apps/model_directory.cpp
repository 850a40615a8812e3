// SPDX-License-Identifier: Apache-2.0
#include "apps/model_directory.h"

#include <filesystem>

#include "apps/figures.h"
#include "base/atomic_file.h"
#include "base/concat.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mapped_file.h"
#include "engine/text_model.h"
#include "formats/writer.h"
#include "model/config_json.h"
#include "text/tokenizer_writer.h"

namespace capy {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kFileBytesMax = int64_t{256} << 20;

// Whatever a tokenizer, a template or a processor is read from. Weights and config.json are written anew.
constexpr const char* kTextFiles[] = {"tokenizer.json",
                                      "tokenizer_config.json",
                                      "vocab.json",
                                      "merges.txt",
                                      "generation_config.json",
                                      "chat_template.jinja",
                                      "special_tokens_map.json",
                                      "added_tokens.json",
                                      "preprocessor_config.json",
                                      "video_preprocessor_config.json"};

std::string in(const std::string& directory, const char* name) { return (fs::path(directory) / name).string(); }

Status write_gguf_text_files(const Checkpoint& from, const std::string& out) {
  const std::string_view model = from.metadata().as_string("tokenizer.ggml.model").value_or("none");
  if (model == "none" || model == "no_vocab") return {};
  const Vocabulary vocabulary = TRY(gguf_vocabulary(from));
  const Result<std::string> tokenizer = tokenizer_json(vocabulary);
  if (!tokenizer.ok()) {
    log_warning(concat(from.path(), ": ", tokenizer.error().message, "; the new model has none"));
    return {};
  }
  const std::optional<std::string> chat_template = TRY(chat_template_text(from));
  TRY(write_text(in(out, "tokenizer.json"), tokenizer.value()));
  TRY(write_text(in(out, "tokenizer_config.json"),
                 tokenizer_config_json(
                     vocabulary, chat_template ? std::optional<std::string_view>(*chat_template) : std::nullopt)));
  const std::string generation = generation_config_json(vocabulary);
  return generation.empty() ? Status() : write_text(in(out, "generation_config.json"), generation);
}

}  // namespace

Status prepare_model_directory(const std::string& out, int64_t bytes) {
  std::error_code failed;
  if (fs::exists(out, failed) && !fs::is_directory(out, failed)) {
    return Error{ErrorCode::kInvalid, concat(out, ": there is a file of this name; a directory is to be made")};
  }
  for (const char* name :
       {"config.json", "model.safetensors", "model.safetensors.index.json", "adapter_model.safetensors"}) {
    if (fs::exists(fs::path(out) / name, failed)) {
      return Error{ErrorCode::kInvalid, concat(out, ": holds a model already (", name, "); choose another directory")};
    }
  }
  TRY(make_directories(out));
  const fs::space_info space = fs::space(out, failed);
  if (!failed && space.available < static_cast<uintmax_t>(bytes)) {
    return Error{ErrorCode::kLimit, concat(out, ": the model needs ", readable_bytes(bytes), " and the disk has ",
                                           readable_bytes(static_cast<int64_t>(space.available)), " free")};
  }
  return {};
}

void abandon_model_directory(const std::string& out) {
  std::error_code ignored;
  fs::remove(out, ignored);  // only if it is empty
}

Status write_config(const Checkpoint& from, const ModelConfig& config, const std::string& quantization,
                    const std::string& out) {
  std::string text;
  if (from.kind() == Checkpoint::Kind::kGguf) {
    if (!config.rope.divisors.empty() || from.find("rope_freqs.weight") != nullptr) {
      return Error{ErrorCode::kUnsupported,
                   concat(from.path(), ": its rope_freqs have no form in config.json; take the model's own directory")};
    }
    text = hugging_face_config(config);
  }
  const JsonDocument own = TRY(JsonDocument::parse(text.empty() ? "{}" : text, "config.json"));
  const Json root = text.empty() ? from.config() : own.root();
  JsonWriter json;
  json.begin_object();
  for (int64_t i = 0; i < root.size(); ++i) {
    if (root.key(i) != "quantization_config") json.member(root.key(i), root[i]);
  }
  if (!quantization.empty()) {
    const JsonDocument entry = TRY(JsonDocument::parse(quantization, "capy_quantization"));
    json.member("capy_quantization", entry.root());
  }
  json.end_object();
  return write_text(in(out, "config.json"), json.text() + "\n");
}

Status copy_text_files(const std::string& from, const std::string& out) {
  for (const char* const name : kTextFiles) {
    std::error_code ignored;
    if (!fs::is_regular_file(in(from, name), ignored)) continue;
    const std::string text = TRY(read_file(in(from, name), kFileBytesMax));
    TRY(write_text(in(out, name), text));
  }
  return {};
}

Status write_text_files(const Checkpoint& from, const std::string& out) {
  if (from.kind() == Checkpoint::Kind::kGguf) return write_gguf_text_files(from, out);
  return copy_text_files(from.directory(), out);
}

}  // namespace capy
