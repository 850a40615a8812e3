// SPDX-License-Identifier: Apache-2.0
// What a 4-bit code means (tensor/matrix.h, kInt4Packed): one of 16 tables of 16 int8 levels, chosen for each lane of 4
// rows x 4 K. Tables t and t + 8 are each other's negative. The first eight were found by Lloyd's iteration (lanes to
// tables, scales, levels in turn; tools/fit_int4_levels.py) on normal values, which is what rotated weights are: eight
// sizes from 0.47 to 1, none of them symmetric. The tables of eight sizes from 1/4 to 1 that they replace had 4 % more
// error: the small ones were hardly ever chosen.
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
  constexpr int8_t kFound[kInt4Tables / 2][kInt4Codes] = {
      {-26, -21, -17, -13, -9, -6, -3, -1, 2, 5, 8, 11, 15, 19, 23, 29},
      {-29, -24, -18, -14, -10, -7, -4, -1, 2, 5, 9, 12, 17, 21, 26, 33},
      {-33, -26, -21, -16, -12, -8, -4, -1, 3, 6, 10, 14, 19, 23, 29, 37},
      {-37, -29, -24, -18, -13, -9, -5, -1, 3, 7, 11, 15, 20, 26, 33, 40},
      {-42, -33, -26, -21, -15, -10, -5, -1, 3, 7, 12, 17, 23, 29, 36, 46},
      {-46, -36, -29, -23, -16, -11, -6, -1, 4, 8, 14, 19, 25, 33, 40, 50},
      {-54, -40, -33, -25, -18, -12, -7, -1, 4, 9, 15, 21, 28, 36, 46, 56},
      {-62, -46, -36, -28, -20, -14, -7, -1, 4, 10, 17, 24, 31, 40, 50, 63}};
  Int4Levels levels{};
  for (int table = 0; table < kInt4Tables / 2; ++table) {
    for (int code = 0; code < kInt4Codes; ++code) {
      levels.of[table][code] = kFound[table][code];
      levels.of[table + kInt4Tables / 2][code] = static_cast<int8_t>(-kFound[table][code]);
    }
  }
  return levels;
}

constexpr Int4Levels kInt4Levels = make_int4_levels();

}  // namespace capy
