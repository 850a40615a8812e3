// SPDX-License-Identifier: Apache-2.0
// Requests: a prompt and its rules on a sequence of their own.
#include <algorithm>

#include "base/concat.h"
#include "engine/parts.h"

namespace capy {
namespace {

Status check_request(const Request& request, const EngineOptions& options, int64_t vocab, int64_t context,
                     const Tokenizer* tokenizer) {
  const EngineLimits& limits = options.limits;
  if (request.tokens.empty()) return Error{ErrorCode::kInvalid, "the prompt is empty; it must have at least one token"};
  const auto tokens = static_cast<int64_t>(request.tokens.size());
  if (tokens > context || (request.max_tokens > 0 && request.max_tokens > context - tokens)) {
    const std::string answer = request.max_tokens > 0 ? concat(" and ", request.max_tokens, " for the answer") : "";
    return Error{ErrorCode::kLimit,
                 concat("the maximum context length is ", context, " tokens. However, you requested ", tokens,
                        " tokens for the prompt", answer, "; shorten it, or use a larger --context")};
  }
  if (static_cast<int64_t>(request.stop_strings.size()) > limits.stop_strings_max) {
    return Error{ErrorCode::kLimit, concat("at most ", limits.stop_strings_max, " stop strings are allowed")};
  }
  for (const std::string& stop : request.stop_strings) {
    if (stop.empty() || static_cast<int64_t>(stop.size()) > limits.stop_string_bytes_max) {
      return Error{ErrorCode::kInvalid,
                   concat("a stop string must have 1 to ", limits.stop_string_bytes_max, " bytes")};
    }
  }
  if (!request.stop_strings.empty() && tokenizer == nullptr) {
    return Error{ErrorCode::kInvalid, "stop strings need a tokenizer, and this model has none"};
  }
  TRY(check_loras(request.loras, options));
  if (request.logprobs > 100) return Error{ErrorCode::kLimit, "at most 100 top log-probabilities are given"};
  return check_sampling(request.sampling, vocab);
}

}  // namespace

Result<RequestId> Engine::submit(Request request) { return submit(std::move(request), -1); }

Result<RequestId> Engine::submit(Request request, SequenceId prefix) {
  TRY(check_request(request, parts_->options, vocab(), context_tokens(), tokenizer()));
  if (static_cast<int64_t>(parts_->requests.size()) >= parts_->options.limits.requests_max) {
    return Error{ErrorCode::kLimit,
                 concat("there are already ", parts_->requests.size(), " requests, as many as allowed")};
  }
  for (const int32_t token : request.tokens) {
    if (token < 0 || token >= vocab()) {
      return Error{ErrorCode::kInvalid, concat("token ", token, " is not in the vocabulary of ", vocab(), " tokens")};
    }
  }
  const int64_t room = context_tokens() - static_cast<int64_t>(request.tokens.size()) + 1;
  const int64_t max_tokens = request.max_tokens >= 0 ? request.max_tokens : room;
  const RequestId number = parts_->next_id++;
  auto generation = std::make_unique<Generation>(number, std::move(request), tokenizer(), parts_->stop_tokens, vocab(),
                                                 max_tokens, parts_->options.draft.enabled);
  generation->prefix = prefix;
  if (max_tokens == 0) generation->end_at_context();
  parts_->waiting.push_back(number);
  parts_->requests.emplace(number, std::move(generation));
  parts_->admit();  // at once where there is room: the prefix may be dropped after this
  return number;
}

// Runs at most as many requests as there is memory for states of; the others wait in the order they came.
void Engine::Parts::admit() {
  while (!waiting.empty()) {
    Generation& generation = *requests.at(waiting.front());
    if (!generation.finished()) {
      const auto running_now =
          std::count_if(sequences.begin(), sequences.end(), [](const auto& s) { return s->generation != nullptr; });
      if (running_now > 0 && running_now >= std::min(plan.state_sequences, options.limits.sequences_max)) return;
      const Status started = start(generation);
      if (!started.ok()) {
        if (running_now > 0) return;  // one of them will give its memory back
        generation.fail(started.error());
      }
    }
    waiting.pop_front();
  }
}

Status Engine::Parts::start(Generation& generation) {
  const Request& request = generation.request();
  Sequence* const kept = find(generation.prefix);
  Sequence* const sequence = TRY(add_sequence());
  const auto fill = [&]() -> Status {
    sequence->loras = request.loras;
    if (kept == nullptr || kept->loras != request.loras) {
      if (sequence->state) TRY(sequence->state->begin());
      return {};
    }
    // The logits of the prompt's last token are needed, so at least that one is computed again.
    share(*kept, *sequence);
    const auto differs = std::mismatch(sequence->tokens.begin(), sequence->tokens.end(), request.tokens.begin(),
                                       request.tokens.end() - 1);
    generation.response().cached_tokens = TRY(cut(*sequence, differs.first - sequence->tokens.begin()));
    return {};
  };
  const Status filled = fill();
  if (!filled.ok()) {
    remove_sequence(sequence->id);
    return filled.error();
  }
  sequence->tokens.assign(request.tokens.begin(), request.tokens.end());
  sequence->generation = &generation;
  if (uses_mtp(*sequence)) sequence->tail.rows.resize(static_cast<size_t>(MtpTail::kRowsMax * model.config().dim));
  generation.sequence = sequence->id;
  return {};
}

void Engine::cancel(RequestId id) {
  const auto found = parts_->requests.find(id);
  if (found == parts_->requests.end()) return;
  found->second->cancel();
  if (parts_->delivering) return;
  // What it has queued is not computed any more.
  Sequence* const sequence = parts_->find(found->second->sequence);
  if (sequence != nullptr) sequence->tokens.resize(static_cast<size_t>(sequence->computed));
}

bool Engine::finished(RequestId id) const {
  const auto found = parts_->requests.find(id);
  return found == parts_->requests.end() || found->second->finished();
}

Response Engine::take(RequestId id, SequenceId* kept_sequence) {
  const auto found = parts_->requests.find(id);
  CHECK(found != parts_->requests.end() && found->second->finished() && !parts_->delivering);
  const std::unique_ptr<Generation> generation = std::move(found->second);
  parts_->requests.erase(found);
  std::erase(parts_->waiting, id);
  Sequence* const sequence = parts_->find(generation->sequence);
  const bool keeps =
      kept_sequence != nullptr && sequence != nullptr && generation->response().finish != FinishReason::kError;
  if (kept_sequence != nullptr) *kept_sequence = keeps ? sequence->id : -1;
  if (sequence != nullptr) sequence->generation = nullptr;
  if (sequence != nullptr && !keeps) parts_->remove_sequence(sequence->id);
  return std::move(generation->response());
}

Status Engine::mtp_logits(SequenceId id, const LogitsSink& sink) {
  if (!parts_->model.has_mtp()) return Error{ErrorCode::kUnsupported, "this model has no MTP head"};
  const std::vector<int32_t> tokens = parts_->sequence(id).tokens;
  const SequenceId main_id = TRY(create_sequence(parts_->sequence(id).loras));
  const auto run = [&]() -> Status {
    Sequence& main = parts_->sequence(main_id);
    KvSequence head(parts_->kv, context_tokens());
    const struct Clear {
      KvSequence& kv;
      ~Clear() { kv.clear(); }
    } clear{head};
    const auto total = static_cast<int64_t>(tokens.size());
    const int64_t dim = parts_->model.config().dim;
    for (int64_t begin = 0; begin < total - 1; begin += parts_->options.chunk_tokens) {
      const Arena::Scope scope(parts_->arena);
      const int64_t rows = std::min(parts_->options.chunk_tokens, total - 1 - begin);
      float* const hidden = parts_->arena.allocate<float>(rows * dim);
      float* const drafted = parts_->arena.allocate<float>(rows * dim);
      BatchSlice slice;
      slice.rows = rows;
      slice.position = begin;
      slice.kv = &main.kv;
      slice.loras = main.loras;
      TRY(parts_->grow(main, rows, slice));
      Batch batch;
      batch.tokens = std::span<const int32_t>(tokens).subspan(static_cast<size_t>(begin), static_cast<size_t>(rows));
      batch.slices = {&slice, 1};
      batch.states = parts_->states ? &*parts_->states : nullptr;
      parts_->model.forward(batch, hidden, parts_->compute);
      main.computed += rows;
      if (main.state) main.state->finish_grow(slice.state);

      TRY(head.grow(rows));
      slice.kv = &head;
      batch.tokens =
          std::span<const int32_t>(tokens).subspan(static_cast<size_t>(begin) + 1, static_cast<size_t>(rows));
      parts_->model.forward_mtp(batch, drafted, hidden, parts_->compute);
      float* const logits = parts_->arena.allocate<float>(vocab());
      for (int64_t row = 0; row < rows; ++row) {
        parts_->model.logits(logits, drafted + row * dim, 1, parts_->compute);
        sink(begin + row, {logits, static_cast<size_t>(vocab())});
      }
    }
    return {};
  };
  const Status done = run();
  drop(main_id);
  TRY(parts_->check_file());
  return done;
}

}  // namespace capy
