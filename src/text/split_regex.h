// SPDX-License-Identifier: Apache-2.0
// The regex that a tokenizer.json must hold for a pre-tokeniser: what pre_tokenizer_by_regex knows, the other way.
#pragma once

#include <optional>
#include <string_view>

#include "text/pre_tokenizer.h"

namespace capy {

// Nothing for those that are more than one Split.
std::optional<std::string_view> pre_tokenizer_regex(PreTokenizer kind);

}  // namespace capy
