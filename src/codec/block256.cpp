// SPDX-License-Identifier: Apache-2.0
// GGUF types of 256 values a block (docs/FORMATS.md): one or two f16 scales d (and m), small integer scales for groups
// of 16 or 32 values, and packed codes. Products of scales are rounded to f32 first, as the format's owner does.
#include <cstring>

#include "codec/decoders.h"
#include "codec/half.h"

namespace capy {
namespace {

// out = (d * scale) * code for 16 groups of 16. Codes come as bytes: compilers vectorise the unpacking of bits on bytes
// and the conversion to floats apart, but not both in one loop (clang 19: 1.2 instead of 0.2 ns a value).
CAPY_LOOP void scale_groups(const int8_t* codes, float d, const int8_t* scales, float* out) {
  for (int group = 0; group < 16; ++group, codes += 16, out += 16) {
    const float scale = d * static_cast<float>(scales[group]);
    for (int i = 0; i < 16; ++i) out[i] = scale * static_cast<float>(codes[i]);
  }
}

// The 64 bytes of two-bit codes of Q2_K and Q3_K: each 32 bytes hold 128 values, value i in bits 2 (i / 32) of byte i
// % 32.
CAPY_LOOP void two_bit_codes(const uint8_t* packed, int8_t* codes) {
  for (int half = 0; half < 2; ++half, packed += 32, codes += 128) {
    for (int i = 0; i < 32; ++i) codes[i] = static_cast<int8_t>(packed[i] & 3);
    for (int i = 0; i < 32; ++i) codes[32 + i] = static_cast<int8_t>(packed[i] >> 2 & 3);
    for (int i = 0; i < 32; ++i) codes[64 + i] = static_cast<int8_t>(packed[i] >> 4 & 3);
    for (int i = 0; i < 32; ++i) codes[96 + i] = static_cast<int8_t>(packed[i] >> 6);
  }
}

// Q2_K: { scales[16], codes[64], d, m }: (d * (scale & 15)) * code - m * (scale >> 4), a group being 16 values.
CAPY_LOOP void q2_k(const uint8_t* bytes, int64_t blocks, float* out) {
  for (int64_t b = 0; b < blocks; ++b, bytes += 84) {
    const float d = load_half(bytes + 80);
    const float m = load_half(bytes + 82);
    int8_t codes[256];
    two_bit_codes(bytes + 16, codes);
    for (int group = 0; group < 16; ++group, out += 16) {
      const float scale = d * static_cast<float>(bytes[group] & 15);
      const float minimum = m * static_cast<float>(bytes[group] >> 4);
      for (int i = 0; i < 16; ++i) out[i] = scale * static_cast<float>(codes[group * 16 + i]) - minimum;
    }
  }
}

// The 6-bit scale of group g (0..15) of Q3_K: the low four bits in byte g % 8 (second eight in the high halves), the
// high two in byte 8 + g % 4 at bits 2 (g / 4).
CAPY_LOOP int8_t q3_k_scale(const uint8_t* packed, int g) {
  const int low = packed[g % 8] >> (g / 8 * 4) & 15;
  const int high = packed[8 + g % 4] >> (g / 4 * 2) & 3;
  return static_cast<int8_t>((low | high << 4) - 32);
}

// Q3_K: { high[32], codes[64], scales[12], d }: (d * scale) * (code - 4 unless its high bit is set). Codes as in Q2_K;
// the high bit of value i is bit i / 32 of high[i % 32].
CAPY_LOOP void q3_k(const uint8_t* bytes, int64_t blocks, float* out) {
  for (int64_t b = 0; b < blocks; ++b, bytes += 110, out += 256) {
    int8_t codes[256];
    two_bit_codes(bytes + 32, codes);
    for (int bit = 0; bit < 8; ++bit) {
      int8_t* to = codes + bit * 32;
      for (int i = 0; i < 32; ++i) to[i] = static_cast<int8_t>(to[i] + (bytes[i] >> bit & 1) * 4 - 4);
    }
    int8_t scales[16];
    for (int group = 0; group < 16; ++group) scales[group] = q3_k_scale(bytes + 96, group);
    scale_groups(codes, load_half(bytes + 108), scales, out);
  }
}

// The twelve bytes of scales of Q4_K and Q5_K hold a 6-bit scale and a 6-bit minimum for each of eight groups of 32:
// groups 0-3 whole in the low six bits of bytes g and g + 4; groups 4-7 with their low four bits in the halves of byte
// g + 4 and their high two in the top bits of bytes g - 4 and g.
struct GroupScale {
  int scale;
  int minimum;
};
CAPY_LOOP GroupScale group_scale(const uint8_t* packed, int g) {
  if (g < 4) return {packed[g] & 63, packed[g + 4] & 63};
  return {(packed[g + 4] & 15) | packed[g - 4] >> 6 << 4, packed[g + 4] >> 4 | packed[g] >> 6 << 4};
}

// Q4_K: { d, m, scales[12], codes[128] }: (d * scale) * code - m * minimum. Each 32 bytes of codes hold 64 values: the
// low halves are one group, the high halves the next.
CAPY_LOOP void q4_k(const uint8_t* bytes, int64_t blocks, float* out) {
  for (int64_t b = 0; b < blocks; ++b, bytes += 144, out += 256) {
    const float d = load_half(bytes);
    const float m = load_half(bytes + 2);
    for (int group = 0; group < 8; ++group) {
      const GroupScale packed = group_scale(bytes + 4, group);
      const float scale = d * static_cast<float>(packed.scale);
      const float minimum = m * static_cast<float>(packed.minimum);
      const uint8_t* codes = bytes + 16 + group / 2 * 32;
      const int shift = group % 2 * 4;
      for (int i = 0; i < 32; ++i) out[group * 32 + i] = scale * static_cast<float>(codes[i] >> shift & 15) - minimum;
    }
  }
}

// Q5_K: { d, m, scales[12], high[32], codes[128] }: as Q4_K with a fifth bit: bit g of high[i % 32] for group g.
CAPY_LOOP void q5_k(const uint8_t* bytes, int64_t blocks, float* out) {
  for (int64_t b = 0; b < blocks; ++b, bytes += 176, out += 256) {
    const float d = load_half(bytes);
    const float m = load_half(bytes + 2);
    const uint8_t* high = bytes + 16;
    for (int group = 0; group < 8; ++group) {
      const GroupScale packed = group_scale(bytes + 4, group);
      const float scale = d * static_cast<float>(packed.scale);
      const float minimum = m * static_cast<float>(packed.minimum);
      const uint8_t* codes = bytes + 48 + group / 2 * 32;
      const int shift = group % 2 * 4;
      for (int i = 0; i < 32; ++i) {
        const int code = (codes[i] >> shift & 15) | (high[i] >> group & 1) << 4;
        out[group * 32 + i] = scale * static_cast<float>(code) - minimum;
      }
    }
  }
}

CAPY_LOOP int8_t six_bits(int low, int high) { return static_cast<int8_t>(((low & 15) | (high & 48)) - 32); }

// Q6_K: { low[128], high[64], scales: i8[16], d }: (d * scale) * (code - 32), a scale for each 16 values. Per 128
// values, 64 bytes of low and 32 of high: value i has its low four bits in byte i % 64 (from value 64 on in the high
// halves) and its high two at bits 2 (i / 32) of byte i % 32.
CAPY_LOOP void q6_k(const uint8_t* bytes, int64_t blocks, float* out) {
  for (int64_t b = 0; b < blocks; ++b, bytes += 210, out += 256) {
    int8_t codes[256];
    for (int half = 0; half < 2; ++half) {
      const uint8_t* low = bytes + half * 64;
      const uint8_t* high = bytes + 128 + half * 32;
      int8_t* to = codes + half * 128;
      for (int i = 0; i < 32; ++i) to[i] = six_bits(low[i], high[i] << 4);
      for (int i = 0; i < 32; ++i) to[32 + i] = six_bits(low[32 + i], high[i] << 2);
      for (int i = 0; i < 32; ++i) to[64 + i] = six_bits(low[i] >> 4, high[i]);
      for (int i = 0; i < 32; ++i) to[96 + i] = six_bits(low[32 + i] >> 4, high[i] >> 2);
    }
    scale_groups(codes, load_half(bytes + 208), reinterpret_cast<const int8_t*>(bytes + 192), out);
  }
}

// IQ4_XS: { d, scales_high: u16, scales_low[4], codes[128] }: (d * (scale - 32)) * level[code], groups of 32. Scale g:
// four bits in half g % 2 of scales_low[g / 2], two at bits 2 g of scales_high. Codes within a group as in IQ4_NL.
CAPY_LOOP void iq4_xs(const uint8_t* bytes, int64_t blocks, float* out) {
  for (int64_t b = 0; b < blocks; ++b, bytes += 136, out += 256) {
    const float d = load_half(bytes);
    const int scales_high = bytes[2] | bytes[3] << 8;
    for (int group = 0; group < 8; ++group) {
      const int low = bytes[4 + group / 2] >> (group % 2 * 4) & 15;
      const float scale = d * static_cast<float>((low | (scales_high >> (2 * group) & 3) << 4) - 32);
      const uint8_t* codes = bytes + 8 + group * 16;
      for (int i = 0; i < 16; ++i) out[group * 32 + i] = scale * kIq4Levels[codes[i] & 15];
      for (int i = 0; i < 16; ++i) out[group * 32 + 16 + i] = scale * kIq4Levels[codes[i] >> 4];
    }
  }
}

}  // namespace

Decoders block256_decoders(DType type) {
  switch (type) {
    case DType::kQ2_K: return decoders_of<q2_k>();
    case DType::kQ3_K: return decoders_of<q3_k>();
    case DType::kQ4_K: return decoders_of<q4_k>();
    case DType::kQ5_K: return decoders_of<q5_k>();
    case DType::kQ6_K: return decoders_of<q6_k>();
    case DType::kIQ4_XS: return decoders_of<iq4_xs>();
    default: return {};
  }
}

}  // namespace capy
