// SPDX-License-Identifier: Apache-2.0
// From the second moments of a block's inputs to how its columns make up for each other's errors (Frantar et al. 2022,
// "GPTQ"). Inside the quantize room.
//
// With moments H = R R^T, R upper triangular, U = R^-1: an error e of column i is made up for best when each column j
// behind it changes by -e U_ij / U_ii, and then costs e^2 / U_ii^2.
#pragma once

#include <vector>

#include "codec/pack.h"
#include "quantize/input_moments.h"

namespace capy {

struct InputFeedback {
  int64_t width = 0;
  std::vector<float> cost;
  std::vector<float> share;

  // A hundredth of the mean moment is added to the diagonal, so that columns that were never seen stay put.
  static InputFeedback of(const InputMoments::Block& moments);
  BlockFeedback view() const { return {width, cost.data(), share.data()}; }
};

}  // namespace capy
