// SPDX-License-Identifier: Apache-2.0
// A sequence of an engine that is computed for its logits and then dropped. Inside the evaluate room.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"

namespace capy {

// Drops its sequence, also on the way out by an error.
class OwnedSequence {
 public:
  static Result<OwnedSequence> create(Engine& engine, const std::vector<int32_t>& loras);
  OwnedSequence(OwnedSequence&& other) noexcept;
  OwnedSequence& operator=(OwnedSequence&&) = delete;
  ~OwnedSequence();

  // Appends and computes; `sink` sees the logits after each of the tokens where one is given.
  Status compute(std::span<const int32_t> tokens, const LogitsSink& sink);

 private:
  OwnedSequence(Engine& engine, SequenceId id) : engine_(&engine), id_(id) {}
  Engine* engine_;
  SequenceId id_;
};

// The tokens of a window, the first replaced by BOS where the model wants one.
std::vector<int32_t> window_of(const Engine& engine, std::span<const int32_t> tokens);

}  // namespace capy
