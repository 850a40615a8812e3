// SPDX-License-Identifier: Apache-2.0
#include "quantize/input_feedback.h"

#include <algorithm>
#include <cmath>

namespace capy {
namespace {

constexpr double kDamping = 0.01;

class Square {
 public:
  explicit Square(int64_t n) : n_(n), values_(static_cast<size_t>(n * n)) {}
  double& at(int64_t i, int64_t j) { return values_[static_cast<size_t>(i * n_ + j)]; }
  double at(int64_t i, int64_t j) const { return values_[static_cast<size_t>(i * n_ + j)]; }
  const double* row(int64_t i) const { return values_.data() + i * n_; }

 private:
  int64_t n_;
  std::vector<double> values_;
};

// H = R R^T with R upper triangular: the last column first.
Square upper_factor(const InputMoments::Block& moments) {
  const int64_t n = moments.width;
  double trace = 0;
  for (int64_t i = 0; i < n; ++i) trace += moments.sums[static_cast<size_t>(i * n + i)];
  const double damping = std::max(kDamping * trace / static_cast<double>(n), 1e-30);
  Square r(n);
  for (int64_t j = n - 1; j >= 0; --j) {
    for (int64_t i = j; i >= 0; --i) {
      double sum = moments.sums[static_cast<size_t>(i * n + j)] + (i == j ? damping : 0);
      for (int64_t k = j + 1; k < n; ++k) sum -= r.at(i, k) * r.at(j, k);
      r.at(i, j) = i == j ? std::sqrt(std::max(sum, damping * 1e-6)) : sum / r.at(j, j);
    }
  }
  return r;
}

// The inverse of an upper triangle, row by row from the last.
Square upper_inverse(const Square& r, int64_t n) {
  Square u(n);
  for (int64_t i = n - 1; i >= 0; --i) {
    u.at(i, i) = 1 / r.at(i, i);
    for (int64_t k = i + 1; k < n; ++k) {
      const double factor = -r.at(i, k) * u.at(i, i);
      for (int64_t j = k; j < n; ++j) u.at(i, j) += factor * u.at(k, j);
    }
  }
  return u;
}

}  // namespace

InputFeedback InputFeedback::of(const InputMoments::Block& moments) {
  const int64_t n = moments.width;
  const Square r = upper_factor(moments);
  const Square u = upper_inverse(r, n);
  InputFeedback feedback;
  feedback.width = n;
  feedback.cost.resize(static_cast<size_t>(n));
  feedback.share.resize(static_cast<size_t>(n * n));
  for (int64_t i = 0; i < n; ++i) {
    feedback.cost[static_cast<size_t>(i)] = static_cast<float>(r.at(i, i) * r.at(i, i));
    for (int64_t j = i + 1; j < n; ++j) {
      feedback.share[static_cast<size_t>(i * n + j)] = static_cast<float>(-u.at(i, j) * r.at(i, i));
    }
  }
  return feedback;
}

}  // namespace capy
