// SPDX-License-Identifier: Apache-2.0
#include "text/tokenizer_json.h"

#include <algorithm>
#include <vector>

#include "base/concat.h"
#include "text/vocabulary_tokens.h"

namespace capy {
namespace {

constexpr std::string_view kSpaceSymbol = "\u2581";

Error corrupt(std::string_view what) { return Error{ErrorCode::kCorrupt, concat("tokenizer.json: ", what)}; }

Error unsupported(std::string_view what) {
  return Error{ErrorCode::kUnsupported, concat("tokenizer.json: ", what, " is not supported")};
}

std::string_view text_of(Json value) { return value.as_string().value_or(std::string_view()); }
std::string_view type_of(Json node) { return text_of(node["type"]); }
bool is_true(Json value) { return value.as_bool().value_or(false); }
bool is_absent(Json value) { return !value.exists() || value.is_null(); }

// A component, or, where it is a Sequence, the components in it. Nothing for null.
void flatten(Json node, const char* list_name, std::vector<Json>& steps) {
  if (is_absent(node)) return;
  if (type_of(node) != "Sequence") return steps.push_back(node);
  const Json list = node[list_name];
  for (int64_t i = 0; i < list.size(); ++i) flatten(list[i], list_name, steps);
}

std::vector<Json> steps_of(Json node, const char* list_name) {
  std::vector<Json> steps;
  flatten(node, list_name, steps);
  return steps;
}

class TokenizerJson {
 public:
  TokenizerJson(Json root, const TokenizerLimits& limits) : root_(root), limits_(limits) {}

  Result<Vocabulary> read() {
    TRY(read_model());
    const Json added = root_["added_tokens"];
    for (int64_t i = 0; i < added.size(); ++i) {
      TRY(read_added_token(added[i], added[i]["id"].as_int().value_or(-1), limits_, vocabulary_));
    }
    TRY(read_normalizer());
    TRY(read_pre_tokenizer());
    if (vocabulary_.model == Vocabulary::Model::kByteLevelBpe) {
      TRY(check_byte_level());
    } else {
      TRY(check_sentencepiece());
    }
    TRY(check_decoder());
    TRY(read_post_processor());
    return std::move(vocabulary_);
  }

 private:
  Status read_model();
  Status read_merges();
  Status read_normalizer();
  Status read_pre_tokenizer();
  Status read_byte_level(const std::vector<Json>& steps);
  Status read_metaspace(Json metaspace);
  Status check_byte_level() const;
  Status check_sentencepiece();
  Status check_decoder() const;
  Status read_post_processor();
  Status read_template(Json single, Json special_tokens);

  Json root_;
  TokenizerLimits limits_;
  Vocabulary vocabulary_;
  bool replaces_spaces_ = false;  // the normaliser writes U+2581 for spaces
};

Status TokenizerJson::read_model() {
  const Json model = root_["model"];
  const std::string_view type = type_of(model);
  if (!model.is_object()) return corrupt("no \"model\"");
  if (type != "BPE" && !(type.empty() && model["merges"].exists())) return unsupported(concat("model type ", type));
  if (model["dropout"].as_double().value_or(0) != 0) return unsupported("dropout");
  for (const char* name : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    if (!text_of(model[name]).empty()) return unsupported(name);
  }
  vocabulary_.ignore_merges = is_true(model["ignore_merges"]);
  TRY(read_vocab(model["vocab"], limits_, vocabulary_));
  return read_merges();
}

Status TokenizerJson::read_merges() {
  const Json merges = root_["model"]["merges"];
  if (!merges.is_array()) return corrupt("\"merges\" is no list");
  if (merges.size() > limits_.merges_max) {
    return Error{ErrorCode::kLimit, concat("tokenizer.json: ", merges.size(), " merges; at most ", limits_.merges_max)};
  }
  vocabulary_.merges.reserve(static_cast<size_t>(merges.size()));
  for (int64_t i = 0; i < merges.size(); ++i) {
    const Json merge = merges[i];  // "a b", or since 2024 ["a", "b"], which allows spaces in tokens
    if (const auto line = merge.as_string()) {
      const auto pair = MergeText::from_line(*line);
      if (!pair) return corrupt(concat("merge ", i, " is \"", *line, "\", not two tokens"));
      vocabulary_.merges.push_back(*pair);
    } else {
      const auto left = merge[0].as_string();
      const auto right = merge[1].as_string();
      if (!left || !right || merge.size() != 2) return corrupt(concat("merge ", i, " is not two tokens"));
      vocabulary_.merges.push_back({*left, *right});
    }
  }
  return {};
}

Status TokenizerJson::read_normalizer() {
  for (const Json step : steps_of(root_["normalizer"], "normalizers")) {
    const std::string_view type = type_of(step);
    if (type == "NFC") {
      vocabulary_.nfc = true;
    } else if (type == "Prepend" && text_of(step["prepend"]) == kSpaceSymbol) {
      vocabulary_.space_prefix = Vocabulary::SpacePrefix::kEveryStretch;
    } else if (type == "Replace" && text_of(step["pattern"]["String"]) == " " &&
               text_of(step["content"]) == kSpaceSymbol) {
      replaces_spaces_ = true;
    } else {
      return unsupported(concat("normalizer ", type));
    }
  }
  return {};
}

Status TokenizerJson::read_pre_tokenizer() {
  const std::vector<Json> steps = steps_of(root_["pre_tokenizer"], "pretokenizers");
  if (!steps.empty() && type_of(steps.back()) == "ByteLevel") return read_byte_level(steps);
  vocabulary_.model = Vocabulary::Model::kSentencePieceBpe;
  if (steps.size() == 1 && type_of(steps[0]) == "Metaspace") return read_metaspace(steps[0]);
  if (!steps.empty()) return unsupported(concat("pre_tokenizer ", type_of(steps[0])));
  if (!replaces_spaces_) return unsupported("BPE without ByteLevel or Metaspace");
  return {};
}

// Known are: ByteLevel alone (GPT-2), after Digits (SmolLM), and after a Split by a known regex (all others).
Status TokenizerJson::read_byte_level(const std::vector<Json>& steps) {
  const Json byte_level = steps.back();
  const bool own_regex = byte_level["use_regex"].as_bool().value_or(true);
  if (byte_level["add_prefix_space"].as_bool().value_or(true)) return unsupported("ByteLevel with add_prefix_space");
  if (replaces_spaces_ || vocabulary_.space_prefix != Vocabulary::SpacePrefix::kNever) {
    return unsupported("ByteLevel behind a normalizer of spaces");
  }
  const std::string_view first = type_of(steps[0]);
  if (steps.size() == 1 && own_regex) {
    vocabulary_.pre_tokenizer = PreTokenizer::kGpt2;
    return {};
  }
  if (steps.size() == 2 && first == "Digits" && own_regex && is_true(steps[0]["individual_digits"])) {
    vocabulary_.pre_tokenizer = PreTokenizer::kSmolLm;
    return {};
  }
  const Json split = steps[0];
  if (steps.size() != 2 || first != "Split" || own_regex || is_true(split["invert"]) ||
      text_of(split["behavior"]) != "Isolated") {
    return unsupported(concat("this combination of pre_tokenizers, beginning with ", first));
  }
  const std::string_view regex = text_of(split["pattern"]["Regex"]);
  const auto known = pre_tokenizer_by_regex(regex);
  if (!known) return unsupported(concat("the pre_tokenizer regex ", regex));
  vocabulary_.pre_tokenizer = *known;
  return {};
}

Status TokenizerJson::read_metaspace(Json metaspace) {
  const std::string_view scheme = text_of(metaspace["prepend_scheme"]);
  if (replaces_spaces_ || vocabulary_.space_prefix != Vocabulary::SpacePrefix::kNever) {
    return unsupported("Metaspace behind a normalizer of spaces");
  }
  if (text_of(metaspace["replacement"]) != kSpaceSymbol) return unsupported("Metaspace with another replacement");
  if (metaspace["split"].as_bool().value_or(true)) return unsupported("Metaspace that splits");
  const bool normalized =
      std::any_of(vocabulary_.added.begin(), vocabulary_.added.end(), [](const AddedToken& t) { return t.normalized; });
  if (normalized) return unsupported("Metaspace with normalized added tokens");
  vocabulary_.space_prefix_once = true;
  if (scheme == "always") {
    vocabulary_.space_prefix = Vocabulary::SpacePrefix::kEveryStretch;
  } else if (scheme == "first") {
    vocabulary_.space_prefix = Vocabulary::SpacePrefix::kFirstStretch;
  } else if (scheme != "never") {
    return unsupported(concat("Metaspace with prepend_scheme \"", scheme, "\""));
  }
  return {};
}

// Without an unknown token, bytes that the vocabulary lacks are left out; with one, the reference would write it.
Status TokenizerJson::check_byte_level() const {
  const Json model = root_["model"];
  if (is_true(model["byte_fallback"])) return unsupported("byte_fallback with ByteLevel");
  if (text_of(model["unk_token"]).empty()) return {};
  const Result<TokenTable> table = make_token_table(vocabulary_);
  if (!table.ok()) return table.error();
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    if (table.value().find(std::string_view(&c, 1)) < 0) return unsupported("unk_token for bytes without a token");
  }
  return {};
}

Status TokenizerJson::check_sentencepiece() {
  const Json model = root_["model"];
  if (vocabulary_.ignore_merges) return unsupported("ignore_merges with SentencePiece");
  if (is_true(model["byte_fallback"])) {
    for (size_t id = 0; id < vocabulary_.tokens.size(); ++id) {
      const bool byte = vocabulary_.type(id) == TokenType::kNormal && byte_of_token(vocabulary_.tokens[id]) >= 0;
      if (byte) vocabulary_.types[id] = static_cast<int64_t>(TokenType::kByte);
    }
  }
  const std::string_view unknown = text_of(model["unk_token"]);
  if (unknown.empty()) return {};
  const auto id = id_of_written(vocabulary_, unknown);
  if (!id) return corrupt(concat("unk_token \"", unknown, "\" is not in the vocabulary"));
  if (!is_true(model["fuse_unk"])) return unsupported("unk_token without fuse_unk");
  vocabulary_.unknown = *id;
  return {};
}

Status TokenizerJson::check_decoder() const {
  bool strips = false;
  for (const Json step : steps_of(root_["decoder"], "decoders")) {
    const std::string_view type = type_of(step);
    if (vocabulary_.model == Vocabulary::Model::kByteLevelBpe) {
      if (type != "ByteLevel") return unsupported(concat("decoder ", type, " with ByteLevel"));
      continue;
    }
    const bool strip = type == "Strip" && text_of(step["content"]) == " " && step["start"].as_int() == 1 &&
                       step["stop"].as_int().value_or(0) == 0;
    const bool metaspace = type == "Metaspace" && text_of(step["prepend_scheme"]) != "never";
    strips = strips || strip || metaspace;
    const bool known = strip || type == "Metaspace" || type == "Replace" || type == "ByteFallback" || type == "Fuse";
    if (!known) return unsupported(concat("decoder ", type));
  }
  const bool prefixed = vocabulary_.space_prefix != Vocabulary::SpacePrefix::kNever;
  if (strips != prefixed) return unsupported("a space prefix that only one of encoder and decoder knows");
  return {};
}

Status TokenizerJson::read_post_processor() {
  for (const Json step : steps_of(root_["post_processor"], "processors")) {
    const std::string_view type = type_of(step);
    if (type == "ByteLevel") continue;  // offsets only
    if (type != "TemplateProcessing") return unsupported(concat("post_processor ", type));
    TRY(read_template(step["single"], step["special_tokens"]));
  }
  return {};
}

// [BOS] text [EOS]
Status TokenizerJson::read_template(Json single, Json special_tokens) {
  bool behind_text = false;
  for (int64_t i = 0; i < single.size(); ++i) {
    if (single[i]["Sequence"].exists()) {
      behind_text = true;
      continue;
    }
    const std::string_view name = text_of(single[i]["SpecialToken"]["id"]);
    const Json ids = special_tokens[name]["ids"];
    const auto id = ids[0].as_int();
    bool& adds = behind_text ? vocabulary_.add_eos : vocabulary_.add_bos;
    if (ids.size() != 1 || adds) return unsupported("a post_processor with more than one token before or behind");
    if (!id || *id < 0 || *id >= static_cast<int64_t>(vocabulary_.tokens.size())) {
      return corrupt(concat("the post_processor's token \"", name, "\" is not in the vocabulary"));
    }
    adds = true;
    (behind_text ? vocabulary_.eos : vocabulary_.bos) = static_cast<int32_t>(*id);
  }
  return {};
}

Status grow_to(int64_t id, const TokenizerLimits& limits, Vocabulary& vocabulary) {
  if (id < 0) return corrupt(concat("a token has the id ", id));
  const int64_t limit = std::min(limits.tokens_max, static_cast<int64_t>(vocabulary.tokens.size()) + limits.id_gap_max);
  if (id >= limit) {
    return Error{ErrorCode::kLimit, concat("tokenizer.json: a token has the id ", id, "; here at most ", limit - 1)};
  }
  const size_t count = std::max(vocabulary.tokens.size(), static_cast<size_t>(id) + 1);
  vocabulary.tokens.resize(count);
  vocabulary.types.resize(count, static_cast<int64_t>(TokenType::kUnused));
  return {};
}

}  // namespace

Result<Vocabulary> read_tokenizer_json(Json root, const TokenizerLimits& limits) {
  return TokenizerJson(root, limits).read();
}

Status read_vocab(Json vocab, const TokenizerLimits& limits, Vocabulary& vocabulary) {
  if (!vocab.is_object()) return corrupt("the vocabulary is no object");
  const int64_t count = vocab.size();
  if (count > limits.tokens_max) {
    return Error{ErrorCode::kLimit, concat("tokenizer.json: ", count, " tokens; at most ", limits.tokens_max)};
  }
  vocabulary.tokens.resize(static_cast<size_t>(count));
  vocabulary.types.resize(static_cast<size_t>(count), static_cast<int64_t>(TokenType::kUnused));
  for (int64_t i = 0; i < count; ++i) {
    const std::string_view token = vocab.key(i);
    const auto id = vocab[i].as_int();
    if (!id) return corrupt(concat("token \"", token, "\" has no integer id"));
    TRY(grow_to(*id, limits, vocabulary));
    int64_t& type = vocabulary.types[static_cast<size_t>(*id)];
    if (type != static_cast<int64_t>(TokenType::kUnused)) return corrupt(concat("two tokens have the id ", *id));
    type = static_cast<int64_t>(TokenType::kNormal);
    vocabulary.tokens[static_cast<size_t>(*id)] = token;
  }
  return {};
}

Status read_added_token(Json entry, int64_t id, const TokenizerLimits& limits, Vocabulary& vocabulary) {
  const auto content = entry["content"].as_string();
  if (!content) return corrupt(concat("added token ", id, " has no content"));
  if (is_true(entry["single_word"])) return unsupported(concat("single_word of added token \"", *content, "\""));
  TRY(grow_to(id, limits, vocabulary));
  const auto i = static_cast<size_t>(id);
  const bool fresh = vocabulary.types[i] == static_cast<int64_t>(TokenType::kUnused);
  if (!fresh && vocabulary.tokens[i] != *content) {
    return corrupt(concat("added token \"", *content, "\" has the id of \"", vocabulary.tokens[i], "\""));
  }
  vocabulary.tokens[i] = *content;
  vocabulary.types[i] = static_cast<int64_t>(is_true(entry["special"]) ? TokenType::kControl : TokenType::kUserDefined);
  vocabulary.added.push_back(
      {static_cast<int32_t>(id), is_true(entry["lstrip"]), is_true(entry["rstrip"]), is_true(entry["normalized"])});
  return {};
}

std::optional<int32_t> id_of_written(const Vocabulary& vocabulary, std::string_view text) {
  const auto found = std::find(vocabulary.tokens.begin(), vocabulary.tokens.end(), text);
  if (text.empty() || found == vocabulary.tokens.end()) return std::nullopt;
  return static_cast<int32_t>(found - vocabulary.tokens.begin());
}

}  // namespace capy
