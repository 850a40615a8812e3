// SPDX-License-Identifier: Apache-2.0
// The runs of capy bench --acceptance: one answer, written undrafted and drafted in turn. Random weights accept no
// draft, so each guess of the MTP head is replaced, after it was paid for, by the token that the undrafted answer has
// there or by a wrong one. What an acceptance of 0.5 gets right, one of 0.75 gets right too.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "apps/speed_runs.h"
#include "base/result.h"
#include "engine/engine.h"

namespace capy {

struct DraftSpeeds {
  double acceptance = 0;  // as asked for
  Speeds plain;
  Speeds drafted;
  Speeds ratios;        // drafted over plain, of each pair of runs
  Speeds first_token;   // the same of the time to the first token: the head reads the prompt too
  int64_t guessed = 0;  // over all runs
  int64_t accepted = 0;
};

class DraftRuns {
 public:
  DraftRuns() : oracle_(std::make_shared<Oracle>()) {}

  // Before the engine is opened: its guesses go through here.
  void hook(DraftOptions& options) const;
  static Status check(const Engine& engine);  // whether it can draft
  // `tokens` behind a prompt of `prompt` random tokens. `on_step` as in SpeedRuns.
  Result<DraftSpeeds> measure(Engine& engine, double acceptance, int64_t prompt, int64_t tokens, int64_t repeats,
                              const std::function<Status()>& on_step);

 private:
  struct Oracle {
    std::vector<int32_t> answer;
    size_t prompt = 0;
    double acceptance = 0;
    void revise(std::span<const int32_t> known, std::span<int32_t> guesses) const;
  };
  std::shared_ptr<Oracle> oracle_;
};

}  // namespace capy
