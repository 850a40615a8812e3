// SPDX-License-Identifier: Apache-2.0
#include "evaluate/share.h"

#include <gtest/gtest.h>

namespace capy {
namespace {

// Against the roots of (p - x)^2 = z^2 x (1 - x) / n, which define the interval.
TEST(Share, TheBoundsSolveWilsonsEquation) {
  for (const Share& share : {Share{7, 10}, Share{1, 3}, Share{599, 1000}}) {
    for (const double x : {share.low(), share.high()}) {
      const double left = (share.value() - x) * (share.value() - x);
      EXPECT_NEAR(left, 3.8414588206941254 * x * (1 - x) / static_cast<double>(share.total), 1e-12);
    }
    EXPECT_LT(share.low(), share.value());
    EXPECT_GT(share.high(), share.value());
  }
}

TEST(Share, StaysBetweenNothingAndAll) {
  EXPECT_EQ((Share{0, 10}.low()), 0);
  EXPECT_GT((Share{0, 10}.high()), 0.2);
  EXPECT_EQ((Share{10, 10}.high()), 1);
  EXPECT_LT((Share{10, 10}.low()), 0.8);
  EXPECT_EQ(Share{}.low(), 0);
  EXPECT_EQ(Share{}.high(), 1);
}

}  // namespace
}  // namespace capy
