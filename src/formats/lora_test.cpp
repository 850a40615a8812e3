// SPDX-License-Identifier: Apache-2.0
#include "formats/lora.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/concat.h"
#include "formats/test_files.h"
#include "formats/writer.h"

namespace capy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kGolden = CAPY_SOURCE_DIR "/tests/golden/lora/";

TEST(Lora, ModulePaths) {
  for (const char* name : {"base_model.model.model.language_model.layers.3.mlp.up_proj",
                           "model.layers.3.mlp.up_proj.weight", "model.language_model.layers.3.mlp.up_proj.weight",
                           "language_model.model.layers.3.mlp.up_proj", "layers.3.mlp.up_proj"}) {
    EXPECT_EQ(lora_module_path(name), "layers.3.mlp.up_proj") << name;
  }
  EXPECT_EQ(lora_module_path("base_model.model.lm_head"), "lm_head");
  EXPECT_EQ(lora_module_path("mtp.layers.3.mlp.up_proj.weight"),
            "mtp.layers.3.mlp.up_proj");  // not the decoder's layer 3
  EXPECT_EQ(lora_module_path("model.visual.blocks.0.attn.qkv"), "visual.blocks.0.attn.qkv");
  EXPECT_EQ(lora_module_path(""), "");
  EXPECT_EQ(lora_module_path("model."), "");
}

TEST(Lora, ReadsTheGoldenAdapters) {
  const auto plain = LoraAdapter::open(kGolden + "nested_r2");
  ASSERT_TRUE(plain.ok()) << plain.error().message;
  EXPECT_EQ(plain.value().modules().size(), 10u);
  const LoraModule* module = plain.value().find("model.language_model.layers.1.linear_attn.in_proj_qkv.weight");
  ASSERT_NE(module, nullptr);
  EXPECT_EQ(module, plain.value().find("model.layers.1.linear_attn.in_proj_qkv.weight"));
  EXPECT_EQ(module->rank, 2);
  EXPECT_EQ(module->scale, 1.5f);
  EXPECT_THAT(module->a->shape, ElementsAre(2, 48));
  EXPECT_THAT(module->b->shape, ElementsAre(128, 2));
  EXPECT_EQ(plain.value().find("model.layers.1.linear_attn.in_proj_z.weight"), nullptr);
  EXPECT_THAT(plain.value().target_modules(), ElementsAre("in_proj_qkv", "out_proj", "q_proj", "v_proj"));

  // r 3, alpha 5, rslora, rank_pattern {q_proj: 5, layers.0.linear_attn.in_proj_qkv: 2},
  // alpha_pattern {down_proj: 9, layers.2.linear_attn.out_proj: 2}
  const auto stable = LoraAdapter::open(kGolden + "grouped_rslora");
  ASSERT_TRUE(stable.ok()) << stable.error().message;
  const auto scale = [&](const std::string& name) {
    const LoraModule* found = stable.value().find(name);
    return found == nullptr ? -1.0f : found->scale;
  };
  EXPECT_EQ(scale("model.layers.0.linear_attn.in_proj_qkv.weight"), static_cast<float>(5 / std::sqrt(2.0)));
  EXPECT_EQ(scale("model.layers.0.linear_attn.in_proj_z.weight"), static_cast<float>(5 / std::sqrt(3.0)));
  EXPECT_EQ(scale("model.layers.0.mlp.down_proj.weight"), static_cast<float>(9 / std::sqrt(3.0)));
  EXPECT_NE(plain.value().identity(), stable.value().identity());
}

// An adapter with one module of rank 2 on a 3 x 4 matrix, and a configuration with `extra` members.
class LoraFiles : public ::testing::Test {
 protected:
  void configure(const std::string& extra) {
    directory_.put("adapter_config.json", concat("{\"peft_type\":\"LORA\",\"r\":2,\"lora_alpha\":8", extra, "}"));
  }
  void write(const std::vector<TensorDescription>& tensors) {
    auto stream = SafetensorsWriter::create(directory_ / "adapter_model.safetensors", tensors);
    ASSERT_TRUE(stream.ok()) << stream.error().message;
    for (const TensorDescription& tensor : tensors) {
      const std::vector<std::byte> zeros(static_cast<size_t>(tensor.bytes()));
      ASSERT_TRUE(stream.value().write(zeros).ok());
    }
    ASSERT_TRUE(stream.value().finish().ok());
  }
  void write_good() {
    write({{kName + ".lora_A.weight", DType::kF32, {2, 4}}, {kName + ".lora_B.weight", DType::kF32, {3, 2}}});
  }
  void expect_error(ErrorCode code, const std::string& text) {
    const auto opened = LoraAdapter::open(directory_.path());
    ASSERT_FALSE(opened.ok()) << "expected: " << text;
    EXPECT_EQ(opened.error().code, code) << opened.error().message;
    EXPECT_THAT(opened.error().message, HasSubstr(text));
  }

  const std::string kName = "base_model.model.model.layers.0.self_attn.q_proj";
  TestDirectory directory_;
};

TEST_F(LoraFiles, ScalesAndPatterns) {
  write_good();
  const auto scale_with = [&](const std::string& extra) {
    configure(extra);
    const auto opened = LoraAdapter::open(directory_.path());
    EXPECT_TRUE(opened.ok()) << opened.error().message;
    return opened.ok() ? opened.value().modules()[0].scale : -1.0f;
  };
  EXPECT_EQ(scale_with(""), 4.0f);
  EXPECT_EQ(scale_with(",\"use_rslora\":true"), static_cast<float>(8 / std::sqrt(2.0)));
  EXPECT_EQ(scale_with(",\"alpha_pattern\":{\"q_proj\":2}"), 1.0f);
  EXPECT_EQ(scale_with(",\"alpha_pattern\":{\"k_proj\":2,\"self_attn\\\\.q_proj\":6,\"q_proj\":2}"), 3.0f);
  EXPECT_EQ(scale_with(",\"alpha_pattern\":{\"_proj\":2}"), 4.0f);  // only whole parts of the path
  EXPECT_EQ(scale_with(",\"alpha_pattern\":{\"^model.layers.0.self_attn.q_proj\":2}"), 1.0f);
  EXPECT_EQ(scale_with(",\"alpha_pattern\":{\"^layers.0.self_attn.q_proj\":2}"), 4.0f);
  EXPECT_EQ(scale_with(",\"r\":9,\"rank_pattern\":{\"q_proj\":2}"), 4.0f);
  EXPECT_EQ(scale_with(",\"modules_to_save\":[],\"bias\":\"none\",\"loftq_config\":{},\"use_dora\":false"), 4.0f);
}

TEST_F(LoraFiles, WhatWouldBeComputedWronglyIsRefused) {
  write_good();
  for (const char* extra :
       {"\"use_qalora\":true", "\"modules_to_save\":[\"lm_head\"]", "\"bias\":\"all\"", "\"lora_bias\":true",
        "\"layer_replication\":[[0,2]]", "\"trainable_token_indices\":[1]", "\"init_lora_weights\":\"pissa_niter_4\"",
        "\"alora_invocation_tokens\":[5]", "\"peft_type\":\"LOHA\"", "\"rank_pattern\":{\"q_.*\":2}",
        "\"alpha_pattern\":{\"q_proj\":\"2\"}", "\"alpha_pattern\":{\"(a|b)+\":2}"}) {
    SCOPED_TRACE(extra);
    configure(concat(",", extra));
    expect_error(ErrorCode::kUnsupported, "adapter_config.json: ");
  }
  for (const char* extra :
       {"\"r\":0", "\"r\":-1", "\"r\":1e18", "\"r\":null", "\"lora_alpha\":\"x\"", "\"lora_alpha\":1e999"}) {
    SCOPED_TRACE(extra);
    configure(concat(",", extra));
    EXPECT_FALSE(LoraAdapter::open(directory_.path()).ok());
  }
}

TEST_F(LoraFiles, TensorsThatDoNotFit) {
  expect_error(ErrorCode::kNotFound, "adapter_config.json");
  configure("");
  expect_error(ErrorCode::kNotFound, "adapter_model.safetensors");
  write({{kName + ".lora_A.weight", DType::kF32, {2, 4}}});
  expect_error(ErrorCode::kCorrupt, "lacks its lora_B");
  write({{kName + ".lora_A.weight", DType::kF32, {2, 4}}, {kName + ".lora_B.weight", DType::kF32, {3, 3}}});
  expect_error(ErrorCode::kCorrupt, "do not fit together");
  write({{kName + ".lora_A.weight", DType::kF32, {2, 4, 1}}, {kName + ".lora_B.weight", DType::kF32, {3, 2}}});
  expect_error(ErrorCode::kCorrupt, "do not fit together");
  write({{kName + ".lora_A.weight", DType::kF32, {1, 4}}, {kName + ".lora_B.weight", DType::kF32, {3, 1}}});
  expect_error(ErrorCode::kCorrupt, "has rank 1, adapter_config.json says 2");
  write({{kName + ".lora_A.weight", DType::kI32, {2, 4}}, {kName + ".lora_B.weight", DType::kF32, {3, 2}}});
  expect_error(ErrorCode::kCorrupt, "do not fit together");
  write({{"base_model.model.model.embed_tokens.lora_embedding_A", DType::kF32, {2, 4}}});
  expect_error(ErrorCode::kUnsupported, "neither lora_A nor lora_B");
  write({{kName + ".lora_A.weight", DType::kF32, {2, 4}}, {kName + ".lora_A.default.weight", DType::kF32, {2, 4}}});
  expect_error(ErrorCode::kCorrupt, "are for the same module");
  directory_.put("adapter_model.safetensors", raw_safetensors("{}", 0));
  expect_error(ErrorCode::kCorrupt, "holds no tensor");
}

TEST_F(LoraFiles, DoraHasMagnitudes) {
  const std::vector<TensorDescription> plain = {{kName + ".lora_A.weight", DType::kF32, {2, 4}},
                                                {kName + ".lora_B.weight", DType::kF32, {3, 2}}};
  const auto with_magnitude = [&](int64_t count) {
    std::vector<TensorDescription> all = plain;
    all.push_back({kName + ".lora_magnitude_vector", DType::kF32, {count}});
    return all;
  };
  configure(",\"use_dora\":true");
  write(plain);
  expect_error(ErrorCode::kCorrupt, "lacks its lora_magnitude_vector");
  write(with_magnitude(4));
  expect_error(ErrorCode::kCorrupt, "do not fit together");
  write(with_magnitude(3));
  EXPECT_TRUE(LoraAdapter::open(directory_.path()).ok());
  configure("");
  expect_error(ErrorCode::kCorrupt, "has a lora_magnitude_vector");
}

}  // namespace
}  // namespace capy
