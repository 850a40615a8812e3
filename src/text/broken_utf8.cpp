// SPDX-License-Identifier: Apache-2.0
#include "text/broken_utf8.h"

#include "base/utf8.h"

namespace capy {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

// How many bytes the character would have that begins with `lead`; 1 if none does.
size_t intended_bytes(unsigned char lead) {
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  return lead >= 0xf0 && lead < 0xf5 ? 4 : 1;
}

// The second byte has a narrower range behind some leads: no overlong forms, surrogates or code points above U+10FFFF.
bool is_second_byte(unsigned char lead, unsigned char second) {
  const unsigned char least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned char most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  return second >= least && second <= most;
}

}  // namespace

BrokenPart broken_part(std::string_view bytes) {
  const auto lead = static_cast<unsigned char>(bytes[0]);
  const size_t intended = intended_bytes(lead);
  for (size_t i = 1; i < intended; ++i) {
    if (i == bytes.size()) return {i, true};
    const auto next = static_cast<unsigned char>(bytes[i]);
    const bool fits = i == 1 ? is_second_byte(lead, next) : (next & 0xc0) == 0x80;
    if (!fits) return {i, false};
  }
  return {1, false};
}

size_t append_complete_text(std::string& text, std::string_view bytes) {
  size_t used = 0;
  while (used < bytes.size()) {
    const std::string_view rest = bytes.substr(used);
    if (const size_t valid = utf8_sequence_bytes(rest); valid > 0) {
      text.append(rest, 0, valid);
      used += valid;
      continue;
    }
    const BrokenPart broken = broken_part(rest);
    if (broken.may_go_on) break;
    text += kReplacement;
    used += broken.bytes;
  }
  return used;
}

void append_text(std::string& text, std::string_view bytes) {
  if (append_complete_text(text, bytes) < bytes.size()) text += kReplacement;
}

}  // namespace capy
