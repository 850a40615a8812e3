// SPDX-License-Identifier: Apache-2.0
// A figure over the steps of a run, in bounded memory however long the run is: when the buckets are full, neighbours
// become one.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace capy {

// Some neighbouring values.
struct CurvePoint {
  double step = 0;  // mean, as is the value
  double value = 0;
  double low = 0;
  double high = 0;
};

class Curve {
 public:
  static constexpr size_t kPointsMax = 512;

  // Steps ascend. What is no number is left out.
  void add(int64_t step, double value) {
    if (!std::isfinite(value)) return;
    if (buckets_.empty() || buckets_.back().count == per_bucket_) {
      if (buckets_.size() == kPointsMax) join_neighbours();
    }
    if (buckets_.empty() || buckets_.back().count == per_bucket_) buckets_.push_back({0, 0, 0, value, value});
    Bucket& bucket = buckets_.back();
    ++bucket.count;
    bucket.steps += static_cast<double>(step);
    bucket.values += value;
    bucket.low = std::min(bucket.low, value);
    bucket.high = std::max(bucket.high, value);
  }

  std::vector<CurvePoint> points() const {
    std::vector<CurvePoint> points;
    for (const Bucket& b : buckets_) {
      const auto count = static_cast<double>(b.count);
      points.push_back({b.steps / count, b.values / count, b.low, b.high});
    }
    return points;
  }

  bool empty() const { return buckets_.empty(); }

 private:
  struct Bucket {
    int64_t count;
    double steps;
    double values;
    double low;
    double high;
  };

  void join_neighbours() {
    for (size_t i = 0; i < buckets_.size() / 2; ++i) {
      const Bucket& a = buckets_[2 * i];
      const Bucket& b = buckets_[2 * i + 1];
      buckets_[i] = {a.count + b.count, a.steps + b.steps, a.values + b.values, std::min(a.low, b.low),
                     std::max(a.high, b.high)};
    }
    buckets_.resize(buckets_.size() / 2);
    per_bucket_ *= 2;
  }

  std::vector<Bucket> buckets_;
  int64_t per_bucket_ = 1;
};

}  // namespace capy
