// SPDX-License-Identifier: Apache-2.0
#include "text/byte_level_bpe.h"

#include <span>
#include <string>

#include "base/concat.h"
#include "text/byte_alphabet.h"

namespace capy {

ByteLevelBpe::ByteLevelBpe(const Vocabulary& vocabulary, const TokenTable& tokens)
    : tokens_(&tokens), pre_tokenizer_(vocabulary.pre_tokenizer), cache_(tokens.size()) {
  for (size_t byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    byte_ids_[byte] = tokens.find(std::string_view(&c, 1));
  }
  for (size_t id = 0; vocabulary.ignore_merges && id < vocabulary.tokens.size(); ++id) {
    const bool ordinary = vocabulary.type(id) == TokenType::kNormal;
    if (ordinary) cache_.note(static_cast<int32_t>(id), PieceCache::Reach::kByMerges);
  }
}

Result<ByteLevelBpe> ByteLevelBpe::make(const Vocabulary& vocabulary, const TokenTable& tokens) {
  ByteLevelBpe bpe(vocabulary, tokens);
  TRY(bpe.read_merges(vocabulary));
  return bpe;
}

Status ByteLevelBpe::read_merges(const Vocabulary& vocabulary) {
  merges_.reserve(vocabulary.merges.size());
  std::string merged;
  for (size_t rank = 0; rank < vocabulary.merges.size(); ++rank) {
    const std::string_view left = vocabulary.merges[rank].left;
    const std::string_view right = vocabulary.merges[rank].right;
    const auto fail = [&](std::string_view why) {
      return Error{ErrorCode::kCorrupt,
                   concat("tokenizer: merge ", rank, " of \"", left, "\" and \"", right, "\": ", why)};
    };
    merged.clear();
    if (!append_alphabet_bytes(merged, left)) return fail("not written in the byte alphabet");
    const size_t left_bytes = merged.size();
    if (!append_alphabet_bytes(merged, right)) return fail("not written in the byte alphabet");
    const std::string_view both = merged;
    const int32_t left_id = tokens_->find(both.substr(0, left_bytes));
    const int32_t right_id = tokens_->find(both.substr(left_bytes));
    const int32_t id = tokens_->find(both);
    if (left_id < 0 || right_id < 0) return fail("a part is not in the vocabulary");
    if (id < 0) return fail("their union is not in the vocabulary");
    if (vocabulary.type(static_cast<size_t>(id)) == TokenType::kControl) continue;  // text may not become structure
    if (!merges_.add(left_id, right_id, {static_cast<uint32_t>(rank), id})) return fail("too many merges share a hash");
  }
  return {};
}

void ByteLevelBpe::encode(std::string_view text, std::vector<int32_t>& out) const {
  PieceScanner pieces(pre_tokenizer_, text);
  for (std::string_view piece = pieces.next(); !piece.empty(); piece = pieces.next()) encode_piece(piece, out);
}

void ByteLevelBpe::encode_piece(std::string_view piece, std::vector<int32_t>& out) const {
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

size_t ByteLevelBpe::merge_piece(std::string_view piece, std::vector<int32_t>& out) const {
  const size_t before = out.size();
  while (!piece.empty()) {
    const std::string_view part = piece.substr(0, kSymbolsMax);
    const size_t begin = out.size();
    for (const char c : part) {
      const int32_t id = byte_ids_[static_cast<unsigned char>(c)];
      if (id >= 0) out.push_back(id);
    }
    out.resize(begin + merge_symbols(std::span(out).subspan(begin), merges_));
    piece.remove_prefix(part.size());
  }
  return out.size() - before;
}

}  // namespace capy
