// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "codec/encode.h"

namespace capy {
namespace {

std::vector<std::byte> encoded(DType type, const std::vector<float>& values) {
  std::vector<std::byte> out(static_cast<size_t>(dtype_bytes(type, static_cast<int64_t>(values.size()))));
  encode(type, values.data(), static_cast<int64_t>(values.size()), out);
  return out;
}

std::vector<float> decoded(DType type, const std::vector<std::byte>& bytes, int64_t count) {
  std::vector<float> out(static_cast<size_t>(count));
  decode(type, bytes, count, out.data());
  return out;
}

std::string hex(const std::vector<std::byte>& bytes) {
  std::string text;
  for (const std::byte b : bytes) {
    text += "0123456789abcdef"[static_cast<int>(b) >> 4];
    text += "0123456789abcdef"[static_cast<int>(b) & 15];
  }
  return text;
}

// One block of values near 1 and one a thousand times smaller with a zero in it.
std::vector<float> two_blocks() {
  std::vector<float> values(64);
  for (int i = 0; i < 64; ++i) values[static_cast<size_t>(i)] = static_cast<float>(i * 7919 % 2003 - 1001) / 512.0f;
  values[40] = 0;
  for (size_t i = 32; i < 64; ++i) values[i] *= 0.001f;
  return values;
}

// Expected bytes: gguf.quants.quantize of the gguf package 0.19.0 on the same values.
TEST(Encode, BlockTypesEqualTheReferenceBitForBit) {
  EXPECT_EQ(hex(encoded(DType::kQ8_0, two_blocks())),
            "e2238173685c5044382d211509fdf2e6dacec2b7ab9f93877a6e62564a3f33271b0f"
            "000104f8ece0d4c8bcb100998d8175695d51463a2e22160afef2e6dbcfc3b7ab9f93");
  EXPECT_EQ(hex(encoded(DType::kQ4_0, two_blocks())),
            "d233403f3f2e1d0cfcfbead9d9c8b7a6a695"
            "f40bc8c7b7a695948473686151403f3f2e1d");
  EXPECT_EQ(hex(encoded(DType::kQ4_1, two_blocks())),
            "1534d2bf403f3e2d1c0cfbeaead9c8b7b7a69595"
            "130cf497c8b7b7a695848473686151403f3e2e1d");
}

TEST(Encode, PlainTypesRoundToNearestEven) {
  const std::vector<float> values = {1.0f, 1.0f + 0x1p-8f, 1.0f + 0x3p-8f, 1.0f + 0x1p-11f, 70000.0f, -0.0f};
  EXPECT_EQ(hex(encoded(DType::kF16, values)), "003c043c0c3c003c007c0080");
  EXPECT_EQ(hex(encoded(DType::kBF16, values)),
            "803f803f823f803f894700"
            "80");
  EXPECT_EQ(decoded(DType::kF32, encoded(DType::kF32, values), 6), values);
}

TEST(Encode, ExtremeBlocksStayDefined) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  for (const DType type : {DType::kQ8_0, DType::kQ4_0, DType::kQ4_1}) {
    SCOPED_TRACE(dtype_info(type).name);
    for (const float bad : {kInf, -kInf, std::numeric_limits<float>::quiet_NaN()}) {
      std::vector<float> values(64, 1.0f);
      values[5] = bad;
      const auto back = decoded(type, encoded(type, values), 64);
      EXPECT_TRUE(std::isnan(back[5]) && std::isnan(back[0]));
      EXPECT_NEAR(back[40], 1.0f, 0.01f);
    }
    EXPECT_EQ(decoded(type, encoded(type, std::vector<float>(32, 0.0f)), 32), std::vector<float>(32, 0.0f));
    std::vector<float> tiny(32, 1e-45f), huge(32, 3e38f);
    huge[3] = -3e38f;
    EXPECT_EQ(decoded(type, encoded(type, tiny), 32), std::vector<float>(32, 0.0f));
    (void)encoded(type, huge);  // must not be undefined behaviour
  }
}

}  // namespace
}  // namespace capy
