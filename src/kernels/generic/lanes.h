// SPDX-License-Identifier: Apache-2.0
// The canonical sum: element i goes to lane i mod 16, each lane is one chain in ascending order, then a fixed tree.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/generic/constants.h"

namespace capy::generic {

struct Lanes {
  float lane[kLanes] = {};

  void add(int64_t i, float value) { lane[i % kLanes] += value; }
  void add_product(int64_t i, float a, float b) { lane[i % kLanes] = std::fma(a, b, lane[i % kLanes]); }

  // Lane l takes lane l+8, then l+4, l+2, l+1: halves, as vector registers fold.
  float sum() {
    for (int64_t width = kLanes / 2; width >= 1; width /= 2) {
      for (int64_t l = 0; l < width; ++l) lane[l] += lane[l + width];
    }
    return lane[0];
  }
};

}  // namespace capy::generic
