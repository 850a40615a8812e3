// SPDX-License-Identifier: Apache-2.0
// Stretches of text between added tokens, and which parts of them are trusted to hold added tokens themselves.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/added_tokens.h"

namespace capy {

// Bytes [begin, end) of a text.
struct TextRange {
  size_t begin = 0;
  size_t end = 0;
};

struct Stretch {
  std::string_view text;
  std::vector<TextRange> trusted;  // ascending; no two touch
};

// Joins ranges that touch or overlap, and cuts off what lies behind the text.
Stretch make_stretch(std::string_view text, std::span<const TextRange> trusted);

// Bytes [begin, end) of a stretch.
Stretch sub_stretch(const Stretch& stretch, size_t begin, size_t end);

// NFC of the text, which is put into `storage`. It moves bytes; trusted ranges are drawn in to the nearest places that
// nothing crosses, so they never come to cover what was not trusted.
Stretch nfc_stretch(const Stretch& stretch, std::string& storage);

// A space, then the text, in `storage`.
Stretch space_prefixed_stretch(const Stretch& stretch, std::string& storage);

// Calls on_text for each stretch between added tokens and on_token for each of these, in order.
void split_at_added_tokens(const Stretch& stretch, const AddedTokenFinder& finder,
                           const std::function<void(const Stretch&)>& on_text,
                           const std::function<void(int32_t)>& on_token);

}  // namespace capy
