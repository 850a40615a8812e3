// SPDX-License-Identifier: Apache-2.0
#include "text/byte_level_bpe.h"

#include <algorithm>
#include <span>
#include <string>

#include "base/concat.h"
#include "text/byte_alphabet.h"

namespace capy {
namespace {

Error merge_error(const Vocabulary& vocabulary, size_t rank, std::string_view why) {
  const MergeText& merge = vocabulary.merges[rank];
  return Error{ErrorCode::kCorrupt,
               concat("tokenizer: merge ", rank, " of \"", merge.left, "\" and \"", merge.right, "\": ", why)};
}

}  // namespace

struct ByteLevelBpe::MergeBytes {
  std::string both;
  size_t left_bytes = 0;
  uint64_t left_hash = 0;
  uint64_t right_hash = 0;
  uint64_t both_hash = 0;

  std::string_view left() const { return std::string_view(both).substr(0, left_bytes); }
  std::string_view right() const { return std::string_view(both).substr(left_bytes); }

  // False if the merge is not written in the byte alphabet.
  bool read(const MergeText& merge, const TokenTable& tokens) {
    both.clear();
    if (!append_alphabet_bytes(both, merge.left)) return false;
    left_bytes = both.size();
    if (!append_alphabet_bytes(both, merge.right)) return false;
    left_hash = TokenTable::hash(left());
    right_hash = TokenTable::hash(right());
    both_hash = TokenTable::hash(both);
    for (const uint64_t hash : {left_hash, right_hash, both_hash}) tokens.prefetch(hash);
    return true;
  }
};

ByteLevelBpe::ByteLevelBpe(const Vocabulary& vocabulary, const TokenTable& tokens)
    : tokens_(&tokens), pre_tokenizer_(vocabulary.pre_tokenizer), cache_(tokens.size()) {
  for (size_t byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    byte_ids_[byte] = tokens.find(std::string_view(&c, 1));
  }
  for (size_t id = 0; vocabulary.ignore_merges && id < vocabulary.tokens.size(); ++id) {
    const bool ordinary = vocabulary.type(id) == TokenType::kNormal;
    if (ordinary) whole_.push_back(static_cast<int32_t>(id));
  }
  for (const int32_t id : whole_) cache_.note(id, PieceCache::Reach::kByMerges);
}

void ByteLevelBpe::write(TablesWriter& out) const {
  const auto pre_tokenizer = static_cast<uint32_t>(pre_tokenizer_);
  out.array(std::span(&pre_tokenizer, 1));
  out.array(std::span<const int32_t>(byte_ids_));
  out.array(std::span<const int32_t>(whole_));
  merges_.write(out);
}

std::optional<ByteLevelBpe> ByteLevelBpe::read(TablesReader& in, const TokenTable& tokens) {
  ByteLevelBpe bpe(tokens);
  std::span<const uint32_t> pre_tokenizer;
  std::span<const int32_t> byte_ids;
  std::span<const int32_t> whole;
  if (!in.array(pre_tokenizer) || !in.array(byte_ids) || !in.array(whole)) return std::nullopt;
  if (pre_tokenizer.size() != 1 || pre_tokenizer[0] > static_cast<uint32_t>(kLastPreTokenizer)) return std::nullopt;
  const auto is_id = [&](int32_t id) { return id >= 0 && id < tokens.size(); };
  const auto is_id_or_none = [&](int32_t id) { return id == -1 || is_id(id); };
  if (byte_ids.size() != bpe.byte_ids_.size() || !std::all_of(byte_ids.begin(), byte_ids.end(), is_id_or_none) ||
      !std::all_of(whole.begin(), whole.end(), is_id))
    return std::nullopt;
  bpe.pre_tokenizer_ = static_cast<PreTokenizer>(pre_tokenizer[0]);
  std::copy(byte_ids.begin(), byte_ids.end(), bpe.byte_ids_.begin());
  bpe.whole_.assign(whole.begin(), whole.end());
  for (const int32_t id : whole) bpe.cache_.note(id, PieceCache::Reach::kByMerges);
  if (!bpe.merges_.read(in, tokens.size())) return std::nullopt;
  return bpe;
}

Result<ByteLevelBpe> ByteLevelBpe::make(const Vocabulary& vocabulary, const TokenTable& tokens) {
  ByteLevelBpe bpe(vocabulary, tokens);
  TRY(bpe.read_merges(vocabulary));
  return bpe;
}

// In blocks: the texts of a block are all hashed, and their slots fetched, before the first is looked up.
Status ByteLevelBpe::read_merges(const Vocabulary& vocabulary) {
  constexpr size_t kBlock = 16;
  std::array<MergeBytes, kBlock> block;
  merges_.reserve(vocabulary.merges.size());
  for (size_t begin = 0; begin < vocabulary.merges.size(); begin += kBlock) {
    const size_t count = std::min(kBlock, vocabulary.merges.size() - begin);
    for (size_t i = 0; i < count; ++i) {
      if (!block[i].read(vocabulary.merges[begin + i], *tokens_)) {
        return merge_error(vocabulary, begin + i, "not written in the byte alphabet");
      }
    }
    for (size_t i = 0; i < count; ++i) TRY(add_merge(vocabulary, begin + i, block[i]));
  }
  return {};
}

Status ByteLevelBpe::add_merge(const Vocabulary& vocabulary, size_t rank, const MergeBytes& merge) {
  const int32_t left = tokens_->find(merge.left(), merge.left_hash);
  const int32_t right = tokens_->find(merge.right(), merge.right_hash);
  const int32_t id = tokens_->find(merge.both, merge.both_hash);
  if (left < 0 || right < 0) return merge_error(vocabulary, rank, "a part is not in the vocabulary");
  if (id < 0) return merge_error(vocabulary, rank, "their union is not in the vocabulary");
  if (vocabulary.type(static_cast<size_t>(id)) == TokenType::kControl) return {};  // text may not become structure
  if (!merges_.add(left, right, {static_cast<uint32_t>(rank), id})) {
    return merge_error(vocabulary, rank, "too many merges share a hash");
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
