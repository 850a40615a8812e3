// SPDX-License-Identifier: Apache-2.0
// Curves over steps as an HTML figure: inline SVG with axes, a legend with the last values, and the values under the
// pointer where the page runs kChartScript. Colours come from the page's style (classes line-0 ... line-3).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/curve.h"

namespace capy {

struct ChartLine {
  std::string name;
  std::vector<CurvePoint> points;
  int colour = 0;      // 0 .. 3
  bool pale = false;   // stands behind a line that smooths it
  bool marks = false;  // a dot on each point: there are few
};

struct LineChart {
  std::string title;
  std::vector<ChartLine> lines;
  double steps = 1;             // where the axis ends
  bool from_zero = false;       // the values' axis begins at 0
  bool cuts_beginning = false;  // the first steps do not decide what is seen: a loss falls steeply and then hardly
};

std::string line_chart_html(const LineChart& chart);

extern const std::string_view kChartScript;
extern const std::string_view kChartStyle;

// Ends of an axis and the distance of its marks: 1, 2 or 5 times a power of ten. For tests.
struct AxisScale {
  double low = 0;
  double high = 1;
  double mark = 1;
};
AxisScale axis_scale(double low, double high, int marks);

}  // namespace capy
