// SPDX-License-Identifier: Apache-2.0
#include "evaluate/kept_logits.h"

#include <gtest/gtest.h>

namespace capy {
namespace {

const char* const kDown = "model.layers.0.mlp.down_proj.weight";
constexpr size_t kDownValues = size_t{42} * 61;
const std::vector<int32_t> kTokens = {5, 1, 7, 2, 9, 3, 11, 4, 50, 60, 70, 80};

std::unique_ptr<Engine> open_engine() {
  EngineOptions options;
  options.type = ComputeType::kF32;
  options.threads = 1;
  options.context_tokens = 64;
  Result<std::unique_ptr<Engine>> engine =
      Engine::open(CAPY_SOURCE_DIR "/tests/golden/models/llama_tied", std::move(options));
  EXPECT_TRUE(engine.ok()) << (engine.ok() ? "" : engine.error().message);
  return engine.ok() ? std::move(engine).take() : nullptr;
}

double divergence(const KeptLogits& kept, Engine& engine) {
  const Result<Estimate> estimate = kept.divergence(engine);
  EXPECT_TRUE(estimate.ok()) << (estimate.ok() ? "" : estimate.error().message);
  return estimate.ok() ? estimate.value().mean : -1;
}

TEST(KeptLogits, TheSameModelIsNowhereElse) {
  const std::unique_ptr<Engine> engine = open_engine();
  ASSERT_TRUE(engine);
  const Result<KeptLogits> kept = KeptLogits::of(*engine, kTokens, 2);
  ASSERT_TRUE(kept.ok());
  EXPECT_EQ(kept.value().tokens_scored(), 10);
  EXPECT_EQ(divergence(kept.value(), *engine), 0);
  const std::vector<float> zeros(kDownValues);
  ASSERT_TRUE(engine->substitute(kDown, zeros));
  EXPECT_GT(divergence(kept.value(), *engine), 1e-6);
  engine->end_substitution();
  EXPECT_EQ(divergence(kept.value(), *engine), 0);
}

// What a comparison of two engines says of the same tokens, scored from the same place on.
TEST(KeptLogits, AgreesWithTwoEngines) {
  const std::unique_ptr<Engine> changed = open_engine();
  const std::unique_ptr<Engine> reference = open_engine();
  ASSERT_TRUE(changed && reference);
  const std::vector<float> zeros(kDownValues);
  ASSERT_TRUE(changed->substitute(kDown, zeros));
  const std::span<const int32_t> tokens(kTokens);
  EvaluationOptions options;
  options.window = 12;  // logits of the tokens 6 to 10 are scored
  const Result<Comparison> both = compare(*changed, *reference, tokens, options);
  ASSERT_TRUE(both.ok());
  const Result<KeptLogits> kept = KeptLogits::of(*reference, tokens.first(11), 6);
  ASSERT_TRUE(kept.ok());
  EXPECT_EQ(both.value().model.tokens_scored, 5);
  EXPECT_NEAR(divergence(kept.value(), *changed), both.value().divergence.mean, 1e-12);
}

TEST(KeptLogits, ATextWithoutAScoredTokenIsRefused) {
  const std::unique_ptr<Engine> engine = open_engine();
  ASSERT_TRUE(engine);
  EXPECT_FALSE(KeptLogits::of(*engine, std::span(kTokens).first(2), 2).ok());
}

}  // namespace
}  // namespace capy
