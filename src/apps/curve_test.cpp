// SPDX-License-Identifier: Apache-2.0
#include "apps/curve.h"

#include <gtest/gtest.h>

#include <limits>

namespace capy {
namespace {

TEST(Curve, KeepsFewValuesAsTheyAre) {
  Curve curve;
  curve.add(1, 5);
  curve.add(2, std::numeric_limits<double>::quiet_NaN());
  curve.add(3, 4);
  const std::vector<CurvePoint> points = curve.points();
  ASSERT_EQ(points.size(), 2U);
  EXPECT_EQ(points[1].step, 3);
  EXPECT_EQ(points[1].value, 4);
  EXPECT_EQ(points[1].low, 4);
}

TEST(Curve, JoinsNeighboursWhenThereAreMany) {
  Curve curve;
  constexpr int64_t kSteps = 100'000;
  for (int64_t step = 1; step <= kSteps; ++step) curve.add(step, static_cast<double>(step));
  const std::vector<CurvePoint> points = curve.points();
  EXPECT_LE(points.size(), Curve::kPointsMax);
  EXPECT_GT(points.size(), Curve::kPointsMax / 2);
  double last = 0;
  for (const CurvePoint& point : points) {
    EXPECT_EQ(point.step, point.value);
    EXPECT_EQ(point.low, last + 1);  // nothing is lost between neighbours
    EXPECT_GE(point.high, point.value);
    last = point.high;
  }
  EXPECT_EQ(last, kSteps);
}

}  // namespace
}  // namespace capy
