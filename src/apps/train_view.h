// SPDX-License-Identifier: Apache-2.0
// A training run as it is seen on stderr: on a terminal a few lines that stay in place, elsewhere a line from time to
// time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/train_history.h"

namespace capy {

class TrainView {
 public:
  struct Course {
    int64_t steps = 0;
    int64_t first_step = 0;  // where this process began
    int64_t checkpoint_steps = 0;
  };

  explicit TrainView(const Course& course);
  ~TrainView() { clear(); }
  TrainView(const TrainView&) = delete;
  TrainView& operator=(const TrainView&) = delete;

  // Behind each step; draws a few times a second.
  void show(const TrainHistory& history);
  // What goes on between two steps ("held-out text, 40 %"); "" when it is over.
  void set_work(const TrainHistory& history, const std::string& work);
  // Takes the lines away, for a message.
  void clear();

  // The lines at a width; for tests.
  static std::vector<std::string> lines(const Course& course, const TrainHistory& history, double seconds_left,
                                        const std::string& work);

 private:
  double seconds_left(const TrainHistory& history) const;
  void draw(const TrainHistory& history);
  void write_line(const TrainHistory& history);

  Course course_;
  bool on_terminal_;
  double begun_;
  double last_ = 0;  // when it was drawn
  int drawn_ = 0;    // lines on the terminal
  std::string work_;
};

}  // namespace capy
