// SPDX-License-Identifier: Apache-2.0
// Pre-tokenisers: they cut a text into the pieces that byte-pair merges may not cross. Checkpoints name them by a regex
// (tokenizer.json) or by a word (GGUF). Few exist, so each is a hand-written scanner: one pass, no backtracking,
// nothing that a text could make slow. An unknown one is refused: guessing would change the tokens silently.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace capy {

enum class PreTokenizer {
  kQwen35,     // words of letters and marks, one digit at a time
  kQwen2,      // words of letters; also Qwen2.5 and Qwen3
  kLlama3,     // as kQwen2, but up to three digits together
  kGpt2,       // runs of letters, of digits, of the rest, each with one space before
  kSmolLm,     // as kGpt2, after every digit was set apart
  kPunctuated  // GGUF's "default": as kGpt2, between runs of punctuation, ASCII digits by threes
};
constexpr PreTokenizer kLastPreTokenizer = PreTokenizer::kPunctuated;

// The one with this name in `tokenizer.ggml.pre` ("qwen35"), or nothing.
std::optional<PreTokenizer> pre_tokenizer_by_gguf_name(std::string_view name);

// The one whose Split regex is exactly `regex`, or nothing.
std::optional<PreTokenizer> pre_tokenizer_by_regex(std::string_view regex);

// And back: what writes it down. Nothing for those that tokenizer.json spells without a Split (kGpt2, kSmolLm) or not
// at all; in GGUF every one has a name.
std::optional<std::string_view> pre_tokenizer_regex(PreTokenizer kind);
std::string_view pre_tokenizer_gguf_name(PreTokenizer kind);

// Checkpoints with this pre-tokeniser normalise their text to NFC first. (GGUF does not say; tokenizer.json does.)
bool pre_tokenizer_implies_nfc(PreTokenizer kind);

// Cuts `text` into pieces, one per call.
class PieceScanner {
 public:
  PieceScanner(PreTokenizer kind, std::string_view text);

  // The next piece, or an empty view at the end.
  std::string_view next();

 private:
  std::string_view next_punctuated();

  PreTokenizer kind_;
  std::string_view rest_;
  // kPunctuated cuts three times: what is left of the current run of (non-)punctuation, and of the GPT-2 piece in it.
  std::string_view run_;
  std::string_view piece_;
};

}  // namespace capy
