// SPDX-License-Identifier: Apache-2.0
// The exponential moving average of the weights, which is often the better model: average += (1 - decay) (w - average).
#pragma once

#include <cstdint>
#include <vector>

#include "base/thread_pool.h"

namespace capy::train {

class MovingAverage {
 public:
  MovingAverage(const float* weights, int64_t count, double decay) : decay_(decay), values_(weights, weights + count) {}

  void update(const float* weights, ThreadPool& pool) {
    const auto step = static_cast<float>(1 - decay_);
    pool.for_ranges(static_cast<int64_t>(values_.size()), 16'384, [&](int64_t begin, int64_t end, int) {
      float* const average = values_.data();
      for (int64_t i = begin; i < end; ++i) average[i] += step * (weights[i] - average[i]);
    });
  }
  std::vector<float>& values() { return values_; }

 private:
  double decay_;
  std::vector<float> values_;
};

}  // namespace capy::train
