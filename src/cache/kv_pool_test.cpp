// SPDX-License-Identifier: Apache-2.0
#include "cache/kv_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace capy {
namespace {

constexpr int64_t kPage = KvLayout::kPageTokens;

KvPool pool_of(int64_t pages) {
  Result<KvPool> pool = KvPool::create({.layers = 2, .kv_heads = 3, .head_dim = 5, .type = KvType::kF32}, pages);
  EXPECT_TRUE(pool.ok());
  return std::move(pool).take();
}

bool is_all(const std::byte* bytes, int64_t count, int value) {
  return std::all_of(bytes, bytes + count, [&](std::byte b) { return b == static_cast<std::byte>(value); });
}

TEST(KvPool, PagesComeWithTheTokensAndGoWithThem) {
  KvPool pool = pool_of(3);
  KvSequence sequence(pool, 3 * kPage);
  ASSERT_TRUE(sequence.grow(1).ok());
  EXPECT_EQ(sequence.pages().size(), 1U);
  ASSERT_TRUE(sequence.grow(kPage - 1).ok());
  EXPECT_EQ(sequence.pages().size(), 1U);
  ASSERT_TRUE(sequence.grow(kPage + 1).ok());
  EXPECT_EQ(sequence.pages().size(), 3U);
  EXPECT_EQ(pool.slots().slots_free(), 0);
  sequence.truncate(kPage);
  EXPECT_EQ(sequence.pages().size(), 1U);
  EXPECT_EQ(pool.slots().slots_free(), 2);
  sequence.clear();
  EXPECT_EQ(pool.slots().slots_free(), 3);
}

TEST(KvPool, WithoutPagesNothingChanges) {
  KvPool pool = pool_of(2);
  KvSequence sequence(pool, 8 * kPage);
  ASSERT_TRUE(sequence.grow(kPage + 1).ok());
  const Status refused = sequence.grow(kPage);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kLimit);
  EXPECT_EQ(sequence.length(), kPage + 1);
  EXPECT_EQ(sequence.pages().size(), 2U);
  EXPECT_TRUE(sequence.grow(kPage - 1).ok());
  sequence.clear();
}

TEST(KvPool, AUsedPageIsWipedBeforeItIsGivenAgain) {
  KvPool pool = pool_of(1);
  KvSequence sequence(pool, kPage);
  ASSERT_TRUE(sequence.grow(1).ok());
  std::memset(sequence.page_at(0), 0x5a, static_cast<size_t>(pool.layout().page_bytes()));
  sequence.clear();
  ASSERT_TRUE(sequence.grow(1).ok());
  EXPECT_TRUE(is_all(sequence.pages()[0], pool.layout().page_bytes(), 0));
  sequence.clear();
}

TEST(KvPool, ASharedTailIsCopiedByWhoeverWrites) {
  KvPool pool = pool_of(4);
  KvSequence first(pool, 4 * kPage), second(pool, 4 * kPage);
  ASSERT_TRUE(first.grow(kPage + 7).ok());
  std::memset(first.page_at(kPage), 0x5a, static_cast<size_t>(pool.layout().page_bytes()));
  second.share_from(first);
  EXPECT_EQ(pool.slots().slots_free(), 2);
  ASSERT_TRUE(second.grow(1).ok());
  EXPECT_EQ(second.pages()[0], first.pages()[0]) << "full pages stay shared";
  ASSERT_NE(second.pages()[1], first.pages()[1]);
  EXPECT_TRUE(is_all(second.pages()[1], pool.layout().page_bytes(), 0x5a));
  const std::byte* const tail = first.pages()[1];
  ASSERT_TRUE(first.grow(1).ok());
  EXPECT_EQ(first.pages()[1], tail) << "whoever is left alone with a page writes in place";
  first.clear();
  EXPECT_EQ(pool.slots().slots_free(), 2);
  second.clear();
  EXPECT_EQ(pool.slots().slots_free(), 4);
}

TEST(KvPool, ACopyOfTheTailCountsAsAPage) {
  KvPool pool = pool_of(2);
  KvSequence first(pool, 4 * kPage), second(pool, 4 * kPage);
  ASSERT_TRUE(first.grow(7).ok());
  second.share_from(first);
  const Status refused = second.grow(kPage);  // the copy and one more
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(second.pages()[0], first.pages()[0]);
  EXPECT_EQ(second.length(), 7);
  first.clear();
  second.clear();
}

TEST(KvLayout, ClearingAPageKeepsWhatStandsBefore) {
  const KvLayout layout{.layers = 2, .kv_heads = 3, .head_dim = 5, .type = KvType::kBF16};
  std::vector<std::byte> page(static_cast<size_t>(layout.page_bytes()), std::byte{0x5a});
  layout.clear_page_from(page.data(), 9);
  for (int64_t layer = 0; layer < 2; ++layer) {
    for (int64_t head = 0; head < 3; ++head) {
      for (const int64_t at : {layout.k_offset(layer, head), layout.v_offset(layer, head)}) {
        EXPECT_TRUE(is_all(page.data() + at, 9 * 5 * 2, 0x5a));
        EXPECT_TRUE(is_all(page.data() + at + 9 * 5 * 2, layout.k_head_bytes() - 9 * 5 * 2, 0));
      }
    }
  }
}

// Codes of a token lie all over a page of an integer type: where, is told again here in another way.
void expect_cleared(const KvLayout& layout, int64_t from) {
  std::vector<std::byte> page(static_cast<size_t>(layout.page_bytes()), std::byte{0x5a});
  layout.clear_page_from(page.data(), from);
  const bool halves = layout.type == KvType::kInt4;
  const auto half = [&](int64_t at, bool high) {
    const auto byte = static_cast<unsigned>(page[static_cast<size_t>(at)]);
    return high ? byte >> 4 : byte & 15;
  };
  for (int64_t head = 0; head < layout.kv_heads; ++head) {
    for (int64_t token = 0; token < kPage; ++token) {
      const bool kept = token < from;
      for (int64_t k = 0; k < packed_columns(layout.head_dim); ++k) {  // [token / 16][k / 4][token % 16][k % 4]
        const int64_t line = token / 16 * packed_columns(layout.head_dim) / 4 + k / 4;
        const int64_t at = layout.k_offset(1, head) + (halves ? line / 2 : line) * 64 + token % 16 * 4 + k % 4;
        ASSERT_EQ(half(at, halves && line % 2 != 0) != 0, kept) << "key " << token << ", column " << k;
      }
      for (int64_t d = 0; d < layout.head_dim; ++d) {  // [d / 16][token / 4][d % 16][token % 4]
        const int64_t line = d / 16 * kPage / 4 + token / 4;
        const int64_t at = layout.v_offset(1, head) + (halves ? line / 2 : line) * 64 + d % 16 * 4 + token % 4;
        ASSERT_EQ(half(at, halves && line % 2 != 0) != 0, kept) << "value " << token << ", dim " << d;
      }
      EXPECT_TRUE(is_all(page.data() + layout.k_scales_offset(1, head) + token * 4, 4, kept ? 0x5a : 0));
      EXPECT_TRUE(is_all(page.data() + layout.v_scales_offset(1, head) + token * 4, 4, kept ? 0x5a : 0));
    }
  }
}

TEST(KvLayout, ClearingAPageOfIntegersKeepsWhatStandsBefore) {
  for (const KvType type : {KvType::kInt8, KvType::kInt4}) {
    for (const int64_t dim : {5, 64, 80}) {
      for (const int64_t from : {0, 1, 4, 7, 9, 200, 255, 256})
        expect_cleared({.layers = 2, .kv_heads = 3, .head_dim = dim, .type = type}, from);
    }
  }
}

TEST(KvLayout, PagesOfIntegersTakeWhatTheyShould) {
  KvLayout layout{.layers = 6, .kv_heads = 2, .head_dim = 256, .type = KvType::kInt8};
  EXPECT_EQ(layout.bytes_per_token(), 6 * 2 * 2 * (256 + 4));
  layout.type = KvType::kInt4;
  EXPECT_EQ(layout.bytes_per_token(), 6 * 2 * 2 * (128 + 4));
  EXPECT_EQ(layout.v_scales_offset(5, 1) + 1024, layout.page_bytes());
}

}  // namespace
}  // namespace capy
