// SPDX-License-Identifier: Apache-2.0
// Text from bytes that may not be UTF-8: tokens end anywhere, also within a character.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace capy {

struct BrokenPart {
  size_t bytes = 1;        // of the longest beginning of a character: one U+FFFD stands for it (Unicode 15, 3.9)
  bool may_go_on = false;  // the bytes end before it can be told whether a character was meant
};

// What is wrong at the start of `bytes`, which is not empty and does not begin with a valid sequence.
BrokenPart broken_part(std::string_view bytes);

// Appends `bytes` to `text` with U+FFFD for every broken part. Where the last one may go on, it is left: returns how
// many bytes were used.
size_t append_complete_text(std::string& text, std::string_view bytes);

// As above, but nothing is left.
void append_text(std::string& text, std::string_view bytes);

}  // namespace capy
