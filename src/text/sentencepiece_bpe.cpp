// SPDX-License-Identifier: Apache-2.0
// The library looks up the union of every two neighbours in the vocabulary while it encodes. Here all pairs whose union
// is a token are worked out once, so that merging is the same as for byte-level BPE. And where no token goes on behind
// a space, no merge can cross the end of a word: words are encoded one by one, most with a single look-up.
#include "text/sentencepiece_bpe.h"

#include <algorithm>
#include <span>
#include <string>

#include "base/concat.h"
#include "base/utf8.h"
#include "text/vocabulary_tokens.h"

namespace capy {
namespace {

// Ways to split a token are tried one by one, each at the cost of its bytes. Real vocabularies need 10^7.
constexpr int64_t kSplitWorkMax = int64_t{1} << 30;

constexpr int32_t kNoSymbol = -2;  // a character that no token contains; -1 means "merged away" to merge_symbols

// The character, or the broken byte, at the start of a text.
std::string_view first_character(std::string_view text) {
  return text.substr(0, std::max<size_t>(utf8_sequence_bytes(text), 1));
}

bool is_valid_utf8(std::string_view text) {
  while (!text.empty()) {
    const size_t bytes = utf8_sequence_bytes(text);
    if (bytes == 0) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

bool goes_on_behind_space(std::string_view token) {
  const size_t word = token.find_first_not_of(' ');
  return word != std::string_view::npos && token.find(' ', word) != std::string_view::npos;
}

bool is_one_character(std::string_view token) { return first_character(token).size() == token.size(); }

}  // namespace

SentencePieceBpe::SentencePieceBpe(const Vocabulary& vocabulary, const TokenTable& tokens)
    : tokens_(&tokens), unknown_(vocabulary.unknown), is_symbol_(vocabulary.tokens.size()), cache_(tokens.size()) {
  byte_ids_.fill(-1);
  for (size_t id = 0; id < vocabulary.tokens.size(); ++id) {
    const auto token = tokens.bytes(static_cast<int32_t>(id));
    const TokenType type = vocabulary.type(id);
    const bool one = !token.empty() && is_one_character(token);
    if (type == TokenType::kByte) byte_ids_[static_cast<unsigned char>(token[0])] = static_cast<int32_t>(id);
    is_symbol_[id] = type == TokenType::kNormal || type == TokenType::kByte || (type == TokenType::kUserDefined && one);
    joins_words_ = joins_words_ || (is_symbol_[id] && goes_on_behind_space(token));
  }
}

Result<SentencePieceBpe> SentencePieceBpe::make(const Vocabulary& vocabulary, const TokenTable& tokens) {
  SentencePieceBpe bpe(vocabulary, tokens);
  if (vocabulary.unknown >= tokens.size() || vocabulary.unknown < -1) {
    return Error{ErrorCode::kCorrupt,
                 concat("tokenizer: the unknown token is ", vocabulary.unknown, " of ", tokens.size())};
  }
  const bool by_scores = vocabulary.merges.empty() && !vocabulary.scores.empty();
  TRY(by_scores ? bpe.read_scores(vocabulary) : bpe.read_merges(vocabulary));
  return bpe;
}

int32_t SentencePieceBpe::token_symbol(std::string_view text) const {
  const int32_t id = tokens_->find(text);
  return id >= 0 && is_symbol_[static_cast<size_t>(id)] ? id : kNoSymbol;
}

int32_t SentencePieceBpe::character_symbol(std::string_view character) const {
  const int32_t id = token_symbol(character);
  const size_t bytes = utf8_sequence_bytes(character);
  if (id >= 0 || bytes == 0) return id;
  const uint32_t c = utf8_code_point(character, bytes);
  const auto found = std::lower_bound(bare_characters_.begin(), bare_characters_.end(), c);
  if (found == bare_characters_.end() || *found != c) return kNoSymbol;
  return static_cast<int32_t>(tokens_->size() + (found - bare_characters_.begin()));
}

Status SentencePieceBpe::read_merges(const Vocabulary& vocabulary) {
  merges_.reserve(vocabulary.merges.size());
  for (size_t rank = 0; rank < vocabulary.merges.size(); ++rank) {
    const std::string left = with_plain_spaces(vocabulary.merges[rank].left);
    const std::string right = with_plain_spaces(vocabulary.merges[rank].right);
    const auto fail = [&](std::string_view why) {
      return Error{ErrorCode::kCorrupt,
                   concat("tokenizer: merge ", rank, " of \"", left, "\" and \"", right, "\": ", why)};
    };
    const int32_t left_id = tokens_->find(left);
    const int32_t right_id = tokens_->find(right);
    const int32_t id = tokens_->find(left + right);
    if (left_id < 0 || right_id < 0) return fail("a part is not in the vocabulary");
    if (id < 0) return fail("their union is not in the vocabulary");
    if (!is_symbol_[static_cast<size_t>(id)]) continue;  // text may not become structure
    if (!merges_.add(left_id, right_id, {static_cast<uint32_t>(rank), id})) return fail("too many merges share a hash");
  }
  return {};
}

void SentencePieceBpe::collect_characters(std::string_view token) {
  while (!token.empty()) {
    const std::string_view character = first_character(token);
    if (token_symbol(character) < 0) bare_characters_.push_back(utf8_code_point(character, character.size()));
    token.remove_prefix(character.size());
  }
}

Status SentencePieceBpe::read_scores(const Vocabulary& vocabulary) {
  std::vector<int32_t> order;  // tokens that can be made by merging, the first to join first
  int64_t work = 0;
  for (int32_t id = 0; id < tokens_->size(); ++id) {
    const std::string_view token = tokens_->bytes(id);
    if (tokens_->find(token) != id || !is_symbol_[static_cast<size_t>(id)]) continue;
    if (is_one_character(token) || !is_valid_utf8(token)) continue;
    work += static_cast<int64_t>(token.size() * token.size());
    if (work > kSplitWorkMax) return Error{ErrorCode::kLimit, "tokenizer: the tokens are too long"};
    order.push_back(id);
    collect_characters(token);
  }
  std::sort(bare_characters_.begin(), bare_characters_.end());
  bare_characters_.erase(std::unique(bare_characters_.begin(), bare_characters_.end()), bare_characters_.end());

  const auto score = [&](int32_t id) { return vocabulary.scores[static_cast<size_t>(id)]; };
  std::sort(order.begin(), order.end(), [&](int32_t a, int32_t b) { return score(a) > score(b); });
  uint32_t rank = 0;  // equal scores are equal ranks: of those, the leftmost joins first
  for (size_t i = 0; i < order.size(); ++i) {
    if (i > 0 && score(order[i]) != score(order[i - 1])) ++rank;
    TRY(add_splits(order[i], rank));
  }
  return {};
}

// All pairs of symbols that `id` can be made of.
Status SentencePieceBpe::add_splits(int32_t id, uint32_t rank) {
  const std::string_view token = tokens_->bytes(id);
  const auto part = [&](std::string_view text) {
    return is_one_character(text) ? character_symbol(text) : token_symbol(text);
  };
  for (size_t cut = first_character(token).size(); cut < token.size();
       cut += first_character(token.substr(cut)).size()) {
    const int32_t left = part(token.substr(0, cut));
    const int32_t right = left < 0 ? kNoSymbol : part(token.substr(cut));
    if (right < 0) continue;
    if (!merges_.add(left, right, {rank, id})) {
      return Error{ErrorCode::kCorrupt, "tokenizer: too many merges share a hash"};
    }
  }
  return {};
}

void SentencePieceBpe::encode(std::string_view text, std::vector<int32_t>& out) const {
  constexpr std::string_view kSpaceSymbol = "\xe2\x96\x81";  // U+2581 in a text is a space to the vocabulary
  std::string plain;
  if (text.find(kSpaceSymbol) != std::string_view::npos) text = plain = with_plain_spaces(text);
  while (!text.empty()) {
    const size_t bytes = piece_bytes(text);
    encode_piece(text.substr(0, bytes), out);
    text.remove_prefix(bytes);
  }
}

// Spaces and the word behind them.
size_t SentencePieceBpe::piece_bytes(std::string_view text) const {
  size_t end = text.size();
  if (!joins_words_) {
    const size_t word = text.find_first_not_of(' ');
    end = word == std::string_view::npos ? text.size() : std::min(text.find(' ', word), text.size());
  }
  return std::min(end, kSymbolsMax);
}

void SentencePieceBpe::encode_piece(std::string_view piece, std::vector<int32_t>& out) const {
  using Reach = PieceCache::Reach;
  const int32_t id = tokens_->find(piece);
  const Reach reach = id < 0 ? Reach::kNever : cache_.reach(id);
  if (reach == Reach::kByMerges) {
    out.push_back(id);
    return;
  }
  const size_t count = merge_piece(piece, out);
  if (reach == Reach::kUnknown) cache_.note(id, count == 1 && out.back() == id ? Reach::kByMerges : Reach::kNever);
}

size_t SentencePieceBpe::merge_piece(std::string_view piece, std::vector<int32_t>& out) const {
  const size_t before = out.size();
  for (std::string_view rest = piece; !rest.empty();) {
    const std::string_view character = first_character(rest);
    out.push_back(character_symbol(character));
    rest.remove_prefix(character.size());
  }
  out.resize(before + merge_symbols(std::span(out).subspan(before), merges_));
  const auto is_token = [&](int32_t symbol) { return symbol >= 0 && symbol < tokens_->size(); };
  if (std::all_of(out.begin() + static_cast<long>(before), out.end(), is_token)) return out.size() - before;

  // Walks the piece along its symbols: a token covers its bytes, anything else one character.
  const std::vector<int32_t> symbols(out.begin() + static_cast<long>(before), out.end());
  out.resize(before);
  for (const int32_t symbol : symbols) {
    const std::string_view covered =
        is_token(symbol) ? piece.substr(0, tokens_->bytes(symbol).size()) : first_character(piece);
    if (is_token(symbol)) {
      out.push_back(symbol);
    } else {
      write_character(covered, out);
    }
    piece.remove_prefix(covered.size());
  }
  return out.size() - before;
}

// As byte tokens if there is one for each byte, else as the unknown token.
void SentencePieceBpe::write_character(std::string_view character, std::vector<int32_t>& out) const {
  const auto id = [&](char c) { return byte_ids_[static_cast<unsigned char>(c)]; };
  if (std::all_of(character.begin(), character.end(), [&](char c) { return id(c) >= 0; })) {
    for (const char c : character) out.push_back(id(c));
  } else if (unknown_ >= 0 && (out.empty() || out.back() != unknown_)) {
    out.push_back(unknown_);
  }
}

}  // namespace capy
