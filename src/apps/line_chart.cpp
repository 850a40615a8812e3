// SPDX-License-Identifier: Apache-2.0
#include "apps/line_chart.h"

#include <algorithm>
#include <cmath>

#include "apps/figures.h"
#include "apps/html.h"
#include "base/concat.h"
#include "base/json.h"

namespace capy {
namespace {

// In the units of the SVG; small, so that letters are still read on a phone.
constexpr double kWidth = 480;
constexpr double kHeight = 230;
constexpr double kLeft = 54;
constexpr double kRight = kWidth - 14;
constexpr double kTop = 12;
constexpr double kBottom = kHeight - 28;
constexpr int kMarksUp = 5;
constexpr int kMarksAcross = 6;
constexpr double kBeginningShare = 0.04;  // of the steps: what cuts_beginning leaves out

// Few digits, none that says nothing.
std::string short_number(double value) {
  if (value == 0) return "0";
  const double size = std::fabs(value);
  const auto trimmed = [](std::string text) {
    if (text.find('.') == std::string::npos) return text;
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
  };
  if (size >= 1e9) return trimmed(fixed(value / 1e9, 2)) + "B";
  if (size >= 1e6) return trimmed(fixed(value / 1e6, 2)) + "M";
  if (size >= 1e4) return trimmed(fixed(value / 1e3, 2)) + "k";
  if (size >= 0.01) return trimmed(fixed(value, size >= 100 ? 1 : 4));
  const int exponent = static_cast<int>(std::floor(std::log10(size)));
  return concat(trimmed(fixed(value * std::pow(10, -exponent), 2)), "e", exponent);
}

class Drawing {
 public:
  explicit Drawing(const LineChart& chart)
      : chart_(chart), across_(axis_scale(0, std::max(chart.steps, 1.0), kMarksAcross)) {
    across_.low = 0;
    across_.high = std::max(chart.steps, 1.0);
    up_ = values_seen();
  }

  std::string html() const {
    std::string svg = concat("<svg viewBox=\"0 0 ", kWidth, " ", kHeight, "\" role=\"img\" aria-label=\"",
                             html_escape(chart_.title), "\" data-chart=\"", html_escape(data()), "\">");
    svg += axes();
    svg += concat("<svg x=\"", kLeft, "\" y=\"", kTop, "\" width=\"", kRight - kLeft, "\" height=\"", kBottom - kTop,
                  "\" viewBox=\"", kLeft, " ", kTop, " ", kRight - kLeft, " ", kBottom - kTop, "\">");
    for (const ChartLine& line : chart_.lines) svg += curve(line);
    svg += "</svg>";
    svg += concat("<line class=\"cursor\" y1=\"", kTop, "\" y2=\"", kBottom, "\" visibility=\"hidden\"/></svg>");
    return concat("<figure><figcaption>", html_escape(chart_.title), "</figcaption>", svg, legend(), "</figure>\n");
  }

 private:
  AxisScale values_seen() const {
    double low = HUGE_VAL;
    double high = -HUGE_VAL;
    for (const bool cut : {chart_.cuts_beginning, false}) {
      for (const ChartLine& line : chart_.lines) {
        const double last = line.points.empty() ? 0 : line.points.back().step;
        for (const CurvePoint& point : line.points) {
          if (cut && point.step < kBeginningShare * last) continue;
          low = std::min(low, point.value);
          high = std::max(high, point.value);
        }
      }
      if (low <= high) break;
    }
    if (low > high) return {0, 1, 0.5};
    if (chart_.from_zero) low = std::min(low, 0.0);
    return axis_scale(low, high, kMarksUp);
  }

  double x(double step) const { return kLeft + (step - across_.low) / (across_.high - across_.low) * (kRight - kLeft); }
  double y(double value) const { return kBottom - (value - up_.low) / (up_.high - up_.low) * (kBottom - kTop); }

  std::string axes() const {
    std::string svg;
    for (int i = 0; up_.low + i * up_.mark <= up_.high + 1e-9 * up_.mark; ++i) {
      const double value = up_.low + i * up_.mark;
      svg += concat("<line class=\"grid\" x1=\"", kLeft, "\" x2=\"", kRight, "\" y1=\"", fixed(y(value), 1), "\" y2=\"",
                    fixed(y(value), 1), "\"/><text class=\"up\" x=\"", kLeft - 6, "\" y=\"", fixed(y(value) + 4, 1),
                    "\">", short_number(std::fabs(value) < 1e-9 * up_.mark ? 0 : value), "</text>");
    }
    for (int i = 0; i * across_.mark <= across_.high; ++i) {
      const double step = i * across_.mark;
      svg += concat("<text class=\"across\" x=\"", fixed(x(step), 1), "\" y=\"", kBottom + 18, "\">",
                    short_number(step), "</text>");
    }
    return svg;
  }

  std::string curve(const ChartLine& line) const {
    std::string path;
    std::string dots;
    for (const CurvePoint& point : line.points) {
      path += concat(path.empty() ? "M" : "L", fixed(x(point.step), 1), " ", fixed(y(point.value), 1));
      if (!line.marks && line.points.size() > 1) continue;
      dots += concat("<circle class=\"line-", line.colour, "\" cx=\"", fixed(x(point.step), 1), "\" cy=\"",
                     fixed(y(point.value), 1), "\" r=\"2.6\"/>");
    }
    return concat("<path class=\"line-", line.colour, line.pale ? " pale" : "", "\" d=\"", path, "\"/>", dots);
  }

  std::string legend() const {
    std::string html = "<p class=\"legend\">";
    for (const ChartLine& line : chart_.lines) {
      if (line.points.empty()) continue;
      html += concat("<span class=\"line-", line.colour, line.pale ? " pale" : "", "\"><i></i>", html_escape(line.name),
                     " <b>", short_number(line.points.back().value), "</b></span> ");
    }
    return html + "</p>";
  }

  // For the script: what stands where.
  std::string data() const {
    JsonWriter json;
    json.begin_object();
    json.member("width", kWidth);
    json.member("left", kLeft);
    json.member("right", kRight);
    json.member("steps", across_.high);
    json.key("lines");
    json.begin_array();
    for (const ChartLine& line : chart_.lines) {
      if (line.points.empty()) continue;
      json.begin_array();
      for (const CurvePoint& point : line.points) {
        json.value(static_cast<int64_t>(std::llround(point.step)));
        json.value(std::string_view(short_number(point.value)));
      }
      json.end_array();
    }
    json.end_array();
    json.end_object();
    return json.text();
  }

  const LineChart& chart_;
  AxisScale across_;
  AxisScale up_;
};

}  // namespace

AxisScale axis_scale(double low, double high, int marks) {
  if (!(high > low)) {  // one value: in the middle
    const double around = low == 0 ? 1 : std::fabs(low) * 0.1;
    low -= around;
    high += around;
  }
  const double rough = (high - low) / marks;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  const double ratio = rough / power;
  AxisScale scale;
  scale.mark = power * (ratio <= 1 ? 1 : ratio <= 2 ? 2 : ratio <= 5 ? 5 : 10);
  scale.low = std::floor(low / scale.mark) * scale.mark;
  scale.high = std::ceil(high / scale.mark) * scale.mark;
  return scale;
}

std::string line_chart_html(const LineChart& chart) { return Drawing(chart).html(); }

const std::string_view kChartStyle = R"(
figure { margin: 0; min-width: 0; }
figcaption { font-weight: 600; }
figure svg { width: 100%; height: auto; display: block; touch-action: pan-y; overflow: visible; }
figure svg svg { overflow: hidden; }
svg text { font: 12px system-ui, sans-serif; fill: var(--dim); }
svg text.up { text-anchor: end; }
svg text.across { text-anchor: middle; }
svg .grid { stroke: var(--grid); }
svg .cursor { stroke: var(--dim); stroke-dasharray: 3 3; }
svg path { fill: none; stroke: var(--line); stroke-width: 1.8; stroke-linejoin: round; }
svg path.pale { stroke-width: 1; opacity: .4; }
svg circle { fill: var(--line); }
.line-0 { --line: var(--blue); } .line-1 { --line: var(--orange); }
.line-2 { --line: var(--green); } .line-3 { --line: var(--violet); }
.legend { margin: 0; font-size: .85rem; color: var(--dim); min-height: 1.4em; }
.legend span { margin-right: 1em; white-space: nowrap; }
.legend b { color: var(--text); font-weight: 600; font-variant-numeric: tabular-nums; }
.legend i { display: inline-block; width: .8em; height: .2em; margin-right: .4em; vertical-align: middle;
  background: var(--line); }
.legend .pale i { opacity: .4; }
)";

// The values nearest to the pointer take the places of the last ones in the legend.
const std::string_view kChartScript = R"(
for (const svg of document.querySelectorAll("svg[data-chart]")) {
  const chart = JSON.parse(svg.dataset.chart);
  const title = svg.parentNode.querySelector("figcaption");
  const name = title.textContent;
  const cursor = svg.querySelector(".cursor");
  const values = svg.parentNode.querySelectorAll(".legend b");
  const last = [...values].map(value => value.textContent);
  const nearest = (line, step) => {
    let best = 0;
    for (let i = 2; i < line.length; i += 2) {
      if (Math.abs(line[i] - step) <= Math.abs(line[best] - step)) best = i;
    }
    return best;
  };
  const show = event => {
    const box = svg.getBoundingClientRect();
    const at = (event.clientX - box.left) / box.width * chart.width;
    const share = Math.min(Math.max((at - chart.left) / (chart.right - chart.left), 0), 1);
    const step = Math.round(share * chart.steps);
    const x = chart.left + share * (chart.right - chart.left);
    cursor.setAttribute("x1", x);
    cursor.setAttribute("x2", x);
    cursor.setAttribute("visibility", "visible");
    title.textContent = name + ", step " + step.toLocaleString("en");
    chart.lines.forEach((line, i) => { values[i].textContent = line[nearest(line, step) + 1]; });
  };
  const leave = () => {
    cursor.setAttribute("visibility", "hidden");
    title.textContent = name;
    last.forEach((value, i) => { values[i].textContent = value; });
  };
  svg.addEventListener("pointermove", show);
  svg.addEventListener("pointerdown", show);
  svg.addEventListener("pointerleave", leave);
}
)";

}  // namespace capy
