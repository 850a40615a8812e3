// SPDX-License-Identifier: Apache-2.0
// A progress bar on stderr, with speed and time left. Nothing is written unless stderr is a terminal, nor for work that
// is over within half a second. The line is cleared at the end.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace capy {

class Progress {
 public:
  enum class Unit { kNone, kBytes, kTokens };  // of the speed

  explicit Progress(std::string label, Unit unit = Unit::kNone);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Cheap enough to be called for every token: draws at most ten times a second.
  void update(int64_t done, int64_t total);
  void update(double fraction);
  void set_label(std::string label) { label_ = std::move(label); }
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  void draw(double fraction, int64_t done, Clock::time_point now);
  std::string speed(int64_t done, double seconds) const;

  std::string label_;
  Unit unit_;
  bool shown_;  // stderr is a terminal
  bool drawn_ = false;
  Clock::time_point begun_;
  Clock::time_point last_;
};

}  // namespace capy
