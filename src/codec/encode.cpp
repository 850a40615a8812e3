// SPDX-License-Identifier: Apache-2.0
// From floats to the types that writers write. The rounding of the block types is that of the format's public
// reference, so that a file written here equals one written elsewhere (codec_test: values from the gguf package).
#include "codec/encode.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "base/check.h"
#include "codec/half.h"
#include "codec/isa.h"

namespace capy {
namespace {

constexpr int kBlock = 32;
constexpr uint16_t kHalfNan = 0x7e00;

using Encoder = void (*)(const float* values, int64_t blocks, uint8_t* out);

void store_half(uint8_t* to, uint16_t bits) { std::memcpy(to, &bits, sizeof bits); }

bool all_finite(const float* values) {
  return std::all_of(values, values + kBlock, [](float v) { return std::isfinite(v); });
}

// 1 / scale; 0 where that is not finite (the scale is zero, or so small that it becomes zero as f16 anyway).
float inverse(float scale) {
  const float value = 1.0f / scale;
  return scale == 0 || !std::isfinite(value) ? 0.0f : value;
}

void copy_f32(const float* values, int64_t count, uint8_t* out) {
  std::memcpy(out, values, static_cast<size_t>(count) * sizeof(float));
}

CAPY_LOOP void f16(const float* values, int64_t count, uint8_t* out) {
  for (int64_t i = 0; i < count; ++i) {
    const uint16_t bits = float_to_half(values[i]);
    std::memcpy(out + 2 * i, &bits, sizeof bits);
  }
}

CAPY_LOOP void bf16(const float* values, int64_t count, uint8_t* out) {
  for (int64_t i = 0; i < count; ++i) {
    const uint16_t bits = f32_to_bf16(values[i]);
    std::memcpy(out + 2 * i, &bits, sizeof bits);
  }
}

// Nearest integer, halves away from zero.
int round_away(float value) {
  const float size = std::abs(value);
  const float whole = std::trunc(size);
  const int rounded = static_cast<int>(whole) + (size - whole >= 0.5f ? 1 : 0);
  return value < 0 ? -rounded : rounded;
}

// d = max|v| / 127, code = round(v / d).
void q8_0_block(const float* values, uint8_t* out) {
  float largest = 0;
  for (int i = 0; i < kBlock; ++i) largest = std::max(largest, std::abs(values[i]));
  const float scale = largest / 127;
  const float factor = inverse(scale);
  store_half(out, f32_to_f16(scale));
  for (int i = 0; i < kBlock; ++i)
    out[2 + i] = static_cast<uint8_t>(std::clamp(round_away(values[i] * factor), -127, 127));
}

// The code of the two four-bit types: rounded down after the half was added by the caller, at most 15.
uint8_t four_bits(float value) { return value > 0 ? static_cast<uint8_t>(std::min(value, 15.0f)) : 0; }

void store_pairs(const uint8_t* codes, uint8_t* out) {
  for (int i = 0; i < kBlock / 2; ++i) out[i] = static_cast<uint8_t>(codes[i] | codes[i + kBlock / 2] << 4);
}

// The value of largest size becomes code 0, that is -8: d = v / -8, code = v / d + 8.
void q4_0_block(const float* values, uint8_t* out) {
  float largest = 0;
  for (int i = 0; i < kBlock; ++i) {
    if (std::abs(values[i]) > std::abs(largest)) largest = values[i];
  }
  const float scale = largest / -8;
  const float factor = inverse(scale);
  uint8_t codes[kBlock];
  for (int i = 0; i < kBlock; ++i) codes[i] = four_bits(values[i] * factor + 8.5f);
  store_half(out, f32_to_f16(scale));
  store_pairs(codes, out + 2);
}

// m = min v, d = (max v - m) / 15, code = (v - m) / d.
void q4_1_block(const float* values, uint8_t* out) {
  const auto [low, high] = std::minmax_element(values, values + kBlock);
  const float scale = (*high - *low) / 15;
  const float factor = inverse(scale);
  uint8_t codes[kBlock];
  for (int i = 0; i < kBlock; ++i) codes[i] = four_bits((values[i] - *low) * factor + 0.5f);
  store_half(out, f32_to_f16(scale));
  store_half(out + 2, f32_to_f16(*low));
  store_pairs(codes, out + 4);
}

template <void (*kOne)(const float*, uint8_t*), int kBytes>
void each_block(const float* values, int64_t blocks, uint8_t* out) {
  for (int64_t b = 0; b < blocks; ++b, values += kBlock, out += kBytes) {
    if (all_finite(values)) {
      kOne(values, out);
    } else {
      std::memset(out, 0, kBytes);
      store_half(out, kHalfNan);
    }
  }
}

Encoder find_encoder(DType type) {
  switch (type) {
    case DType::kF32: return copy_f32;
    case DType::kF16: return ForIsas<f16>::best();
    case DType::kBF16: return ForIsas<bf16>::best();
    case DType::kQ8_0: return each_block<q8_0_block, 34>;
    case DType::kQ4_0: return each_block<q4_0_block, 18>;
    case DType::kQ4_1: return each_block<q4_1_block, 20>;
    default: return nullptr;
  }
}

}  // namespace

bool can_encode(DType type) { return find_encoder(type) != nullptr; }

void encode(DType type, const float* values, int64_t count, std::span<std::byte> out) {
  const Encoder encoder = find_encoder(type);
  CHECK(encoder != nullptr);
  CHECK(static_cast<int64_t>(out.size()) == dtype_bytes(type, count));
  encoder(values, count / dtype_info(type).block, reinterpret_cast<uint8_t*>(out.data()));
}

}  // namespace capy
