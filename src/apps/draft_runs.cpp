// SPDX-License-Identifier: Apache-2.0
#include "apps/draft_runs.h"

#include "model/model.h"
#include "sampling/sampler.h"

namespace capy {
namespace {

constexpr uint64_t kPromptSeed = 2;
constexpr uint64_t kAcceptanceSeed = 3;

Request request_of(const Engine& engine, int64_t prompt, int64_t tokens, bool draft) {
  Request request;
  for (int64_t i = 0; i < prompt; ++i) {
    const double drawn = uniform(kPromptSeed, static_cast<uint64_t>(i)) * static_cast<double>(engine.vocab());
    request.tokens.push_back(static_cast<int32_t>(drawn));
  }
  request.sampling.temperature = 0;
  request.max_tokens = tokens + 1;  // the first one comes with the prompt
  request.ignore_eos = true;
  request.draft = draft;
  return request;
}

Result<Response> run(Engine& engine, Request request, const std::function<Status()>& on_step) {
  const RequestId id = TRY(engine.submit(std::move(request)));
  while (!engine.finished(id)) {
    TRY(engine.step());
    TRY(on_step());
  }
  Response response = engine.take(id);
  if (response.finish == FinishReason::kError) return response.error;
  return response;
}

double speed(const Response& response) {
  return static_cast<double>(response.tokens.size() - 1) / response.timings.decode_seconds;
}

}  // namespace

void DraftRuns::Oracle::revise(std::span<const int32_t> known, std::span<int32_t> guesses) const {
  for (size_t i = 0; i < guesses.size(); ++i) {
    const size_t at = known.size() + i - prompt;
    if (at >= answer.size()) return;
    const int32_t right = answer[at];
    guesses[i] = uniform(kAcceptanceSeed, at) < acceptance ? right : (right == 0 ? 1 : right - 1);
  }
}

void DraftRuns::hook(DraftOptions& options) const {
  options.revise = [oracle = oracle_](std::span<const int32_t> known, std::span<int32_t> guesses) {
    oracle->revise(known, guesses);
  };
}

Status DraftRuns::check(const Engine& engine) {
  if (engine.model().has_mtp()) return {};
  return Error{ErrorCode::kUnsupported,
               "--acceptance measures drafts of an MTP head, and this model has none; leave it out"};
}

Result<DraftSpeeds> DraftRuns::measure(Engine& engine, double acceptance, int64_t prompt, int64_t tokens,
                                       int64_t repeats, const std::function<Status()>& on_step) {
  DraftSpeeds speeds;
  speeds.acceptance = acceptance;
  for (int64_t i = 0; i < repeats; ++i) {
    const Response plain = TRY(run(engine, request_of(engine, prompt, tokens, false), on_step));
    oracle_->answer = plain.tokens;
    oracle_->prompt = static_cast<size_t>(prompt);
    oracle_->acceptance = acceptance;
    const Response drafted = TRY(run(engine, request_of(engine, prompt, tokens, true), on_step));
    if (drafted.tokens != plain.tokens)
      return Error{ErrorCode::kUnsupported,
                   "the drafted answer is not the undrafted one: please report this with the command line"};
    speeds.plain.runs.push_back(speed(plain));
    speeds.drafted.runs.push_back(speed(drafted));
    speeds.ratios.runs.push_back(speed(drafted) / speed(plain));
    speeds.first_token.runs.push_back(plain.timings.first_token_seconds / drafted.timings.first_token_seconds);
    speeds.guessed += drafted.drafted_tokens;
    speeds.accepted += drafted.accepted_tokens;
  }
  return speeds;
}

}  // namespace capy
