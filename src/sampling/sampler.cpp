// SPDX-License-Identifier: Apache-2.0
#include "sampling/sampler.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "base/concat.h"
#include "sampling/exp_log.h"
#include "sampling/philox.h"

namespace capy {

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kLargest = std::numeric_limits<float>::max();

// Up to here one pass with a heap of the best is fastest; beyond it, selection over all.
constexpr int64_t kHeapTopKMax = 1024;

// Sums of a whole vocabulary of weights must stay below 2^63.
constexpr int kTotalWeightBits = 62;

// What an entry is ranked by: a candidate's logit, or what is about to become a log-probability.
template <class Entry>
auto& score(Entry& entry) {
  if constexpr (requires { entry.logprob; }) {
    return entry.logprob;
  } else {
    return entry.logit;
  }
}

// The order of everything that speaks of "the best": the larger logit first, the lower id of equals.
struct Better {
  template <class Entry>
  bool operator()(const Entry& a, const Entry& b) const {
    return score(a) > score(b) || (score(a) == score(b) && a.token < b.token);
  }
};

// As floats: 0.01F is less than 0.01.
Status in_range(const char* name, float value, float low, float high) {
  if (value >= low && value <= high) return {};
  return Error{ErrorCode::kInvalid, concat(name, " is ", value, "; it must be from ", low, " to ", high)};
}

Status check_bias(const std::vector<std::pair<int32_t, float>>& bias, int64_t vocab) {
  for (const auto& [token, value] : bias) {
    if (token < 0 || token >= vocab) {
      return Error{ErrorCode::kInvalid, concat("logit_bias names token ", token, "; ids are from 0 to ", vocab - 1)};
    }
    if (!std::isfinite(value)) {
      return Error{ErrorCode::kInvalid, concat("logit_bias of token ", token, " is ", value, "; it must be finite")};
    }
  }
  return {};
}

Status check_logits(std::span<const float> logits) {
  bool damaged = false;
  for (const float logit : logits) damaged |= !(logit < kInfinity);  // NaN compares false
  if (!damaged) return {};
  return Error{ErrorCode::kCorrupt, "the model computed a logit that is no number; are the weights damaged?"};
}

float largest(std::span<const float> values) {
  float best = -kInfinity;
  for (const float value : values) best = value > best ? value : best;
  return best;
}

// The `count` best of `values` into `out`, best first, in one pass: a heap with the worst of the best so far on top. A
// later token never replaces an earlier one of an equal logit.
template <class Entry>
void best_of(std::span<const float> values, size_t count, std::vector<Entry>& out) {
  out.clear();
  if (count == 0) return;
  for (size_t i = 0; i < values.size(); ++i) {
    if (out.size() == count) {
      if (!(values[i] > score(out.front()))) continue;
      std::pop_heap(out.begin(), out.end(), Better{});
      out.pop_back();
    }
    Entry entry{};
    entry.token = static_cast<int32_t>(i);
    score(entry) = values[i];
    out.push_back(entry);
    std::push_heap(out.begin(), out.end(), Better{});
  }
  std::sort_heap(out.begin(), out.end(), Better{});
}

// ln of the sum of e^value.
double log_sum_exp(std::span<const float> values) {
  const double top = largest(values);
  double sum = 0;
  for (const float value : values) sum += exp_f64(value - top);
  return top + log_f64(sum);
}

// The weight that the best entries have to reach together to hold the share `p` of `total`.
uint64_t share_of(uint64_t total, float p) {
  const double share = std::ceil(static_cast<double>(p) * static_cast<double>(total));
  return std::clamp(static_cast<uint64_t>(share), uint64_t{1}, total);
}

// The last entry of the shortest run of the first entries, in the order `before`, that weighs at least `target`
// together. Halving around a selected median costs O(n) in all, where sorting would cost O(n log n).
template <class Entry, class Order>
Entry last_of_share(std::vector<Entry>& entries, uint64_t target, Order before) {
  auto low = entries.begin();
  auto high = entries.end();
  while (high - low > 1) {
    const auto middle = low + (high - low) / 2;
    std::nth_element(low, middle, high, before);
    uint64_t weight = 0;
    for (auto entry = low; entry != middle; ++entry) weight += entry->weight;
    if (weight >= target) {
      high = middle;
    } else {
      target -= weight;
      low = middle;
    }
  }
  return *low;
}

}  // namespace

Status check_sampling(const SamplingOptions& options, int64_t vocab) {
  TRY(in_range("temperature", options.temperature, 0, 100));
  TRY(in_range("top_p", options.top_p, 0, 1));
  TRY(in_range("min_p", options.min_p, 0, 1));
  TRY(in_range("typical_p", options.typical_p, 0, 1));
  TRY(in_range("presence_penalty", options.presence_penalty, -100, 100));
  TRY(in_range("frequency_penalty", options.frequency_penalty, -100, 100));
  TRY(in_range("repetition_penalty", options.repetition_penalty, 0.01F, 100));
  if (options.top_k < 0)
    return Error{ErrorCode::kInvalid, concat("top_k is ", options.top_k, "; it must be 0 or more")};
  if (options.repetition_window < 0) {
    return Error{ErrorCode::kInvalid,
                 concat("repetition_window is ", options.repetition_window, "; it must be 0 or more")};
  }
  return check_bias(options.logit_bias, vocab);
}

double uniform(uint64_t seed, uint64_t position) {
  const auto words = philox4x32({static_cast<uint32_t>(position), static_cast<uint32_t>(position >> 32), 0, 0},
                                {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)});
  const uint64_t bits = (uint64_t{words[0]} << 32) | words[1];
  return static_cast<double>(bits >> 11) * 0x1p-53;
}

Sampler::Sampler(const SamplingOptions& options, int64_t vocab, int64_t usable_vocab)
    : options_(options),
      usable_vocab_(usable_vocab),
      unit_(std::ldexp(1.0, kTotalWeightBits - std::bit_width(static_cast<uint64_t>(vocab)))) {
  CHECK(usable_vocab >= 1 && usable_vocab <= vocab && vocab <= std::numeric_limits<int32_t>::max());
  CHECK(check_sampling(options, vocab).ok());
  const auto usable = static_cast<size_t>(usable_vocab);
  if (penalises() || !options.logit_bias.empty()) adjusted_.resize(usable);
  if (penalises()) counts_.resize(usable, 0);
  if (options.temperature == 0) return;
  const bool small_k = options.top_k > 0 && options.top_k <= kHeapTopKMax;
  const size_t candidates = small_k ? std::min(usable, static_cast<size_t>(options.top_k)) : usable;
  candidates_.reserve(candidates);
  if (options.top_k > kHeapTopKMax || options.top_p < 1 || options.typical_p < 1) ranked_.reserve(candidates);
}

Result<int32_t> Sampler::sample(std::span<const float> logits, std::span<const int32_t> history, int64_t prompt_tokens,
                                int64_t position) {
  TRY(check_logits(logits));
  const std::span<const float> values = adjust(logits, history, prompt_tokens);
  const float top = largest(values);
  if (top == -kInfinity) {
    return Error{ErrorCode::kCorrupt, "the model gives every token a probability of zero; are the weights damaged?"};
  }
  if (options_.temperature == 0) {
    return static_cast<int32_t>(std::find(values.begin(), values.end(), top) - values.begin());
  }
  collect(values, top);
  if (options_.typical_p < 1) keep_typical(top);
  if (options_.top_p < 1) keep_top_p();
  if (options_.min_p > 0) keep_min_p();
  return draw(position);
}

bool Sampler::penalises() const {
  return options_.repetition_penalty != 1 || options_.presence_penalty != 0 || options_.frequency_penalty != 0;
}

int64_t Sampler::best_needed() const {
  const bool raises = options_.repetition_penalty < 1 || options_.presence_penalty < 0 ||
                      options_.frequency_penalty < 0 || !options_.logit_bias.empty();
  if (raises) return 0;
  if (options_.temperature == 0) return 1;
  return std::min<int64_t>(options_.top_k, usable_vocab_);
}

std::span<const int32_t> Sampler::lowered(std::span<const int32_t> history, int64_t prompt_tokens) const {
  if (options_.repetition_penalty != 1) return history;
  return penalises() ? history.subspan(static_cast<size_t>(prompt_tokens)) : std::span<const int32_t>();
}

// The logits to choose from: usable ids only, with bias and penalties.
std::span<const float> Sampler::adjust(std::span<const float> logits, std::span<const int32_t> history,
                                       int64_t prompt_tokens) {
  const auto usable = static_cast<size_t>(usable_vocab_);
  CHECK(logits.size() >= usable && prompt_tokens >= 0 && static_cast<size_t>(prompt_tokens) <= history.size());
  if (adjusted_.empty()) return logits.first(usable);
  std::copy_n(logits.begin(), usable, adjusted_.begin());
  for (const auto& [token, bias] : options_.logit_bias) {
    if (token < usable_vocab_) adjusted_[static_cast<size_t>(token)] += bias;
  }
  const auto window = static_cast<size_t>(options_.repetition_window);
  const bool cut = window > 0 && window < history.size();
  if (options_.repetition_penalty != 1) punish_repetition(cut ? history.last(window) : history);
  if (options_.presence_penalty != 0 || options_.frequency_penalty != 0) {
    punish_generated(history.subspan(static_cast<size_t>(prompt_tokens)));
  }
  // Biases and penalties of absurd size must not make an infinity, which would have no softmax.
  for (float& value : adjusted_) value = std::clamp(value, -kInfinity, kLargest);
  return adjusted_;
}

bool Sampler::usable(int32_t token) const { return token >= 0 && token < usable_vocab_; }

void Sampler::punish_repetition(std::span<const int32_t> window) {
  for (const int32_t token : window) {
    if (!usable(token) || counts_[static_cast<size_t>(token)]++ > 0) continue;
    float& logit = adjusted_[static_cast<size_t>(token)];
    logit = logit > 0 ? logit / options_.repetition_penalty : logit * options_.repetition_penalty;
  }
  for (const int32_t token : window) {
    if (usable(token)) counts_[static_cast<size_t>(token)] = 0;
  }
}

void Sampler::punish_generated(std::span<const int32_t> generated) {
  for (const int32_t token : generated) {
    if (usable(token)) ++counts_[static_cast<size_t>(token)];
  }
  for (const int32_t token : generated) {
    if (!usable(token)) continue;
    int32_t& count = counts_[static_cast<size_t>(token)];
    if (count == 0) continue;
    adjusted_[static_cast<size_t>(token)] -=
        options_.presence_penalty + options_.frequency_penalty * static_cast<float>(count);
    count = 0;
  }
}

// The candidates that top-k leaves, with their weights. Tokens whose weight rounds to zero could never be drawn.
void Sampler::collect(std::span<const float> values, float top) {
  const auto k = static_cast<size_t>(options_.top_k);
  if (k > 0 && k <= kHeapTopKMax) {
    best_of(values, std::min(k, values.size()), candidates_);
    std::sort(candidates_.begin(), candidates_.end(),
              [](const Candidate& a, const Candidate& b) { return a.token < b.token; });
  } else {
    candidates_.clear();
    for (size_t i = 0; i < values.size(); ++i) candidates_.push_back({0, values[i], static_cast<int32_t>(i)});
    if (k > 0 && k < values.size()) keep_first_k(k);
  }
  weigh(top);
  std::erase_if(candidates_, [](const Candidate& c) { return c.weight == 0; });
}

// In blocks, so that the exponentials become vector code: a draw from all of Qwen's 248,320 tokens takes 1.8 ms,
// was 3.0.
void Sampler::weigh(float top) {
  constexpr size_t kBlock = 256;
  const double inverse_temperature = 1.0 / options_.temperature;
  double shares[kBlock];
  for (size_t begin = 0; begin < candidates_.size(); begin += kBlock) {
    const size_t count = std::min(kBlock, candidates_.size() - begin);
    Candidate* block = candidates_.data() + begin;
    for (size_t i = 0; i < count; ++i) {
      shares[i] = std::max((static_cast<double>(block[i].logit) - top) * inverse_temperature, -708.0);
    }
    for (size_t i = 0; i < count; ++i) shares[i] = exp_in_range(shares[i]);
    for (size_t i = 0; i < count; ++i) block[i].weight = static_cast<uint64_t>(shares[i] * unit_ + 0.5);
  }
}

void Sampler::keep_first_k(size_t k) {
  ranked_ = candidates_;
  const auto last = ranked_.begin() + static_cast<ptrdiff_t>(k - 1);
  std::nth_element(ranked_.begin(), last, ranked_.end(), Better{});
  std::erase_if(candidates_, [last = *last](const Candidate& c) { return Better{}(last, c); });
}

// Locally typical sampling: the tokens whose surprise, -ln p, is nearest to the expected one. As ln p is the logit over
// the temperature less a constant, the distance in surprise is that of the logit to its mean, over the temperature.
void Sampler::keep_typical(double top) {
  const uint64_t total = total_weight();
  double mean = 0;  // of logit - top
  for (const Candidate& c : candidates_) mean += static_cast<double>(c.weight) * (c.logit - top);
  mean = top + mean / static_cast<double>(total);
  const auto nearer = [mean](const Candidate& a, const Candidate& b) {
    const double distance_a = std::abs(a.logit - mean);
    const double distance_b = std::abs(b.logit - mean);
    return distance_a < distance_b || (distance_a == distance_b && a.token < b.token);
  };
  ranked_ = candidates_;
  const Candidate last = last_of_share(ranked_, share_of(total, options_.typical_p), nearer);
  std::erase_if(candidates_, [&](const Candidate& c) { return nearer(last, c); });
}

void Sampler::keep_top_p() {
  const uint64_t total = total_weight();
  const uint64_t target = share_of(total, options_.top_p);
  // All tokens of at most this weight are together lighter than what top-p leaves out, so none of them is needed.
  const uint64_t hopeless = (total - target) / (candidates_.size() + 1);
  ranked_.clear();
  for (const Candidate& c : candidates_) {
    if (c.weight > hopeless) ranked_.push_back(c);
  }
  const Candidate last = last_of_share(ranked_, target, Better{});
  std::erase_if(candidates_, [&](const Candidate& c) { return Better{}(last, c); });
}

void Sampler::keep_min_p() {
  uint64_t top = 0;
  for (const Candidate& c : candidates_) top = std::max(top, c.weight);
  const double least = static_cast<double>(options_.min_p) * static_cast<double>(top);
  std::erase_if(candidates_, [least](const Candidate& c) { return static_cast<double>(c.weight) < least; });
}

uint64_t Sampler::total_weight() const {
  uint64_t total = 0;
  for (const Candidate& c : candidates_) total += c.weight;
  return total;
}

int32_t Sampler::draw(int64_t position) const {
  const double point = uniform(options_.seed, static_cast<uint64_t>(position)) * static_cast<double>(total_weight());
  auto left = static_cast<uint64_t>(point);
  for (const Candidate& c : candidates_) {
    if (left < c.weight) return c.token;
    left -= c.weight;
  }
  return candidates_.back().token;  // only where the product was rounded up to the total
}

float Sampler::logprob(std::span<const float> logits, int32_t token) const {
  if (!usable(token)) return -kInfinity;
  const std::span<const float> values = logits.first(static_cast<size_t>(usable_vocab_));
  return static_cast<float>(values[static_cast<size_t>(token)] - log_sum_exp(values));
}

void Sampler::top_logprobs(std::span<const float> logits, int64_t count, std::vector<TokenLogprob>& out) const {
  const std::span<const float> values = logits.first(static_cast<size_t>(usable_vocab_));
  best_of(values, static_cast<size_t>(std::clamp(count, int64_t{0}, usable_vocab_)), out);
  const double log_sum = log_sum_exp(values);
  for (TokenLogprob& entry : out) entry.logprob = static_cast<float>(entry.logprob - log_sum);
}

}  // namespace capy
