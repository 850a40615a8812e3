// SPDX-License-Identifier: Apache-2.0
#include "text/tokenizer_writer.h"

#include <algorithm>
#include <vector>

#include "base/json.h"

namespace capy {
namespace {

bool is_added(TokenType type) {
  return type == TokenType::kUnknown || type == TokenType::kControl || type == TokenType::kUserDefined;
}

// Those that the file names, or all that are no ordinary text.
std::vector<AddedToken> added_tokens(const Vocabulary& vocabulary) {
  if (!vocabulary.added.empty()) return vocabulary.added;
  std::vector<AddedToken> added;
  for (size_t id = 0; id < vocabulary.tokens.size(); ++id) {
    if (is_added(vocabulary.type(id))) added.push_back({.id = static_cast<int32_t>(id)});
  }
  return added;
}

void write_added(JsonWriter& json, const Vocabulary& vocabulary, const std::vector<AddedToken>& added) {
  json.key("added_tokens");
  json.begin_array();
  for (const AddedToken& token : added) {
    const auto id = static_cast<size_t>(token.id);
    json.begin_object();
    json.member("id", static_cast<int64_t>(token.id));
    json.member("content", vocabulary.tokens[id]);
    json.member("single_word", false);
    json.member("lstrip", token.strip_left);
    json.member("rstrip", token.strip_right);
    json.member("normalized", token.normalized);
    json.member("special", vocabulary.type(id) != TokenType::kUserDefined);
    json.end_object();
  }
  json.end_array();
}

void write_byte_level(JsonWriter& json, bool use_regex) {
  json.begin_object();
  json.member("type", "ByteLevel");
  json.member("add_prefix_space", false);
  json.member("trim_offsets", true);
  json.member("use_regex", use_regex);
  json.end_object();
}

void write_split(JsonWriter& json, std::string_view regex) {
  json.begin_object();
  json.member("type", "Split");
  json.key("pattern");
  json.begin_object();
  json.member("Regex", regex);
  json.end_object();
  json.member("behavior", "Isolated");
  json.member("invert", false);
  json.end_object();
}

// GPT-2's regex is ByteLevel's own; SmolLM sets the digits apart first; all others are a Split before it.
void write_pre_tokenizer(JsonWriter& json, PreTokenizer kind) {
  json.key("pre_tokenizer");
  if (kind == PreTokenizer::kGpt2) return write_byte_level(json, true);
  json.begin_object();
  json.member("type", "Sequence");
  json.key("pretokenizers");
  json.begin_array();
  if (kind == PreTokenizer::kSmolLm) {
    json.begin_object();
    json.member("type", "Digits");
    json.member("individual_digits", true);
    json.end_object();
  } else {
    write_split(json, *pre_tokenizer_regex(kind));
  }
  write_byte_level(json, kind == PreTokenizer::kSmolLm);
  json.end_array();
  json.end_object();
}

void write_template_part(JsonWriter& json, const char* kind, std::string_view id) {
  json.begin_object();
  json.key(kind);
  json.begin_object();
  json.member("id", id);
  json.member("type_id", 0);
  json.end_object();
  json.end_object();
}

// [BOS] text [EOS], where the model wants one of them.
void write_post_processor(JsonWriter& json, const Vocabulary& vocabulary) {
  const bool bos = vocabulary.add_bos && vocabulary.bos >= 0;
  const bool eos = vocabulary.add_eos && vocabulary.eos >= 0;
  json.key("post_processor");
  if (!bos && !eos) return write_byte_level(json, false);
  const auto written = [&](int32_t id) { return vocabulary.tokens[static_cast<size_t>(id)]; };
  json.begin_object();
  json.member("type", "TemplateProcessing");
  for (const char* const name : {"single", "pair"}) {
    json.key(name);
    json.begin_array();
    for (const char* const sequence : {"A", "B"}) {
      if (sequence[0] == 'B' && name[0] == 's') continue;
      if (bos) write_template_part(json, "SpecialToken", written(vocabulary.bos));
      write_template_part(json, "Sequence", sequence);
      if (eos) write_template_part(json, "SpecialToken", written(vocabulary.eos));
    }
    json.end_array();
  }
  json.key("special_tokens");
  json.begin_object();
  for (const int32_t id : {bos ? vocabulary.bos : -1, eos && vocabulary.eos != vocabulary.bos ? vocabulary.eos : -1}) {
    if (id < 0) continue;
    json.key(written(id));
    json.begin_object();
    json.member("id", written(id));
    json.key("ids");
    json.begin_array();
    json.value(static_cast<int64_t>(id));
    json.end_array();
    json.key("tokens");
    json.begin_array();
    json.value(written(id));
    json.end_array();
    json.end_object();
  }
  json.end_object();
  json.end_object();
}

void write_model(JsonWriter& json, const Vocabulary& vocabulary, const std::vector<AddedToken>& added) {
  std::vector<bool> apart(vocabulary.tokens.size());
  for (const AddedToken& token : added) apart[static_cast<size_t>(token.id)] = true;
  json.key("model");
  json.begin_object();
  json.member("type", "BPE");
  for (const char* const name : {"dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix"}) {
    json.key(name);
    json.null();
  }
  json.member("fuse_unk", false);
  json.member("byte_fallback", false);
  json.member("ignore_merges", vocabulary.ignore_merges);
  json.key("vocab");
  json.begin_object();
  for (size_t id = 0; id < vocabulary.tokens.size(); ++id) {
    if (!apart[id] && vocabulary.type(id) == TokenType::kNormal)
      json.member(vocabulary.tokens[id], static_cast<int64_t>(id));
  }
  json.end_object();
  json.key("merges");
  json.begin_array();
  for (const MergeText& merge : vocabulary.merges) {
    json.begin_array();
    json.value(merge.left);
    json.value(merge.right);
    json.end_array();
  }
  json.end_array();
  json.end_object();
}

}  // namespace

Result<std::string> tokenizer_json(const Vocabulary& vocabulary) {
  if (vocabulary.model != Vocabulary::Model::kByteLevelBpe) {
    return Error{ErrorCode::kUnsupported, "a SentencePiece tokenizer cannot be written as tokenizer.json yet"};
  }
  if (vocabulary.pre_tokenizer == PreTokenizer::kPunctuated) {
    return Error{ErrorCode::kUnsupported, "GGUF's \"default\" pre-tokeniser has no form in tokenizer.json"};
  }
  const std::vector<AddedToken> added = added_tokens(vocabulary);
  JsonWriter json;
  json.begin_object();
  json.member("version", "1.0");
  for (const char* const name : {"truncation", "padding"}) {
    json.key(name);
    json.null();
  }
  write_added(json, vocabulary, added);
  json.key("normalizer");
  if (vocabulary.nfc) {
    json.begin_object();
    json.member("type", "NFC");
    json.end_object();
  } else {
    json.null();
  }
  write_pre_tokenizer(json, vocabulary.pre_tokenizer);
  write_post_processor(json, vocabulary);
  json.key("decoder");
  write_byte_level(json, true);
  write_model(json, vocabulary, added);
  json.end_object();
  return json.text() + "\n";
}

std::string tokenizer_config_json(const Vocabulary& vocabulary, std::optional<std::string_view> chat_template) {
  JsonWriter json;
  json.begin_object();
  json.member("tokenizer_class", "PreTrainedTokenizerFast");
  const auto name_of = [&](const char* key, int32_t id) {
    if (id >= 0 && id < static_cast<int64_t>(vocabulary.tokens.size()))
      json.member(key, vocabulary.tokens[static_cast<size_t>(id)]);
  };
  name_of("bos_token", vocabulary.bos);
  name_of("eos_token", vocabulary.eos);
  json.member("add_bos_token", vocabulary.add_bos);
  json.member("add_eos_token", vocabulary.add_eos);
  if (chat_template) json.member("chat_template", *chat_template);
  json.end_object();
  return json.text() + "\n";
}

std::string generation_config_json(const Vocabulary& vocabulary) {
  std::vector<int32_t> stops = vocabulary.stops;
  if (vocabulary.eos >= 0) stops.push_back(vocabulary.eos);
  std::sort(stops.begin(), stops.end());
  stops.erase(std::unique(stops.begin(), stops.end()), stops.end());
  if (stops.empty()) return "";
  JsonWriter json;
  json.begin_object();
  json.key("eos_token_id");
  json.begin_array();
  for (const int32_t id : stops) json.value(static_cast<int64_t>(id));
  json.end_array();
  json.end_object();
  return json.text() + "\n";
}

}  // namespace capy
