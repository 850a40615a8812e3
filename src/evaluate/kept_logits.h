// SPDX-License-Identifier: Apache-2.0
// A model's logits on a few tokens, kept: for many small changes of a model that are each compared with what it was.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "evaluate/evaluate.h"

namespace capy {

class KeptLogits {
 public:
  // Of all tokens but the first `unscored`, which have too little before them; 4 bytes a token and logit. The first
  // becomes BOS where the model wants one. kInvalid where none is left.
  static Result<KeptLogits> of(Engine& engine, std::span<const int32_t> tokens, int64_t unscored);

  // KL(kept || engine), nats per token: exactly 0 where the logits are the same. The engine has the same vocabulary.
  Result<Estimate> divergence(Engine& engine) const;

  int64_t tokens_scored() const { return static_cast<int64_t>(tokens_.size()) - unscored_; }

 private:
  Status compute(Engine& engine, const LogitsSink& sink) const;

  std::vector<int32_t> tokens_;
  int64_t unscored_ = 0;
  int64_t vocab_ = 0;
  std::vector<float> logits_;     // [tokens_scored, vocab]
  std::vector<double> log_sums_;  // [tokens_scored]
};

}  // namespace capy
