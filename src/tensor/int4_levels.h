// SPDX-License-Identifier: Apache-2.0
// What a 4-bit code means (tensor/matrix.h, kInt4Packed): one of 16 tables of 16 int8 levels, chosen for each lane of 4
// rows x 4 K. Tables t and t + 8 are each other's negative; table t < 8 is the base levels times 2^(2 (t - 7) / 7), so
// that the eight sizes run from 1/4 to 1 in equal ratios.
//
// |level| <= 63: a byte shuffle turns codes into operands; level + 64 is an unsigned byte below 128, with which AVX2's
// pairwise products stay below 2^15, and the browser's seven-bit operands fit. Only constants: ISA files include this.
#pragma once

#include <cstdint>

namespace capy {

constexpr int kInt4Tables = 16;
constexpr int kInt4Codes = 16;
constexpr int kInt4LevelMax = 63;

struct Int4Levels {
  alignas(64) int8_t of[kInt4Tables][kInt4Codes];
};

constexpr Int4Levels make_int4_levels() {
  constexpr double kBase[kInt4Codes] = {-114, -91, -72, -56, -41, -28, -15, -3, 9, 21, 34, 48, 63, 81, 101, 127};
  // 2^(2 (t - 7) / 7)
  constexpr double kSizes[kInt4Tables / 2] = {0.25,       0.30475341, 0.37149857, 0.45286183,
                                              0.55204476, 0.67295010, 0.82033536, 1.0};
  Int4Levels levels{};
  for (int table = 0; table < kInt4Tables / 2; ++table) {
    for (int code = 0; code < kInt4Codes; ++code) {
      const double exact = kBase[code] * kInt4LevelMax / 127 * kSizes[table];
      const auto level = static_cast<int8_t>(exact < 0 ? exact - 0.5 : exact + 0.5);
      levels.of[table][code] = level;
      levels.of[table + kInt4Tables / 2][code] = static_cast<int8_t>(-level);
    }
  }
  return levels;
}

constexpr Int4Levels kInt4Levels = make_int4_levels();

}  // namespace capy
