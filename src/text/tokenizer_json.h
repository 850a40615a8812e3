// SPDX-License-Identifier: Apache-2.0
// Reads the JSON files that describe a tokenizer into a Vocabulary. Whatever would change the tokens and is not known
// here is kUnsupported: nothing is skipped silently. (Padding, truncation and offsets do not change them.)
//
// The views in the vocabulary point into the JSON documents, which must outlive its use.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "text/vocabulary.h"

namespace capy {

// tokenizer.json of Hugging Face's tokenizers library.
Result<Vocabulary> read_tokenizer_json(Json root, const TokenizerLimits& limits);

// {"token": id, ...}: vocab.json, and `model.vocab` of tokenizer.json. Ids that are missing become unused tokens.
Status read_vocab(Json vocab, const TokenizerLimits& limits, Vocabulary& vocabulary);

// {"content": ..., "special": ..., ...}: an entry of `added_tokens`, and of tokenizer_config.json's
// added_tokens_decoder.
Status read_added_token(Json entry, int64_t id, const TokenizerLimits& limits, Vocabulary& vocabulary);

// The id of the token that is written `text` in the files.
std::optional<int32_t> id_of_written(const Vocabulary& vocabulary, std::string_view text);

}  // namespace capy
