// SPDX-License-Identifier: Apache-2.0
// The learning rate of each step: a linear warm-up, then half a cosine, or WSD (constant, then down at the end).
#pragma once

#include <cstdint>

namespace capy::train {

struct Schedule {
  enum class Shape { kConstant, kCosine, kWsd };
  Shape shape = Shape::kCosine;
  double peak = 1e-3;
  double floor = 0;    // the last step's rate
  int64_t warmup = 0;  // steps; step 0 has peak / warmup
  int64_t steps = 1;   // of the whole run
  int64_t decay = 0;   // kWsd: steps of the way down, at the end; it is linear
};

// 0 <= step < steps; behind the end it is the floor (the peak, if constant).
double learning_rate(const Schedule& schedule, int64_t step);

}  // namespace capy::train
