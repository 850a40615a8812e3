// SPDX-License-Identifier: Apache-2.0
// f16 conversions without branches, for loops that are to be vectorised. The same values as f16_to_f32 and f32_to_f16
// of tensor/dtype.h (codec_test compares all of them).
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "codec/isa.h"

namespace capy {

// condition ? a : b, as arithmetic. With ?: g++ computes `a` only where it is needed, since a float operation may trap,
// and then cannot vectorise (measured: 1.0 instead of 0.2 ns a value).
CAPY_LOOP uint32_t select(bool condition, uint32_t a, uint32_t b) {
  const uint32_t mask = 0u - static_cast<uint32_t>(condition);
  return (a & mask) | (b & ~mask);
}

CAPY_LOOP float half_to_float(uint16_t bits) {
  const uint32_t sign = uint32_t{bits & 0x8000u} << 16;
  const uint32_t magnitude = uint32_t{bits & 0x7fffu} << 13;
  // Rebias the exponent: +112; for infinity and NaN +224. A subnormal half becomes 2^-14 + value, less 2^-14: exact.
  const uint32_t normal = magnitude + (112u << 23);
  const uint32_t subnormal = std::bit_cast<uint32_t>(std::bit_cast<float>(normal + (1u << 23)) - 0x1p-14f);
  const uint32_t large = magnitude >= (31u << 23) ? normal + (112u << 23) : normal;
  return std::bit_cast<float>(sign | select(magnitude < (1u << 23), subnormal, large));
}

CAPY_LOOP uint16_t float_to_half(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  const uint32_t magnitude = bits & 0x7fffffff;
  const uint32_t sign = bits >> 16 & 0x8000;
  const uint32_t normal = (magnitude + 0xfff + (magnitude >> 13 & 1) - (112u << 23)) >> 13;
  // Adding 1/2 puts the last place of the sum at 2^-24, the unit of subnormal halves: the adder rounds for us.
  const uint32_t subnormal = std::bit_cast<uint32_t>(std::bit_cast<float>(magnitude) + 0.5f) - 0x3f000000;
  uint32_t half = select(magnitude < 0x38800000, subnormal, normal);
  half = magnitude >= 0x477ff000 ? 0x7c00 : half;
  half = magnitude > 0x7f800000 ? 0x7e00 : half;
  return static_cast<uint16_t>(sign | half);
}

// The f16 at any address.
CAPY_LOOP float load_half(const uint8_t* from) {
  uint16_t bits;
  std::memcpy(&bits, from, sizeof bits);
  return half_to_float(bits);
}

}  // namespace capy
