// SPDX-License-Identifier: Apache-2.0
// The number formats that files store. Block types are GGUF's: `block` values share `bytes` bytes.
#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <string_view>

namespace capy {

enum class DType : uint8_t {
  kF32,
  kF16,
  kBF16,
  kF64,
  kF8E4M3,
  kF8E5M2,
  kI8,
  kU8,
  kI16,
  kI32,
  kI64,
  kBool,
  kQ4_0,
  kQ4_1,
  kQ5_0,
  kQ5_1,
  kQ8_0,
  kQ2_K,
  kQ3_K,
  kQ4_K,
  kQ5_K,
  kQ6_K,
  kIQ4_NL,
  kIQ4_XS,
};

struct DTypeInfo {
  const char* name;  // "F32", "Q4_K"
  int block;         // values in a block; 1 for plain types
  int bytes;         // of a block
};

const DTypeInfo& dtype_info(DType type);

// Bytes of `count` values; count must be a multiple of the block. The caller has bounded count (no overflow check
// here).
int64_t dtype_bytes(DType type, int64_t count);

// By GGUF type number (ggml_type), or by safetensors name ("F32", "BF16", "F8_E4M3"). Nothing for unknown ones.
std::optional<DType> dtype_from_gguf(uint32_t number);
std::optional<uint32_t> dtype_to_gguf(DType type);
std::optional<DType> dtype_from_safetensors(std::string_view name);

inline float bf16_to_f32(uint16_t bits) { return std::bit_cast<float>(uint32_t{bits} << 16); }

// Round to nearest, ties to even; NaN stays NaN (quiet).
inline uint16_t f32_to_bf16(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  if ((bits & 0x7fffffff) > 0x7f800000) return static_cast<uint16_t>(bits >> 16 | 0x40);
  return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

float f16_to_f32(uint16_t bits);
uint16_t f32_to_f16(float value);   // to nearest even; overflow gives infinity
float f8e4m3_to_f32(uint8_t bits);  // OCP E4M3 (no infinities, 0x7f and 0xff are NaN)

}  // namespace capy
