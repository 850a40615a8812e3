// SPDX-License-Identifier: Apache-2.0
#include "evaluate/judged_items.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "base/concat.h"
#include "evaluate/text_judge.h"

namespace capy {
namespace {

// What is in memory as tokens at once.
constexpr size_t kItemsAtOnce = 256;

struct Candidate {
  JudgedText text;
  size_t bytes = 0;
};

struct Score {
  double likelihood = 0;
  double by_byte = 0;
};

// Texts to tokens, with what the model wants before them.
class Writer {
 public:
  static Result<Writer> make(const Engine& engine, bool start) {
    const Tokenizer* const tokenizer = engine.tokenizer();
    if (tokenizer == nullptr) {
      return Error{ErrorCode::kUnsupported, "the model has no tokenizer: texts cannot be judged"};
    }
    Writer writer(*tokenizer, engine.context_tokens());
    if (tokenizer->bos() && (start || tokenizer->add_bos())) {
      writer.start_ = tokenizer->bos();
    } else if (start) {
      writer.start_ = tokenizer->find("<|endoftext|>");
      if (!writer.start_) writer.start_ = tokenizer->eos();
    }
    return writer;
  }

  // `judged` behind `prompt`.
  Result<Candidate> candidate(const std::string& prompt, const std::string& judged, size_t bytes,
                              const std::string& where) const {
    Candidate candidate;
    candidate.bytes = bytes;
    std::vector<int32_t>& tokens = candidate.text.tokens;
    if (start_) tokens.push_back(*start_);
    tokenizer_->encode(prompt, tokens);
    candidate.text.judged_from = std::max<int64_t>(static_cast<int64_t>(tokens.size()), 1);
    tokenizer_->encode(judged, tokens);
    const auto count = static_cast<int64_t>(tokens.size());
    if (candidate.text.judged_from >= count) {
      return Error{ErrorCode::kInvalid, concat(where, ": nothing of the text \"", judged.substr(0, 40),
                                               "\" is left to judge: it has a single token and nothing before it")};
    }
    if (count > context_) {
      return Error{ErrorCode::kLimit, concat(where, ": has ", count, " tokens, and the context is ", context_,
                                             "; a larger --context may help")};
    }
    return candidate;
  }

 private:
  Writer(const Tokenizer& tokenizer, int64_t context) : tokenizer_(&tokenizer), context_(context) {}
  const Tokenizer* tokenizer_;
  int64_t context_;
  std::optional<int32_t> start_;
};

// Whether nothing but the first is as good as it is.
bool is_best(std::span<const Score> scores, double Score::* by) {
  return std::all_of(scores.begin() + 1, scores.end(), [&](const Score& s) { return scores[0].*by > s.*by; });
}

// The candidates of each item, the right one first.
template <class Item, class Candidates>
Result<JudgedItems> judge_items(Engine& engine, std::span<const Item> items, const JudgeItemsOptions& options,
                                Candidates&& candidates_of) {
  // Counted before anything is computed: a line that cannot be judged is told at once.
  int64_t total = 0;
  JudgedItems result;
  for (const Item& item : items) {
    const std::vector<Candidate> candidates = TRY(candidates_of(item));
    for (const Candidate& candidate : candidates) total += static_cast<int64_t>(candidate.text.tokens.size());
    result.chance += 1.0 / static_cast<double>(candidates.size()) / static_cast<double>(items.size());
  }
  TextJudge judge(engine, {options.batch, options.loras, options.on_progress}, total);
  for (size_t first = 0; first < items.size(); first += kItemsAtOnce) {
    const auto part = items.subspan(first, std::min(kItemsAtOnce, items.size() - first));
    std::vector<JudgedText> texts;
    std::vector<size_t> bytes, counts;
    for (const Item& item : part) {
      std::vector<Candidate> candidates = TRY(candidates_of(item));
      counts.push_back(candidates.size());
      for (Candidate& candidate : candidates) {
        texts.push_back(std::move(candidate.text));
        bytes.push_back(candidate.bytes);
      }
    }
    std::vector<Score> scores(texts.size());
    TRY(judge.judge(texts, [&](int64_t text, std::span<const double> log_probs) {
      const auto i = static_cast<size_t>(text);
      scores[i].likelihood = std::accumulate(log_probs.begin(), log_probs.end(), 0.0);
      scores[i].by_byte = scores[i].likelihood / static_cast<double>(bytes[i]);
    }));
    size_t at = 0;
    for (size_t i = 0; i < part.size(); ++i) {
      const auto own = std::span<const Score>(scores).subspan(at, counts[i]);
      at += counts[i];
      const auto add = [&](JudgedShares& shares) {
        shares.by_likelihood.add(is_best(own, &Score::likelihood));
        shares.by_byte.add(is_best(own, &Score::by_byte));
      };
      add(result.all);
      if (!part[i].group.empty()) add(result.groups[part[i].group]);
    }
  }
  return result;
}

}  // namespace

Result<JudgedItems> judge_pairs(Engine& engine, std::span<const PairItem> items, const JudgeItemsOptions& options) {
  const Writer writer = TRY(Writer::make(engine, options.start));
  return judge_items(engine, items, options, [&](const PairItem& item) -> Result<std::vector<Candidate>> {
    std::vector<Candidate> candidates;
    for (const std::string* const text : {&item.good, &item.bad}) {
      candidates.push_back(TRY(writer.candidate("", *text, text->size(), item.where)));
    }
    return candidates;
  });
}

Result<JudgedItems> judge_choices(Engine& engine, std::span<const ChoiceItem> items, const JudgeItemsOptions& options) {
  const Writer writer = TRY(Writer::make(engine, options.start));
  return judge_items(engine, items, options, [&](const ChoiceItem& item) -> Result<std::vector<Candidate>> {
    std::vector<Candidate> candidates;
    for (size_t i = 0; i < item.choices.size(); ++i) {
      candidates.push_back(
          TRY(writer.candidate(item.prompt, item.continuation(i), item.choices[i].size(), item.where)));
    }
    std::swap(candidates[0], candidates[item.answer]);
    return candidates;
  });
}

}  // namespace capy
