// SPDX-License-Identifier: Apache-2.0
#include "evaluate/text_bits.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "base/concat.h"
#include "evaluate/text_judge.h"

namespace capy {
namespace {

struct Windows {
  int64_t size = 0;
  int64_t count = 0;
  int64_t text = 0;  // tokens

  int64_t begin(int64_t index) const { return index * (size / 2); }
  int64_t end(int64_t index) const { return std::min(begin(index) + size, text); }
  // The first token that counts, as an index in its window.
  int64_t first_counted(int64_t index) const { return index == 0 ? 1 : size - size / 2; }
  int64_t tokens() const {
    int64_t sum = 0;
    for (int64_t i = 0; i < count; ++i) sum += end(i) - begin(i) - 1;
    return sum;
  }
};

Result<Windows> plan(const Engine& engine, std::span<const int32_t> tokens, const TextBitsOptions& options) {
  Windows windows;
  windows.text = static_cast<int64_t>(tokens.size());
  if (options.window < TextBitsOptions::kWindowMin) {
    return Error{ErrorCode::kUsage,
                 concat("windows of ", options.window, " tokens: at least ", TextBitsOptions::kWindowMin)};
  }
  if (options.window > engine.context_tokens()) {
    return Error{ErrorCode::kLimit,
                 concat("windows of ", options.window, " tokens do not fit the context of ", engine.context_tokens())};
  }
  if (windows.text < 2) return Error{ErrorCode::kInvalid, "the text has nothing to predict; it needs two tokens"};
  // Even, so that two halves are a window.
  windows.size = options.window / 2 * 2;
  const int64_t half = windows.size / 2;
  windows.count = windows.text <= windows.size ? 1 : (windows.text - windows.size - 1) / half + 2;
  if (options.windows_max > 0) windows.count = std::min(windows.count, options.windows_max);
  return windows;
}

JudgedText window_at(const Engine& engine, std::span<const int32_t> tokens, const Windows& windows, int64_t index) {
  const auto part = tokens.subspan(static_cast<size_t>(windows.begin(index)),
                                   static_cast<size_t>(windows.end(index) - windows.begin(index)));
  JudgedText text{{part.begin(), part.end()}, 1};
  const Tokenizer* const tokenizer = engine.tokenizer();
  if (tokenizer->add_bos() && tokenizer->bos()) text.tokens[0] = *tokenizer->bos();
  return text;
}

int64_t bytes_of(const Tokenizer& tokenizer, int32_t token) {
  return tokenizer.is_special(token) ? 0 : static_cast<int64_t>(tokenizer.token_bytes(token).size());
}

class Sums {
 public:
  explicit Sums(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}

  void add(const Windows& windows, int64_t index, const JudgedText& text, std::span<const double> log_probs) {
    for (size_t i = 0; i < log_probs.size(); ++i) {
      const auto before = static_cast<int64_t>(i) + 1;  // tokens
      const size_t bucket = static_cast<size_t>(std::bit_width(static_cast<uint64_t>(before))) - 1;
      if (bucket >= by_position_.size()) by_position_.resize(bucket + 1);
      by_position_[bucket].add(-log_probs[i]);
      if (before < windows.first_counted(index)) continue;
      counted_.add(-log_probs[i]);
      bytes_ += bytes_of(tokenizer_, text.tokens[i + 1]);
    }
  }

  TextBits result(const Windows& windows) const {
    TextBits bits;
    bits.windows = windows.count;
    bits.window = windows.size;
    bits.tokens = counted_.count();
    bits.bytes = bytes_;
    bits.nats = {counted_.mean(), counted_.standard_error()};
    for (size_t i = 0; i < by_position_.size(); ++i) {
      const RunningMean& mean = by_position_[i];
      bits.by_position.push_back({int64_t{1} << i,
                                  std::min(int64_t{2} << i, windows.size),
                                  mean.count(),
                                  {mean.mean(), mean.standard_error()}});
    }
    return bits;
  }

 private:
  const Tokenizer& tokenizer_;
  RunningMean counted_;
  int64_t bytes_ = 0;
  std::vector<RunningMean> by_position_;  // 1, 2-3, 4-7, ... tokens before
};

}  // namespace

double TextBits::perplexity() const { return std::exp(nats.mean); }

double TextBits::bits_per_byte() const {
  return nats.mean * static_cast<double>(tokens) / std::numbers::ln2 / static_cast<double>(bytes);
}

double TextBits::bits_per_byte_error() const {
  return nats.standard_error * static_cast<double>(tokens) / std::numbers::ln2 / static_cast<double>(bytes);
}

Result<TextBits> text_bits(Engine& engine, std::span<const int32_t> tokens, const TextBitsOptions& options) {
  if (engine.tokenizer() == nullptr) {
    return Error{ErrorCode::kUnsupported, "the model has no tokenizer: the bytes of its tokens are not known"};
  }
  const Windows windows = TRY(plan(engine, tokens, options));
  TextJudge judge(engine, {options.batch, options.loras, options.on_progress}, windows.tokens());
  Sums sums(*engine.tokenizer());
  for (int64_t first = 0; first < windows.count; first += options.batch) {
    std::vector<JudgedText> texts;
    for (int64_t i = first; i < std::min(first + options.batch, windows.count); ++i) {
      texts.push_back(window_at(engine, tokens, windows, i));
    }
    TRY(judge.judge(texts, [&](int64_t text, std::span<const double> log_probs) {
      sums.add(windows, first + text, texts[static_cast<size_t>(text)], log_probs);
    }));
  }
  const TextBits bits = sums.result(windows);
  if (bits.bytes == 0) return Error{ErrorCode::kInvalid, "no token that counts writes a byte"};
  return bits;
}

}  // namespace capy
