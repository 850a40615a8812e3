// SPDX-License-Identifier: Apache-2.0
// Muon, schedules and averages. AdamW is compared with PyTorch's in golden_test.cpp.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "train/train.h"

namespace capy::train {
namespace {

std::vector<float> random_matrix(int64_t count) {
  std::vector<float> values;
  uint32_t state = 3;
  for (int64_t i = 0; i < count; ++i) {
    state = state * 1664525 + 1013904223;
    values.push_back(static_cast<float>(static_cast<int32_t>(state)) * 0x1p-31F);
  }
  return values;
}

// The iteration as it is defined, in double: five times X <- 3.4445 X - 4.7750 A X + 2.0315 A A X, A = X X^T.
std::vector<double> plain_orthogonalised(const std::vector<float>& from, int64_t rows, int64_t columns) {
  const auto at = [](int64_t r, int64_t c, int64_t width) { return static_cast<size_t>(r * width + c); };
  std::vector<double> x(from.begin(), from.end());
  double norm = 0;
  for (const double value : x) norm += value * value;
  for (double& value : x) value /= std::sqrt(norm);
  const bool tall = rows > columns;
  const int64_t n = std::min(rows, columns), m = std::max(rows, columns);
  const auto X = [&](int64_t i, int64_t k) -> double& { return tall ? x[at(k, i, columns)] : x[at(i, k, columns)]; };
  for (int step = 0; step < 5; ++step) {
    std::vector<double> a(static_cast<size_t>(n * n)), b(a.size()), next(x.size());
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t j = 0; j < n; ++j) {
        for (int64_t k = 0; k < m; ++k) a[at(i, j, n)] += X(i, k) * X(j, k);
      }
    }
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t j = 0; j < n; ++j) {
        b[at(i, j, n)] = -4.7750 * a[at(i, j, n)];
        for (int64_t k = 0; k < n; ++k) b[at(i, j, n)] += 2.0315 * a[at(i, k, n)] * a[at(k, j, n)];
      }
    }
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t k = 0; k < m; ++k) {
        double sum = 3.4445 * X(i, k);
        for (int64_t j = 0; j < n; ++j) sum += b[at(i, j, n)] * X(j, k);
        next[tall ? at(k, i, columns) : at(i, k, columns)] = sum;
      }
    }
    x = next;
  }
  return x;
}

TEST(Muon, OrthogonalisesAsDefined) {
  ThreadPool pool(2);
  for (const auto& [rows, columns] : {std::pair<int64_t, int64_t>{24, 40}, {40, 24}, {17, 17}, {1, 9}}) {
    std::vector<float> x = random_matrix(rows * columns);
    const std::vector<double> expected = plain_orthogonalised(x, rows, columns);
    orthogonalise({*all_kernels().back(), pool}, x.data(), rows, columns);
    double squares = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      EXPECT_NEAR(static_cast<double>(x[i]), expected[i], 1e-4) << rows << " x " << columns;
      squares += static_cast<double>(x[i]) * static_cast<double>(x[i]);
    }
    // All singular values are near 1, so their squares add up to about their number.
    EXPECT_NEAR(squares / static_cast<double>(std::min(rows, columns)), 0.9, 0.45);
  }
}

TEST(Schedule, WarmsUpAndComesDown) {
  Schedule s{Schedule::Shape::kCosine, 2.0, 0.2, 10, 110, 0};
  EXPECT_DOUBLE_EQ(learning_rate(s, 0), 0.2);
  EXPECT_DOUBLE_EQ(learning_rate(s, 9), 2.0);
  EXPECT_DOUBLE_EQ(learning_rate(s, 10), 2.0);
  EXPECT_NEAR(learning_rate(s, 109), 0.2, 1e-12);
  for (const int64_t step : {17, 40, 80, 101}) {
    const double expected = 0.2 + 1.8 * 0.5 * (1 + std::cos(std::numbers::pi * static_cast<double>(step - 10) / 99));
    EXPECT_NEAR(learning_rate(s, step), expected, 1e-12) << step;
  }
  s.shape = Schedule::Shape::kWsd;
  s.decay = 20;
  EXPECT_DOUBLE_EQ(learning_rate(s, 89), 2.0);
  EXPECT_DOUBLE_EQ(learning_rate(s, 99), 1.1);
  EXPECT_NEAR(learning_rate(s, 109), 0.2, 1e-12);
}

TEST(MovingAverage, MovesTowardsTheWeights) {
  ThreadPool pool(1);
  const std::vector<float> begin = {1, 2, 3};
  MovingAverage average(begin.data(), 3, 0.75);
  const std::vector<float> then = {5, 2, -1};
  average.update(then.data(), pool);
  EXPECT_EQ(average.values(), (std::vector<float>{2, 2, 2}));
}

TEST(Clipping, ScalesToTheNorm) {
  ThreadPool one(1), two(2);
  std::vector<float> values(10'000, 0.5F);
  EXPECT_DOUBLE_EQ(norm_of(values.data(), 10'000, one), 50);
  values = random_matrix(100'001);
  EXPECT_EQ(norm_of(values.data(), 100'001, one), norm_of(values.data(), 100'001, two));
  EXPECT_DOUBLE_EQ(clip_scale(50, 100), 1);
  EXPECT_NEAR(clip_scale(50, 10), 0.2, 1e-8);
  EXPECT_DOUBLE_EQ(clip_scale(50, 0), 1);
}

}  // namespace
}  // namespace capy::train
