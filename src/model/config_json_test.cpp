// SPDX-License-Identifier: Apache-2.0
// A configuration written down and read back is the same, for every configuration that the goldens have.
#include "model/config_json.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/json.h"

namespace capy {
namespace {

ModelConfig read(const std::string& text, const std::string& name) {
  Result<JsonDocument> document = JsonDocument::parse(text, name);
  EXPECT_TRUE(document.ok());
  Result<ModelConfig> config = read_hugging_face_config(document.value().root());
  EXPECT_TRUE(config.ok()) << (config.ok() ? "" : config.error().message);
  return std::move(config).take();
}

void expect_equal(const ModelConfig& a, const ModelConfig& b) {
  EXPECT_EQ(a.architecture, b.architecture);
  EXPECT_EQ(a.vocab, b.vocab);
  EXPECT_EQ(a.dim, b.dim);
  EXPECT_EQ(a.hidden, b.hidden);
  EXPECT_EQ(a.layers, b.layers);
  EXPECT_EQ(a.context, b.context);
  EXPECT_EQ(a.rms_eps, b.rms_eps);
  EXPECT_EQ(a.tied, b.tied);
  EXPECT_EQ(a.zero_centred_norms, b.zero_centred_norms);
  EXPECT_EQ(a.full_attention, b.full_attention);
  EXPECT_EQ(a.heads, b.heads);
  EXPECT_EQ(a.kv_heads, b.kv_heads);
  EXPECT_EQ(a.head_dim, b.head_dim);
  EXPECT_EQ(a.output_gate, b.output_gate);
  EXPECT_EQ(a.qk_norm, b.qk_norm);
  EXPECT_EQ(inverse_frequencies(a.rope), inverse_frequencies(b.rope));
  EXPECT_EQ(rope_amplitude(a.rope), rope_amplitude(b.rope));
  EXPECT_EQ(a.key_heads, b.key_heads);
  EXPECT_EQ(a.value_heads, b.value_heads);
  EXPECT_EQ(a.key_dim, b.key_dim);
  EXPECT_EQ(a.value_dim, b.value_dim);
  EXPECT_EQ(a.taps, b.taps);
  EXPECT_EQ(a.mtp_layers, b.mtp_layers);
  EXPECT_EQ(a.eos_tokens, b.eos_tokens);
  EXPECT_EQ(a.bos_token, b.bos_token);
}

TEST(ConfigJson, ReadsBackAsTheSame) {
  int seen = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(CAPY_SOURCE_DIR "/tests/golden")) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("config") || entry.path().extension() != ".json") continue;
    SCOPED_TRACE(entry.path().string());
    Result<JsonDocument> document = JsonDocument::read(entry.path().string());
    ASSERT_TRUE(document.ok());
    Result<ModelConfig> config = read_hugging_face_config(document.value().root());
    ASSERT_TRUE(config.ok()) << config.error().message;
    expect_equal(read(hugging_face_config(config.value()), name), config.value());
    ++seen;
  }
  EXPECT_GE(seen, 12);
}

}  // namespace
}  // namespace capy
