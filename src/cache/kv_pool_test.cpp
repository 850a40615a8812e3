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

}  // namespace
}  // namespace capy
