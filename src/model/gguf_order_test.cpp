// SPDX-License-Identifier: Apache-2.0
#include "model/gguf_order.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace capy {
namespace {

ModelConfig hybrid() {
  ModelConfig config;
  config.key_heads = 2;
  config.value_heads = 6;
  config.key_dim = 3;
  config.value_dim = 2;
  config.tiled_value_heads = true;
  return config;
}

TEST(GgufOrder, ValueHeadsStandTiled) {
  // Grouped: heads 0 1 2 use key head 0, 3 4 5 key head 1. Tiled: the first of each, then the second, then the third.
  const GgufOrder gates(hybrid(), "linear_attn.A_log");
  const std::vector<int64_t> expected = {0, 3, 1, 4, 2, 5};
  for (int64_t i = 0; i < 6; ++i) EXPECT_EQ(gates.row_at(i), expected[static_cast<size_t>(i)]) << i;
}

TEST(GgufOrder, OnlyTheValuePartOfQkvMoves) {
  const GgufOrder order(hybrid(), "linear_attn.in_proj_qkv.weight");
  const int64_t first = 2 * 2 * 3;
  for (int64_t i = 0; i < first; ++i) EXPECT_EQ(order.row_at(i), i);
  EXPECT_EQ(order.row_at(first + 2), first + 3 * 2);  // the second head of the file is head 3
  EXPECT_EQ(order.row_at(first + 3), first + 3 * 2 + 1);
  EXPECT_FALSE(order.moves_columns());
}

TEST(GgufOrder, OutProjMovesColumns) {
  const GgufOrder order(hybrid(), "linear_attn.out_proj.weight");
  EXPECT_FALSE(order.moves_rows());
  EXPECT_EQ(order.column_at(2), 6);
}

TEST(GgufOrder, RotatedPairsOfLlama) {
  ModelConfig config;
  config.rope.adjacent = true;
  config.head_dim = 6;
  const GgufOrder order(config, "self_attn.k_proj.weight");
  const std::vector<int64_t> expected = {0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11};
  for (int64_t i = 0; i < 12; ++i) EXPECT_EQ(order.row_at(i), expected[static_cast<size_t>(i)]) << i;
  EXPECT_FALSE(GgufOrder(config, "self_attn.v_proj.weight").moves_rows());
}

TEST(GgufOrder, BothDirectionsUndoEachOther) {
  ModelConfig config = hybrid();
  config.rope.adjacent = true;
  config.head_dim = 4;
  const std::pair<const char*, int64_t> parts[] = {{"linear_attn.in_proj_qkv.weight", 24},
                                                   {"linear_attn.in_proj_z.weight", 12},
                                                   {"linear_attn.conv1d.weight", 24},
                                                   {"linear_attn.dt_bias", 6},
                                                   {"self_attn.q_proj.bias", 8}};
  for (const auto& [part, rows] : parts) {
    const GgufOrder order(config, part);
    EXPECT_TRUE(order.moves_rows()) << part;
    for (int64_t i = 0; i < rows; ++i) EXPECT_EQ(order.file_row(order.row_at(i)), i) << part;
  }
  const GgufOrder out(config, "linear_attn.out_proj.weight");
  for (int64_t i = 0; i < 12; ++i) EXPECT_EQ(out.file_column(out.column_at(i)), i);
}

TEST(GgufOrder, HuggingFaceFilesStayAsTheyAre) {
  ModelConfig config = hybrid();
  config.tiled_value_heads = false;
  EXPECT_FALSE(GgufOrder(config, "linear_attn.in_proj_qkv.weight").moves_rows());
}

}  // namespace
}  // namespace capy
