// SPDX-License-Identifier: Apache-2.0
// A step of a training run as the log tells it: one JSON object, a line of log.jsonl.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace capy {

// How well a model predicts text that it has not learned.
struct HeldOutLoss {
  double loss = 0;                      // mean, nats a token
  std::optional<double> bits_per_byte;  // where it is known what bytes the tokens stand for
  bool operator==(const HeldOutLoss&) const = default;
};

// What the model writes behind a prompt.
struct TextSample {
  std::string prompt;
  std::string text;  // without the prompt
  bool operator==(const TextSample&) const = default;
};

struct StepRecord {
  int64_t step = 0;  // the number of steps that are done with this one
  double loss = 0;
  std::optional<double> mtp_loss;
  double gradient_norm = 0;
  double learning_rate = 0;
  int64_t tokens = 0;  // of the whole run so far
  double seconds = 0;  // of the step itself
  double tokens_per_second = 0;
  std::optional<double> mfu;            // share of the machine's f32 operations
  std::optional<HeldOutLoss> held_out;  // where it was measured behind this step
  std::vector<TextSample> samples;      // where some were written behind this step

  std::string json() const;
  // Nothing for a line that is none, as a crash may leave one.
  static std::optional<StepRecord> parse(std::string_view line);
  bool operator==(const StepRecord&) const = default;
};

}  // namespace capy
