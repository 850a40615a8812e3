// SPDX-License-Identifier: Apache-2.0
// From logits to a token. The draw at a position depends on (seed, position, logits, tokens so far) alone: not on the
// batch, not on how many draws came before. So a drafted token is accepted exactly when the target's own draw at its
// position is equal, and a resumed or forked text goes on as it would have gone.
//
// Order of the steps (each skipped at its neutral value): logit bias; repetition, presence and frequency penalties;
// then, unless temperature is 0 (greedy: the largest logit, the lowest id of equals): temperature; top-k; typical;
// top-p; min-p; draw. Each filter sees the probabilities of what the filters before it left, renormalised. exp and log
// are ours, in f64, so that all machines draw the same.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/result.h"

namespace capy {

struct SamplingOptions {
  float temperature = 1.0F;         // 0 = greedy
  int32_t top_k = 0;                // 0 = all
  float top_p = 1.0F;               // 1 = all
  float min_p = 0.0F;               // keep p >= min_p * p_max; 0 = all
  float typical_p = 1.0F;           // locally typical sampling (Meister et al. 2022); 1 = all
  float presence_penalty = 0.0F;    // subtracted once from logits of tokens that were generated
  float frequency_penalty = 0.0F;   // subtracted per occurrence among the generated tokens
  float repetition_penalty = 1.0F;  // over prompt and answer: positive logits divided, negative multiplied (CTRL)
  int64_t repetition_window = 0;    // last tokens that the repetition penalty sees; 0 = all
  std::vector<std::pair<int32_t, float>> logit_bias;
  uint64_t seed = 0;
};

// kInvalid with the option's name and its range where one is out of range or not finite.
Status check_sampling(const SamplingOptions& options, int64_t vocab);

struct TokenLogprob {
  int32_t token = 0;
  float logprob = 0;
};

class Sampler {
 public:
  // `vocab`: logits per row; ids >= `usable_vocab` are padding rows and are never drawn. Options must have passed
  // check_sampling. All memory is taken here, and only what the options need: nothing for greedy, some 40 bytes per
  // vocabulary entry where top-p looks at everything.
  Sampler(const SamplingOptions& options, int64_t vocab, int64_t usable_vocab);

  // The token for `position` (its index in the sequence). `history`: all tokens before it; the last
  // history.size() - prompt_tokens of them were generated. NaN or +Inf among the logits is an error (damaged weights),
  // never a token; -Inf is a token that cannot come.
  // O(vocab), and O(history) with penalties; allocates nothing.
  Result<int32_t> sample(std::span<const float> logits, std::span<const int32_t> history, int64_t prompt_tokens,
                         int64_t position);

  // How many of the largest logits decide what sample() does: it draws the same token where all others are -Inf. 0: it
  // needs them all. The largest are counted without the tokens that it lowers first: `lowered` of the same history.
  int64_t best_needed() const;
  std::span<const int32_t> lowered(std::span<const int32_t> history, int64_t prompt_tokens) const;
  int64_t usable_vocab() const { return usable_vocab_; }

  // Log-probabilities under the plain softmax of `logits` (before penalties and temperature, as OpenAI's) over the
  // usable ids: of `token`, and of the `count` most likely tokens, best first. -Inf for a padding row; NaN if the
  // logits have one.
  float logprob(std::span<const float> logits, int32_t token) const;
  void top_logprobs(std::span<const float> logits, int64_t count, std::vector<TokenLogprob>& out) const;

 private:
  // A token that may still be drawn. Weights are probabilities in fixed point, the largest logit's being unit_: sums of
  // integers are the same in any order, so the filters may use any selection algorithm.
  struct Candidate {
    uint64_t weight;
    float logit;
    int32_t token;
  };
  bool penalises() const;
  bool usable(int32_t token) const;
  std::span<const float> adjust(std::span<const float> logits, std::span<const int32_t> history, int64_t prompt_tokens);
  void punish_repetition(std::span<const int32_t> window);
  void punish_generated(std::span<const int32_t> generated);
  void collect(std::span<const float> values, float top);
  void weigh(float top);
  void keep_first_k(size_t k);
  void keep_typical(double top);
  void keep_top_p();
  void keep_min_p();
  uint64_t total_weight() const;
  int32_t draw(int64_t position) const;

  SamplingOptions options_;
  int64_t usable_vocab_;
  double unit_;                        // the weight of the largest logit
  std::vector<float> adjusted_;        // logits after bias and penalties
  std::vector<Candidate> candidates_;  // in ascending order of tokens
  std::vector<Candidate> ranked_;      // the same in the order of a filter, as far as it had to be ordered
  std::vector<int32_t>
      counts_;  // all zero between calls: clearing a vocabulary per token would cost more than the rest
};

// The uniform number in [0, 1) of (seed, position): a counter-based generator, no state.
double uniform(uint64_t seed, uint64_t position);

}  // namespace capy
