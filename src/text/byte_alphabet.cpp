// SPDX-License-Identifier: Apache-2.0
#include "text/byte_alphabet.h"

#include <array>
#include <cstdint>

#include "base/utf8.h"

namespace capy {
namespace {

constexpr bool stands_for_itself(uint32_t byte) {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xff && byte != 0xad);
}

// kBytes[code point] is the byte, or -1. The last of the alphabet is U+0143.
constexpr std::array<int16_t, 0x144> kBytes = [] {
  std::array<int16_t, 0x144> bytes{};
  bytes.fill(-1);
  uint32_t next = 0x100;
  for (uint32_t byte = 0; byte < 256; ++byte) {
    bytes[stands_for_itself(byte) ? byte : next++] = static_cast<int16_t>(byte);
  }
  return bytes;
}();

// kCharacters[byte] is the code point.
constexpr std::array<uint32_t, 256> kCharacters = [] {
  std::array<uint32_t, 256> characters{};
  for (uint32_t c = 0; c < kBytes.size(); ++c) {
    if (kBytes[c] >= 0) characters[static_cast<size_t>(kBytes[c])] = c;
  }
  return characters;
}();

}  // namespace

void append_alphabet_written(std::string& out, std::string_view bytes) {
  for (const char byte : bytes) utf8_append(out, kCharacters[static_cast<unsigned char>(byte)]);
}

bool append_alphabet_bytes(std::string& out, std::string_view written) {
  const size_t before = out.size();
  while (!written.empty()) {
    const size_t length = utf8_sequence_bytes(written);
    const uint32_t c = length == 0 ? UINT32_MAX : utf8_code_point(written, length);
    if (c >= kBytes.size() || kBytes[c] < 0) {
      out.resize(before);
      return false;
    }
    out += static_cast<char>(kBytes[c]);
    written.remove_prefix(length);
  }
  return true;
}

}  // namespace capy
