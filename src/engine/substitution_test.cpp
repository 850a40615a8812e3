// SPDX-License-Identifier: Apache-2.0
// A tensor's matrix can be replaced and comes back: its own values change no byte, others do, and nothing is left.
#include <gtest/gtest.h>

#include <cstring>

#include "engine/engine.h"
#include "engine/golden.h"
#include "model/model.h"

namespace capy {
namespace {

const std::vector<int32_t> kTokens = {5, 1, 7, 2, 9, 3, 11, 4};

std::unique_ptr<Engine> open_engine(const std::string& model) {
  EngineOptions options;
  options.type = ComputeType::kF32;
  options.threads = 2;
  options.context_tokens = 64;
  Result<std::unique_ptr<Engine>> engine = Engine::open(golden_path("models/" + model), std::move(options));
  EXPECT_TRUE(engine.ok()) << (engine.ok() ? "" : engine.error().message);
  return engine.ok() ? std::move(engine).take() : nullptr;
}

std::vector<float> logits_of(Engine& engine) {
  std::vector<float> logits;
  const SequenceId id = engine.create_sequence().take();
  engine.set_logits(id, LogitsWanted::kAll,
                    [&](int64_t, std::span<const float> row) { logits.insert(logits.end(), row.begin(), row.end()); });
  EXPECT_TRUE(engine.append(id, kTokens).ok());
  for (Result<bool> more = true; more.ok() && more.value();) more = engine.step();
  engine.drop(id);
  return logits;
}

// As an f32 engine holds them: the golden models' matrices are used as they lie in the file, F32 or BF16.
std::vector<float> values_of(const NamedMatrix& matrix) {
  const MatrixView& view = matrix.view;
  std::vector<float> values(static_cast<size_t>(view.rows * view.columns));
  EXPECT_TRUE(view.format == MatrixFormat::kF32 || view.format == MatrixFormat::kBF16);
  const size_t width = view.format == MatrixFormat::kF32 ? 4 : 2;
  for (size_t i = 0; i < values.size(); ++i) {  // a BF16 is the upper half of its F32
    std::memcpy(reinterpret_cast<char*>(&values[i]) + 4 - width, static_cast<const char*>(view.data) + i * width,
                width);
  }
  return values;
}

std::vector<float> values_of(const Engine& engine, const std::string& name) {
  for (const NamedMatrix& matrix : engine.model().matrices()) {
    if (matrix.name == name) return values_of(matrix);
  }
  return {};
}

TEST(Substitution, ItsOwnValuesChangeNoByteAndOthersDo) {
  for (const char* const model : {"llama_tied", "qwen35_grouped", "qwen35_nested", "qwen3"}) {
    const std::unique_ptr<Engine> engine = open_engine(model);
    ASSERT_TRUE(engine);
    const std::vector<float> truth = logits_of(*engine);
    for (const NamedMatrix& matrix : engine->model().matrices()) {
      SCOPED_TRACE(std::string(model) + " " + matrix.name);
      std::vector<float> values = values_of(matrix);
      ASSERT_TRUE(engine->substitute(matrix.name, values));
      EXPECT_EQ(logits_of(*engine), truth);
      engine->end_substitution();
      for (float& value : values) value *= 0.5F;
      ASSERT_TRUE(engine->substitute(matrix.name, values));
      const bool is_mtp = matrix.name.find("mtp.") != std::string::npos;  // of no logits that are asked for here
      EXPECT_EQ(logits_of(*engine) == truth, is_mtp);
      engine->end_substitution();
      EXPECT_EQ(logits_of(*engine), truth);
    }
  }
}

TEST(Substitution, ATiedEmbeddingIsHeadAndRows) {
  const std::unique_ptr<Engine> engine = open_engine("llama_tied");
  ASSERT_TRUE(engine);
  const std::vector<float> truth = logits_of(*engine);
  const std::string name = "model.embed_tokens.weight";
  std::vector<float> values = values_of(*engine, name);
  const auto dim = static_cast<int64_t>(values.size()) / engine->vocab();
  // A token that the text does not have: its own logit changes alone. One that it has: so do all others behind it.
  for (const int32_t token : {50, kTokens[0]}) {
    std::vector<float> changed = values;
    for (int64_t i = 0; i < dim; ++i)
      changed[static_cast<size_t>(token * dim + i)] += 0.25F * static_cast<float>(i % 3);
    ASSERT_TRUE(engine->substitute(name, changed));
    const std::vector<float> logits = logits_of(*engine);
    engine->end_substitution();
    int64_t others = 0;
    for (size_t i = 0; i < logits.size(); ++i) {
      others += logits[i] != truth[i] && static_cast<int64_t>(i) % engine->vocab() != token ? 1 : 0;
    }
    EXPECT_EQ(others > 0, token != 50);
    EXPECT_NE(logits, truth);
  }
}

TEST(Substitution, ATensorThatNoProductReadsIsToldOf) {
  const std::unique_ptr<Engine> engine = open_engine("llama_tied");
  ASSERT_TRUE(engine);
  const std::vector<float> values(42);
  EXPECT_FALSE(engine->substitute("model.norm.weight", values));
  EXPECT_FALSE(engine->substitute("no.such.tensor", values));
}

}  // namespace
}  // namespace capy
