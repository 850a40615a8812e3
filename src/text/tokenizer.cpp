// SPDX-License-Identifier: Apache-2.0
// The way of a text: cut at added tokens, normalise each stretch between, cut again at the added tokens that are looked
// for in normalised text, and give the rest to the BPE.
#include "text/tokenizer.h"

#include <algorithm>
#include <array>

#include "base/concat.h"
#include "text/broken_utf8.h"
#include "text/tokenizer_parts.h"
#include "text/unicode.h"
#include "text/vocabulary_tokens.h"

namespace capy {
namespace {

// Special tokens with these names end an answer in every checkpoint that has them, whether or not its files say so.
constexpr std::array<std::string_view, 8> kStopNames = {
    "<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|eom_id|>", "<|end_of_text|>", "<|end|>", "<end_of_turn>", "</s>"};

std::vector<AddedToken> added_tokens(const Vocabulary& vocabulary) {
  std::vector<AddedToken> added = vocabulary.added;
  for (size_t id = 0; vocabulary.added.empty() && id < vocabulary.tokens.size(); ++id) {
    const TokenType type = vocabulary.type(id);
    const bool is_added = type == TokenType::kUnknown || type == TokenType::kControl || type == TokenType::kUserDefined;
    if (is_added) added.push_back({static_cast<int32_t>(id)});
  }
  return added;
}

}  // namespace

// What a normalised added token looks like in normalised text. (With a space prefix it is found only at the beginning
// of a stretch: so does the reference.)
std::string Tokenizer::Parts::normalise_pattern(std::string_view text) const {
  std::string pattern = space_prefix == Vocabulary::SpacePrefix::kEveryStretch ? " " : "";
  if (!nfc) return pattern.append(text);
  nfc_append(pattern, text);
  return pattern;
}

Status Tokenizer::Parts::read_added(const Vocabulary& vocabulary, const TokenizerLimits& limits) {
  std::vector<AddedTokenFinder::Pattern> patterns[2];
  for (const AddedToken& token : added_tokens(vocabulary)) {
    if (!is_token(token.id)) {
      return Error{ErrorCode::kCorrupt, concat("tokenizer: added token ", token.id, " of ", types.size(), " tokens")};
    }
    const std::string_view text = vocabulary.tokens[static_cast<size_t>(token.id)];
    if (static_cast<int64_t>(text.size()) > limits.added_token_bytes_max) {
      return Error{ErrorCode::kLimit, concat("tokenizer: added token ", token.id, " has ", text.size(),
                                             " bytes; at most ", limits.added_token_bytes_max)};
    }
    if (text.empty()) continue;
    std::string pattern = token.normalized ? normalise_pattern(text) : std::string(text);
    patterns[token.normalized].push_back({std::move(pattern), token.id, token.strip_left, token.strip_right});
  }
  added.set_patterns(std::move(patterns[0]));
  added_normalized.set_patterns(std::move(patterns[1]));
  return {};
}

Status Tokenizer::Parts::read_ends(const Vocabulary& vocabulary) {
  const auto optional_id = [&](int32_t id, std::string_view name, std::optional<int32_t>& to) -> Status {
    if (id == -1) return {};
    if (!is_token(id)) {
      return Error{ErrorCode::kCorrupt, concat("tokenizer: ", name, " is token ", id, " of ", types.size())};
    }
    to = id;
    return {};
  };
  add_bos = vocabulary.add_bos;
  add_eos = vocabulary.add_eos;
  TRY(optional_id(vocabulary.bos, "BOS", bos));
  TRY(optional_id(vocabulary.eos, "EOS", eos));
  for (const int32_t id : vocabulary.stops) {
    if (is_token(id)) stops.push_back(id);
  }
  if (eos) stops.push_back(*eos);
  for (const std::string_view name : kStopNames) {
    const auto id = find(name);
    if (id && type(*id) == TokenType::kControl) stops.push_back(*id);
  }
  std::sort(stops.begin(), stops.end());
  stops.erase(std::unique(stops.begin(), stops.end()), stops.end());
  return {};
}

std::optional<int32_t> Tokenizer::Parts::find(std::string_view text) const {
  if (const auto id = added.find_exactly(text)) return id;
  if (const auto id = added_normalized.find_exactly(text)) return id;
  const int32_t id = tokens.find(text);
  return id < 0 ? std::nullopt : std::optional(id);
}

void Tokenizer::Parts::encode(const Stretch& stretch, std::vector<int32_t>& out) const {
  split_at_added_tokens(
      stretch, added,
      [&](const Stretch& between) { encode_stretch(between, between.text.data() == stretch.text.data(), out); },
      [&](int32_t id) { out.push_back(id); });
}

bool Tokenizer::Parts::wants_space(std::string_view text, bool first) const {
  if (space_prefix == Vocabulary::SpacePrefix::kNever || text.empty()) return false;
  if (space_prefix == Vocabulary::SpacePrefix::kFirstStretch && !first) return false;
  return !space_prefix_once || !(text.starts_with(' ') || text.starts_with("\u2581"));
}

void Tokenizer::Parts::encode_plain(std::string_view text, std::vector<int32_t>& out) const {
  if (byte_level) return byte_level->encode(text, out);
  sentencepiece->encode(text, out);
}

void Tokenizer::Parts::encode_stretch(Stretch stretch, bool first, std::vector<int32_t>& out) const {
  std::string normalised;
  std::string prefixed;
  if (nfc && !is_nfc_certainly(stretch.text)) stretch = nfc_stretch(stretch, normalised);
  if (wants_space(stretch.text, first)) stretch = space_prefixed_stretch(stretch, prefixed);
  split_at_added_tokens(
      stretch, added_normalized, [&](const Stretch& between) { encode_plain(between.text, out); },
      [&](int32_t id) { out.push_back(id); });
}

Tokenizer::Tokenizer(std::unique_ptr<const Parts> parts) : parts_(std::move(parts)) {}
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

Result<Tokenizer> Tokenizer::from_vocabulary(const Vocabulary& vocabulary, const TokenizerLimits& limits) {
  TRY(check_vocabulary(vocabulary, limits));
  auto parts = std::make_unique<Parts>(TRY(make_token_table(vocabulary)));
  for (size_t id = 0; id < vocabulary.tokens.size(); ++id) parts->types.own().push_back(vocabulary.type(id));
  parts->nfc = vocabulary.nfc;
  parts->space_prefix = vocabulary.space_prefix;
  parts->space_prefix_once = vocabulary.space_prefix_once;
  TRY(parts->read_added(vocabulary, limits));
  TRY(parts->read_ends(vocabulary));
  if (vocabulary.model == Vocabulary::Model::kByteLevelBpe) {
    parts->byte_level.emplace(TRY(ByteLevelBpe::make(vocabulary, parts->tokens)));
  } else {
    parts->sentencepiece.emplace(TRY(SentencePieceBpe::make(vocabulary, parts->tokens)));
  }
  return Tokenizer(std::move(parts));
}

void Tokenizer::encode(std::string_view text, std::vector<int32_t>& out) const { encode_trusting(text, {}, out); }

void Tokenizer::encode_with_special(std::string_view text, std::vector<int32_t>& out) const {
  const TextRange all{0, text.size()};
  encode_trusting(text, std::span(&all, 1), out);
}

void Tokenizer::encode_trusting(std::string_view text, std::span<const TextRange> trusted,
                                std::vector<int32_t>& out) const {
  parts_->encode(make_stretch(text, trusted), out);
}

int64_t Tokenizer::token_count() const { return parts_->tokens.size(); }

std::string_view Tokenizer::token_bytes(int32_t id) const {
  return parts_->is_token(id) ? parts_->tokens.bytes(id) : std::string_view();
}

bool Tokenizer::is_special(int32_t id) const {
  const TokenType type = parts_->type(id);
  return type == TokenType::kControl || type == TokenType::kUnknown;
}

bool Tokenizer::is_unused(int32_t id) const { return parts_->type(id) == TokenType::kUnused; }

std::optional<int32_t> Tokenizer::find(std::string_view text) const { return parts_->find(text); }

bool Tokenizer::add_bos() const { return parts_->add_bos; }
bool Tokenizer::add_eos() const { return parts_->add_eos; }
std::optional<int32_t> Tokenizer::bos() const { return parts_->bos; }
std::optional<int32_t> Tokenizer::eos() const { return parts_->eos; }
const std::vector<int32_t>& Tokenizer::stop_tokens() const { return parts_->stops; }
bool Tokenizer::has_space_prefix() const { return parts_->space_prefix != Vocabulary::SpacePrefix::kNever; }

std::string Tokenizer::decode_bytes(std::span<const int32_t> ids, Special special) const {
  std::string bytes;
  for (const int32_t id : ids) {
    if (special == Special::kKeep || !is_special(id)) bytes += token_bytes(id);
  }
  if (has_space_prefix() && bytes.starts_with(' ')) bytes.erase(0, 1);
  return bytes;
}

std::string Tokenizer::decode(std::span<const int32_t> ids, Special special) const {
  std::string text;
  append_text(text, decode_bytes(ids, special));
  return text;
}

}  // namespace capy
