// SPDX-License-Identifier: Apache-2.0
// Types of one number a value.
#include <cstring>

#include "codec/decoders.h"
#include "codec/half.h"

namespace capy {
namespace {

void copy_f32(const uint8_t* bytes, int64_t count, float* out) {
  std::memcpy(out, bytes, static_cast<size_t>(count) * sizeof(float));
}

CAPY_LOOP void f16(const uint8_t* bytes, int64_t count, float* out) {
  for (int64_t i = 0; i < count; ++i) out[i] = load_half(bytes + 2 * i);
}

CAPY_LOOP void bf16(const uint8_t* bytes, int64_t count, float* out) {
  for (int64_t i = 0; i < count; ++i) {
    uint16_t bits;
    std::memcpy(&bits, bytes + 2 * i, sizeof bits);
    out[i] = std::bit_cast<float>(uint32_t{bits} << 16);
  }
}

CAPY_LOOP void f64(const uint8_t* bytes, int64_t count, float* out) {
  for (int64_t i = 0; i < count; ++i) {
    double value;
    std::memcpy(&value, bytes + 8 * i, sizeof value);
    out[i] = static_cast<float>(value);
  }
}

// 1 sign, 4 exponent bits (bias 7), 3 fraction bits; no infinities. The shifted magnitude is rebiased by 120; a
// subnormal becomes 2^-6 + value, less 2^-6: exact.
CAPY_LOOP void f8_e4m3(const uint8_t* bytes, int64_t count, float* out) {
  for (int64_t i = 0; i < count; ++i) {
    const uint32_t bits = bytes[i];
    const uint32_t magnitude = bits & 0x7f;
    const uint32_t normal = (magnitude << 20) + (120u << 23);
    const uint32_t subnormal = std::bit_cast<uint32_t>(std::bit_cast<float>(normal + (1u << 23)) - 0x1p-6f);
    const uint32_t finite = magnitude < 8 ? subnormal : normal;
    out[i] = std::bit_cast<float>((bits & 0x80) << 24 | (magnitude == 0x7f ? 0x7fc00000 : finite));
  }
}

}  // namespace

Decoders plain_decoders(DType type) {
  switch (type) {
    case DType::kF32: return {copy_f32, copy_f32};
    case DType::kF16: return decoders_of<f16>();
    case DType::kBF16: return decoders_of<bf16>();
    case DType::kF64: return decoders_of<f64>();
    case DType::kF8E4M3: return decoders_of<f8_e4m3>();
    default: return {};
  }
}

}  // namespace capy
