// SPDX-License-Identifier: Apache-2.0
// Requests: a prompt and its rules on a sequence of their own.
#include <algorithm>

#include "base/concat.h"
#include "engine/parts.h"

namespace capy {
namespace {

Status check_request(const Request& request, const EngineLimits& limits, int64_t vocab, int64_t context,
                     const Tokenizer* tokenizer) {
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
  if (request.logprobs > 100) return Error{ErrorCode::kLimit, "at most 100 top log-probabilities are given"};
  return check_sampling(request.sampling, vocab);
}

}  // namespace

Result<RequestId> Engine::submit(Request request) { return submit(std::move(request), -1); }

Result<RequestId> Engine::submit(Request request, SequenceId prefix) {
  TRY(check_request(request, parts_->options.limits, vocab(), context_tokens(), tokenizer()));
  if (static_cast<int64_t>(parts_->requests.size()) >= parts_->options.limits.requests_max) {
    return Error{ErrorCode::kLimit,
                 concat("there are already ", parts_->requests.size(), " requests, as many as allowed")};
  }
  const bool forks = prefix >= 0 && parts_->find(prefix) != nullptr && parts_->sequence(prefix).loras == request.loras;
  const SequenceId id = forks ? TRY(fork(prefix)) : TRY(create_sequence(request.loras));
  const auto fill = [&]() -> Result<int64_t> {
    int64_t reused = 0;
    if (forks) {
      // The logits of the prompt's last token are needed, so at least that one is computed again.
      const std::span<const int32_t> have = tokens(id);
      const auto differs = std::mismatch(have.begin(), have.end(), request.tokens.begin(), request.tokens.end() - 1);
      reused = TRY(truncate(id, differs.first - have.begin()));
    }
    TRY(append(id, std::span<const int32_t>(request.tokens).subspan(static_cast<size_t>(length(id)))));
    return reused;
  };
  const Result<int64_t> reused = fill();
  if (!reused.ok()) {
    drop(id);
    return reused.error();
  }
  const int64_t room = context_tokens() - static_cast<int64_t>(request.tokens.size()) + 1;
  const int64_t max_tokens = request.max_tokens > 0 ? request.max_tokens : request.max_tokens == 0 ? 0 : room;
  const RequestId number = parts_->next_id++;
  auto generation =
      std::make_unique<Generation>(number, std::move(request), tokenizer(), parts_->stop_tokens, vocab(), max_tokens);
  generation->sequence = id;
  generation->response().cached_tokens = reused.value();
  parts_->sequence(id).generation = generation.get();
  parts_->requests.emplace(number, std::move(generation));
  if (max_tokens == 0) {
    parts_->requests.at(number)->end_at_context();
    parts_->sequence(id).tokens.resize(static_cast<size_t>(computed(id)));
  }
  return number;
}

void Engine::cancel(RequestId id) {
  const auto found = parts_->requests.find(id);
  if (found == parts_->requests.end()) return;
  found->second->cancel();
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
  CHECK(found != parts_->requests.end());
  const std::unique_ptr<Generation> generation = std::move(found->second);
  parts_->requests.erase(found);
  Sequence& sequence = parts_->sequence(generation->sequence);
  sequence.generation = nullptr;
  if (kept_sequence != nullptr) {
    *kept_sequence = sequence.id;
  } else {
    parts_->remove_sequence(sequence.id);
  }
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
  return done;
}

}  // namespace capy
