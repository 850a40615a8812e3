// SPDX-License-Identifier: Apache-2.0
// capy against the reference implementation (SPEC 12): tiny random checkpoints, f32, every stored position; the same
// from GGUF files, through MTP heads and with adapters.
#include "engine/golden.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "engine/engine.h"

namespace capy {
namespace {

// SPEC 12's bounds for the f32 path.
constexpr double kLogitBound = 2e-3;
constexpr double kLogprobBound = 1e-3;
constexpr double kArgmaxMargin = 2e-3;

std::unique_ptr<Engine> open_engine(const std::string& path, const std::vector<std::string>& loras = {}) {
  EngineOptions options;
  options.type = ComputeType::kF32;
  options.threads = 2;
  options.context_tokens = 2048;
  for (const std::string& directory : loras) options.loras.push_back({directory, 1.0F});
  Result<std::unique_ptr<Engine>> engine = Engine::open(path, std::move(options));
  EXPECT_TRUE(engine.ok()) << (engine.ok() ? "" : engine.error().message);
  return engine.ok() ? std::move(engine).take() : nullptr;
}

double log_sum_exp(std::span<const float> logits) {
  const double most = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - most);
  return most + std::log(sum);
}

// Compares rows as they come and remembers the worst.
class Comparison {
 public:
  explicit Comparison(const GoldenLogits& golden) : golden_(golden), columns_(golden.values.shape[1]) {}

  void check(int64_t position, std::span<const float> logits) {
    const auto found = std::lower_bound(golden_.positions.begin(), golden_.positions.end(), position);
    if (found == golden_.positions.end() || *found != position) return;
    ASSERT_EQ(static_cast<int64_t>(logits.size()), columns_);
    const float* const row = golden_.values.values.data() + (found - golden_.positions.begin()) * columns_;
    const std::span<const float> wanted(row, static_cast<size_t>(columns_));
    const double ours = log_sum_exp(logits);
    const double theirs = log_sum_exp(wanted);
    for (size_t i = 0; i < wanted.size(); ++i) {
      worst_logit_ = std::max(worst_logit_, static_cast<double>(std::abs(logits[i] - wanted[i])));
      worst_logprob_ = std::max(worst_logprob_, std::abs((logits[i] - ours) - (wanted[i] - theirs)));
    }
    std::vector<float> sorted(wanted.begin(), wanted.end());
    std::nth_element(sorted.begin(), sorted.begin() + 1, sorted.end(), std::greater<>());
    const auto best = std::max_element(wanted.begin(), wanted.end()) - wanted.begin();
    if (wanted[static_cast<size_t>(best)] - sorted[1] > kArgmaxMargin) {
      EXPECT_EQ(std::max_element(logits.begin(), logits.end()) - logits.begin(), best) << "position " << position;
    }
    ++rows_;
  }

  void finish(size_t rows) {
    EXPECT_EQ(rows_, rows);
    EXPECT_LE(worst_logit_, kLogitBound);
    EXPECT_LE(worst_logprob_, kLogprobBound);
    testing::Test::RecordProperty("worst_logit", std::to_string(worst_logit_));
    std::printf("    %zu rows, worst logit difference %.2g, log-prob %.2g\n", rows_, worst_logit_, worst_logprob_);
  }

 private:
  const GoldenLogits& golden_;
  int64_t columns_;
  size_t rows_ = 0;
  double worst_logit_ = 0;
  double worst_logprob_ = 0;
};

size_t rows_before(const GoldenLogits& golden, int64_t length) {
  return static_cast<size_t>(std::lower_bound(golden.positions.begin(), golden.positions.end(), length) -
                             golden.positions.begin());
}

void run_all(Engine& engine, SequenceId id, std::span<const int32_t> tokens, Comparison& comparison) {
  engine.set_logits(id, LogitsWanted::kAll,
                    [&](int64_t position, std::span<const float> logits) { comparison.check(position, logits); });
  ASSERT_TRUE(engine.append(id, tokens).ok());
  for (bool more = true; more;) {
    const Result<bool> stepped = engine.step();
    ASSERT_TRUE(stepped.ok()) << stepped.error().message;
    more = stepped.value();
  }
}

void check_logits(const std::string& path, const GoldenModel& golden) {
  const std::unique_ptr<Engine> engine = open_engine(path);
  ASSERT_NE(engine, nullptr);
  for (const int64_t length : golden.lengths) {
    SCOPED_TRACE(golden.name + ", length " + std::to_string(length));
    const SequenceId id = engine->create_sequence().take();
    Comparison comparison(golden.logits);
    run_all(*engine, id, std::span<const int32_t>(golden.tokens).first(static_cast<size_t>(length)), comparison);
    comparison.finish(rows_before(golden.logits, length));
    engine->drop(id);
  }
}

class GoldenModels : public testing::TestWithParam<std::string> {};

TEST_P(GoldenModels, LogitsAreTheReferences) {
  check_logits(golden_path("models/" + GetParam()), read_golden_model(GetParam()));
}

TEST_P(GoldenModels, GreedyTextIsTheReferencesUpToTheFirstSmallMargin) {
  const GoldenModel golden = read_golden_model(GetParam());
  const std::unique_ptr<Engine> engine = open_engine(golden.directory);
  ASSERT_NE(engine, nullptr);
  Request request;
  request.tokens.assign(golden.tokens.begin(), golden.tokens.begin() + golden.greedy_prompt);
  request.sampling.temperature = 0;
  request.max_tokens = static_cast<int64_t>(golden.greedy_tokens.size());
  request.ignore_eos = true;
  const RequestId id = engine->submit(std::move(request)).take();
  while (!engine->finished(id)) ASSERT_TRUE(engine->step().ok());
  const Response response = engine->take(id);
  ASSERT_EQ(response.tokens.size(), golden.greedy_tokens.size());
  for (size_t i = 0; i < golden.greedy_tokens.size() && golden.greedy_margins[i] > kArgmaxMargin; ++i) {
    ASSERT_EQ(response.tokens[i], golden.greedy_tokens[i]) << "token " << i;
  }
}

std::vector<std::string> names_with_mtp() {
  std::vector<std::string> names = golden_model_names();
  std::erase_if(names, [](const std::string& name) { return !read_golden_model(name).has_mtp; });
  return names;
}

class GoldenMtp : public testing::TestWithParam<std::string> {};

TEST_P(GoldenMtp, LogitsAreTheReferences) {
  const GoldenModel golden = read_golden_model(GetParam());
  const std::unique_ptr<Engine> engine = open_engine(golden.directory);
  ASSERT_NE(engine, nullptr);
  const SequenceId id = engine->create_sequence().take();
  const auto rows = static_cast<size_t>(golden.mtp.positions.size());
  ASSERT_TRUE(engine->append(id, std::span<const int32_t>(golden.tokens).first(rows + 1)).ok());
  Comparison comparison(golden.mtp);
  const Status done = engine->mtp_logits(
      id, [&](int64_t position, std::span<const float> logits) { comparison.check(position, logits); });
  ASSERT_TRUE(done.ok()) << done.error().message;
  comparison.finish(rows);
}

// What the engine puts to the model behind `tokens`, of which the last one is drawn: a bias sees to it.
std::vector<int32_t> first_drafts(const GoldenModel& golden, int64_t length, int64_t drafts, int64_t chunk) {
  std::vector<int32_t> found;
  EngineOptions options;
  options.type = ComputeType::kF32;
  options.context_tokens = 512;
  options.chunk_tokens = chunk;
  options.draft.fixed = drafts;
  // (Behind the prompt itself too, where its last token is a step of its own.)
  options.draft.revise = [&found, length](std::span<const int32_t> tokens, std::span<int32_t> guesses) {
    if (static_cast<int64_t>(tokens.size()) == length) found.assign(guesses.begin(), guesses.end());
  };
  const std::unique_ptr<Engine> engine = Engine::open(golden.directory, std::move(options)).take();
  Request request;
  request.tokens.assign(golden.tokens.begin(), golden.tokens.begin() + length - 1);
  request.sampling.temperature = 0;
  request.sampling.logit_bias = {{golden.tokens[static_cast<size_t>(length - 1)], 1000.0F}};
  request.max_tokens = drafts + 2;
  request.ignore_eos = true;
  const RequestId id = engine->submit(std::move(request)).take();
  while (!engine->finished(id) && engine->step().ok()) continue;
  (void)engine->take(id);
  return found;
}

TEST_P(GoldenMtp, DraftsAreTheReferencesChain) {
  const GoldenModel golden = read_golden_model(GetParam());
  ASSERT_GE(golden.mtp_chains.size(), 10U);
  int64_t compared = 0;
  for (const GoldenModel::Chain& chain : golden.mtp_chains) {
    for (const int64_t chunk : {5, 64, 256}) {
      SCOPED_TRACE("behind " + std::to_string(chain.length) + " tokens, chunk " + std::to_string(chunk));
      const auto depth = static_cast<int64_t>(chain.guesses.size());
      const std::vector<int32_t> drafts = first_drafts(golden, chain.length, std::min(depth, chunk - 1), chunk);
      ASSERT_EQ(static_cast<int64_t>(drafts.size()), depth);
      for (size_t i = 0; i < drafts.size() && chain.margins[i] > kArgmaxMargin; ++i, ++compared)
        ASSERT_EQ(drafts[i], chain.guesses[i]) << "draft " << i;
    }
  }
  EXPECT_GT(compared, 100);  // the margins are wide enough
}

INSTANTIATE_TEST_SUITE_P(All, GoldenMtp, testing::ValuesIn(names_with_mtp()),
                         [](const auto& test) { return test.param; });
INSTANTIATE_TEST_SUITE_P(All, GoldenModels, testing::ValuesIn(golden_model_names()),
                         [](const auto& test) { return test.param; });

TEST(GoldenGguf, LogitsAreTheTwins) {
  const std::vector<GoldenGguf> files = golden_ggufs();
  ASSERT_GE(files.size(), 5U);
  for (const GoldenGguf& file : files) check_logits(file.path, read_golden_model(file.twin));
}

TEST(GoldenLora, LogitsAreTheReferences) {
  const std::vector<GoldenLora> cases = golden_loras();
  ASSERT_GE(cases.size(), 3U);
  for (const GoldenLora& lora : cases) {
    SCOPED_TRACE(lora.adapters[0]);
    const GoldenModel base = read_golden_model(lora.base);
    const std::unique_ptr<Engine> engine = open_engine(base.directory, lora.adapters);
    ASSERT_NE(engine, nullptr);
    std::vector<int32_t> numbers;
    for (size_t i = 0; i < lora.adapters.size(); ++i) numbers.push_back(static_cast<int32_t>(i));
    const SequenceId id = engine->create_sequence(numbers).take();
    Comparison comparison(lora.logits);
    run_all(*engine, id, std::span<const int32_t>(base.tokens).first(static_cast<size_t>(lora.tokens)), comparison);
    comparison.finish(lora.logits.positions.size());
  }
}

// Adapters are made for Hugging Face's order of rows; a GGUF base has another (tiled value heads, Llama's q and k).
TEST(GoldenLora, LogitsAreTheReferencesOnGgufBases) {
  int compared = 0;
  for (const GoldenLora& lora : golden_loras()) {
    for (const GoldenGguf& file : golden_ggufs()) {
      if (file.twin != lora.base) continue;
      const GoldenModel base = read_golden_model(lora.base);
      const std::unique_ptr<Engine> engine = open_engine(file.path, lora.adapters);
      ASSERT_NE(engine, nullptr);
      std::vector<int32_t> numbers;
      for (size_t i = 0; i < lora.adapters.size(); ++i) numbers.push_back(static_cast<int32_t>(i));
      const SequenceId id = engine->create_sequence(numbers).take();
      Comparison comparison(lora.logits);
      run_all(*engine, id, std::span<const int32_t>(base.tokens).first(static_cast<size_t>(lora.tokens)), comparison);
      comparison.finish(lora.logits.positions.size());
      ++compared;
    }
  }
  EXPECT_GE(compared, 2);
}

}  // namespace
}  // namespace capy
