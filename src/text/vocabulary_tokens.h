// SPDX-License-Identifier: Apache-2.0
// From the tokens as files write them to the bytes that they stand for.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "text/token_table.h"
#include "text/vocabulary.h"

namespace capy {

// Sizes, types and scores are within the limits and agree with each other.
Status check_vocabulary(const Vocabulary& vocabulary, const TokenizerLimits& limits);

// The bytes of every token of a checked vocabulary. Unused tokens are empty. Of tokens with the same bytes, an ordinary
// one is found before any other, and a byte token last.
Result<TokenTable> make_token_table(const Vocabulary& vocabulary);

// The byte of a token "<0x0A>", or -1.
int byte_of_token(std::string_view token);

// The token with spaces for SentencePiece's U+2581.
std::string with_plain_spaces(std::string_view token);

}  // namespace capy
