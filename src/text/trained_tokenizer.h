// SPDX-License-Identifier: Apache-2.0
// A trained vocabulary with its special tokens, ready for the files of a Hugging Face directory (tokenizer_writer.h).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "text/bpe_trainer.h"
#include "text/vocabulary.h"

namespace capy {

// A token that is put behind the trained ones.
struct SpecialToken {
  std::string text;
  bool is_control = true;  // structure, left out of answers; otherwise text that is found whole, as <think>
};

// Qwen3.5's 33 tokens in their order, and those of them that chats of text need.
std::span<const SpecialToken> qwen35_special_tokens();
std::span<const SpecialToken> chat_special_tokens();

// One a line; `<|...|>` are control tokens, all others are not. kInvalid names an empty or repeated one.
Result<std::vector<SpecialToken>> parse_special_tokens(std::string_view lines, std::string_view name);

class TrainedTokenizer {
 public:
  // EOS is <|im_end|>, or <|endoftext|> where that is not there. `pre_tokenizer` is not kPunctuated.
  TrainedTokenizer(const TrainedBpe& trained, std::span<const SpecialToken> special, PreTokenizer pre_tokenizer);
  TrainedTokenizer(const TrainedTokenizer&) = delete;
  TrainedTokenizer& operator=(const TrainedTokenizer&) = delete;

  // Lives as long as this.
  const Vocabulary& vocabulary() const { return vocabulary_; }
  // tokenizer.json
  std::string json() const;

 private:
  std::vector<std::string> texts_;
  std::vector<SpecialToken> specials_;
  Vocabulary vocabulary_;
};

}  // namespace capy
