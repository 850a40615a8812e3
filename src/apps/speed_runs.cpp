// SPDX-License-Identifier: Apache-2.0
#include "apps/speed_runs.h"

#include <algorithm>
#include <chrono>

#include "sampling/sampler.h"

namespace capy {
namespace {

constexpr uint64_t kSeed = 1;
constexpr int64_t kWarmUpPrompt = 64;
constexpr int64_t kWarmUpTokens = 4;

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begun) { return std::chrono::duration<double>(Clock::now() - begun).count(); }

void ignore_logits(int64_t, std::span<const float>) {}

}  // namespace

double Speeds::median() const {
  if (runs.empty()) return 0;
  std::vector<double> sorted = runs;
  std::sort(sorted.begin(), sorted.end());
  const size_t middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

double Speeds::least() const { return runs.empty() ? 0 : *std::min_element(runs.begin(), runs.end()); }
double Speeds::most() const { return runs.empty() ? 0 : *std::max_element(runs.begin(), runs.end()); }

Status SpeedRuns::warm_up() {
  TRY(time_prefill(kWarmUpPrompt));
  const SequenceId id = TRY(begin());
  TRY(time_decode({id}, kWarmUpTokens));
  engine_.drop(id);
  return {};
}

Status SpeedRuns::go_to(int64_t depth) {
  const int64_t before = context_ < 0 ? 0 : engine_.length(context_);
  if (depth == before) return {};
  if (context_ < 0) context_ = TRY(engine_.create_sequence(loras_));
  TRY(append(context_, depth - before));
  return compute();
}

Result<Speeds> SpeedRuns::prefill(int64_t tokens, int64_t repeats) {
  Speeds speeds;
  for (int64_t i = 0; i < repeats; ++i) {
    speeds.runs.push_back(static_cast<double>(tokens) / TRY(time_prefill(tokens)));
  }
  return speeds;
}

Result<Speeds> SpeedRuns::decode(int64_t sequences, int64_t tokens, int64_t repeats) {
  Speeds speeds;
  for (int64_t i = 0; i < repeats; ++i) {
    std::vector<SequenceId> ids;
    for (int64_t s = 0; s < sequences; ++s) ids.push_back(TRY(begin()));
    speeds.runs.push_back(static_cast<double>(sequences * tokens) / TRY(time_decode(ids, tokens)));
    for (const SequenceId id : ids) engine_.drop(id);
  }
  return speeds;
}

// A sequence that holds the context.
Result<SequenceId> SpeedRuns::begin() {
  const SequenceId id = context_ < 0 ? TRY(engine_.create_sequence(loras_)) : TRY(engine_.fork(context_));
  engine_.set_logits(id, LogitsWanted::kBest, ignore_logits);
  return id;
}

Status SpeedRuns::append(SequenceId id, int64_t tokens) {
  std::vector<int32_t> random(static_cast<size_t>(tokens));
  for (int32_t& token : random) {
    token = static_cast<int32_t>(uniform(kSeed, drawn_++) * static_cast<double>(engine_.vocab()));
  }
  return engine_.append(id, random);
}

// Steps until nothing is queued.
Status SpeedRuns::compute() {
  while (TRY(engine_.step())) TRY(on_step_());
  return {};
}

Result<double> SpeedRuns::time_prefill(int64_t tokens) {
  const SequenceId id = TRY(begin());
  TRY(append(id, tokens));
  const Clock::time_point begun = Clock::now();
  TRY(compute());
  const double seconds = seconds_since(begun);
  engine_.drop(id);
  return seconds;
}

// The first token is not timed: it copies what the forks share.
Result<double> SpeedRuns::time_decode(const std::vector<SequenceId>& ids, int64_t tokens) {
  Clock::time_point begun;
  for (int64_t i = 0; i <= tokens; ++i) {
    for (const SequenceId id : ids) TRY(append(id, 1));
    TRY(compute());
    if (i == 0) begun = Clock::now();
  }
  return seconds_since(begun);
}

}  // namespace capy
