// SPDX-License-Identifier: Apache-2.0
// The count against one by hand, of a model with every kind of layer.
#include "train/operation_count.h"

#include <gtest/gtest.h>

#include "base/concat.h"

namespace capy::train {
namespace {

class OperationCount : public testing::Test {
 protected:
  OperationCount()
      : checkpoint_(
            std::move(Checkpoint::open(concat(CAPY_SOURCE_DIR, "/tests/golden/training/tied_mtp/model.safetensors")))
                .take()),
        config_(std::move(read_config(checkpoint_)).take()),
        list_(std::move(ParameterList::of(config_, std::move(TensorNames::of(checkpoint_, config_)).take(), true))
                  .take()) {}

  double count(const Sample& sample, bool with_mtp) const {
    return step_operations(config_, list_, std::span(&sample, 1), with_mtp);
  }

  // Of a row's products in a layer with attention or without.
  double layer(bool full) const {
    const ModelConfig& c = config_;
    const int64_t mlp = 3 * c.dim * c.hidden;
    const int64_t attention = c.dim * (c.query_width() * (c.output_gate ? 3 : 2) + 2 * c.kv_width());
    const int64_t delta = c.dim * (c.conv_channels() + 2 * c.value_width() + 2 * c.value_heads);
    const int64_t rest = 2 * c.conv_channels() * c.taps + 7 * c.value_heads * c.key_dim * c.value_dim;
    return static_cast<double>(full ? 2 * (mlp + attention) : 2 * (mlp + delta) + rest);
  }

  Checkpoint checkpoint_;
  ModelConfig config_;
  ParameterList list_;
};

TEST_F(OperationCount, OfTwoDocuments) {
  const ModelConfig& c = config_;
  const std::vector<int32_t> tokens(12, 1);
  const std::vector<Document> documents = {{0, 4}, {4, 12}};
  const double rows = 10;                      // the last two tokens are only predicted
  const double pairs = 4 * 5 / 2 + 6 * 7 / 2;  // each row sees itself and those before it
  const double targets = 3 + 6;                // tokens 1-3 and 5-10
  double forward = targets * static_cast<double>(2 * c.vocab * c.dim);
  for (const bool full : c.full_attention) {
    forward += rows * layer(full) + (full ? pairs * static_cast<double>(4 * c.query_width()) : 0);
  }
  const Sample sample{tokens, documents, {}, 10};
  EXPECT_DOUBLE_EQ(count(sample, false), 3 * forward);

  const double mtp_rows = 2 + 6;
  const double mtp_pairs = 2 * 3 / 2 + 6 * 7 / 2;
  forward +=
      mtp_rows * (layer(true) + static_cast<double>(4 * c.dim * c.dim) + static_cast<double>(2 * c.vocab * c.dim));
  forward += mtp_pairs * static_cast<double>(4 * c.query_width());
  EXPECT_DOUBLE_EQ(count(sample, true), 3 * forward);
}

TEST_F(OperationCount, TokensThatDoNotCountNeedNoLogits) {
  const std::vector<int32_t> tokens(4, 1);
  const std::vector<Document> documents = {{0, 4}};
  const std::vector<float> weights = {1, 1, 0, 0};
  const Sample all{tokens, documents, {}, 4};
  const Sample one{tokens, documents, weights, 4};
  EXPECT_DOUBLE_EQ(count(all, false) - count(one, false), static_cast<double>(3 * 2 * 2 * config_.vocab * config_.dim));
}

}  // namespace
}  // namespace capy::train
