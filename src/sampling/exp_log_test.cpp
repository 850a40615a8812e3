// SPDX-License-Identifier: Apache-2.0
#include "sampling/exp_log.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace capy {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

TEST(ExpLog, ExpIsGoodToTwoUlp) {
  for (double x = -708; x <= 709; x += 0.000977) {
    const double expected = std::exp(x);
    ASSERT_NEAR(exp_f64(x) / expected, 1.0, 2 * kEpsilon) << x;
  }
}

TEST(ExpLog, LogIsGoodToTwoUlp) {
  for (double x = 1e-300; x < 1e300; x *= 1.0137) {
    const double expected = std::log(x);
    ASSERT_NEAR(log_f64(x), expected, 2 * kEpsilon * std::abs(expected) + 1e-300) << x;
  }
  for (double x = 0.5; x < 2; x += 0.000123) ASSERT_NEAR(log_f64(x), std::log(x), 2 * kEpsilon) << x;
}

TEST(ExpLog, Edges) {
  EXPECT_EQ(exp_f64(0), 1.0);
  EXPECT_EQ(exp_f64(-0.0), 1.0);
  EXPECT_EQ(exp_f64(-kInf), 0.0);
  EXPECT_EQ(exp_f64(-709), 0.0);
  EXPECT_EQ(exp_f64(-1e300), 0.0);
  EXPECT_EQ(exp_f64(kInf), kInf);
  EXPECT_EQ(exp_f64(710), kInf);
  EXPECT_TRUE(std::isnan(exp_f64(kNan)));
  EXPECT_EQ(log_f64(1), 0.0);
  EXPECT_TRUE(std::isnan(log_f64(kNan)));
  EXPECT_TRUE(std::isnan(log_f64(0)));
  EXPECT_TRUE(std::isnan(log_f64(-1)));
  EXPECT_TRUE(std::isnan(log_f64(kInf)));
}

// A few bits written down: another compiler or machine that gives others would draw other tokens.
TEST(ExpLog, SameBitsEverywhere) {
  EXPECT_EQ(exp_f64(1), 0x1.5bf0a8b14576ap+1);
  EXPECT_EQ(exp_f64(-10.25), 0x1.2899a7a835446p-15);
  EXPECT_EQ(log_f64(10), 0x1.26bb1bbb55516p+1);
  EXPECT_EQ(log_f64(0.7), -0x1.6d3c324e13f5p-2);
}

}  // namespace
}  // namespace capy
