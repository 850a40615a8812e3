// SPDX-License-Identifier: Apache-2.0
#include "engine/scheduler.h"

#include <algorithm>

namespace capy {

Scheduler::Scheduler(int64_t rows_max, int64_t sequences_max) : rows_max_(rows_max) {
  runs_.reserve(static_cast<size_t>(std::min(rows_max, sequences_max)));
}

std::span<const ScheduledRun> Scheduler::next(std::span<const std::unique_ptr<Sequence>> sequences) {
  runs_.clear();
  // One row is kept for a prompt when there is one, so that answers cannot shut it out; a step of one row alternates.
  const bool prompts = std::any_of(sequences.begin(), sequences.end(), [](const auto& s) { return s->pending() >= 2; });
  prompt_turn_ = !prompt_turn_;
  const int64_t kept = prompts && (rows_max_ > 1 || prompt_turn_) ? 1 : 0;
  int64_t rows = rows_max_ - kept;
  const size_t count = sequences.size();
  size_t looked_at = 0;
  for (; looked_at < count && rows > 0; ++looked_at) {
    Sequence* const sequence = sequences[(decode_turn_ + looked_at) % count].get();
    if (sequence->pending() != 1) continue;
    runs_.push_back(ScheduledRun{sequence, 1});
    --rows;
  }
  if (looked_at < count) decode_turn_ = (decode_turn_ + looked_at) % count;  // the others come first in the next step
  rows += kept;
  const size_t first = turn_;
  bool turn_given = false;
  for (size_t i = 0; i < count && rows > 0; ++i) {
    const size_t index = (first + i) % count;
    Sequence* const sequence = sequences[index].get();
    if (sequence->pending() < 2) continue;
    const int64_t tokens = std::min(sequence->pending(), rows);
    runs_.push_back(ScheduledRun{sequence, tokens});
    rows -= tokens;
    if (!turn_given) turn_ = index + 1;
    turn_given = true;
  }
  return runs_;
}

}  // namespace capy
