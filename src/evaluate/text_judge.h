// SPDX-License-Identifier: Apache-2.0
// Log-probabilities of given tokens, many texts at a time. A token's probability does not depend on what is computed
// beside it, so neither batches nor threads change a result.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"

namespace capy {

// The tokens from `judged_from` (at least 1) on are judged, each by all those before it.
struct JudgedText {
  std::vector<int32_t> tokens;
  int64_t judged_from = 1;

  int64_t judged() const { return static_cast<int64_t>(tokens.size()) - judged_from; }
};

struct JudgeOptions {
  int64_t batch = 32;          // texts at once, as far as there is memory for them
  std::vector<int32_t> loras;  // of the engine
  // Called as tokens are done, of all texts together; return false to stop (kCancelled). May be empty.
  std::function<bool(int64_t done, int64_t total)> on_progress;
};

class TextJudge {
 public:
  // `total` tokens are going to be judged or read before; for progress alone.
  TextJudge(Engine& engine, const JudgeOptions& options, int64_t total)
      : engine_(engine), options_(options), total_(total) {}

  // Called once for each text, in order: its number among the texts, and a natural logarithm for each judged token.
  using Sink = std::function<void(int64_t text, std::span<const double> log_probs)>;

  // Neighbours that begin with the same tokens before the judged ones share the computation of these. kLimit where a
  // text does not fit the context. May be called again and again, for a part of the texts each time.
  Status judge(std::span<const JudgedText> texts, const Sink& sink);

 private:
  // Judges as many of the texts, from the first one on, as there is room for; log_probs has an entry for each of them.
  Status judge_some(std::span<const JudgedText> texts, std::vector<std::vector<double>>& log_probs);

  Engine& engine_;
  JudgeOptions options_;
  int64_t total_;
  int64_t done_ = 0;
};

}  // namespace capy
