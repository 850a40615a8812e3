// SPDX-License-Identifier: Apache-2.0
// How many of so many, and between which bounds the true share lies with 95 % confidence: Wilson's interval, which also
// holds for few cases and for shares near 0 and 1.
#pragma once

#include <cmath>
#include <cstdint>

namespace capy {

struct Share {
  int64_t right = 0;
  int64_t total = 0;

  void add(bool is_right) {
    right += is_right ? 1 : 0;
    ++total;
  }
  double value() const { return total > 0 ? static_cast<double>(right) / static_cast<double>(total) : 0; }
  double low() const { return total > 0 && right > 0 ? centre() - half_width() : 0; }
  double high() const { return total > 0 && right == total ? 1 : total > 0 ? centre() + half_width() : 1; }

 private:
  static constexpr double kDeviations = 1.959963984540054;  // of the normal distribution, for 95 %
  double squared() const { return kDeviations * kDeviations / static_cast<double>(total); }
  double centre() const { return (value() + squared() / 2) / (1 + squared()); }
  double half_width() const {
    const double p = value();
    return kDeviations / (1 + squared()) *
           std::sqrt(p * (1 - p) / static_cast<double>(total) + squared() / (4 * static_cast<double>(total)));
  }
};

}  // namespace capy
