// SPDX-License-Identifier: Apache-2.0
#include "engine/generation.h"

#include <algorithm>

#include "base/clock.h"

namespace capy {
namespace {

// The length of the longest end of `text` that begins `stop` without being all of it.
size_t partial_stop(std::string_view text, std::string_view stop) {
  for (size_t length = std::min(text.size(), stop.size() - 1); length > 0; --length) {
    if (text.substr(text.size() - length) == stop.substr(0, length)) return length;
  }
  return 0;
}

}  // namespace

const char* finish_reason_name(FinishReason reason) {
  switch (reason) {
    case FinishReason::kNone: return "none";
    case FinishReason::kStop: return "stop";
    case FinishReason::kLength: return "length";
    case FinishReason::kCancelled: return "cancelled";
    case FinishReason::kError: return "error";
  }
  return "none";
}

Generation::Generation(RequestId id, Request request, const Tokenizer* tokenizer,
                       const std::vector<int32_t>& stop_tokens, int64_t vocab, int64_t max_tokens, bool drafts)
    : id_(id),
      request_(std::move(request)),
      sampler_(request_.sampling, vocab, tokenizer != nullptr ? std::min(vocab, tokenizer->token_count()) : vocab),
      stop_tokens_(stop_tokens),
      max_tokens_(max_tokens),
      submitted_(seconds_now()) {
  // Room for the whole answer (bounded), so that no step has to grow it.
  constexpr int64_t kTextBytesPerToken = 8;
  constexpr int64_t kReservedTokens = 65'536;
  const int64_t reserved = std::min(max_tokens_, kReservedTokens);
  response_.tokens.reserve(static_cast<size_t>(reserved));
  response_.text.reserve(static_cast<size_t>(reserved * kTextBytesPerToken));
  response_.prompt_tokens = static_cast<int64_t>(request_.tokens.size());
  held_.reserve(4096);
  ready_.reserve(4096);
  event_.top_logprobs.reserve(static_cast<size_t>(std::max(request_.logprobs, 0)));
  if (tokenizer != nullptr) decoder_.emplace(*tokenizer);
  if (drafts && request_.draft) ngrams_.emplace(response_.prompt_tokens + reserved);
}

double Generation::now() const { return seconds_now() - submitted_; }

bool Generation::is_stop_token(int32_t token) const {
  const auto& own = request_.stop_tokens;
  if (std::find(own.begin(), own.end(), token) != own.end()) return true;
  return !request_.ignore_eos && std::find(stop_tokens_.begin(), stop_tokens_.end(), token) != stop_tokens_.end();
}

std::optional<int32_t> Generation::accept(std::span<const float> logits, std::span<const int32_t> history) {
  const auto position = static_cast<int64_t>(history.size());
  const Result<int32_t> drawn = sampler_.sample(logits, history, response_.prompt_tokens, position);
  if (!drawn.ok()) {
    fail(drawn.error());
    return std::nullopt;
  }
  const int32_t token = drawn.value();
  if (response_.tokens.empty()) {
    first_token_ = now();
    response_.timings.first_token_seconds = first_token_;
    response_.timings.prefill_seconds = first_token_;
  }
  response_.timings.decode_seconds = now() - first_token_;
  response_.tokens.push_back(token);
  if (is_stop_token(token)) {
    emit(token, {}, logits);
    finish(FinishReason::kStop);
    return std::nullopt;
  }
  if (!emit(token, decoder_ ? decoder_->feed(token) : std::string_view(), logits)) return std::nullopt;
  if (static_cast<int64_t>(response_.tokens.size()) >= max_tokens_) {
    finish(FinishReason::kLength);
    return std::nullopt;
  }
  return token;
}

void Generation::describe_best(BestLogits& best, std::span<const int32_t> history) const {
  best.count = request_.logprobs >= 0 ? 0 : sampler_.best_needed();
  best.usable = sampler_.usable_vocab();
  best.lowered[0] = sampler_.lowered(history, response_.prompt_tokens);
}

// False when the request ended with this token.
bool Generation::emit(int32_t token, std::string_view text, std::span<const float> logits) {
  held_ += text;
  ready_.clear();
  const bool stopped = release_text(false);
  response_.text += ready_;
  event_.token = token;
  event_.text = ready_;
  if (request_.logprobs >= 0) {
    event_.logprob = sampler_.logprob(logits, token);
    sampler_.top_logprobs(logits, request_.logprobs, event_.top_logprobs);
  }
  calling_ = true;
  const bool goes_on = (!request_.on_token || request_.on_token(event_)) && !cancelled_;
  calling_ = false;
  if (stopped) {
    finish(FinishReason::kStop);
  } else if (!goes_on) {
    finish(FinishReason::kCancelled);
  }
  return !finished();
}

void Generation::cancel() {
  if (calling_) {
    cancelled_ = true;
  } else {
    finish(FinishReason::kCancelled);
  }
}

bool Generation::release_text(bool all) {
  size_t first = std::string::npos;
  size_t hold = 0;
  for (const std::string& stop : request_.stop_strings) {
    const size_t at = held_.find(stop);
    if (at < first) {
      first = at;
      response_.stop = stop;
    }
    hold = std::max(hold, partial_stop(held_, stop));
  }
  if (first != std::string::npos) {
    ready_.append(held_, 0, first);
    held_.clear();
    return true;
  }
  const size_t released = all ? held_.size() : held_.size() - hold;
  ready_.append(held_, 0, released);
  held_.erase(0, released);
  return false;
}

void Generation::finish(FinishReason reason) {
  if (finished()) return;
  response_.finish = reason;
  // A stop string ends the text at its beginning; otherwise what was held back, and half a character, come out now.
  if (reason == FinishReason::kStop && !response_.stop.empty()) return;
  if (decoder_) held_ += decoder_->finish();
  ready_.clear();
  release_text(true);
  held_.clear();
  if (ready_.empty()) return;
  response_.text += ready_;
  if (!request_.on_token || reason == FinishReason::kCancelled) return;  // who cancelled wants no more calls
  event_.token = -1;                                                     // no token: the rest of the text
  event_.text = ready_;
  event_.top_logprobs.clear();
  (void)request_.on_token(event_);
}

void Generation::fail(Error error) {
  response_.error = std::move(error);
  finish(FinishReason::kError);
}

}  // namespace capy
