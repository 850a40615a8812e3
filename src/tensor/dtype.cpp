// SPDX-License-Identifier: Apache-2.0
#include "tensor/dtype.h"

#include <array>
#include <cmath>
#include <utility>

#include "base/check.h"

namespace capy {
namespace {

// In the order of DType.
constexpr std::array<DTypeInfo, 24> kInfos = {{
    {"F32", 1, 4},      {"F16", 1, 2},      {"BF16", 1, 2},     {"F64", 1, 8},        {"F8_E4M3", 1, 1},
    {"F8_E5M2", 1, 1},  {"I8", 1, 1},       {"U8", 1, 1},       {"I16", 1, 2},        {"I32", 1, 4},
    {"I64", 1, 8},      {"BOOL", 1, 1},     {"Q4_0", 32, 18},   {"Q4_1", 32, 20},     {"Q5_0", 32, 22},
    {"Q5_1", 32, 24},   {"Q8_0", 32, 34},   {"Q2_K", 256, 84},  {"Q3_K", 256, 110},   {"Q4_K", 256, 144},
    {"Q5_K", 256, 176}, {"Q6_K", 256, 210}, {"IQ4_NL", 32, 18}, {"IQ4_XS", 256, 136},
}};

constexpr std::pair<uint32_t, DType> kGgufNumbers[] = {
    {0, DType::kF32},   {1, DType::kF16},   {2, DType::kQ4_0},    {3, DType::kQ4_1},    {6, DType::kQ5_0},
    {7, DType::kQ5_1},  {8, DType::kQ8_0},  {10, DType::kQ2_K},   {11, DType::kQ3_K},   {12, DType::kQ4_K},
    {13, DType::kQ5_K}, {14, DType::kQ6_K}, {20, DType::kIQ4_NL}, {23, DType::kIQ4_XS}, {24, DType::kI8},
    {25, DType::kI16},  {26, DType::kI32},  {27, DType::kI64},    {28, DType::kF64},    {30, DType::kBF16},
};

}  // namespace

const DTypeInfo& dtype_info(DType type) { return kInfos[static_cast<size_t>(type)]; }

int64_t dtype_bytes(DType type, int64_t count) {
  const DTypeInfo& info = dtype_info(type);
  CHECK(count >= 0 && count % info.block == 0);
  return count / info.block * info.bytes;
}

std::optional<DType> dtype_from_gguf(uint32_t number) {
  for (const auto& [gguf, type] : kGgufNumbers) {
    if (gguf == number) return type;
  }
  return std::nullopt;
}

std::optional<uint32_t> dtype_to_gguf(DType wanted) {
  for (const auto& [gguf, type] : kGgufNumbers) {
    if (type == wanted) return gguf;
  }
  return std::nullopt;
}

std::optional<DType> dtype_from_safetensors(std::string_view name) {
  constexpr DType kPlain[] = {DType::kF32, DType::kF16, DType::kBF16, DType::kF64, DType::kF8E4M3, DType::kF8E5M2,
                              DType::kI8,  DType::kU8,  DType::kI16,  DType::kI32, DType::kI64,    DType::kBool};
  for (const DType type : kPlain) {
    if (name == dtype_info(type).name) return type;
  }
  return std::nullopt;
}

float f16_to_f32(uint16_t bits) {
  const uint32_t sign = uint32_t{bits & 0x8000u} << 16;
  const uint32_t exponent = bits >> 10 & 0x1f;
  const uint32_t fraction = bits & 0x3ff;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000 | fraction << 13);
  if (exponent != 0) return std::bit_cast<float>(sign | (exponent + 112) << 23 | fraction << 13);
  const float subnormal = static_cast<float>(fraction) * 0x1p-24f;  // exact
  return std::bit_cast<float>(sign | std::bit_cast<uint32_t>(subnormal));
}

uint16_t f32_to_f16(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  const auto sign = static_cast<uint16_t>(bits >> 16 & 0x8000);
  const uint32_t magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;  // rounds to 65536 or more
  if (magnitude < 0x38800000) {                       // subnormal half: let the float adder round at 2^-24
    const float scaled = std::bit_cast<float>(magnitude) * 0x1p24f;
    return static_cast<uint16_t>(sign | static_cast<uint16_t>(std::nearbyint(scaled)));
  }
  const uint32_t rounded = magnitude + 0xfff + (magnitude >> 13 & 1);
  return static_cast<uint16_t>(sign | ((rounded - 0x38000000) >> 13));
}

float f8e4m3_to_f32(uint8_t bits) {
  const uint32_t sign = uint32_t{bits & 0x80u} << 24;
  const uint32_t exponent = bits >> 3 & 0xf;
  const uint32_t fraction = bits & 7;
  if ((bits & 0x7f) == 0x7f) return std::bit_cast<float>(sign | 0x7fc00000);
  if (exponent != 0) return std::bit_cast<float>(sign | (exponent + 120) << 23 | fraction << 20);
  const float subnormal = static_cast<float>(fraction) * 0x1p-9f;  // exact
  return std::bit_cast<float>(sign | std::bit_cast<uint32_t>(subnormal));
}

}  // namespace capy
