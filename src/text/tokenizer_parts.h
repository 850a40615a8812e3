// SPDX-License-Identifier: Apache-2.0
// What a Tokenizer is made of. Inside the room of text: tokenizer.cpp makes and uses it, tokenizer_tables.cpp stores
// it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/added_tokens.h"
#include "text/byte_level_bpe.h"
#include "text/ready_array.h"
#include "text/sentencepiece_bpe.h"
#include "text/tables_file.h"
#include "text/token_table.h"
#include "text/tokenizer.h"

namespace capy {

struct Tokenizer::Parts {
  std::shared_ptr<const void> owner;  // of the memory that tables lie in, unless they were made here
  TokenTable tokens;
  ReadyArray<TokenType> types;
  AddedTokenFinder added;                  // looked for first
  AddedTokenFinder added_normalized;       // looked for in what is left, normalised
  std::optional<ByteLevelBpe> byte_level;  // one of the two
  std::optional<SentencePieceBpe> sentencepiece;
  bool nfc = false;
  Vocabulary::SpacePrefix space_prefix = Vocabulary::SpacePrefix::kNever;
  bool space_prefix_once = false;
  bool add_bos = false;
  bool add_eos = false;
  std::optional<int32_t> bos;
  std::optional<int32_t> eos;
  std::vector<int32_t> stops;

  explicit Parts(TokenTable table) : tokens(std::move(table)) {}
  void write(TablesWriter& out) const;
  bool read(TablesReader& in);
  std::string normalise_pattern(std::string_view text) const;
  Status read_added(const Vocabulary& vocabulary, const TokenizerLimits& limits);
  Status read_ends(const Vocabulary& vocabulary);
  bool is_token(int64_t id) const { return id >= 0 && id < tokens.size(); }
  TokenType type(int32_t id) const { return is_token(id) ? types[static_cast<size_t>(id)] : TokenType::kUnused; }
  std::optional<int32_t> find(std::string_view text) const;

  void encode(const Stretch& stretch, std::vector<int32_t>& out) const;
  void encode_stretch(Stretch stretch, bool first, std::vector<int32_t>& out) const;
  void encode_plain(std::string_view text, std::vector<int32_t>& out) const;
  bool wants_space(std::string_view text, bool first) const;
};

}  // namespace capy
