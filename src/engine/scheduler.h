// SPDX-License-Identifier: Apache-2.0
// Who computes what in the next step. Inside the engine room.
//
// Sequences with one token to go (they are decoding) come first, all of them, so that a long prompt never stalls an
// answer; the rows that are left go to longer queues in the order of their last turn, so that prompts share fairly.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/sequence.h"

namespace capy {

struct ScheduledRun {
  Sequence* sequence = nullptr;
  int64_t tokens = 0;
};

class Scheduler {
 public:
  Scheduler(int64_t rows_max, int64_t sequences_max);

  // The runs of the next step; empty when nothing is pending. Valid until the next call. Allocates nothing.
  std::span<const ScheduledRun> next(std::span<const std::unique_ptr<Sequence>> sequences);

 private:
  int64_t rows_max_;
  size_t turn_ = 0;         // whose prompt comes first
  size_t decode_turn_ = 0;  // who decodes first, where a step has fewer rows than sequences decode
  bool prompt_turn_ = false;
  std::vector<ScheduledRun> runs_;
};

}  // namespace capy
