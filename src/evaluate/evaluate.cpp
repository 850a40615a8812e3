// SPDX-License-Identifier: Apache-2.0
#include "evaluate/evaluate.h"

#include <algorithm>
#include <cmath>

#include "base/concat.h"
#include "evaluate/log_softmax.h"
#include "evaluate/owned_sequence.h"
#include "evaluate/running_mean.h"
#include "evaluate/window.h"

namespace capy {
namespace {

// Rows that are held while the second engine computes its own: 32 rows of 248,320 logits are 30 MiB.
constexpr int64_t kComparedRows = 32;

struct Windows {
  int64_t count = 0;
  int64_t size = 0;
  int64_t first_scored() const { return size / 2; }  // the logits after this position are the first that count
};

Result<Windows> plan(const Engine& engine, std::span<const int32_t> tokens, const EvaluationOptions& options) {
  const auto available = static_cast<int64_t>(tokens.size());
  if (options.window < EvaluationOptions::kWindowMin) {
    return Error{ErrorCode::kUsage,
                 concat("windows of ", options.window, " tokens: at least ", EvaluationOptions::kWindowMin)};
  }
  if (options.window > engine.context_tokens()) {
    return Error{ErrorCode::kLimit,
                 concat("windows of ", options.window, " tokens do not fit the context of ", engine.context_tokens())};
  }
  if (available < options.window) {
    return Error{ErrorCode::kInvalid, concat("the text has ", available, " tokens, less than one window of ",
                                             options.window, ": a longer text or a smaller --context")};
  }
  Windows windows{available / options.window, options.window};
  if (options.windows_max > 0) windows.count = std::min(windows.count, options.windows_max);
  return windows;
}

std::vector<int32_t> window_at(const Engine& engine, std::span<const int32_t> tokens, const Windows& windows,
                               int64_t index) {
  return window_of(engine,
                   tokens.subspan(static_cast<size_t>(index * windows.size), static_cast<size_t>(windows.size)));
}

// The next token's surprise, in nats.
double negative_log_likelihood(std::span<const float> logits, double log_sum, int32_t next) {
  return log_sum - static_cast<double>(logits[static_cast<size_t>(next)]);
}

Evaluation summary(const Windows& windows, const RunningMean& mean) {
  return {windows.count, mean.count(), {mean.mean(), mean.standard_error()}};
}

Status report(const EvaluationOptions& options, int64_t done, int64_t total) {
  if (options.on_progress && !options.on_progress(done, total)) return Error{ErrorCode::kCancelled, "interrupted"};
  return {};
}

}  // namespace

double Evaluation::perplexity() const { return std::exp(negative_log_likelihood.mean); }
double Evaluation::perplexity_error() const { return perplexity() * negative_log_likelihood.standard_error; }

Result<std::vector<int32_t>> tokens_of_text(const Engine& engine, std::string_view text) {
  const Tokenizer* tokenizer = engine.tokenizer();
  if (tokenizer == nullptr)
    return Error{ErrorCode::kUnsupported, "the model has no tokenizer: a text cannot be judged"};
  std::vector<int32_t> tokens;
  if (tokenizer->add_bos() && tokenizer->bos()) tokens.push_back(*tokenizer->bos());
  tokenizer->encode(text, tokens);
  return tokens;
}

Result<Evaluation> evaluate(Engine& engine, std::span<const int32_t> tokens, const EvaluationOptions& options) {
  const Windows windows = TRY(plan(engine, tokens, options));
  const int64_t total = windows.count * windows.size;
  RunningMean surprise;
  for (int64_t index = 0; index < windows.count; ++index) {
    const std::vector<int32_t> window = window_at(engine, tokens, windows, index);
    const std::span<const int32_t> seen(window);
    OwnedSequence sequence = TRY(OwnedSequence::create(engine, options.loras));
    // In pieces, so that progress is seen and Ctrl-C is heard. The last token predicts nothing that is known.
    const int64_t end = windows.size - 1;
    for (int64_t at = 0; at < end;) {
      const bool scored = at >= windows.first_scored();
      const int64_t piece_end = std::min(at + 256, scored ? end : windows.first_scored());
      const auto score = [&](int64_t position, std::span<const float> logits) {
        surprise.add(negative_log_likelihood(logits, log_sum_exp(logits), window[static_cast<size_t>(position + 1)]));
      };
      TRY(sequence.compute(seen.subspan(static_cast<size_t>(at), static_cast<size_t>(piece_end - at)),
                           scored ? LogitsSink(score) : LogitsSink()));
      at = piece_end;
      TRY(report(options, index * windows.size + at, total));
    }
  }
  return summary(windows, surprise);
}

namespace {

// One window's rows of both models, a few at a time: the reference's rows are kept while the model computes the same.
class PairOfRows {
 public:
  PairOfRows(int64_t vocab) : vocab_(vocab), rows_(static_cast<size_t>(vocab * kComparedRows)) {}

  LogitsSink keep(int64_t first) {
    return [this, first](int64_t position, std::span<const float> logits) {
      std::copy(logits.begin(), logits.end(), rows_.begin() + (position - first) * vocab_);
    };
  }
  std::span<const float> row(int64_t index) const {
    return std::span(rows_).subspan(static_cast<size_t>(index * vocab_), static_cast<size_t>(vocab_));
  }

 private:
  int64_t vocab_;
  std::vector<float> rows_;  // [kComparedRows, vocab]
};

struct ComparedMeans {
  RunningMean model;
  RunningMean reference;
  RunningMean divergence;
  RunningMean same_top;

  void add(std::span<const float> wanted, std::span<const float> given, int32_t next) {
    const double wanted_sum = log_sum_exp(wanted);
    const double given_sum = log_sum_exp(given);
    reference.add(negative_log_likelihood(wanted, wanted_sum, next));
    model.add(negative_log_likelihood(given, given_sum, next));
    divergence.add(kl_divergence(wanted, wanted_sum, given, given_sum));
    same_top.add(likeliest(wanted) == likeliest(given) ? 1 : 0);
  }
};

}  // namespace

Result<Comparison> compare(Engine& engine, Engine& reference, std::span<const int32_t> tokens,
                           const EvaluationOptions& options) {
  if (engine.vocab() != reference.vocab()) {
    return Error{ErrorCode::kInvalid, concat("the models cannot be compared: vocabularies of ", engine.vocab(), " and ",
                                             reference.vocab(), " tokens")};
  }
  TRY(plan(reference, tokens, options));
  const Windows windows = TRY(plan(engine, tokens, options));
  const int64_t total = windows.count * windows.size;
  PairOfRows kept(engine.vocab());
  ComparedMeans means;
  for (int64_t index = 0; index < windows.count; ++index) {
    const std::vector<int32_t> window = window_at(engine, tokens, windows, index);
    const std::span<const int32_t> seen(window);
    OwnedSequence judged = TRY(OwnedSequence::create(engine, options.loras));
    OwnedSequence wanted = TRY(OwnedSequence::create(reference, {}));
    const int64_t end = windows.size - 1;
    for (int64_t at = 0; at < end;) {
      const bool scored = at >= windows.first_scored();
      const int64_t piece_end = std::min(at + (scored ? kComparedRows : 256), scored ? end : windows.first_scored());
      const auto piece = seen.subspan(static_cast<size_t>(at), static_cast<size_t>(piece_end - at));
      const auto score = [&](int64_t position, std::span<const float> logits) {
        means.add(kept.row(position - at), logits, window[static_cast<size_t>(position + 1)]);
      };
      TRY(wanted.compute(piece, scored ? kept.keep(at) : LogitsSink()));
      TRY(judged.compute(piece, scored ? LogitsSink(score) : LogitsSink()));
      at = piece_end;
      TRY(report(options, index * windows.size + at, total));
    }
  }
  return Comparison{summary(windows, means.model),
                    summary(windows, means.reference),
                    {means.divergence.mean(), means.divergence.standard_error()},
                    {means.same_top.mean(), means.same_top.standard_error()}};
}

}  // namespace capy
