// SPDX-License-Identifier: Apache-2.0
// UTF-8 as Unicode defines it: shortest form only, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace capy {

// The bytes (1 to 4) of the valid sequence at the start of `text`; 0 where there is none or `text` is empty.
size_t utf8_sequence_bytes(std::string_view text);

// The code point of the first `bytes` of `text`, where bytes = utf8_sequence_bytes(text) > 0.
uint32_t utf8_code_point(std::string_view text, size_t bytes);

// Appends a code point (<= U+10FFFF) as UTF-8.
void utf8_append(std::string& out, uint32_t code_point);

}  // namespace capy
