// SPDX-License-Identifier: Apache-2.0
// capy.h: sequences. Decoding is a request of the engine's, as `capy run` makes one, so the text is the same.
//
// Computing is lazy where it can be: the token that ends a capy_decode and what a truncation needs again are computed
// by the next call that needs them (settle).
#include <algorithm>
#include <string_view>
#include <utility>

#include "capi/handles.h"
#include "capi/options.h"

namespace capy::capi {
namespace {

Engine& engine_of(const capy_sequence& sequence) { return *sequence.core->engine; }

Status check_alive(const capy_sequence& sequence) {
  if (sequence.id >= 0) return {};
  return Error{ErrorCode::kInvalid, "the sequence was lost when memory was lacking; it can only be freed"};
}

// Computes what is queued. After an error the sequence is what has been computed.
Status settle(const capy_sequence& sequence) {
  Engine& engine = engine_of(sequence);
  while (engine.computed(sequence.id) < engine.length(sequence.id)) {
    Result<bool> stepped = engine.step();
    if (stepped.ok()) continue;
    TRY(engine.truncate(sequence.id, engine.computed(sequence.id)));
    return std::move(stepped).take_error();
  }
  return {};
}

Status truncate(capy_sequence& sequence, int64_t length) {
  TRY(check_alive(sequence));
  Engine& engine = engine_of(sequence);
  const int64_t have = engine.length(sequence.id);
  if (length < 0 || length > have) {
    return Error{ErrorCode::kInvalid, concat("cannot cut to ", length, " tokens: the sequence has ", have)};
  }
  if (length == have) return {};
  sequence.logits_position = -1;
  Result<int64_t> cut = engine.truncate(sequence.id, length);
  if (cut.ok()) return {};
  // Its state could be neither kept nor begun anew: there is nothing to go on from.
  engine.drop(std::exchange(sequence.id, -1));
  return std::move(cut).take_error();
}

Status prefill(const capy_sequence& sequence, const int32_t* tokens, int64_t count) {
  TRY(check_alive(sequence));
  TRY(check_array(tokens, count, engine_of(sequence).context_tokens(), "tokens"));
  if (count > 0) TRY(engine_of(sequence).append(sequence.id, {tokens, static_cast<size_t>(count)}));
  return settle(sequence);
}

// Makes sequence.logits those after the last token.
Status want_logits(capy_sequence& sequence) {
  TRY(check_alive(sequence));
  TRY(settle(sequence));
  Engine& engine = engine_of(sequence);
  const int64_t last = engine.length(sequence.id) - 1;
  if (last < 0) return Error{ErrorCode::kInvalid, "the sequence is empty: there are no logits yet"};
  if (sequence.logits_position == last) return {};
  // After a cut nobody has them: the last token is computed once more, with the same outcome.
  const int32_t token = engine.tokens(sequence.id)[static_cast<size_t>(last)];
  TRY(truncate(sequence, last));
  TRY(engine.append(sequence.id, {&token, 1}));
  return settle(sequence);
}

bool same_sampling(const SamplingOptions& a, const SamplingOptions& b) {
  return a.temperature == b.temperature && a.top_k == b.top_k && a.top_p == b.top_p && a.min_p == b.min_p &&
         a.typical_p == b.typical_p && a.presence_penalty == b.presence_penalty &&
         a.frequency_penalty == b.frequency_penalty && a.repetition_penalty == b.repetition_penalty &&
         a.repetition_window == b.repetition_window && a.logit_bias == b.logit_bias && a.seed == b.seed;
}

Sampler& sampler_for(Core& core, SamplingOptions options) {
  if (core.sampler && same_sampling(core.sampler_options, options)) return *core.sampler;
  const Engine& engine = *core.engine;
  const Tokenizer* const tokenizer = engine.tokenizer();
  // Rows behind the last token are padding.
  const int64_t usable = tokenizer != nullptr ? std::min(engine.vocab(), tokenizer->token_count()) : engine.vocab();
  core.sampler.emplace(options, engine.vocab(), usable);
  core.sampler_options = std::move(options);
  return *core.sampler;
}

Result<int32_t> sample(capy_sequence& sequence, const float* logits, const capy_sampling_options* given,
                       int64_t prompt_tokens) {
  TRY(check_alive(sequence));
  Engine& engine = engine_of(sequence);
  SamplingOptions options = TRY(read_sampling_options(given, engine.vocab()));
  const int64_t length = engine.length(sequence.id);
  if (prompt_tokens < 0 || prompt_tokens > length) {
    return Error{ErrorCode::kInvalid, concat("prompt_tokens is ", prompt_tokens, "; the sequence has ", length)};
  }
  if (logits == nullptr) TRY(want_logits(sequence));
  const std::span<const float> row(logits != nullptr ? logits : sequence.logits.data(),
                                   static_cast<size_t>(engine.vocab()));
  return sampler_for(*sequence.core, std::move(options)).sample(row, engine.tokens(sequence.id), prompt_tokens, length);
}

// Hands a request's events to a callback of the caller's, until that has had enough.
class Listener {
 public:
  Listener(capy_on_token on_token, void* user) : on_token_(on_token), user_(user) {}

  bool hear(const TokenEvent& event) {
    if (on_token_ == nullptr) return true;
    if (stopped_) return false;
    text_ = event.text;  // for its NUL
    const capy_token_event given{sizeof(capy_token_event), event.token, text_.c_str(),
                                 static_cast<int64_t>(text_.size())};
    stopped_ = on_token_(user_, &given) == 0;
    return !stopped_;
  }

 private:
  capy_on_token on_token_;
  void* user_;
  std::string text_;
  bool stopped_ = false;
};

// Steps until the request has ended. The handle has the request's sequence afterwards, or an empty one where that had
// to give its memory back, or none where there is no memory even for that.
Status run_request(capy_sequence& sequence, RequestId request, Response& response) {
  Engine& engine = engine_of(sequence);
  Status ran;
  while (ran.ok() && !engine.finished(request)) {
    Result<bool> stepped = engine.step();
    if (!stepped.ok()) ran = std::move(stepped).take_error();
  }
  if (!ran.ok()) engine.cancel(request);
  SequenceId grown = -1;
  response = engine.take(request, &grown);
  if (grown < 0) {
    const Result<SequenceId> empty = engine.create_sequence();
    if (empty.ok()) grown = empty.value();
  }
  if (grown >= 0) sequence.adopt(grown);
  if (ran.ok() && response.finish == FinishReason::kError) return response.error;
  return ran;
}

// The engine leaves out what it need not compute: the last token, and after an error perhaps more.
Status complete(const capy_sequence& sequence, std::span<const int32_t> wanted) {
  const auto have = static_cast<size_t>(engine_of(sequence).length(sequence.id));
  return engine_of(sequence).append(sequence.id, wanted.subspan(have));
}

int32_t finish_code(FinishReason reason) {
  switch (reason) {
    case FinishReason::kStop: return CAPY_FINISH_STOP;
    case FinishReason::kCancelled: return CAPY_FINISH_CANCELLED;
    default: return CAPY_FINISH_LENGTH;
  }
}

// Answers and gives the reason of the end; the handle has the answer.
Result<FinishReason> decode(capy_sequence& sequence, const capy_decode_options* options, Listener& listener) {
  Engine& engine = engine_of(sequence);
  sequence.answer.clear();
  sequence.answer_text.clear();
  Request request = TRY(read_decode_options(options, engine));
  const std::span<const int32_t> prompt = engine.tokens(sequence.id);
  std::vector<int32_t> tokens(prompt.begin(), prompt.end());
  // Every token of the answer will be part of the sequence, so none may lie beyond the context.
  const int64_t room = engine.context_tokens() - static_cast<int64_t>(tokens.size());
  if (room == 0) return FinishReason::kLength;
  request.max_tokens = request.max_tokens > 0 ? std::min(request.max_tokens, room) : room;
  request.tokens = tokens;
  request.on_token = [&listener](const TokenEvent& event) { return listener.hear(event); };

  const RequestId id = TRY(engine.submit(std::move(request), sequence.id));
  // At once, so that the fork has what it shares for itself and need not copy.
  engine.drop(std::exchange(sequence.id, -1));
  Response response;
  Status ran = run_request(sequence, id, response);
  tokens.insert(tokens.end(), response.tokens.begin(), response.tokens.end());
  if (sequence.id >= 0) TRY(complete(sequence, tokens));
  TRY(ran);
  sequence.answer = std::move(response.tokens);
  sequence.answer_text = std::move(response.text);
  return response.finish;
}

Status decode_into(capy_sequence& sequence, const capy_decode_options* options, Listener& listener,
                   capy_decode_result* result) {
  TRY(check_alive(sequence));
  if (result != nullptr) TRY(check_size(*result, sizeof(capy_decode_result), "capy_decode_result"));
  if (result != nullptr) write_struct(result, capy_decode_result{});
  const FinishReason finish = TRY(decode(sequence, options, listener));
  if (result == nullptr) return {};
  capy_decode_result ours{};
  ours.finish = finish_code(finish);
  ours.tokens = sequence.answer.data();
  ours.token_count = static_cast<int64_t>(sequence.answer.size());
  ours.text = sequence.answer_text.c_str();
  ours.text_bytes = static_cast<int64_t>(sequence.answer_text.size());
  write_struct(result, ours);
  return {};
}

Status check_room(const Core& core) {
  if (core.sequences < CAPY_SEQUENCES_MAX) return {};
  return Error{ErrorCode::kLimit, concat("there are already ", core.sequences, " sequences, as many as allowed")};
}

}  // namespace
}  // namespace capy::capi

using capy::Status;
using namespace capy::capi;

capy_status capy_sequence_create(capy_model* model, capy_sequence** sequence) {
  if (sequence != nullptr) *sequence = nullptr;
  return guarded_engine(model, [&]() -> Status {
    TRY(check_given(sequence, "sequence"));
    TRY(check_room(*model->core));
    auto made = std::make_unique<capy_sequence>(model->core);
    made->adopt(TRY(model->core->engine->create_sequence()));
    *sequence = made.release();
    return {};
  });
}

capy_status capy_sequence_fork(capy_sequence* sequence, capy_sequence** copy) {
  if (copy != nullptr) *copy = nullptr;
  return guarded_engine(sequence, [&]() -> Status {
    TRY(check_given(copy, "copy"));
    TRY(check_alive(*sequence));
    TRY(check_room(*sequence->core));
    auto made = std::make_unique<capy_sequence>(sequence->core);
    made->adopt(TRY(engine_of(*sequence).fork(sequence->id)));
    made->logits = sequence->logits;
    made->logits_position = sequence->logits_position;
    *copy = made.release();
    return {};
  });
}

capy_status capy_sequence_free(capy_sequence* sequence) {
  if (sequence == nullptr) return CAPY_OK;
  if (sequence->core->busy) {
    keep_message(sequence->error, "a sequence cannot be freed from inside a callback of its model");
    return CAPY_ERROR_BUSY;
  }
  delete sequence;
  return CAPY_OK;
}

const char* capy_sequence_last_error(const capy_sequence* sequence) {
  return sequence != nullptr ? sequence->error.c_str() : "";
}

capy_status capy_sequence_length(capy_sequence* sequence, int64_t* tokens) {
  if (tokens != nullptr) *tokens = -1;
  return guarded_engine(sequence, [&]() -> Status {
    TRY(check_given(tokens, "tokens"));
    TRY(check_alive(*sequence));
    *tokens = engine_of(*sequence).length(sequence->id);
    return {};
  });
}

capy_status capy_sequence_tokens(capy_sequence* sequence, const int32_t** tokens, int64_t* count) {
  if (tokens != nullptr) *tokens = nullptr;
  if (count != nullptr) *count = 0;
  return guarded_engine(sequence, [&]() -> Status {
    TRY(check_given(tokens, "tokens"));
    TRY(check_given(count, "count"));
    TRY(check_alive(*sequence));
    const std::span<const int32_t> all = engine_of(*sequence).tokens(sequence->id);
    *tokens = all.data();
    *count = static_cast<int64_t>(all.size());
    return {};
  });
}

capy_status capy_prefill(capy_sequence* sequence, const int32_t* tokens, int64_t count) {
  return guarded_engine(sequence, [&] { return prefill(*sequence, tokens, count); });
}

capy_status capy_sequence_truncate(capy_sequence* sequence, int64_t length) {
  return guarded_engine(sequence, [&] { return truncate(*sequence, length); });
}

capy_status capy_sequence_logits(capy_sequence* sequence, const float** logits, int64_t* count) {
  if (logits != nullptr) *logits = nullptr;
  if (count != nullptr) *count = 0;
  return guarded_engine(sequence, [&]() -> Status {
    TRY(check_given(logits, "logits"));
    TRY(check_given(count, "count"));
    TRY(want_logits(*sequence));
    *logits = sequence->logits.data();
    *count = static_cast<int64_t>(sequence->logits.size());
    return {};
  });
}

capy_status capy_sample(capy_sequence* sequence, const float* logits, const capy_sampling_options* sampling,
                        int64_t prompt_tokens, int32_t* token) {
  if (token != nullptr) *token = -1;
  return guarded_engine(sequence, [&]() -> Status {
    TRY(check_given(token, "token"));
    *token = TRY(sample(*sequence, logits, sampling, prompt_tokens));
    return {};
  });
}

capy_status capy_decode(capy_sequence* sequence, const capy_decode_options* options, capy_on_token on_token, void* user,
                        capy_decode_result* result) {
  return guarded_engine(sequence, [&] {
    Listener listener(on_token, user);
    return decode_into(*sequence, options, listener, result);
  });
}
