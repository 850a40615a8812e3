// SPDX-License-Identifier: Apache-2.0
// A running request: takes logits, draws a token, turns it into text and decides when to stop. Inside the engine room.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/draft_policy.h"
#include "engine/ngram_drafter.h"
#include "engine/request.h"
#include "model/model.h"
#include "sampling/sampler.h"
#include "text/stream_decoder.h"

namespace capy {

class Generation {
 public:
  // `stop_tokens`: the model's own. All memory that decoding needs is taken here. `drafts`: the engine drafts at all.
  Generation(RequestId id, Request request, const Tokenizer* tokenizer, const std::vector<int32_t>& stop_tokens,
             int64_t vocab, int64_t max_tokens, bool drafts);

  // Draws the next token from the logits of the last one of `history`. Nothing when the request is finished by it: then
  // the token, if there is one, is in the response and not to be computed.
  std::optional<int32_t> accept(std::span<const float> logits, std::span<const int32_t> history);

  // Which of those logits accept() will look at.
  void describe_best(BestLogits& best, std::span<const int32_t> history) const;

  // Inside on_token it takes effect when the callback returns.
  void cancel();
  void fail(Error error);
  // The context is full: what was held back is let go.
  void end_at_context() { finish(FinishReason::kLength); }
  bool finished() const { return response_.finish != FinishReason::kNone; }

  RequestId id() const { return id_; }
  Response& response() { return response_; }
  const Request& request() const { return request_; }
  // Whether drafts may be made for it, and how many tokens it can still take.
  bool drafts() const { return ngrams_.has_value() && !finished(); }
  int64_t tokens_left() const { return max_tokens_ - static_cast<int64_t>(response_.tokens.size()); }
  NgramDrafter& ngrams() { return *ngrams_; }
  DraftPolicy& policy() { return policy_; }

  SequenceId sequence = -1;  // -1: waiting, or its sequence was dropped
  SequenceId prefix = -1;    // to fork when it starts

 private:
  bool is_stop_token(int32_t token) const;
  bool emit(int32_t token, std::string_view text, std::span<const float> logits);
  // Moves from held_ what cannot be part of a stop string any more to ready_; true when a stop string is complete.
  bool release_text(bool all);
  void finish(FinishReason reason);
  double now() const;

  RequestId id_;
  Request request_;
  Sampler sampler_;
  std::optional<StreamDecoder> decoder_;
  std::optional<NgramDrafter> ngrams_;  // where drafting is on
  DraftPolicy policy_;
  const std::vector<int32_t>& stop_tokens_;
  int64_t max_tokens_;
  Response response_;
  std::string held_;   // text that may yet turn out to begin a stop string
  std::string ready_;  // text to be shown with the current token
  TokenEvent event_;
  double submitted_;
  double first_token_ = 0;
  bool calling_ = false;    // inside on_token
  bool cancelled_ = false;  // by cancel() inside on_token
};

}  // namespace capy
