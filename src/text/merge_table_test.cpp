// SPDX-License-Identifier: Apache-2.0
#include "text/merge_table.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace capy {
namespace {

using Symbols = std::vector<int32_t>;

// The definition: look at all pairs, merge the one of the lowest rank, leftmost first, until none merges.
Symbols merge_slowly(Symbols symbols, const MergeTable& merges) {
  while (true) {
    size_t best = 0;
    MergeTable::Merge merge;
    for (size_t i = 0; i + 1 < symbols.size(); ++i) {
      const auto candidate = merges.find(symbols[i], symbols[i + 1]);
      if (candidate.rank >= merge.rank) continue;
      merge = candidate;
      best = i;
    }
    if (merge.rank == MergeTable::kNone) return symbols;
    symbols[best] = merge.id;
    symbols.erase(symbols.begin() + static_cast<long>(best) + 1);
  }
}

// Merges over 12 symbols whose results are again among the 12: cycles, and ranks that fall while merging.
MergeTable random_merges(std::mt19937& random) {
  MergeTable merges;
  for (int32_t i = 0; i < 40; ++i) {
    const auto left = static_cast<int32_t>(random() % 12);
    const auto right = static_cast<int32_t>(random() % 12);
    EXPECT_TRUE(merges.add(left, right, {static_cast<uint32_t>(random() % 50), static_cast<int32_t>(random() % 12)}));
  }
  return merges;
}

TEST(MergeTable, ShortAndLongFollowTheDefinition) {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    const MergeTable merges = random_merges(random);
    Symbols symbols(random() % (round % 2 == 0 ? 30 : 150));
    for (int32_t& symbol : symbols) symbol = static_cast<int32_t>(random() % 12);
    const Symbols expected = merge_slowly(symbols, merges);
    symbols.resize(merge_symbols(symbols, merges));
    ASSERT_EQ(symbols, expected) << "round " << round;
  }
}

TEST(MergeTable, TheLastOfEqualPairsCounts) {
  MergeTable merges;
  EXPECT_TRUE(merges.add(1, 2, {5, 3}));
  EXPECT_TRUE(merges.add(1, 2, {7, 4}));
  EXPECT_EQ(merges.find(1, 2).rank, 7u);
  EXPECT_EQ(merges.find(1, 2).id, 4);
  EXPECT_EQ(merges.find(2, 1).rank, MergeTable::kNone);
}

TEST(MergeTable, AMillionEqualSymbolsTakeGoodTime) {
  MergeTable merges;
  for (int32_t i = 0; i < 10; ++i) EXPECT_TRUE(merges.add(i, i, {static_cast<uint32_t>(i), i + 1}));
  Symbols symbols(1 << 20, 0);
  symbols.resize(merge_symbols(symbols, merges));
  EXPECT_EQ(symbols, Symbols(1 << 10, 10));
}

}  // namespace
}  // namespace capy
