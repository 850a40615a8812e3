// SPDX-License-Identifier: Apache-2.0
// The levels of two lanes by one byte of kInt4Packed's tables: 32 bytes for a shuffle, the low half byte's levels
// first. Only constants.
#pragma once

#include "tensor/int4_levels.h"

namespace capy {

struct Int4Pairs {
  alignas(64) int8_t of[kInt4Tables * kInt4Tables][2 * kInt4Codes];
};

constexpr Int4Pairs make_int4_pairs(int offset) {
  Int4Pairs pairs{};
  for (int byte = 0; byte < kInt4Tables * kInt4Tables; ++byte) {
    for (int code = 0; code < kInt4Codes; ++code) {
      pairs.of[byte][code] = static_cast<int8_t>(kInt4Levels.of[byte % kInt4Tables][code] + offset);
      pairs.of[byte][kInt4Codes + code] = static_cast<int8_t>(kInt4Levels.of[byte / kInt4Tables][code] + offset);
    }
  }
  return pairs;
}

}  // namespace capy
