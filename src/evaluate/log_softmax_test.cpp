// SPDX-License-Identifier: Apache-2.0
#include "evaluate/log_softmax.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace capy {
namespace {

TEST(LogSoftmax, EqualLogitsGiveTheLogOfTheirNumber) {
  const std::vector<float> row(1000, 3.0F);
  EXPECT_NEAR(log_sum_exp(row), 3 + std::log(1000.0), 1e-12);
}

TEST(LogSoftmax, LargeLogitsDoNotOverflow) {
  const std::vector<float> row = {1e30F, 1e30F};
  EXPECT_NEAR(log_sum_exp(row) / 1e30, 1, 1e-6);
}

TEST(LogSoftmax, ImpossibleTokensCountNothing) {
  const std::vector<float> row = {0, -std::numeric_limits<float>::infinity()};
  EXPECT_EQ(log_sum_exp(row), 0);
  EXPECT_EQ(kl_divergence(row, 0, row, 0), 0);
}

TEST(LogSoftmax, TheFirstOfEqualsIsTheLikeliest) { EXPECT_EQ(likeliest(std::vector<float>{1, 5, 5, 2}), 1); }

TEST(LogSoftmax, DivergenceOfTwoCoins) {
  // p = (1/2, 1/2), q = (1/4, 3/4): KL(p || q) = 1/2 ln 2 + 1/2 ln (2/3)
  const std::vector<float> p = {0, 0};
  const std::vector<float> q = {0, static_cast<float>(std::log(3.0))};
  const double expected = 0.5 * std::log(2.0) + 0.5 * std::log(2.0 / 3.0);
  EXPECT_NEAR(kl_divergence(p, log_sum_exp(p), q, log_sum_exp(q)), expected, 1e-7);
}

}  // namespace
}  // namespace capy
