// SPDX-License-Identifier: Apache-2.0
#include "apps/train_view.h"

#include <algorithm>
#include <cstdio>

#include "apps/figures.h"
#include "apps/terminal.h"
#include "base/clock.h"
#include "base/concat.h"
#include "base/log.h"

namespace capy {
namespace {

constexpr double kRedrawSeconds = 0.2;
constexpr double kLineSeconds = 30;  // between two lines of a log that a person may read
constexpr int kBarWidth = 30;

std::string bar(double share) {
  const int filled = static_cast<int>(std::clamp(share, 0.0, 1.0) * kBarWidth);
  return concat("[", std::string(static_cast<size_t>(filled), '#'),
                std::string(static_cast<size_t>(kBarWidth - filled), '.'), "]");
}

std::string losses(const TrainHistory& history) {
  const StepRecord& last = *history.last();
  std::string text = concat("loss ", fixed(last.loss, 3), "  smoothed ", fixed(history.smoothed_loss(), 3));
  if (const auto& held_out = history.held_out()) {
    text += concat("  held out ", fixed(held_out->loss.loss, 3));
    if (held_out->loss.bits_per_byte) text += concat(" (", fixed(*held_out->loss.bits_per_byte, 3), " bits per byte)");
  }
  return text;
}

std::string speed(const StepRecord& last) {
  std::string text = concat(readable_count(static_cast<int64_t>(last.tokens_per_second)), " tokens/s");
  if (last.mfu) text += concat("  MFU ", fixed(100 * *last.mfu, 0), " %");
  return text;
}

}  // namespace

TrainView::TrainView(const Course& course)
    : course_(course), on_terminal_(is_terminal(Stream::kError)), begun_(seconds_now()) {}

double TrainView::seconds_left(const TrainHistory& history) const {
  const int64_t done = history.last()->step - course_.first_step;
  if (done <= 0) return -1;
  return (seconds_now() - begun_) / static_cast<double>(done) *
         static_cast<double>(course_.steps - history.last()->step);
}

std::vector<std::string> TrainView::lines(const Course& course, const TrainHistory& history, double seconds_left,
                                          const std::string& work) {
  const StepRecord& last = *history.last();
  const double share = static_cast<double>(last.step) / static_cast<double>(course.steps);
  const int64_t left = course.steps - last.step;
  std::vector<std::string> lines;
  lines.push_back(concat("step ", readable_count(last.step), " of ", readable_count(course.steps), "  ", bar(share),
                         " ", fixed(100 * share, 0), " %  ", readable_duration(seconds_left), " left"));
  lines.push_back(losses(history));
  std::string third = concat(speed(last), "  ", readable_parameters(last.tokens), " tokens");
  if (left > 0) {
    const int64_t to_checkpoint = std::min(course.checkpoint_steps - last.step % course.checkpoint_steps, left);
    third += concat("  checkpoint in ", readable_count(to_checkpoint), to_checkpoint == 1 ? " step" : " steps");
    if (seconds_left >= 0) {
      third += concat(
          " (", readable_duration(seconds_left * static_cast<double>(to_checkpoint) / static_cast<double>(left)), ")");
    }
  }
  lines.push_back(std::move(third));
  if (!work.empty()) lines.push_back(work);
  return lines;
}

void TrainView::show(const TrainHistory& history) {
  if (on_terminal_) {
    if (drawn_ == 0 || seconds_now() - last_ >= kRedrawSeconds) draw(history);
    return;
  }
  const bool noteworthy = last_ == 0 || history.last()->held_out || history.last()->step == course_.steps;
  if (noteworthy || seconds_now() - last_ >= kLineSeconds) write_line(history);
}

void TrainView::set_work(const TrainHistory& history, const std::string& work) {
  const bool changed = work.empty() != work_.empty();
  work_ = work;
  if (!on_terminal_ || !history.last()) return;
  if (changed || seconds_now() - last_ >= kRedrawSeconds) draw(history);
}

void TrainView::clear() {
  if (drawn_ == 0) return;
  std::fprintf(stderr, "\r\x1b[%dA\x1b[J", drawn_);
  std::fflush(stderr);
  drawn_ = 0;
}

void TrainView::draw(const TrainHistory& history) {
  const auto width = static_cast<size_t>(std::max(terminal_columns() - 1, 1));
  std::string text = drawn_ > 0 ? concat("\r\x1b[", drawn_, "A") : std::string();
  drawn_ = 0;
  for (const std::string& line : lines(course_, history, seconds_left(history), work_)) {
    text += concat(line.substr(0, width), "\x1b[K\n");
    ++drawn_;
  }
  text += "\x1b[J";
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
  last_ = seconds_now();
}

void TrainView::write_line(const TrainHistory& history) {
  const StepRecord& last = *history.last();
  log_info(concat("step ", last.step, " of ", course_.steps, "  ", losses(history), "  ", speed(last), "  ",
                  readable_duration(seconds_left(history)), " left"));
  last_ = seconds_now();
}

}  // namespace capy
