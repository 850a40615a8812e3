// SPDX-License-Identifier: Apache-2.0
// Byte-level BPE: a text is cut into pieces, each piece into its bytes, and these are merged by rank (SPEC 6).
//
// Most words of a text are tokens as a whole, but looking them up would be wrong: some tokens are reached by no merge
// and must never be produced. So the first time that a token's bytes appear as a piece, the merges are run and it is
// noted whether they end in that token; from then on one look-up answers. This is the word cache: bounded by the
// vocabulary, shared by all threads without a lock (every thread would note the same).
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "text/merge_table.h"
#include "text/token_table.h"
#include "text/vocabulary.h"

namespace capy {

class ByteLevelBpe {
 public:
  // `tokens` holds the vocabulary's tokens as bytes and must outlive this.
  static Result<ByteLevelBpe> make(const Vocabulary& vocabulary, const TokenTable& tokens);

  // `text` is normalised and free of added tokens. Any bytes.
  void encode(std::string_view text, std::vector<int32_t>& out) const;

 private:
  enum class Reach : uint8_t { kUnknown, kByMerges, kNever };

  ByteLevelBpe(const Vocabulary& vocabulary, const TokenTable& tokens);
  Status read_merges(const Vocabulary& vocabulary);
  void encode_piece(std::string_view piece, std::vector<int32_t>& out) const;
  size_t merge_piece(std::string_view piece, std::vector<int32_t>& out) const;

  const TokenTable* tokens_;
  PreTokenizer pre_tokenizer_;
  std::array<int32_t, 256> byte_ids_;  // -1: the vocabulary lacks this byte
  MergeTable merges_;
  std::unique_ptr<std::atomic<Reach>[]> reach_;  // by id
};

}  // namespace capy
