// SPDX-License-Identifier: Apache-2.0
// GGUF types of 32 values a block (docs/FORMATS.md). d and m are f16; values are d * q or d * q + m, each operation
// rounded to f32. Four-bit codes: byte i holds value i in its low half and value i + 16 in its high half.
#include <bit>
#include <cstring>

#include "codec/decoders.h"
#include "codec/half.h"

namespace capy {
namespace {

constexpr int kHalf = 16;  // values in one half of a block

// { d, codes[16] }: d * (code - 8)
CAPY_LOOP void q4_0(const uint8_t* bytes, int64_t blocks, float* out) {
  for (int64_t b = 0; b < blocks; ++b, bytes += 18, out += 32) {
    const float d = load_half(bytes);
    const uint8_t* codes = bytes + 2;
    for (int i = 0; i < kHalf; ++i) out[i] = d * static_cast<float>((codes[i] & 15) - 8);
    for (int i = 0; i < kHalf; ++i) out[i + kHalf] = d * static_cast<float>((codes[i] >> 4) - 8);
  }
}

// { d, m, codes[16] }: d * code + m
CAPY_LOOP void q4_1(const uint8_t* bytes, int64_t blocks, float* out) {
  for (int64_t b = 0; b < blocks; ++b, bytes += 20, out += 32) {
    const float d = load_half(bytes);
    const float m = load_half(bytes + 2);
    const uint8_t* codes = bytes + 4;
    for (int i = 0; i < kHalf; ++i) out[i] = d * static_cast<float>(codes[i] & 15) + m;
    for (int i = 0; i < kHalf; ++i) out[i + kHalf] = d * static_cast<float>(codes[i] >> 4) + m;
  }
}

// The five-bit types keep the fifth bits of all 32 values in one word, value i in bit i.
CAPY_LOOP uint32_t load_word(const uint8_t* from) {
  uint32_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}
CAPY_LOOP int fifth_bit(uint32_t high, int i) { return static_cast<int>(high >> i & 1) << 4; }

// { d, high: u32, codes[16] }: d * (code - 16)
CAPY_LOOP void q5_0(const uint8_t* bytes, int64_t blocks, float* out) {
  for (int64_t b = 0; b < blocks; ++b, bytes += 22, out += 32) {
    const float d = load_half(bytes);
    const uint32_t high = load_word(bytes + 2);
    const uint8_t* codes = bytes + 6;
    for (int i = 0; i < kHalf; ++i) out[i] = d * static_cast<float>(((codes[i] & 15) | fifth_bit(high, i)) - 16);
    for (int i = 0; i < kHalf; ++i) {
      out[i + kHalf] = d * static_cast<float>(((codes[i] >> 4) | fifth_bit(high, i + kHalf)) - 16);
    }
  }
}

// { d, m, high: u32, codes[16] }: d * code + m
CAPY_LOOP void q5_1(const uint8_t* bytes, int64_t blocks, float* out) {
  for (int64_t b = 0; b < blocks; ++b, bytes += 24, out += 32) {
    const float d = load_half(bytes);
    const float m = load_half(bytes + 2);
    const uint32_t high = load_word(bytes + 4);
    const uint8_t* codes = bytes + 8;
    for (int i = 0; i < kHalf; ++i) out[i] = d * static_cast<float>((codes[i] & 15) | fifth_bit(high, i)) + m;
    for (int i = 0; i < kHalf; ++i) {
      out[i + kHalf] = d * static_cast<float>((codes[i] >> 4) | fifth_bit(high, i + kHalf)) + m;
    }
  }
}

// { d, codes: i8[32] }: d * code
CAPY_LOOP void q8_0(const uint8_t* bytes, int64_t blocks, float* out) {
  for (int64_t b = 0; b < blocks; ++b, bytes += 34, out += 32) {
    const float d = load_half(bytes);
    for (int i = 0; i < 32; ++i) out[i] = d * static_cast<float>(static_cast<int8_t>(bytes[2 + i]));
  }
}

// { d, codes[16] }: d * level[code]
CAPY_LOOP void iq4_nl(const uint8_t* bytes, int64_t blocks, float* out) {
  for (int64_t b = 0; b < blocks; ++b, bytes += 18, out += 32) {
    const float d = load_half(bytes);
    const uint8_t* codes = bytes + 2;
    for (int i = 0; i < kHalf; ++i) out[i] = d * kIq4Levels[codes[i] & 15];
    for (int i = 0; i < kHalf; ++i) out[i + kHalf] = d * kIq4Levels[codes[i] >> 4];
  }
}

}  // namespace

Decoders block32_decoders(DType type) {
  switch (type) {
    case DType::kQ4_0: return decoders_of<q4_0>();
    case DType::kQ4_1: return decoders_of<q4_1>();
    case DType::kQ5_0: return decoders_of<q5_0>();
    case DType::kQ5_1: return decoders_of<q5_1>();
    case DType::kQ8_0: return decoders_of<q8_0>();
    case DType::kIQ4_NL: return decoders_of<iq4_nl>();
    default: return {};
  }
}

}  // namespace capy
