// SPDX-License-Identifier: Apache-2.0
// Mean and variance of numbers that come one by one (Welford's recurrence: no large sums that cancel).
#pragma once

#include <cmath>
#include <cstdint>

namespace capy {

class RunningMean {
 public:
  void add(double value) {
    ++count_;
    const double difference = value - mean_;
    mean_ += difference / static_cast<double>(count_);
    squares_ += difference * (value - mean_);
  }
  int64_t count() const { return count_; }
  double mean() const { return mean_; }
  // Of the mean: the sample's standard deviation by the root of the count.
  double standard_error() const {
    if (count_ < 2) return 0;
    const auto n = static_cast<double>(count_);
    return std::sqrt(squares_ / (n - 1) / n);
  }

 private:
  int64_t count_ = 0;
  double mean_ = 0;
  double squares_ = 0;  // sum of squared differences from the mean
};

}  // namespace capy
