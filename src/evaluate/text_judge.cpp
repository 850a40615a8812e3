// SPDX-License-Identifier: Apache-2.0
#include "evaluate/text_judge.h"

#include <algorithm>
#include <optional>

#include "base/check.h"
#include "base/concat.h"
#include "evaluate/log_softmax.h"
#include "evaluate/owned_sequence.h"

namespace capy {
namespace {

// Tokens of a batch: their keys and values are in memory at once.
constexpr int64_t kBatchTokensMax = 16'384;

// What is computed without looking at logits.
std::span<const int32_t> read_part(const JudgedText& text) {
  return std::span(text.tokens).first(static_cast<size_t>(text.judged_from - 1));
}
// What the logits are looked at of: each token but the last.
std::span<const int32_t> judged_part(const JudgedText& text) {
  const auto from = static_cast<size_t>(text.judged_from - 1);
  return std::span(text.tokens).subspan(from, static_cast<size_t>(text.judged()));
}

bool shares_reading(const JudgedText& a, const JudgedText& b) {
  const auto left = read_part(a);
  const auto right = read_part(b);
  return !left.empty() && std::equal(left.begin(), left.end(), right.begin(), right.end());
}

// How many texts a batch takes at most.
size_t texts_of_batch(std::span<const JudgedText> texts, int64_t batch) {
  int64_t tokens = 0;
  size_t count = 0;
  for (const JudgedText& text : texts.first(std::min(texts.size(), static_cast<size_t>(batch)))) {
    tokens += static_cast<int64_t>(text.tokens.size());
    if (count > 0 && tokens > kBatchTokensMax) break;
    ++count;
  }
  return count;
}

// The sequences of some texts that are judged together.
class Batch {
 public:
  Batch(Engine& engine, const JudgeOptions& options, std::span<const JudgedText> texts)
      : engine_(engine), options_(options), texts_(texts) {
    sequences_.resize(texts.size());
  }

  size_t count() const { return texts_.size(); }
  int64_t computed() const {
    int64_t tokens = 0;
    for (const auto& sequence : sequences_) tokens += sequence ? sequence->computed() : 0;
    return tokens;
  }

  // A sequence for each text that does not begin as its neighbour does. Where memory ends, so do the texts.
  Status begin_reading() {
    for (size_t i = 0; i < count(); ++i) {
      if (shares(i)) continue;
      Result<OwnedSequence> made = OwnedSequence::create(engine_, options_.loras);
      if (!made.ok() && i == 0) return made.error();
      if (!made.ok()) {
        keep(i);
        break;
      }
      sequences_[i].emplace(std::move(made).take());
      TRY(sequences_[i]->append(read_part(texts_[i]), nullptr));
    }
    return {};
  }

  // The others join behind what was read.
  Status begin_judging(std::vector<std::vector<double>>& log_probs) {
    for (size_t i = 0; i < count(); ++i) {
      if (!shares(i)) continue;
      Result<OwnedSequence> made = sequences_[i - 1]->fork();
      if (!made.ok()) {
        keep(i);
        break;
      }
      sequences_[i].emplace(std::move(made).take());
    }
    log_probs.assign(count(), {});
    for (size_t i = 0; i < count(); ++i) {
      const JudgedText& text = texts_[i];
      std::vector<double>& out = log_probs[i];
      TRY(sequences_[i]->append(judged_part(text), [&text, &out](int64_t position, std::span<const float> logits) {
        const int32_t next = text.tokens[static_cast<size_t>(position + 1)];
        out.push_back(static_cast<double>(logits[static_cast<size_t>(next)]) - log_sum_exp(logits));
      }));
    }
    return {};
  }

 private:
  bool shares(size_t i) const { return i > 0 && shares_reading(texts_[i - 1], texts_[i]); }
  void keep(size_t texts) {
    texts_ = texts_.first(texts);
    sequences_.resize(texts);
  }

  Engine& engine_;
  const JudgeOptions& options_;
  std::span<const JudgedText> texts_;
  std::vector<std::optional<OwnedSequence>> sequences_;
};

}  // namespace

Status TextJudge::judge(std::span<const JudgedText> texts, const Sink& sink) {
  std::vector<std::vector<double>> log_probs;
  for (size_t first = 0; first < texts.size(); first += log_probs.size()) {
    TRY(judge_some(texts.subspan(first), log_probs));
    for (size_t i = 0; i < log_probs.size(); ++i) sink(static_cast<int64_t>(first + i), log_probs[i]);
  }
  return {};
}

Status TextJudge::judge_some(std::span<const JudgedText> texts, std::vector<std::vector<double>>& log_probs) {
  for (const JudgedText& text : texts) CHECK(text.judged_from >= 1 && text.judged() >= 0);
  Batch batch(engine_, options_, texts.first(texts_of_batch(texts, options_.batch)));
  const auto compute = [&]() -> Status {
    while (TRY(engine_.step())) {
      if (options_.on_progress && !options_.on_progress(std::min(done_ + batch.computed(), total_), total_)) {
        return Error{ErrorCode::kCancelled, "interrupted"};
      }
    }
    return {};
  };
  TRY(batch.begin_reading());
  TRY(compute());
  TRY(batch.begin_judging(log_probs));
  TRY(compute());
  done_ += batch.computed();
  return {};
}

}  // namespace capy
