// SPDX-License-Identifier: Apache-2.0
// Byte-level BPE: a text is cut into pieces, each piece into its bytes, and these are merged by rank (SPEC 6).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "text/merge_table.h"
#include "text/piece_cache.h"
#include "text/token_table.h"
#include "text/vocabulary.h"

namespace capy {

class ByteLevelBpe {
 public:
  // `tokens` holds the vocabulary's tokens as bytes and must outlive this.
  static Result<ByteLevelBpe> make(const Vocabulary& vocabulary, const TokenTable& tokens);

  // The same from what write() has written. Nothing where it cannot be that of these tokens.
  static std::optional<ByteLevelBpe> read(TablesReader& in, const TokenTable& tokens);
  void write(TablesWriter& out) const;

  // `text` is normalised and free of added tokens. Any bytes.
  void encode(std::string_view text, std::vector<int32_t>& out) const;

 private:
  ByteLevelBpe(const Vocabulary& vocabulary, const TokenTable& tokens);
  explicit ByteLevelBpe(const TokenTable& tokens) : tokens_(&tokens), cache_(tokens.size()) {}
  struct MergeBytes;
  Status read_merges(const Vocabulary& vocabulary);
  Status add_merge(const Vocabulary& vocabulary, size_t rank, const MergeBytes& merge);
  void encode_piece(std::string_view piece, std::vector<int32_t>& out) const;
  // Returns how many tokens.
  size_t merge_piece(std::string_view piece, std::vector<int32_t>& out) const;

  const TokenTable* tokens_;
  PreTokenizer pre_tokenizer_{};
  std::array<int32_t, 256> byte_ids_{};  // -1: the vocabulary lacks this byte
  MergeTable merges_;
  std::vector<int32_t> whole_;  // with ignore_merges: tokens that their bytes always become
  PieceCache cache_;
};

}  // namespace capy
