// SPDX-License-Identifier: Apache-2.0
#include "apps/line_chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace capy {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(LineChart, AxesEndOnRoundNumbers) {
  const AxisScale scale = axis_scale(2.13, 3.87, 5);
  EXPECT_NEAR(scale.mark, 0.5, 1e-12);
  EXPECT_NEAR(scale.low, 2, 1e-12);
  EXPECT_NEAR(scale.high, 4, 1e-12);
  const AxisScale one = axis_scale(3, 3, 5);
  EXPECT_LT(one.low, 3);
  EXPECT_GT(one.high, 3);
}

TEST(LineChart, DrawsItsPointsWithinTheFrame) {
  LineChart chart{"loss", {{"mean", {{1, 4, 4, 4}, {100, 2, 2, 2}}, 0}}, 100, false, false};
  const std::string html = line_chart_html(chart);
  EXPECT_THAT(html, HasSubstr("d=\"M58.1 12.0L466.0 202.0\""));  // top left to bottom right
  EXPECT_THAT(html, HasSubstr(">4</text>"));
  EXPECT_THAT(html, HasSubstr("<b>2</b>"));
}

TEST(LineChart, TheBeginningMayBeCut) {
  LineChart chart{"loss", {{"mean", {{1, 50, 50, 50}, {50, 3, 3, 3}, {100, 2, 2, 2}}, 0}}, 100, false, true};
  EXPECT_THAT(line_chart_html(chart), Not(HasSubstr(">50</text>")));
  chart.cuts_beginning = false;
  EXPECT_THAT(line_chart_html(chart), HasSubstr(">50</text>"));
}

TEST(LineChart, NamesCannotBecomeMarkup) {
  const std::string html = line_chart_html({"<b>", {{"\"><script>", {{1, 1, 1, 1}}, 0}}, 1, false, false});
  EXPECT_THAT(html, Not(HasSubstr("<script>")));
  EXPECT_THAT(html, HasSubstr("&lt;b&gt;"));
}

TEST(LineChart, NothingIsDrawnOfNothing) { EXPECT_THAT(line_chart_html({"t", {{"n", {}, 0}}, 10}), HasSubstr("<svg")); }

}  // namespace
}  // namespace capy
