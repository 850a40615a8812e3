// SPDX-License-Identifier: Apache-2.0
// A vocabulary as the files of a Hugging Face directory: what Tokenizer::open_directory and the `tokenizers` library
// read back as the same.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "text/vocabulary.h"

namespace capy {

// The text of tokenizer.json. kUnsupported for SentencePiece vocabularies, and for a pre-tokeniser that GGUF alone
// knows.
Result<std::string> tokenizer_json(const Vocabulary& vocabulary);

// tokenizer_config.json: names of BOS and EOS, whether they are added, and the chat template.
std::string tokenizer_config_json(const Vocabulary& vocabulary, std::optional<std::string_view> chat_template);

// generation_config.json: the ids that end an answer. "" where there are none.
std::string generation_config_json(const Vocabulary& vocabulary);

}  // namespace capy
