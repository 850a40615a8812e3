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

// Codes are unpacked to bytes first: compilers vectorise that and the conversion to floats apart, but not both in one
// loop.
CAPY_LOOP void four_bit_codes(const uint8_t* packed, int offset, int8_t* codes) {
  for (int i = 0; i < kHalf; ++i) codes[i] = static_cast<int8_t>((packed[i] & 15) - offset);
  for (int i = 0; i < kHalf; ++i) codes[i + kHalf] = static_cast<int8_t>((packed[i] >> 4) - offset);
}

// The five-bit types keep the fifth bits of all 32 values in one word, value i in bit i.
CAPY_LOOP void five_bit_codes(const uint8_t* packed, const uint8_t* fifth, int offset, int8_t* codes) {
  uint32_t word;
  std::memcpy(&word, fifth, sizeof word);
  for (int i = 0; i < kHalf; ++i) {
    codes[i] = static_cast<int8_t>(static_cast<int>((packed[i] & 15u) | (word >> i & 1) << 4) - offset);
  }
  for (int i = 0; i < kHalf; ++i) {
    codes[i + kHalf] =
        static_cast<int8_t>(static_cast<int>((packed[i] >> 4 & 15u) | (word >> (i + kHalf) & 1) << 4) - offset);
  }
}

CAPY_LOOP void scale_block(const int8_t* codes, float d, float* out) {
  for (int i = 0; i < kHalf; ++i) out[i] = d * static_cast<float>(codes[i]);
  for (int i = kHalf; i < 2 * kHalf; ++i) out[i] = d * static_cast<float>(codes[i]);
}

CAPY_LOOP void scale_block(const int8_t* codes, float d, float m, float* out) {
  for (int i = 0; i < kHalf; ++i) out[i] = d * static_cast<float>(codes[i]) + m;
  for (int i = kHalf; i < 2 * kHalf; ++i) out[i] = d * static_cast<float>(codes[i]) + m;
}

// { d, codes[16] }: d * (code - 8)
CAPY_LOOP void q4_0(const uint8_t* bytes, int64_t blocks, float* out) {
  for (int64_t b = 0; b < blocks; ++b, bytes += 18, out += 32) {
    int8_t codes[32];
    four_bit_codes(bytes + 2, 8, codes);
    scale_block(codes, load_half(bytes), out);
  }
}

// { d, m, codes[16] }: d * code + m
CAPY_LOOP void q4_1(const uint8_t* bytes, int64_t blocks, float* out) {
  for (int64_t b = 0; b < blocks; ++b, bytes += 20, out += 32) {
    int8_t codes[32];
    four_bit_codes(bytes + 4, 0, codes);
    scale_block(codes, load_half(bytes), load_half(bytes + 2), out);
  }
}

// { d, fifth: u32, codes[16] }: d * (code - 16)
CAPY_LOOP void q5_0(const uint8_t* bytes, int64_t blocks, float* out) {
  for (int64_t b = 0; b < blocks; ++b, bytes += 22, out += 32) {
    int8_t codes[32];
    five_bit_codes(bytes + 6, bytes + 2, 16, codes);
    scale_block(codes, load_half(bytes), out);
  }
}

// { d, m, fifth: u32, codes[16] }: d * code + m
CAPY_LOOP void q5_1(const uint8_t* bytes, int64_t blocks, float* out) {
  for (int64_t b = 0; b < blocks; ++b, bytes += 24, out += 32) {
    int8_t codes[32];
    five_bit_codes(bytes + 8, bytes + 4, 0, codes);
    scale_block(codes, load_half(bytes), load_half(bytes + 2), out);
  }
}

// { d, codes: i8[32] }: d * code
CAPY_LOOP void q8_0(const uint8_t* bytes, int64_t blocks, float* out) {
  for (int64_t b = 0; b < blocks; ++b, bytes += 34, out += 32) {
    int8_t codes[32];
    std::memcpy(codes, bytes + 2, sizeof codes);
    scale_block(codes, load_half(bytes), out);
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
