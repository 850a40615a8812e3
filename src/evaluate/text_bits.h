// SPDX-License-Identifier: Apache-2.0
// How many bits a model needs for each byte of a text, and how its surprise falls with what it has read.
//
// The text's tokens are read in windows that overlap by half. Each token counts once: in the first window all but the
// first one, in every other window those of the second half, so that each has at least half a window before it, unless
// the text itself begins there. Where the model wants BOS, the first token of each window is replaced by it. The curve
// over positions takes every token of every window. Tokens that write nothing into a text have no bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "evaluate/evaluate.h"
#include "evaluate/running_mean.h"

namespace capy {

struct TextBitsOptions {
  int64_t window = 1024;       // tokens; at least kWindowMin, made smaller where the text is shorter
  int64_t windows_max = 0;     // only the first so many; 0 = all
  int64_t batch = 16;          // windows at once; changes no figure
  std::vector<int32_t> loras;  // of the engine
  std::function<bool(int64_t done, int64_t total)> on_progress;

  static constexpr int64_t kWindowMin = 4;
};

// Tokens with `from` to `to` - 1 tokens before them.
struct PositionSurprise {
  int64_t from = 0;
  int64_t to = 0;
  int64_t tokens = 0;
  Estimate nats;  // per token
};

struct TextBits {
  int64_t windows = 0;
  int64_t window = 0;  // tokens of each but the last
  int64_t tokens = 0;  // that count
  int64_t bytes = 0;   // that they stand for
  Estimate nats;       // per token
  std::vector<PositionSurprise> by_position;

  double perplexity() const;
  double bits_per_byte() const;
  double bits_per_byte_error() const;  // one standard error
};

// `tokens` as tokens_of_text gives them. kInvalid where there is nothing to predict.
Result<TextBits> text_bits(Engine& engine, std::span<const int32_t> tokens, const TextBitsOptions& options);

}  // namespace capy
