// SPDX-License-Identifier: Apache-2.0
// Text to tokens and back: byte-level BPE (Qwen, GPT-2, Llama 3, SmolLM) and SentencePiece-style BPE (Llama 1 and 2).
//
// Thread safety: a Tokenizer is constant once made; every method may be called from several threads at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "text/text_stretch.h"
#include "text/vocabulary.h"

namespace capy {

class Tokenizer {
 public:
  // Copies what it needs. kInvalid or kCorrupt names what contradicts itself, kLimit the limit that is passed.
  static Result<Tokenizer> from_vocabulary(const Vocabulary& vocabulary, const TokenizerLimits& limits = {});

  // A Hugging Face directory: tokenizer.json, else vocab.json and merges.txt; tokenizer_config.json and
  // generation_config.json beside them where they exist. kUnsupported names what capy would have to do and cannot.
  static Result<Tokenizer> open_directory(std::string_view directory, const TokenizerLimits& limits = {});

  // The text of a tokenizer.json alone.
  static Result<Tokenizer> from_json(std::string_view text, const TokenizerLimits& limits = {});

  // The tables that making a tokenizer is the work of: written once, and used in place from then on (248,077 tokens
  // take 20 MB). Nothing where it would not be worth it: the tables of SentencePiece vocabularies are small.
  std::optional<std::string> tables() const;
  // The tokenizer that wrote `tables`, which begin at a multiple of 8 bytes and live as long as `owner`. kCorrupt where
  // they cannot be tables; any bytes give a tokenizer that is safe to use.
  static Result<Tokenizer> from_tables(std::span<const std::byte> tables, std::shared_ptr<const void> owner);
  // Counts changes of what tables() writes or of how a vocabulary is read: other tables are made again.
  static constexpr uint64_t kTablesVersion = 1;

  // Appends the tokens of `text` to `out`. Added tokens in the text are NOT recognised: a user cannot forge
  // <|im_start|>. Bytes that are not UTF-8 become byte tokens, so encoding never fails, and
  // decode_bytes(encode(x)) == x where x is in NFC and the vocabulary has a token for each byte of it (SmolLM2's lacks
  // 21; bytes without a token are left out, as the reference does). BOS and EOS are not added: see add_bos(). O(n log
  // n) in the longest word, O(n) in everything else.
  void encode(std::string_view text, std::vector<int32_t>& out) const;

  // The same with all added tokens recognised, special or not: for text that is ours, and `capy tokenize`.
  void encode_with_special(std::string_view text, std::vector<int32_t>& out) const;

  // The same with added tokens recognised only where they lie wholly within one of the `trusted` ranges (ascending,
  // disjoint; ranges that touch count as one). For rendered chats: the template's own text is trusted, messages are
  // not.
  void encode_trusting(std::string_view text, std::span<const TextRange> trusted, std::vector<int32_t>& out) const;

  // Ids from here up, and negative ones, are no tokens: they have no bytes and decode to nothing. The model's logits
  // may have more rows than this (padding); those must not be sampled.
  int64_t token_count() const;

  // What the token writes: raw bytes, not always whole characters. SentencePiece's U+2581 is a space here; unused
  // tokens are empty. Lives as long as the tokenizer.
  std::string_view token_bytes(int32_t id) const;
  bool is_special(int32_t id) const;  // control or unknown: left out of answers
  bool is_unused(int32_t id) const;   // padding, holes, and everything that is no token: must not be sampled

  // The token that writes exactly `text`; an added token before an ordinary one.
  std::optional<int32_t> find(std::string_view text) const;

  // Whether the checkpoint wants BOS before (EOS after) a text. Chat templates write their own.
  bool add_bos() const;
  bool add_eos() const;
  std::optional<int32_t> bos() const;
  std::optional<int32_t> eos() const;
  // Tokens that end an answer: EOS, what the files list, and special tokens with well-known names (<|im_end|>,
  // <|endoftext|>, ...). Ascending.
  const std::vector<int32_t>& stop_tokens() const;

  enum class Special { kKeep, kSkip };

  // The bytes of the tokens in a row, without SentencePiece's first space.
  std::string decode_bytes(std::span<const int32_t> ids, Special special = Special::kKeep) const;
  // The same as text: what is not UTF-8 becomes U+FFFD, one for each maximal broken part (as the Unicode standard
  // recommends and Python does). For ids that arrive one by one: stream_decoder.h.
  std::string decode(std::span<const int32_t> ids, Special special = Special::kKeep) const;

  // SentencePiece puts a space before the text; decoding drops it again, at the start of a text only.
  bool has_space_prefix() const;

  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;
  ~Tokenizer();

 private:
  struct Parts;
  explicit Tokenizer(std::unique_ptr<const Parts> parts);
  std::unique_ptr<const Parts> parts_;
};

}  // namespace capy
