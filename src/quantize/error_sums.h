// SPDX-License-Identifier: Apache-2.0
// Squared errors beside what they are errors of. Inside the quantize room.
#pragma once

#include <cmath>

namespace capy {

struct ErrorSums {
  double error = 0;         // sum (w' - w)^2
  double value = 0;         // sum w^2
  double output_error = 0;  // of the products with the calibration's inputs, likewise
  double output_value = 0;

  void add_value(double value_now, double value_then) {
    error += (value_then - value_now) * (value_then - value_now);
    value += value_now * value_now;
  }
  void add(const ErrorSums& other) {
    error += other.error;
    value += other.value;
    output_error += other.output_error;
    output_value += other.output_value;
  }
  double relative() const { return value > 0 ? std::sqrt(error / value) : 0; }
  double relative_output() const { return output_value > 0 ? std::sqrt(output_error / output_value) : 0; }
};

}  // namespace capy
