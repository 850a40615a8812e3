// SPDX-License-Identifier: Apache-2.0
#include "evaluate/owned_sequence.h"

#include <utility>

namespace capy {

Result<OwnedSequence> OwnedSequence::create(Engine& engine, const std::vector<int32_t>& loras) {
  return OwnedSequence(engine, TRY(engine.create_sequence(loras)));
}

OwnedSequence::OwnedSequence(OwnedSequence&& other) noexcept
    : engine_(std::exchange(other.engine_, nullptr)), id_(other.id_) {}

OwnedSequence::~OwnedSequence() {
  if (engine_ != nullptr) engine_->drop(id_);
}

Status OwnedSequence::compute(std::span<const int32_t> tokens, const LogitsSink& sink) {
  engine_->set_logits(id_, sink ? LogitsWanted::kAll : LogitsWanted::kNone, sink);
  TRY(engine_->append(id_, tokens));
  while (TRY(engine_->step())) {
  }
  return {};
}

std::vector<int32_t> window_of(const Engine& engine, std::span<const int32_t> tokens) {
  std::vector<int32_t> window(tokens.begin(), tokens.end());
  const Tokenizer* const tokenizer = engine.tokenizer();
  if (tokenizer != nullptr && tokenizer->add_bos() && tokenizer->bos()) window[0] = *tokenizer->bos();
  return window;
}

}  // namespace capy
