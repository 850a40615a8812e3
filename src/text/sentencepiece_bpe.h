// SPDX-License-Identifier: Apache-2.0
// SentencePiece-style BPE (Llama 1 and 2, Mistral): the characters of a text, spaces among them, are merged; a
// character that is no token is written byte by byte. Files give the order by scores (GGUF) or by a list
// (tokenizer.json).
//
// The rules are those of the sentencepiece library: control, unknown, byte and unused tokens are never made by merging,
// nor are user-defined ones of several characters: these are added tokens.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "text/merge_table.h"
#include "text/piece_cache.h"
#include "text/token_table.h"
#include "text/vocabulary.h"

namespace capy {

class SentencePieceBpe {
 public:
  // `tokens` holds the vocabulary's tokens with plain spaces and must outlive this.
  static Result<SentencePieceBpe> make(const Vocabulary& vocabulary, const TokenTable& tokens);

  // `text` has its space prefix and is free of added tokens. Any bytes.
  void encode(std::string_view text, std::vector<int32_t>& out) const;

 private:
  SentencePieceBpe(const Vocabulary& vocabulary, const TokenTable& tokens);
  Status read_merges(const Vocabulary& vocabulary);
  Status read_scores(const Vocabulary& vocabulary);
  Status add_splits(int32_t id, uint32_t rank);
  void collect_characters(std::string_view token);
  int32_t token_symbol(std::string_view text) const;
  int32_t character_symbol(std::string_view character) const;
  size_t piece_bytes(std::string_view text) const;
  void encode_piece(std::string_view piece, std::vector<int32_t>& out) const;
  size_t merge_piece(std::string_view piece, std::vector<int32_t>& out) const;
  void write_character(std::string_view character, std::vector<int32_t>& out) const;

  const TokenTable* tokens_;
  int32_t unknown_;
  std::array<int32_t, 256> byte_ids_;  // -1: none
  std::vector<bool> is_symbol_;        // by id: may stand in a text and be merged
  bool joins_words_ = false;           // some token goes on behind a space
  MergeTable merges_;
  PieceCache cache_;
  // Characters that are parts of tokens but no tokens themselves, ascending. Number i is the symbol token_count + i.
  std::vector<uint32_t> bare_characters_;
};

}  // namespace capy
