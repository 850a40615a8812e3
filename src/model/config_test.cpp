// SPDX-License-Identifier: Apache-2.0
// Configurations that a file may hold and that must not reach the forward pass. What is accepted is tested by the
// goldens.
#include "model/config.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "base/concat.h"

namespace capy {
namespace {

Result<ModelConfig> read(const std::string& members) {
  const std::string text = concat(
      R"({"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": 64, "intermediate_size": 96,
      "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 100,
      "max_position_embeddings": 4096, "rms_norm_eps": 1e-5)",
      members, "}");
  const JsonDocument document = TRY(JsonDocument::parse(text, "config.json"));
  return read_hugging_face_config(document.root());
}

TEST(Config, RopeThatGivesNoNumbersIsRefused) {
  const auto yarn = [](std::string_view members) {
    return concat(R"(, "rope_scaling": {"rope_type": "yarn", "factor": 4, "original_max_position_embeddings": 1024)",
                  members, "}");
  };
  ASSERT_TRUE(read("").ok());
  ASSERT_TRUE(read(yarn("")).ok());
  for (const char* bad :
       {R"(, "beta_fast": 0)", R"(, "beta_slow": 0)", R"(, "beta_fast": -1)", R"(, "attention_factor": 1e300)"}) {
    const Result<ModelConfig> config = read(yarn(bad));
    if (config.ok()) {  // then the numbers must be numbers
      for (const float frequency : inverse_frequencies(config.value().rope))
        EXPECT_TRUE(std::isfinite(frequency)) << bad;
      EXPECT_TRUE(std::isfinite(rope_amplitude(config.value().rope))) << bad;
    } else {
      EXPECT_NE(config.error().message.find("rope"), std::string::npos) << config.error().message;
    }
  }
  EXPECT_FALSE(read(yarn(R"(, "attention_factor": 1e300)")).ok());
  EXPECT_FALSE(read(yarn(R"(, "beta_fast": -1)")).ok());
}

TEST(Config, YarnsAmplitudeIsTheFilesOrFollowsFromTheFactor) {
  const Result<ModelConfig> computed =
      read(R"(, "rope_scaling": {"rope_type": "yarn", "factor": 4, "original_max_position_embeddings": 1024})");
  ASSERT_TRUE(computed.ok());
  EXPECT_FLOAT_EQ(rope_amplitude(computed.value().rope), 1.1386294F);  // 0.1 ln 4 + 1
  const Result<ModelConfig> stated = read(
      R"(, "rope_scaling": {"rope_type": "yarn", "factor": 4, "original_max_position_embeddings": 1024, "attention_factor": 1.5})");
  ASSERT_TRUE(stated.ok());
  EXPECT_FLOAT_EQ(rope_amplitude(stated.value().rope), 1.5F);
}

}  // namespace
}  // namespace capy
