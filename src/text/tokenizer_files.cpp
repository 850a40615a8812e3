// SPDX-License-Identifier: Apache-2.0
// The tokenizer of a Hugging Face directory:
//   tokenizer.json          all of it; or else
//   vocab.json, merges.txt  tokens and merges; what splits the text follows from tokenizer_class or the model's type
//   tokenizer_config.json   names of BOS and EOS, further added tokens
//   generation_config.json  further tokens that end an answer
#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "base/concat.h"
#include "base/json.h"
#include "base/mapped_file.h"
#include "text/tokenizer.h"
#include "text/tokenizer_json.h"
#include "text/vocabulary_files.h"

namespace capy {

// Vocabularies that are made from the files point into them.
struct VocabularyFiles::Files {
  std::optional<JsonDocument> tokenizer;
  std::optional<JsonDocument> vocab;
  std::optional<JsonDocument> tokenizer_config;
  std::optional<JsonDocument> generation_config;
  std::optional<JsonDocument> config;
  std::string merges;
};

namespace {

using Files = VocabularyFiles::Files;

// The document, or nothing where there is no such file.
Result<std::optional<JsonDocument>> read_if_there(const std::string& path, const TokenizerLimits& limits) {
  JsonLimits json_limits;
  json_limits.bytes_max = limits.file_bytes_max;
  Result<JsonDocument> document = JsonDocument::read(path, json_limits);
  if (document.ok()) return std::optional<JsonDocument>(std::move(document).take());
  if (document.error().code == ErrorCode::kNotFound) return std::optional<JsonDocument>();
  return std::move(document).take_error();
}

Json root_of(const std::optional<JsonDocument>& document) { return document ? document->root() : Json(); }

// One merge a line; lines that begin with "#version" are none.
Status read_merge_lines(std::string_view text, const TokenizerLimits& limits, Vocabulary& vocabulary) {
  for (int64_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with("#version")) continue;
    const auto merge = MergeText::from_line(line);
    if (!merge) return Error{ErrorCode::kCorrupt, concat("merges.txt: line ", number, " is not two tokens")};
    if (static_cast<int64_t>(vocabulary.merges.size()) == limits.merges_max) {
      return Error{ErrorCode::kLimit, concat("merges.txt: more than ", limits.merges_max, " merges")};
    }
    vocabulary.merges.push_back(*merge);
  }
  return {};
}

// vocab.json does not say how text is split. The class that the reference would load does.
Status set_rules_by_class(const Files& files, Vocabulary& vocabulary) {
  std::string_view name = root_of(files.tokenizer_config)["tokenizer_class"].as_string().value_or("");
  if (name.ends_with("Fast")) name.remove_suffix(4);
  const std::string_view model_type = root_of(files.config)["model_type"].as_string().value_or("");
  if (name == "Qwen3_5Tokenizer" || model_type.starts_with("qwen3_5")) {
    vocabulary.pre_tokenizer = PreTokenizer::kQwen35;
  } else if (name == "Qwen2Tokenizer") {
    vocabulary.pre_tokenizer = PreTokenizer::kQwen2;
  } else if (name == "GPT2Tokenizer") {
    vocabulary.pre_tokenizer = PreTokenizer::kGpt2;
  } else {
    return Error{ErrorCode::kUnsupported, concat("vocab.json and merges.txt of tokenizer_class \"", name, "\"")};
  }
  vocabulary.nfc = pre_tokenizer_implies_nfc(vocabulary.pre_tokenizer);
  return {};
}

Result<Vocabulary> read_vocab_and_merges(const Files& files, const TokenizerLimits& limits) {
  Vocabulary vocabulary;
  TRY(set_rules_by_class(files, vocabulary));
  TRY(read_vocab(root_of(files.vocab), limits, vocabulary));
  TRY(read_merge_lines(files.merges, limits, vocabulary));
  return vocabulary;
}

// added_tokens_decoder: {"151643": {"content": ...}, ...}. Most stand in tokenizer.json too.
Status read_added_tokens_decoder(Json entries, const TokenizerLimits& limits, Vocabulary& vocabulary) {
  for (int64_t i = 0; i < entries.size(); ++i) {
    const std::string_view key = entries.key(i);
    int64_t id = -1;
    const auto [end, failed] = std::from_chars(key.data(), key.data() + key.size(), id);
    if (failed != std::errc() || end != key.data() + key.size()) {
      return Error{ErrorCode::kCorrupt, concat("tokenizer_config.json: added token with the id \"", key, "\"")};
    }
    const auto is_there = [&](const AddedToken& token) { return token.id == id; };
    if (std::any_of(vocabulary.added.begin(), vocabulary.added.end(), is_there)) continue;
    TRY(read_added_token(entries[i], id, limits, vocabulary));
  }
  return {};
}

// "eos_token": "<|im_end|>", or {"content": "<|im_end|>", ...}.
void read_named(Json entry, const Vocabulary& vocabulary, int32_t& id) {
  const auto name = entry.is_object() ? entry["content"].as_string() : entry.as_string();
  if (name) id = id_of_written(vocabulary, *name).value_or(id);
}

Status read_tokenizer_config(Json config, const TokenizerLimits& limits, Vocabulary& vocabulary) {
  TRY(read_added_tokens_decoder(config["added_tokens_decoder"], limits, vocabulary));
  read_named(config["bos_token"], vocabulary, vocabulary.bos);
  read_named(config["eos_token"], vocabulary, vocabulary.eos);
  vocabulary.add_bos = config["add_bos_token"].as_bool().value_or(vocabulary.add_bos);
  vocabulary.add_eos = config["add_eos_token"].as_bool().value_or(vocabulary.add_eos);
  return {};
}

// "eos_token_id": 5, or [5, 7].
void read_stops(Json eos, Vocabulary& vocabulary) {
  const auto add = [&](Json value) {
    const auto id = value.as_int();
    if (id && *id >= 0 && *id < static_cast<int64_t>(vocabulary.tokens.size())) {
      vocabulary.stops.push_back(static_cast<int32_t>(*id));
    }
  };
  add(eos);
  for (int64_t i = 0; eos.is_array() && i < eos.size(); ++i) add(eos[i]);
}

Result<Vocabulary> read_vocabulary(const Files& files, const TokenizerLimits& limits) {
  Vocabulary vocabulary = TRY(files.tokenizer ? read_tokenizer_json(root_of(files.tokenizer), limits)
                                              : read_vocab_and_merges(files, limits));
  TRY(read_tokenizer_config(root_of(files.tokenizer_config), limits, vocabulary));
  read_stops(root_of(files.generation_config)["eos_token_id"], vocabulary);
  return vocabulary;
}

Result<Files> read_files(const std::string& directory, const TokenizerLimits& limits) {
  Files files;
  files.tokenizer = TRY(read_if_there(directory + "/tokenizer.json", limits));
  files.tokenizer_config = TRY(read_if_there(directory + "/tokenizer_config.json", limits));
  files.generation_config = TRY(read_if_there(directory + "/generation_config.json", limits));
  if (files.tokenizer) return files;
  files.vocab = TRY(read_if_there(directory + "/vocab.json", limits));
  if (!files.vocab) {
    return Error{ErrorCode::kNotFound, concat(directory, ": neither tokenizer.json nor vocab.json with merges.txt")};
  }
  files.merges = TRY(read_file(directory + "/merges.txt", limits.file_bytes_max));
  files.config = TRY(read_if_there(directory + "/config.json", limits));
  return files;
}

}  // namespace

VocabularyFiles::VocabularyFiles(std::unique_ptr<Files> files, Vocabulary vocabulary)
    : files_(std::move(files)), vocabulary_(std::move(vocabulary)) {}
VocabularyFiles::VocabularyFiles(VocabularyFiles&&) noexcept = default;
VocabularyFiles::~VocabularyFiles() = default;

Result<VocabularyFiles> VocabularyFiles::open(std::string_view directory, const TokenizerLimits& limits) {
  auto files = std::make_unique<Files>(TRY(read_files(std::string(directory), limits)));
  Result<Vocabulary> vocabulary = read_vocabulary(*files, limits);
  if (vocabulary.ok()) return VocabularyFiles(std::move(files), std::move(vocabulary).take());
  return Error{vocabulary.error().code, concat(directory, ": ", vocabulary.error().message)};
}

Result<Tokenizer> Tokenizer::open_directory(std::string_view directory, const TokenizerLimits& limits) {
  const VocabularyFiles files = TRY(VocabularyFiles::open(directory, limits));
  Result<Tokenizer> made = from_vocabulary(files.vocabulary(), limits);
  if (made.ok()) return made;
  return Error{made.error().code, concat(directory, ": ", made.error().message)};
}

Result<Tokenizer> Tokenizer::from_json(std::string_view text, const TokenizerLimits& limits) {
  JsonLimits json_limits;
  json_limits.bytes_max = limits.file_bytes_max;
  const JsonDocument document = TRY(JsonDocument::parse(text, "tokenizer.json", json_limits));
  const Vocabulary vocabulary = TRY(read_tokenizer_json(document.root(), limits));
  return from_vocabulary(vocabulary, limits);
}

}  // namespace capy
