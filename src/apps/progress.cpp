// SPDX-License-Identifier: Apache-2.0
#include "apps/progress.h"

#include <algorithm>
#include <cstdio>

#include "apps/figures.h"
#include "apps/terminal.h"
#include "base/concat.h"

namespace capy {
namespace {

constexpr double kFirstDrawSeconds = 0.5;
constexpr double kRedrawSeconds = 0.1;
constexpr int kBarWidth = 24;

void write_error_stream(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

double seconds_between(std::chrono::steady_clock::time_point from, std::chrono::steady_clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

Progress::Progress(std::string label, Unit unit)
    : label_(std::move(label)), unit_(unit), shown_(is_terminal(Stream::kError)), begun_(Clock::now()), last_(begun_) {}

Progress::~Progress() { clear(); }

void Progress::update(int64_t done, int64_t total) {
  if (!shown_) return;
  const Clock::time_point now = Clock::now();
  if (seconds_between(drawn_ ? last_ : begun_, now) < (drawn_ ? kRedrawSeconds : kFirstDrawSeconds)) return;
  draw(total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 0, done, now);
}

void Progress::update(double fraction) { update(static_cast<int64_t>(fraction * 1e6), 1'000'000); }

void Progress::clear() {
  if (drawn_) write_error_stream("\r\x1b[K");
  drawn_ = false;
}

void Progress::draw(double fraction, int64_t done, Clock::time_point now) {
  fraction = std::clamp(fraction, 0.0, 1.0);
  const double seconds = seconds_between(begun_, now);
  const int filled = static_cast<int>(fraction * kBarWidth);
  std::string line = concat(label_, "  [", std::string(static_cast<size_t>(filled), '#'),
                            std::string(static_cast<size_t>(kBarWidth - filled), '.'), "] ", fixed(fraction * 100, 0),
                            " %", speed(done, seconds));
  if (fraction > 0) line += concat("  ", readable_duration(seconds / fraction * (1 - fraction)), " left");
  const auto width = static_cast<size_t>(std::max(terminal_columns() - 1, 1));
  if (line.size() > width) line.resize(width);
  write_error_stream(concat("\r", line, "\x1b[K"));
  drawn_ = true;
  last_ = now;
}

std::string Progress::speed(int64_t done, double seconds) const {
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  switch (unit_) {
    case Unit::kNone: return "";
    case Unit::kBytes: return concat("  ", readable_bytes(static_cast<int64_t>(rate)), "/s");
    case Unit::kTokens: return concat("  ", fixed(rate, rate < 100 ? 1 : 0), " tokens/s");
  }
  return "";
}

}  // namespace capy
