// SPDX-License-Identifier: Apache-2.0
// The measured runs of capy bench: prompts and decoding of random tokens at a depth of context, again and again.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"

namespace capy {

// Tokens a second of some runs of the same kind.
struct Speeds {
  std::vector<double> runs;

  double median() const;
  double least() const;
  double most() const;
};

// Measures one engine. Tokens are random; the context of a depth is computed once and forked for every run.
class SpeedRuns {
 public:
  // `on_step`: called after each step; an error from it (Ctrl-C) ends the run.
  SpeedRuns(Engine& engine, std::vector<int32_t> loras, std::function<Status()> on_step)
      : engine_(engine), loras_(std::move(loras)), on_step_(std::move(on_step)) {}

  // A chunk of a prompt and a few decoded tokens, so that weights are mapped and memory is there.
  Status warm_up();
  // Makes `depth` tokens the context of what follows; depths must ascend.
  Status go_to(int64_t depth);
  Result<Speeds> prefill(int64_t tokens, int64_t repeats);
  // `sequences` in one batch, `tokens` each: the speed is that of all together.
  Result<Speeds> decode(int64_t sequences, int64_t tokens, int64_t repeats);

 private:
  Result<SequenceId> begin();
  Status append(SequenceId id, int64_t tokens);
  Status compute();
  Result<double> time_prefill(int64_t tokens);
  Result<double> time_decode(const std::vector<SequenceId>& ids, int64_t tokens);

  Engine& engine_;
  std::vector<int32_t> loras_;
  std::function<Status()> on_step_;
  SequenceId context_ = -1;  // -1: depth 0
  uint64_t drawn_ = 0;       // random tokens so far
};

}  // namespace capy
