// SPDX-License-Identifier: Apache-2.0
// A sequence of an engine that is dropped with its owner, also on the way out by an error.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"

namespace capy {

class OwnedSequence {
 public:
  static Result<OwnedSequence> create(Engine& engine, const std::vector<int32_t>& loras) {
    return OwnedSequence(engine, TRY(engine.create_sequence(loras)));
  }
  Result<OwnedSequence> fork() const { return OwnedSequence(*engine_, TRY(engine_->fork(id_))); }

  OwnedSequence(OwnedSequence&& other) noexcept : engine_(std::exchange(other.engine_, nullptr)), id_(other.id_) {}
  OwnedSequence& operator=(OwnedSequence&&) = delete;
  ~OwnedSequence() {
    if (engine_ != nullptr) engine_->drop(id_);
  }

  int64_t computed() const { return engine_->computed(id_); }

  // To be computed by the engine's next steps; `sink` sees the logits after each of the tokens where one is given.
  Status append(std::span<const int32_t> tokens, const LogitsSink& sink) {
    engine_->set_logits(id_, sink ? LogitsWanted::kAll : LogitsWanted::kNone, sink);
    return engine_->append(id_, tokens);
  }
  // Appends and computes.
  Status compute(std::span<const int32_t> tokens, const LogitsSink& sink) {
    TRY(append(tokens, sink));
    while (TRY(engine_->step())) {
    }
    return {};
  }

 private:
  OwnedSequence(Engine& engine, SequenceId id) : engine_(&engine), id_(id) {}
  Engine* engine_;
  SequenceId id_;
};

}  // namespace capy
