// SPDX-License-Identifier: Apache-2.0
// The printable alphabet of byte-level vocabularies (GPT-2): files write each byte of a token as one visible character.
// Printable ASCII and Latin-1 stand for themselves; the other 68 bytes are U+0100, U+0101, ... in ascending order.
// So " the" is written "Ġthe": the space, 0x20, is the 33rd of them, U+0120.
#pragma once

#include <string>
#include <string_view>

namespace capy {

// Appends the bytes that `written` stands for; false (and `out` as it was) if a character is not of the alphabet.
bool append_alphabet_bytes(std::string& out, std::string_view written);

// The other way: appends the characters that stand for `bytes`.
void append_alphabet_written(std::string& out, std::string_view bytes);

}  // namespace capy
