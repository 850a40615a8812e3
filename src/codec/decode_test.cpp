// SPDX-License-Identifier: Apache-2.0
// What every decoder must hold. Values against the reference: formats/quants_golden_test.cpp.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "codec/decoders.h"
#include "codec/encode.h"
#include "codec/half.h"

namespace capy {
namespace {

std::vector<std::byte> random_bytes(size_t count, uint32_t seed) {
  std::mt19937 draw(seed);
  std::vector<std::byte> bytes(count);
  for (std::byte& b : bytes) b = static_cast<std::byte>(draw());
  return bytes;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

std::vector<DType> all_types() {
  std::vector<DType> types;
  for (int type = 0; type <= static_cast<int>(DType::kIQ4_XS); ++type) types.push_back(static_cast<DType>(type));
  return types;
}

TEST(Decode, KnowsTheTypesOfItsContract) {
  for (const DType type : all_types()) {
    const bool plain_integer = type == DType::kI8 || type == DType::kU8 || type == DType::kI16 || type == DType::kI32 ||
                               type == DType::kI64 || type == DType::kBool;
    EXPECT_EQ(can_decode(type), !plain_integer && type != DType::kF8E5M2) << dtype_info(type).name;
  }
}

TEST(Decode, Avx2AndBaselineGiveTheSameBytesForAnyBits) {
  if (!cpu_features().avx2) GTEST_SKIP() << "no AVX2 here";
  for (const DType type : all_types()) {
    if (!can_decode(type)) continue;
    SCOPED_TRACE(dtype_info(type).name);
    for (const int64_t blocks : {1, 3, 7, 40}) {
      const auto bytes = random_bytes(static_cast<size_t>(blocks * dtype_info(type).bytes), 1);
      const auto* in = reinterpret_cast<const uint8_t*>(bytes.data());
      std::vector<float> baseline(static_cast<size_t>(blocks * dtype_info(type).block));
      std::vector<float> avx2(baseline.size());
      find_decoders(type).baseline(in, blocks, baseline.data());
      find_decoders(type).avx2(in, blocks, avx2.data());
      for (size_t i = 0; i < baseline.size(); ++i) {
        // NaN may keep the bits of either operand; which one is the compiler's choice.
        ASSERT_TRUE(std::bit_cast<uint32_t>(baseline[i]) == std::bit_cast<uint32_t>(avx2[i]) ||
                    (std::isnan(baseline[i]) && std::isnan(avx2[i])));
      }
    }
  }
}

TEST(Decode, PlainTypesEqualTheirScalarDefinitions) {
  std::vector<uint16_t> halves(65536);
  for (size_t i = 0; i < halves.size(); ++i) halves[i] = static_cast<uint16_t>(i);
  std::vector<float> expected(65536), got(65536);
  for (size_t i = 0; i < halves.size(); ++i) expected[i] = f16_to_f32(halves[i]);
  decode(DType::kF16, std::as_bytes(std::span(halves)), 65536, got.data());
  EXPECT_TRUE(same_bits(expected, got));
  for (size_t i = 0; i < halves.size(); ++i) expected[i] = bf16_to_f32(halves[i]);
  decode(DType::kBF16, std::as_bytes(std::span(halves)), 65536, got.data());
  EXPECT_TRUE(same_bits(expected, got));

  std::vector<uint8_t> eighths(256);
  for (size_t i = 0; i < eighths.size(); ++i) eighths[i] = static_cast<uint8_t>(i);
  expected.resize(256);
  got.resize(256);
  for (size_t i = 0; i < eighths.size(); ++i) expected[i] = f8e4m3_to_f32(eighths[i]);
  decode(DType::kF8E4M3, std::as_bytes(std::span(eighths)), 256, got.data());
  EXPECT_TRUE(same_bits(expected, got));
  EXPECT_EQ(got[0x7e], 448.0f);
  EXPECT_EQ(got[0x01], 0x1p-9f);
  EXPECT_TRUE(std::isnan(got[0x7f]));

  const std::vector<double> doubles = {0.1, -1e300, 1e-40, 3};
  got.resize(4);
  decode(DType::kF64, std::as_bytes(std::span(doubles)), 4, got.data());
  EXPECT_TRUE(same_bits(got, {0.1f, -std::numeric_limits<float>::infinity(), 1e-40f, 3.0f}));
}

TEST(Decode, ReadsFromAnyAddress) {
  const auto bytes = random_bytes(34 * 4 + 1, 2);
  std::vector<float> shifted(128), copied(128);
  const std::vector<std::byte> copy(bytes.begin() + 1, bytes.end());
  decode(DType::kQ8_0, std::span(bytes).subspan(1), 128, shifted.data());
  decode(DType::kQ8_0, copy, 128, copied.data());
  EXPECT_TRUE(same_bits(shifted, copied));
}

TEST(Half, FromFloatRoundsLikeTheScalarDefinition) {
  std::mt19937 draw(3);
  const auto check = [](uint32_t bits) {
    const float value = std::bit_cast<float>(bits);
    ASSERT_EQ(float_to_half(value), f32_to_f16(value)) << std::hex << bits;
  };
  for (int i = 0; i < 2'000'000; ++i) check(draw());
  // Around each half, its midpoints to the neighbours, and the bounds between the ranges.
  for (uint32_t half = 0; half < 65536; ++half) {
    const uint32_t bits = std::bit_cast<uint32_t>(f16_to_f32(static_cast<uint16_t>(half)));
    for (const uint32_t offset : {0u, 1u, 0xfffu, 0x1000u, 0x1001u, 0x1fffu}) check(bits + offset);
    if (bits != 0) check(bits - 1);
  }
  for (const uint32_t bits :
       {0x387fffffu, 0x38800000u, 0x477fefffu, 0x477ff000u, 0x33000000u, 0x33000001u, 0x7f800001u}) {
    check(bits);
    check(bits | 0x80000000);
  }
}

TEST(Fp8Blocks, MultipliesEachBlockByItsScale) {
  // 3 x 5 in blocks of 2 x 3: scales [2, 2].
  std::vector<uint8_t> codes(15);
  for (size_t i = 0; i < codes.size(); ++i) codes[i] = static_cast<uint8_t>(0x30 + i);
  const std::vector<float> scales = {2, 3, 0.1f, -7};
  Fp8Blocks matrix;
  matrix.rows = 3;
  matrix.columns = 5;
  matrix.codes = std::as_bytes(std::span(codes));
  matrix.scales = std::as_bytes(std::span(scales));
  matrix.block_rows = 2;
  matrix.block_columns = 3;
  ASSERT_TRUE(matrix.is_consistent());
  for (int64_t row = 0; row < 3; ++row) {
    float out[5];
    decode_fp8_blocks(matrix, row, out);
    for (int64_t column = 0; column < 5; ++column) {
      const float scale = scales[static_cast<size_t>(row / 2 * 2 + column / 3)];
      EXPECT_EQ(out[column], f8e4m3_to_f32(codes[static_cast<size_t>(row * 5 + column)]) * scale);
    }
  }

  std::vector<uint16_t> short_scales;
  short_scales.reserve(scales.size());
  for (const float scale : scales) short_scales.push_back(f32_to_bf16(scale));
  matrix.scale_type = DType::kBF16;
  EXPECT_FALSE(matrix.is_consistent());
  matrix.scales = std::as_bytes(std::span(short_scales));
  ASSERT_TRUE(matrix.is_consistent());
  float out[5];
  decode_fp8_blocks(matrix, 2, out);
  EXPECT_EQ(out[1], f8e4m3_to_f32(codes[11]) * bf16_to_f32(f32_to_bf16(0.1f)));
}

}  // namespace
}  // namespace capy
