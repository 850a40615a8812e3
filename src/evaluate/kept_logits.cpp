// SPDX-License-Identifier: Apache-2.0
#include "evaluate/kept_logits.h"

#include "base/concat.h"
#include "evaluate/log_softmax.h"
#include "evaluate/owned_sequence.h"
#include "evaluate/running_mean.h"
#include "evaluate/window.h"

namespace capy {

Result<KeptLogits> KeptLogits::of(Engine& engine, std::span<const int32_t> tokens, int64_t unscored) {
  if (static_cast<int64_t>(tokens.size()) <= unscored) {
    return Error{ErrorCode::kInvalid, concat("the text has ", tokens.size(), " tokens: more than ", unscored,
                                             " are needed, since the first ones are not scored")};
  }
  KeptLogits kept;
  kept.tokens_ = window_of(engine, tokens);
  kept.unscored_ = unscored;
  kept.vocab_ = engine.vocab();
  kept.logits_.reserve(static_cast<size_t>(kept.tokens_scored() * kept.vocab_));
  TRY(kept.compute(engine, [&](int64_t, std::span<const float> logits) {
    kept.logits_.insert(kept.logits_.end(), logits.begin(), logits.end());
    kept.log_sums_.push_back(log_sum_exp(logits));
  }));
  return kept;
}

Result<Estimate> KeptLogits::divergence(Engine& engine) const {
  if (engine.vocab() != vocab_) {
    return Error{ErrorCode::kInvalid,
                 concat("the models cannot be compared: vocabularies of ", engine.vocab(), " and ", vocab_, " tokens")};
  }
  RunningMean mean;
  TRY(compute(engine, [&](int64_t position, std::span<const float> logits) {
    const auto row = static_cast<size_t>(position - unscored_);
    const auto vocab = static_cast<size_t>(vocab_);
    const std::span<const float> wanted = std::span(logits_).subspan(row * vocab, vocab);
    mean.add(kl_divergence(wanted, log_sums_[row], logits, log_sum_exp(logits)));
  }));
  return Estimate{mean.mean(), mean.standard_error()};
}

Status KeptLogits::compute(Engine& engine, const LogitsSink& sink) const {
  const std::span<const int32_t> tokens(tokens_);
  OwnedSequence sequence = TRY(OwnedSequence::create(engine, {}));
  if (unscored_ > 0) TRY(sequence.compute(tokens.first(static_cast<size_t>(unscored_)), LogitsSink()));
  return sequence.compute(tokens.subspan(static_cast<size_t>(unscored_)), sink);
}

}  // namespace capy
