// SPDX-License-Identifier: Apache-2.0
#include "sampling/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <string>

#include "sampling/allocation_count_test.h"
#include "sampling/philox.h"

namespace capy {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// Logits with steps between them that are neither equal nor ordered.
std::vector<float> uneven_logits(int64_t vocab, float spread, uint64_t seed = 7) {
  std::vector<float> logits;
  for (int64_t i = 0; i < vocab; ++i) {
    logits.push_back(spread * static_cast<float>(uniform(seed, static_cast<uint64_t>(i))));
  }
  return logits;
}

int32_t sample_at(Sampler& sampler, const std::vector<float>& logits, int64_t position,
                  const std::vector<int32_t>& history = {}, int64_t prompt_tokens = 0) {
  Result<int32_t> token = sampler.sample(logits, history, prompt_tokens, position);
  EXPECT_TRUE(token.ok()) << (token.ok() ? "" : token.error().message);
  return token.ok() ? token.value() : -1;
}

int32_t greedy_with(SamplingOptions options, const std::vector<float>& logits, const std::vector<int32_t>& history = {},
                    int64_t prompt_tokens = 0) {
  options.temperature = 0;
  const auto vocab = static_cast<int64_t>(logits.size());
  Sampler sampler(options, vocab, vocab);
  return sample_at(sampler, logits, 0, history, prompt_tokens);
}

// The whole sampler again, as plainly as its contract reads: sorted lists of (probability, token).
struct Naive {
  std::vector<std::pair<double, int32_t>> entries;

  void renormalise() {
    double sum = 0;
    for (const auto& entry : entries) sum += entry.first;
    for (auto& entry : entries) entry.first /= sum;
  }
  void sort_best_first() {
    std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
      return a.first > b.first || (a.first == b.first && a.second < b.second);
    });
  }
  // Keeps the first entries until their probabilities reach `share`.
  void cut_at_share(double share) {
    double sum = 0;
    size_t count = 0;
    while (count < entries.size() && (sum < share || count == 0)) sum += entries[count++].first;
    entries.resize(count);
    renormalise();
  }
  void typical(double share) {
    double entropy = 0;
    for (const auto& [p, token] : entries) entropy -= p * std::log(p);
    std::sort(entries.begin(), entries.end(), [&](const auto& a, const auto& b) {
      const double distance_a = std::abs(-std::log(a.first) - entropy);
      const double distance_b = std::abs(-std::log(b.first) - entropy);
      return distance_a < distance_b || (distance_a == distance_b && a.second < b.second);
    });
    cut_at_share(share);
  }
  void min_p(double share) {
    sort_best_first();
    const double least = share * entries[0].first;
    std::erase_if(entries, [&](const auto& entry) { return entry.first < least; });
    renormalise();
  }
};

std::map<int32_t, double> naive_distribution(const SamplingOptions& options, const std::vector<float>& logits) {
  Naive naive;
  const double top = *std::max_element(logits.begin(), logits.end());
  for (size_t i = 0; i < logits.size(); ++i) {
    naive.entries.emplace_back(std::exp((logits[i] - top) / options.temperature), static_cast<int32_t>(i));
  }
  naive.sort_best_first();
  if (options.top_k > 0 && static_cast<size_t>(options.top_k) < logits.size()) {
    naive.entries.resize(static_cast<size_t>(options.top_k));
  }
  naive.renormalise();
  if (options.typical_p < 1) naive.typical(options.typical_p);
  if (options.top_p < 1) {
    naive.sort_best_first();
    naive.cut_at_share(options.top_p);
  }
  if (options.min_p > 0) naive.min_p(options.min_p);
  std::map<int32_t, double> distribution;
  for (const auto& [p, token] : naive.entries) distribution[token] = p;
  return distribution;
}

// Draws, and compares: nothing outside the naive set, and chi-square of the counts within five deviations of its mean.
void expect_distribution(const SamplingOptions& options, const std::vector<float>& logits, int64_t draws) {
  const std::map<int32_t, double> expected = naive_distribution(options, logits);
  const auto vocab = static_cast<int64_t>(logits.size());
  Sampler sampler(options, vocab, vocab);
  std::map<int32_t, int64_t> counts;
  for (int64_t i = 0; i < draws; ++i) ++counts[sample_at(sampler, logits, i)];
  for (const auto& [token, count] : counts) ASSERT_TRUE(expected.contains(token)) << token << " drawn " << count;
  double chi_square = 0;
  double degrees = -1;
  double rare_expected = 0;
  double rare_count = 0;
  for (const auto& [token, p] : expected) {
    const double mean = p * static_cast<double>(draws);
    const auto count = static_cast<double>(counts[token]);
    if (mean < 10) {
      rare_expected += mean;
      rare_count += count;
      continue;
    }
    ASSERT_GT(count, 0) << token << " should come " << mean << " times";
    chi_square += (count - mean) * (count - mean) / mean;
    degrees += 1;
  }
  if (rare_expected > 0) {
    chi_square += (rare_count - rare_expected) * (rare_count - rare_expected) / std::max(rare_expected, 1.0);
    degrees += 1;
  }
  EXPECT_LT(chi_square, degrees + 5 * std::sqrt(2 * degrees) + 5) << degrees << " degrees of freedom";
}

// --- the generator ---

TEST(Philox, KnownAnswers) {  // of the reference implementation, Random123
  using Block = std::array<uint32_t, 4>;
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Uniform, IsFlatOverPositionsAndOverSeeds) {
  for (const bool over_seeds : {false, true}) {
    constexpr int kBins = 64;
    constexpr int kDraws = 64000;
    std::vector<double> bins(kBins, 0);
    for (uint64_t i = 0; i < kDraws; ++i) {
      const double u = over_seeds ? uniform(i, 5) : uniform(5, i);
      ASSERT_TRUE(u >= 0 && u < 1);
      ++bins[static_cast<size_t>(u * kBins)];
    }
    double chi_square = 0;
    for (const double count : bins) chi_square += (count - 1000) * (count - 1000) / 1000;
    EXPECT_LT(chi_square, 63 + 5 * std::sqrt(126)) << over_seeds;
  }
}

TEST(Uniform, KnownValues) {
  EXPECT_EQ(uniform(0, 0), static_cast<double>(0x6627e8d5e169c58d >> 11) * 0x1p-53);
  EXPECT_NE(uniform(1, 0), uniform(0, 1));
  EXPECT_NE(uniform(0, uint64_t{1} << 32), uniform(0, 0));
  EXPECT_NE(uniform(uint64_t{1} << 32, 0), uniform(0, 0));
}

// --- distributions ---

TEST(Sampler, PlainDistribution) {
  for (const float temperature : {0.3F, 1.0F, 2.5F}) {
    SamplingOptions options;
    options.temperature = temperature;
    expect_distribution(options, uneven_logits(37, 4), 40000);
  }
}

TEST(Sampler, EveryFilterAlone) {
  const std::vector<float> logits = uneven_logits(37, 4);
  for (const int32_t k : {1, 2, 5, 36, 37, 38, 100000}) {
    SamplingOptions options;
    options.top_k = k;
    expect_distribution(options, logits, 10000);
  }
  for (const float p : {0.0F, 0.01F, 0.3F, 0.5F, 0.9F, 0.999F}) {
    SamplingOptions top_p;
    top_p.top_p = p;
    expect_distribution(top_p, logits, 10000);
    SamplingOptions typical;
    typical.typical_p = p;
    expect_distribution(typical, logits, 10000);
    SamplingOptions min_p;
    min_p.min_p = p;
    expect_distribution(min_p, logits, 10000);
  }
}

TEST(Sampler, FiltersInTheirOrder) {
  for (uint64_t trial = 0; trial < 40; ++trial) {
    const auto pick = [&](uint64_t what) { return static_cast<float>(uniform(1000 + what, trial)); };
    SamplingOptions options;
    options.temperature = 0.2F + 2 * pick(0);
    options.top_k = static_cast<int32_t>(30 * pick(1));
    options.typical_p = pick(2) < 0.5F ? 1 : pick(3);
    options.top_p = pick(4) < 0.5F ? 1 : pick(5);
    options.min_p = pick(6) < 0.5F ? 0 : 0.3F * pick(7);
    options.seed = trial;
    SCOPED_TRACE(trial);
    expect_distribution(options, uneven_logits(25, 3, 100 + trial), 4000);
  }
}

// Equal logits: the lower ids come first, whatever the filter.
TEST(Sampler, TiesGoToLowerIds) {
  const std::vector<float> logits(1000, 1.5F);
  SamplingOptions top_k;
  top_k.top_k = 10;
  SamplingOptions top_p;
  top_p.top_p = 0.01F;
  SamplingOptions typical;
  typical.typical_p = 0.01F;
  for (const SamplingOptions& options : {top_k, top_p, typical}) {
    Sampler sampler(options, 1000, 1000);
    std::set<int32_t> drawn;
    for (int64_t i = 0; i < 500; ++i) drawn.insert(sample_at(sampler, logits, i));
    EXPECT_EQ(drawn.size(), 10U);
    EXPECT_EQ(*drawn.rbegin(), 9);
  }
}

// top-k by selection instead of the heap (k > 1024) keeps the same set.
TEST(Sampler, LargeTopK) {
  constexpr int64_t kVocab = 5000;
  const std::vector<float> logits = uneven_logits(kVocab, 2);
  std::vector<float> sorted = logits;
  std::sort(sorted.rbegin(), sorted.rend());
  for (const int32_t k : {1023, 1024, 1025, 1500, 4999}) {
    SamplingOptions options;
    options.top_k = k;
    Sampler sampler(options, kVocab, kVocab);
    float least = kInf;
    for (int64_t i = 0; i < 3000; ++i) {
      const int32_t token = sample_at(sampler, logits, i);
      ASSERT_GE(logits[static_cast<size_t>(token)], sorted[static_cast<size_t>(k - 1)]);
      least = std::min(least, logits[static_cast<size_t>(token)]);
    }
    EXPECT_LT(least, sorted[static_cast<size_t>(k - k / 50)]);
  }
}

TEST(Sampler, WholeVocabularyOfQwen) {
  constexpr int64_t kVocab = 248320;
  constexpr int64_t kUsable = 248077;
  std::vector<float> logits = uneven_logits(kVocab, 12);
  std::fill(logits.begin() + kUsable, logits.end(), 100.0F);  // padding rows are never drawn, whatever they say
  SamplingOptions all;
  SamplingOptions nucleus;
  nucleus.top_p = 0.8F;
  nucleus.min_p = 0.001F;
  nucleus.typical_p = 0.95F;
  SamplingOptions greedy;
  greedy.temperature = 0;
  for (const SamplingOptions& options : {all, nucleus, greedy}) {
    Sampler sampler(options, kVocab, kUsable);
    for (int64_t i = 0; i < 20; ++i) {
      const int32_t token = sample_at(sampler, logits, i);
      ASSERT_TRUE(token >= 0 && token < kUsable);
      EXPECT_GT(logits[static_cast<size_t>(token)], 4.0F);  // 12 units of spread: a draw below 4 is one in 3,000
    }
  }
}

// --- what a draw depends on ---

TEST(Sampler, DrawDependsOnSeedAndPositionAlone) {
  const std::vector<float> logits = uneven_logits(500, 2);
  SamplingOptions options;
  options.seed = 42;
  options.top_p = 0.9F;
  Sampler forward(options, 500, 500);
  Sampler backward(options, 500, 500);
  std::vector<int32_t> a;
  std::vector<int32_t> b;
  for (int64_t i = 0; i < 200; ++i) a.push_back(sample_at(forward, logits, i));
  for (int64_t i = 199; i >= 0; --i) b.push_back(sample_at(backward, logits, i));
  std::reverse(b.begin(), b.end());
  EXPECT_EQ(a, b);
  options.seed = 43;
  Sampler other(options, 500, 500);
  int64_t equal = 0;
  for (int64_t i = 0; i < 200; ++i) equal += sample_at(other, logits, i) == a[static_cast<size_t>(i)] ? 1 : 0;
  EXPECT_LT(equal, 20);
  EXPECT_GT(std::set<int32_t>(a.begin(), a.end()).size(), 50U);
}

// Written down once: another machine or compiler that draws others has other arithmetic.
TEST(Sampler, SameTokensEverywhere) {
  const std::vector<float> logits = uneven_logits(50000, 9);
  SamplingOptions options;
  options.seed = 2026;
  options.temperature = 0.7F;
  options.typical_p = 0.97F;
  options.top_p = 0.9F;
  options.min_p = 0.01F;
  Sampler sampler(options, 50000, 50000);
  std::vector<int32_t> tokens;
  for (int64_t i = 0; i < 8; ++i) tokens.push_back(sample_at(sampler, logits, i));
  EXPECT_EQ(tokens, (std::vector<int32_t>{21758, 49364, 35276, 37042, 32245, 15905, 49577, 40465}));
}

// --- greedy, bias, penalties ---

TEST(Sampler, GreedyTakesTheLowestIdOfTheBest) {
  EXPECT_EQ(greedy_with({}, {1, 3, 3, 2}), 1);
  EXPECT_EQ(greedy_with({}, {-0.0F, 0.0F}), 0);
  EXPECT_EQ(greedy_with({}, {-kInf, -5, -kInf}), 1);
  EXPECT_EQ(greedy_with({}, {7}), 0);
}

TEST(Sampler, BiasAddsUp) {
  SamplingOptions options;
  options.logit_bias = {{2, 1.5F}, {2, 1.0F}, {0, -100}};
  EXPECT_EQ(greedy_with(options, {4, 3, 1, 0}), 2);
  options.logit_bias = {{0, -100}};
  EXPECT_EQ(greedy_with(options, {4, 3, 1, 0}), 1);
}

TEST(Sampler, BiasOnPaddingDrawsNothing) {
  SamplingOptions options;
  options.temperature = 0;
  options.logit_bias = {{3, 1000}};
  Sampler sampler(options, 4, 3);
  EXPECT_EQ(sample_at(sampler, {1, 2, 0, 0}, 0), 1);
}

TEST(Sampler, PresenceCountsOnceAndOnlyGeneratedTokens) {
  SamplingOptions options;
  options.presence_penalty = 1.5F;
  EXPECT_EQ(greedy_with(options, {5, 4, 3}, {0, 0, 0}, 3), 0);        // all of it prompt
  EXPECT_EQ(greedy_with(options, {5, 4, 3}, {1, 0}, 1), 1);           // 0 was generated: 3.5
  EXPECT_EQ(greedy_with(options, {5, 3, 3.4F}, {0, 0, 0, 0}, 0), 0);  // four times, still 3.5
}

TEST(Sampler, FrequencyCountsEveryTime) {
  SamplingOptions options;
  options.frequency_penalty = 0.5F;
  EXPECT_EQ(greedy_with(options, {5, 4.2F, 3}, {0}, 0), 0);
  EXPECT_EQ(greedy_with(options, {5, 4.2F, 3}, {0, 0}, 0), 1);
  options.presence_penalty = -3;
  EXPECT_EQ(greedy_with(options, {5, 4.2F, 3}, {2, 0, 0, 0, 0, 0, 0, 0}, 0), 2);  // 5 + 3 - 3.5, 4.2, 3 + 3 - 0.5
}

TEST(Sampler, RepetitionDividesPositiveAndMultipliesNegative) {
  SamplingOptions options;
  options.repetition_penalty = 2;
  EXPECT_EQ(greedy_with(options, {5, 3}, {0, 0, 0}, 3), 1);  // prompt counts, once: 2.5
  EXPECT_EQ(greedy_with(options, {5, 2}, {0, 0, 0}, 3), 0);  // twice would be 1.25
  EXPECT_EQ(greedy_with(options, {-2, -3}, {0}, 0), 1);      // -4
  EXPECT_EQ(greedy_with(options, {5, 3}, {0, 1}, 1), 0);     // both: 2.5, 1.5
}

TEST(Sampler, RepetitionWindow) {
  SamplingOptions options;
  options.repetition_penalty = 2;
  options.repetition_window = 2;
  EXPECT_EQ(greedy_with(options, {5, 3, 0}, {0, 2, 2}, 3), 0);
  EXPECT_EQ(greedy_with(options, {5, 3, 0}, {2, 0, 2}, 3), 1);
  options.repetition_window = 100;
  EXPECT_EQ(greedy_with(options, {5, 3, 0}, {0, 2, 2}, 3), 1);
}

// One call must leave nothing for the next: counts are cleared through the history, not over the vocabulary.
TEST(Sampler, PenaltiesForgetBetweenCalls) {
  SamplingOptions options;
  options.temperature = 0;
  options.frequency_penalty = 1;
  options.presence_penalty = 1;
  options.repetition_penalty = 1.1F;
  const std::vector<float> logits = uneven_logits(50, 8);
  Sampler kept(options, 50, 50);
  std::vector<int32_t> history = {3, 60, -1, 4};  // ids that are no tokens here are passed over
  for (int64_t i = 0; i < 60; ++i) {
    Sampler fresh(options, 50, 50);
    const int32_t token = sample_at(kept, logits, i, history, 2);
    ASSERT_EQ(token, sample_at(fresh, logits, i, history, 2));
    history.push_back(token);
  }
}

// --- damaged and extreme input ---

TEST(Sampler, DamagedLogitsAreErrors) {
  Sampler sampler({}, 3, 3);
  for (const float bad : {kNan, -kNan, kInf}) {
    const std::vector<float> logits = {1, bad, 2};
    const Result<int32_t> token = sampler.sample(logits, {}, 0, 0);
    ASSERT_FALSE(token.ok());
    EXPECT_EQ(token.error().code, ErrorCode::kCorrupt);
  }
  EXPECT_FALSE(sampler.sample(std::vector<float>(3, -kInf), {}, 0, 0).ok());
}

TEST(Sampler, NanInAPaddingRowIsDamageToo) {
  Sampler sampler({}, 3, 2);
  EXPECT_FALSE(sampler.sample(std::vector<float>{1, 2, kNan}, {}, 0, 0).ok());
}

TEST(Sampler, ExtremeValues) {
  constexpr float kMax = std::numeric_limits<float>::max();
  constexpr float kTiny = std::numeric_limits<float>::denorm_min();
  for (const float temperature : {kTiny, 1e-6F, 1.0F, 100.0F}) {
    for (const float top_p : {1.0F, 0.5F}) {
      SamplingOptions options;
      options.temperature = temperature;
      options.top_p = top_p;
      options.typical_p = top_p;
      options.min_p = 1;
      options.repetition_penalty = 0.01F;  // 3e38 / 0.01 would be infinite
      options.logit_bias = {{1, kMax}};
      Sampler sampler(options, 4, 4);
      EXPECT_EQ(sample_at(sampler, {-kMax, kMax, -kInf, 0}, 0, {1}, 0), 1);
    }
  }
}

TEST(Sampler, OneToken) {
  SamplingOptions options;
  options.top_p = 0.5F;
  options.typical_p = 0.5F;
  Sampler sampler(options, 1, 1);
  EXPECT_EQ(sample_at(sampler, {-3}, 0), 0);
}

TEST(Sampler, AllocatesNothingPerCall) {
  constexpr int64_t kVocab = 3000;
  const std::vector<float> logits = uneven_logits(kVocab, 6);
  const std::vector<int32_t> history = {1, 2, 3, 2, 1};
  SamplingOptions all;
  all.typical_p = 0.9F;
  all.top_p = 0.9F;
  all.presence_penalty = 1;
  all.repetition_penalty = 1.2F;
  all.logit_bias = {{5, 1.0F}};
  SamplingOptions small_k = all;
  small_k.top_k = 20;
  SamplingOptions large_k;
  large_k.top_k = 2000;
  SamplingOptions greedy;
  greedy.temperature = 0;
  for (const SamplingOptions& options : {all, small_k, large_k, greedy}) {
    Sampler sampler(options, kVocab, kVocab);
    const int64_t before = allocation_count();
    for (int64_t i = 0; i < 50; ++i) {
      if (!sampler.sample(logits, history, 2, i).ok()) FAIL();
    }
    EXPECT_EQ(allocation_count() - before, 0);
  }
}

// --- options ---

TEST(CheckSampling, DefaultsAndExtremesPass) {
  EXPECT_TRUE(check_sampling({}, 10).ok());
  SamplingOptions options;
  options.temperature = 0;
  options.top_p = 0;
  options.min_p = 1;
  options.typical_p = 0;
  options.top_k = std::numeric_limits<int32_t>::max();
  options.presence_penalty = -100;
  options.logit_bias = {{9, -1e30F}};
  EXPECT_TRUE(check_sampling(options, 10).ok());
}

TEST(CheckSampling, NamesWhatIsOutOfRange) {
  const auto message = [](auto change) {
    SamplingOptions options;
    change(options);
    const Status status = check_sampling(options, 10);
    return status.ok() ? std::string("passed") : status.error().message;
  };
  for (const float bad : {-0.1F, kNan, kInf, -kInf}) {
    EXPECT_EQ(message([&](auto& o) { o.temperature = bad; }).find("temperature is"), 0U);
    EXPECT_EQ(message([&](auto& o) { o.top_p = bad; }).find("top_p is"), 0U);
    EXPECT_EQ(message([&](auto& o) { o.min_p = bad; }).find("min_p is"), 0U);
    EXPECT_EQ(message([&](auto& o) { o.typical_p = bad; }).find("typical_p is"), 0U);
    EXPECT_EQ(message([&](auto& o) { o.repetition_penalty = bad; }).find("repetition_penalty is"), 0U);
  }
  EXPECT_EQ(message([](auto& o) { o.repetition_penalty = 0; }).find("repetition_penalty is"), 0U);
  for (const float bad : {101.0F, kNan, kInf, -kInf}) {
    EXPECT_EQ(message([&](auto& o) { o.presence_penalty = bad; }).find("presence_penalty is"), 0U);
    EXPECT_EQ(message([&](auto& o) { o.frequency_penalty = bad; }).find("frequency_penalty is"), 0U);
  }
  EXPECT_EQ(message([](auto& o) { o.top_k = -1; }).find("top_k is -1"), 0U);
  EXPECT_EQ(message([](auto& o) { o.top_p = 1.1F; }).find("top_p is 1.1; it must be from 0 to 1"), 0U);
  EXPECT_EQ(message([](auto& o) { o.repetition_window = -1; }).find("repetition_window is -1"), 0U);
  EXPECT_EQ(message([](auto& o) { o.logit_bias = {{10, 1}}; }).find("logit_bias names token 10"), 0U);
  EXPECT_EQ(message([](auto& o) { o.logit_bias = {{-1, 1}}; }).find("logit_bias names token -1"), 0U);
  EXPECT_EQ(message([](auto& o) { o.logit_bias = {{1, kNan}}; }).find("logit_bias of token 1"), 0U);
}

// --- log-probabilities ---

TEST(Logprobs, ArePlainLogSoftmax) {
  SamplingOptions options;
  options.temperature = 0.1F;  // neither temperature nor penalties count
  options.presence_penalty = 2;
  const Sampler sampler(options, 5, 4);
  const std::vector<float> logits = {1, 3, 2, 3, 50};
  const double log_sum = std::log(std::exp(1.0) + 2 * std::exp(3.0) + std::exp(2.0));
  for (int32_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(sampler.logprob(logits, i), logits[static_cast<size_t>(i)] - log_sum, 1e-6);
  }
  EXPECT_EQ(sampler.logprob(logits, 4), -kInf);
  EXPECT_EQ(sampler.logprob(logits, -1), -kInf);
  std::vector<TokenLogprob> best = {{9, 9}};
  sampler.top_logprobs(logits, 3, best);
  ASSERT_EQ(best.size(), 3U);
  EXPECT_EQ(best[0].token, 1);
  EXPECT_EQ(best[1].token, 3);
  EXPECT_EQ(best[2].token, 2);
  EXPECT_EQ(best[2].logprob, sampler.logprob(logits, 2));
  sampler.top_logprobs(logits, 100, best);
  EXPECT_EQ(best.size(), 4U);
  sampler.top_logprobs(logits, 0, best);
  EXPECT_TRUE(best.empty());
}

TEST(Logprobs, ExtremesStayNumbers) {
  const Sampler sampler({}, 4, 4);
  const std::vector<float> logits = {-kInf, -1000, 1000, 1000};
  EXPECT_EQ(sampler.logprob(logits, 0), -kInf);
  EXPECT_NEAR(sampler.logprob(logits, 1), -2000.693, 1e-3);
  EXPECT_NEAR(sampler.logprob(logits, 2), -std::log(2.0), 1e-6);
  EXPECT_TRUE(std::isnan(sampler.logprob(std::vector<float>{1, kNan, 2, 3}, 0)));
}

}  // namespace
}  // namespace capy
