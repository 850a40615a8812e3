// SPDX-License-Identifier: Apache-2.0
#include "engine/text_model.h"

#include <cstring>
#include <filesystem>
#include <limits>
#include <memory>

#include "base/concat.h"
#include "base/huge_pages.h"
#include "base/json.h"
#include "base/mapped_file.h"
#include "formats/content_hash.h"
#include "formats/packed_cache.h"
#include "text/template_files.h"

namespace capy {
namespace {

bool is_file(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

Error bad_metadata(const Checkpoint& checkpoint, std::string_view key) {
  return Error{ErrorCode::kCorrupt,
               concat(checkpoint.path(), ": GGUF metadata ", key, " is missing or of the wrong type")};
}

// -1 where the key is missing or no token id.
int32_t token_id(const GgufMetadata& metadata, std::string_view key) {
  const int64_t id = metadata.as_int(key).value_or(-1);
  return id >= 0 && id <= std::numeric_limits<int32_t>::max() ? static_cast<int32_t>(id) : -1;
}

}  // namespace

// tokenizer.ggml.*: the rules that the format leaves to the reader come from Vocabulary::for_gguf.
Result<Vocabulary> gguf_vocabulary(const Checkpoint& checkpoint) {
  const GgufMetadata& metadata = checkpoint.metadata();
  const std::string_view model = metadata.as_string("tokenizer.ggml.model").value_or("none");
  Vocabulary vocabulary = TRY(Vocabulary::for_gguf(model, metadata.as_string("tokenizer.ggml.pre").value_or("")));
  const auto tokens = metadata.string_array("tokenizer.ggml.tokens");
  if (!tokens) return bad_metadata(checkpoint, "tokenizer.ggml.tokens");
  vocabulary.tokens = *tokens;
  vocabulary.types = metadata.int_array("tokenizer.ggml.token_type").value_or(std::vector<int64_t>{});
  vocabulary.scores = metadata.float_array("tokenizer.ggml.scores").value_or(std::vector<float>{});
  vocabulary.bos = token_id(metadata, "tokenizer.ggml.bos_token_id");
  vocabulary.eos = token_id(metadata, "tokenizer.ggml.eos_token_id");
  vocabulary.unknown = token_id(metadata, "tokenizer.ggml.unknown_token_id");
  for (const char* key : {"tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id"}) {
    if (const int32_t stop = token_id(metadata, key); stop >= 0) vocabulary.stops.push_back(stop);
  }
  vocabulary.add_bos = metadata.as_bool("tokenizer.ggml.add_bos_token").value_or(vocabulary.add_bos);
  vocabulary.add_eos = metadata.as_bool("tokenizer.ggml.add_eos_token").value_or(vocabulary.add_eos);
  if (const auto prefix = metadata.as_bool("tokenizer.ggml.add_space_prefix"); prefix && !*prefix) {
    vocabulary.space_prefix = Vocabulary::SpacePrefix::kNever;
  }
  const auto merges = metadata.string_array("tokenizer.ggml.merges");
  if (!merges && vocabulary.model == Vocabulary::Model::kByteLevelBpe) {
    return bad_metadata(checkpoint, "tokenizer.ggml.merges");
  }
  vocabulary.merges.reserve(merges ? merges->size() : 0);
  for (size_t i = 0; merges && i < merges->size(); ++i) {
    const std::optional<MergeText> merge = MergeText::from_line((*merges)[i]);
    if (!merge) {
      return Error{ErrorCode::kCorrupt,
                   concat(checkpoint.path(), ": merge ", i, " of the tokenizer is not two tokens")};
    }
    vocabulary.merges.push_back(*merge);
  }
  return vocabulary;
}

namespace {

Result<std::optional<Tokenizer>> make_tokenizer(const Checkpoint& checkpoint) {
  if (checkpoint.kind() == Checkpoint::Kind::kGguf) {
    const std::string_view model = checkpoint.metadata().as_string("tokenizer.ggml.model").value_or("none");
    if (model == "none" || model == "no_vocab") return std::optional<Tokenizer>();
    const Vocabulary vocabulary = TRY(gguf_vocabulary(checkpoint));
    return std::optional<Tokenizer>(TRY(Tokenizer::from_vocabulary(vocabulary)));
  }
  const std::string& directory = checkpoint.directory();
  if (!is_file(directory + "/tokenizer.json") && !is_file(directory + "/vocab.json")) return std::optional<Tokenizer>();
  return std::optional<Tokenizer>(TRY(Tokenizer::open_directory(directory)));
}

// Whatever the tokenizer is made of: sizes, times and samples of its files, as of those with weights.
uint64_t tokenizer_identity(const Checkpoint& checkpoint) {
  if (checkpoint.kind() == Checkpoint::Kind::kGguf) return checkpoint.copy_identity();
  ContentHash hash;
  for (const char* name : {"tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json",
                           "generation_config.json", "config.json"}) {
    const Result<MappedFile> file = MappedFile::open(concat(checkpoint.directory(), "/", name));
    if (!file.ok()) {  // not there, or of no use: whoever needs it says so
      hash.add(uint64_t{0});
      continue;
    }
    const auto bytes = file.value().bytes();
    hash.add(static_cast<uint64_t>(bytes.size()) + 1);
    hash.add(static_cast<uint64_t>(file.value().changed_ns()));
    hash.add_samples(bytes);
  }
  return hash.value();
}

// In a packed file the tables are a matrix of one row of 4-byte words.
constexpr std::string_view kTablesName = "tokenizer";
constexpr uint64_t kTablesKey = 0x7a696e656b6f74;            // "tokeniz": no product has this number
constexpr int64_t kTablesBytesExpected = int64_t{64} << 20;  // 262,144 tokens take 20 MB
constexpr size_t kTablesBytesWorthIt = size_t{1} << 20;      // below it, making them is as fast as reading them

// Copied, not used in the map: a map that is cut short reads as zeros, and a search in zeros would never end.
std::optional<Tokenizer> tokenizer_from(PackedCache& cache) {
  const PackedFile& file = cache.file();
  if (file.directory().matrices.size() != 1) return std::nullopt;
  const PackedMatrix& matrix = file.directory().matrices[0];
  const std::byte* const bytes = file.find(kTablesName, MatrixFormat::kF32, 1, matrix.columns);
  if (bytes == nullptr) return std::nullopt;
  const auto count = static_cast<size_t>(matrix.bytes());
  const std::shared_ptr<uint64_t[]> copy(new uint64_t[(count + 7) / 8]);
  prefer_huge_pages(copy.get(), count);
  std::memcpy(copy.get(), bytes, count);
  const Status verified = file.verify();
  Result<Tokenizer> read = Tokenizer::from_tables(std::as_bytes(std::span(copy.get(), count / 8)), copy);
  if (verified.ok() && read.ok()) return std::move(read).take();
  cache.reject(verified.ok() ? concat(file.path(), ": ", read.error().message) : verified.error().message);
  return std::nullopt;
}

void keep_tables(const Tokenizer& tokenizer, PackedCache& cache) {
  const std::optional<std::string> tables = tokenizer.tables();
  if (!tables || tables->size() < kTablesBytesWorthIt) return;
  const auto words = static_cast<int64_t>(tables->size() / 4);
  if (cache.add(kTablesName, MatrixFormat::kF32, 1, words, std::as_bytes(std::span(*tables)))) (void)cache.settle();
}

}  // namespace

Result<std::optional<Tokenizer>> open_tokenizer(const Checkpoint& checkpoint, const std::string& cache_directory) {
  if (cache_directory.empty()) return make_tokenizer(checkpoint);
  const PackedKey key = {tokenizer_identity(checkpoint), kTablesKey, Tokenizer::kTablesVersion, 0};
  PackedCache cache = PackedCache::open(cache_directory, key, kTablesBytesExpected);
  if (std::optional<Tokenizer> ready = tokenizer_from(cache)) return ready;
  std::optional<Tokenizer> made = TRY(make_tokenizer(checkpoint));
  if (made) keep_tables(*made, cache);
  return made;
}

Result<std::optional<std::string>> chat_template_text(const Checkpoint& checkpoint) {
  if (checkpoint.kind() != Checkpoint::Kind::kGguf) return template_of_directory(checkpoint.directory());
  const auto text = checkpoint.metadata().as_string("tokenizer.chat_template");
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

Result<std::optional<ChatTemplate>> open_chat_template(const Checkpoint& checkpoint) {
  const std::optional<std::string> source = TRY(chat_template_text(checkpoint));
  if (!source) return std::optional<ChatTemplate>();
  return std::optional<ChatTemplate>(TRY(ChatTemplate::parse(*source, "the chat template")));
}

TemplateOptions template_options(const Tokenizer* tokenizer, std::optional<bool> think) {
  TemplateOptions options;
  options.enable_thinking = think;
  if (tokenizer == nullptr) return options;
  const auto name = [&](const char* variable, std::optional<int32_t> token) {
    if (token) options.special_tokens.emplace_back(variable, tokenizer->token_bytes(*token));
  };
  name("bos_token", tokenizer->bos());
  name("eos_token", tokenizer->eos());
  return options;
}

}  // namespace capy
