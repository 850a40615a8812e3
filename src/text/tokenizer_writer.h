// SPDX-License-Identifier: Apache-2.0
// A trained tokenizer as the files of a Hugging Face directory: what Tokenizer::open_directory reads, and the
// `tokenizers` and `transformers` libraries too.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/bpe_trainer.h"

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

// tokenizer.json: NFC, the pre-tokeniser's split, byte-level BPE. `pre_tokenizer` has a regex (pre_tokenizer.h).
std::string tokenizer_json(const TrainedBpe& trained, std::span<const SpecialToken> special,
                           PreTokenizer pre_tokenizer);

// tokenizer_config.json: the end of a turn (<|im_end|>), padding (<|endoftext|>), and the chat template.
std::string tokenizer_config_json(std::span<const SpecialToken> special,
                                  const std::optional<std::string>& chat_template);

}  // namespace capy
