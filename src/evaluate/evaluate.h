// SPDX-License-Identifier: Apache-2.0
// How well a model predicts a text: perplexity, and how far one model is from another.
//
// The text's tokens are cut into windows that do not overlap. In each window the model sees everything before a token,
// and the tokens of the second half are scored: window/2 - 1 of them, so that each has at least half a window before
// it. Where the model wants BOS, the first token of each window is replaced by it. All of this is as llama.cpp's
// perplexity tool does it, so that the figures can be compared. Log-softmax in f64.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"

namespace capy {

struct EvaluationOptions {
  int64_t window = 512;        // tokens; at least kWindowMin
  int64_t windows_max = 0;     // only the first so many; 0 = all
  std::vector<int32_t> loras;  // of the engine that is judged
  // Called as tokens are done; return false to stop (kCancelled). May be empty.
  std::function<bool(int64_t done, int64_t total)> on_progress;

  static constexpr int64_t kWindowMin = 4;
};

// A mean over the scored tokens, and the standard error of that mean (tokens taken as independent).
struct Estimate {
  double mean = 0;
  double standard_error = 0;
};

struct Evaluation {
  int64_t windows = 0;
  int64_t tokens_scored = 0;
  Estimate negative_log_likelihood;  // nats per token
  double perplexity() const;
  double perplexity_error() const;  // one standard error, to first order
};

struct Comparison {
  Evaluation model;
  Evaluation reference;
  Estimate divergence;  // KL(reference || model), nats per token
  Estimate same_top;    // share of positions where both have the same likeliest token
};

// The text as the model's tokens, with BOS before it where the model wants one.
Result<std::vector<int32_t>> tokens_of_text(const Engine& engine, std::string_view text);

// kInvalid when the tokens do not fill one window.
Result<Evaluation> evaluate(Engine& engine, std::span<const int32_t> tokens, const EvaluationOptions& options);

// Both must have the same vocabulary. Two engines' weights are in memory at once.
Result<Comparison> compare(Engine& engine, Engine& reference, std::span<const int32_t> tokens,
                           const EvaluationOptions& options);

}  // namespace capy
