// SPDX-License-Identifier: Apache-2.0
// Judged many at a time, beside whatever and by any number of threads, a text gets the bytes that it gets alone.
#include "evaluate/text_judge.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/concat.h"
#include "evaluate/log_softmax.h"
#include "evaluate/owned_sequence.h"

namespace capy {
namespace {

std::unique_ptr<Engine> open_engine(int threads) {
  EngineOptions options;
  options.threads = threads;
  options.context_tokens = 512;
  return std::move(Engine::open(concat(CAPY_SOURCE_DIR, "/tests/golden/models/qwen35_grouped"), options)).take();
}

// Texts of different lengths; neighbours 2k and 2k + 1 begin alike.
std::vector<JudgedText> some_texts(int64_t vocab) {
  std::vector<JudgedText> texts;
  for (int64_t i = 0; i < 13; ++i) {
    JudgedText text;
    text.judged_from = 1 + (i / 2 * 7) % 40;
    for (int64_t k = 0; k < text.judged_from; ++k) {
      text.tokens.push_back(static_cast<int32_t>((k * 31 + i / 2 * 5) % vocab));
    }
    for (int64_t k = 0; k < 1 + i * 3; ++k) text.tokens.push_back(static_cast<int32_t>((k * k + i * 3) % vocab));
    texts.push_back(std::move(text));
  }
  return texts;
}

std::vector<std::vector<double>> judged(Engine& engine, std::span<const JudgedText> texts, int64_t batch) {
  std::vector<std::vector<double>> all;
  TextJudge judge(engine, {batch, {}, {}}, 0);
  const Status status = judge.judge(texts, [&](int64_t text, std::span<const double> log_probs) {
    EXPECT_EQ(text, static_cast<int64_t>(all.size()));
    all.emplace_back(log_probs.begin(), log_probs.end());
  });
  EXPECT_TRUE(status.ok()) << (status.ok() ? "" : status.error().message);
  return all;
}

TEST(TextJudge, IsTheSumOfTheLogits) {
  const std::unique_ptr<Engine> engine = open_engine(1);
  const std::vector<JudgedText> texts = some_texts(engine->vocab());
  const auto all = judged(*engine, texts, 1);
  ASSERT_EQ(all.size(), texts.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    const std::vector<int32_t>& tokens = texts[i].tokens;
    std::vector<double> expected;
    OwnedSequence sequence = std::move(OwnedSequence::create(*engine, {})).take();
    const Status computed = sequence.compute(tokens, [&](int64_t position, std::span<const float> logits) {
      if (position + 1 < texts[i].judged_from || position + 1 >= static_cast<int64_t>(tokens.size())) return;
      const auto next = static_cast<size_t>(tokens[static_cast<size_t>(position + 1)]);
      expected.push_back(static_cast<double>(logits[next]) - log_sum_exp(logits));
    });
    ASSERT_TRUE(computed.ok());
    EXPECT_EQ(all[i], expected) << i;
  }
}

TEST(TextJudge, NeitherBatchesNorThreadsChangeAByte) {
  const std::unique_ptr<Engine> one = open_engine(1);
  const std::unique_ptr<Engine> two = open_engine(2);
  const std::vector<JudgedText> texts = some_texts(one->vocab());
  const auto alone = judged(*one, texts, 1);
  for (const int64_t batch : {2, 5, 32}) {
    EXPECT_EQ(judged(*one, texts, batch), alone) << batch;
    EXPECT_EQ(judged(*two, texts, batch), alone) << batch;
  }
}

TEST(TextJudge, ToldToStopItStops) {
  const std::unique_ptr<Engine> engine = open_engine(1);
  const std::vector<JudgedText> texts = some_texts(engine->vocab());
  TextJudge judge(*engine, {4, {}, [](int64_t, int64_t) { return false; }}, 0);
  const Status status = judge.judge(texts, [](int64_t, std::span<const double>) {});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kCancelled);
  EXPECT_EQ(judged(*engine, texts, 3).size(), texts.size());  // and nothing is left behind
}

TEST(TextJudge, ATextThatIsTooLongIsAnError) {
  const std::unique_ptr<Engine> engine = open_engine(1);
  const JudgedText text{std::vector<int32_t>(600, 1), 1};
  TextJudge judge(*engine, {}, 0);
  const Status status = judge.judge(std::span(&text, 1), [](int64_t, std::span<const double>) {});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kLimit);
}

}  // namespace
}  // namespace capy
