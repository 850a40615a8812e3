// SPDX-License-Identifier: Apache-2.0
// Types of one number a value.
#include <array>
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

// Eight bits: a table is as fast as arithmetic and needs no care for subnormals.
std::array<float, 256> f8_e4m3_values() {
  std::array<float, 256> values;
  for (int bits = 0; bits < 256; ++bits) values[static_cast<size_t>(bits)] = f8e4m3_to_f32(static_cast<uint8_t>(bits));
  return values;
}

void f8_e4m3(const uint8_t* bytes, int64_t count, float* out) {
  static const std::array<float, 256> values = f8_e4m3_values();
  const float* const table = values.data();
  for (int64_t i = 0; i < count; ++i) out[i] = table[bytes[i]];
}

}  // namespace

Decoders plain_decoders(DType type) {
  switch (type) {
    case DType::kF32: return {copy_f32, copy_f32};
    case DType::kF16: return decoders_of<f16>();
    case DType::kBF16: return decoders_of<bf16>();
    case DType::kF64: return decoders_of<f64>();
    case DType::kF8E4M3: return {f8_e4m3, f8_e4m3};
    default: return {};
  }
}

}  // namespace capy
