// SPDX-License-Identifier: Apache-2.0
// What is asked of the engine and what comes back.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sampling/sampler.h"

namespace capy {

using SequenceId = int64_t;
using RequestId = int64_t;

// Tokens that may be drafted for one step of a request.
inline constexpr int64_t kMaxDraft = 6;

enum class FinishReason {
  kNone,       // still running
  kStop,       // a stop token or stop string
  kLength,     // max_tokens, or the context is full
  kCancelled,  // the caller's on_text said no, or cancel()
  kError,      // see Response::error
};

const char* finish_reason_name(FinishReason reason);  // "stop", "length", "cancelled", "error", "none"

struct TokenEvent {
  int32_t token = 0;      // -1: no token, only the text that was held back for stop strings until the end
  std::string_view text;  // what this token completed: whole characters only; often empty, valid during the call
  float logprob = 0;      // only when logprobs were asked for
  std::vector<TokenLogprob> top_logprobs;
};

struct Request {
  std::vector<int32_t> tokens;  // the prompt; at least one token
  SamplingOptions sampling;
  int64_t max_tokens = -1;                // -1: until a stop or the context's end
  std::vector<std::string> stop_strings;  // the text ends before the first of them; never shown in part
  std::vector<int32_t> stop_tokens;       // besides the model's own end-of-turn tokens
  bool ignore_eos = false;                // the model's own stop tokens do not stop
  int32_t logprobs = -1;                  // -1: none; 0: of the token; n: of the n best too
  std::vector<int32_t> loras;             // indices into the engine's adapters; applied for this request
  bool draft = true;                      // false: nothing is drafted; the tokens are the same either way
  // Called on the engine's thread after every token; return false to stop. May be empty. It may call Engine::cancel and
  // the engine's getters, nothing else of the engine.
  std::function<bool(const TokenEvent&)> on_token;
};

struct Timings {
  double prefill_seconds = 0;
  double decode_seconds = 0;       // of the steps after the first token
  double first_token_seconds = 0;  // from submit to the first token
};

struct Response {
  std::vector<int32_t> tokens;  // generated, including a final stop token
  std::string text;
  FinishReason finish = FinishReason::kNone;
  std::string stop;  // the stop string that ended it, if one did
  int64_t prompt_tokens = 0;
  int64_t cached_tokens = 0;    // of the prompt, taken from a kept sequence
  int64_t drafted_tokens = 0;   // guessed and put to the model
  int64_t accepted_tokens = 0;  // of them, the model's own
  Timings timings;
  Error error;  // when finish is kError
};

}  // namespace capy
