// SPDX-License-Identifier: Apache-2.0
#include "train/schedule.h"

#include <algorithm>
#include <numbers>

namespace capy::train {
namespace {

// cos(pi x) for 0 <= x <= 1 by its series: a libm may differ in the last bit, and then so would the weights.
double cosine_of_turn(double x) {
  if (x > 0.5) return -cosine_of_turn(1 - x);
  const double square = std::numbers::pi * x * std::numbers::pi * x;
  double sum = 1;
  for (int k = 22; k >= 2; k -= 2) sum = 1 - square / (k * (k - 1)) * sum;
  return sum;
}

// From 1 at the beginning of the way down to 0 at its end.
double remaining(int64_t done, int64_t steps) {
  return 1 - std::clamp(static_cast<double>(done) / static_cast<double>(std::max<int64_t>(steps, 1)), 0.0, 1.0);
}

}  // namespace

double learning_rate(const Schedule& s, int64_t step) {
  if (step < s.warmup) return s.peak * static_cast<double>(step + 1) / static_cast<double>(s.warmup);
  const double range = s.peak - s.floor;
  switch (s.shape) {
    case Schedule::Shape::kCosine:
      return s.floor + range * 0.5 * (1 - cosine_of_turn(remaining(step - s.warmup, s.steps - 1 - s.warmup)));
    case Schedule::Shape::kWsd: {
      const int64_t begin = s.steps - s.decay;
      return step < begin ? s.peak : s.floor + range * remaining(step - begin + 1, s.decay);
    }
    case Schedule::Shape::kConstant: break;
  }
  return s.peak;
}

}  // namespace capy::train
