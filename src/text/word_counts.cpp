// SPDX-License-Identifier: Apache-2.0
#include "text/word_counts.h"

#include "base/concat.h"
#include "text/token_table.h"
#include "text/unicode.h"

namespace capy {

WordCounts::WordCounts(PreTokenizer pre_tokenizer, bool nfc) : pre_tokenizer_(pre_tokenizer), nfc_(nfc), slots_(1024) {}

Status WordCounts::add(std::string_view text) {
  if (nfc_ && !is_nfc_certainly(text)) {
    normalised_.clear();
    nfc_append(normalised_, text);
    text = normalised_;
  }
  PieceScanner pieces(pre_tokenizer_, text);
  for (std::string_view piece = pieces.next(); !piece.empty(); piece = pieces.next()) {
    if (piece.size() > kWordBytesMax) {
      ++left_out_;
    } else if (piece.size() > 1) {  // one byte has nothing to merge
      TRY(count(piece, 1));
    }
  }
  return {};
}

Status WordCounts::add(const WordCounts& others) {
  for (size_t i = 0; i < others.size(); ++i) TRY(count(others.word(i).bytes, others.word(i).count));
  left_out_ += others.left_out_;
  return {};
}

Status WordCounts::count(std::string_view piece, int64_t times) {
  const uint64_t hash = TokenTable::hash(piece);
  const auto tag = static_cast<uint32_t>(hash >> 32);
  const uint64_t mask = slots_.size() - 1;
  pieces_ += times;
  uint64_t at = hash & mask;
  for (; slots_[at] != 0; at = (at + 1) & mask) {
    Entry& entry = words_[slots_[at] - 1];
    if (entry.tag != tag || bytes_of(entry) != piece) continue;
    entry.count += times;
    return {};
  }
  if (bytes_.size() + piece.size() > kDistinctBytesMax) {
    return Error{ErrorCode::kLimit, concat("the text has more than ", kDistinctBytesMax >> 20,
                                           " MB of different words; train on a part of it")};
  }
  words_.push_back({bytes_.size(), static_cast<uint32_t>(piece.size()), tag, times});
  bytes_.append(piece);
  slots_[at] = static_cast<uint32_t>(words_.size());
  if (words_.size() * 2 > slots_.size()) grow();
  return {};
}

void WordCounts::grow() {
  slots_.assign(slots_.size() * 2, 0);
  const uint64_t mask = slots_.size() - 1;
  for (size_t i = 0; i < words_.size(); ++i) {
    uint64_t at = TokenTable::hash(bytes_of(words_[i])) & mask;
    while (slots_[at] != 0) at = (at + 1) & mask;
    slots_[at] = static_cast<uint32_t>(i + 1);
  }
}

}  // namespace capy
