// SPDX-License-Identifier: Apache-2.0
#include "cache/kv_pool.h"

#include <cstring>

#include "base/check.h"
#include "base/concat.h"

namespace capy {
namespace {

int64_t pages_for(int64_t tokens) { return (tokens + KvLayout::kPageTokens - 1) / KvLayout::kPageTokens; }

Error out_of_pages(const KvPool& pool) {
  return Error{ErrorCode::kLimit,
               concat("the KV cache is full: all ", pool.slots().slots_max(), " pages of ", KvLayout::kPageTokens,
                      " tokens are in use; end a sequence, or allow more with --memory or a smaller --context")};
}

}  // namespace

void KvLayout::clear_page_from(std::byte* page, int64_t token) const {
  CHECK(token >= 0 && token <= kPageTokens);
  const int64_t kept = token * head_dim * element_bytes();
  for (int64_t block = 0; block < layers * 2 * kv_heads; ++block) {
    std::memset(page + block * head_bytes() + kept, 0, static_cast<size_t>(head_bytes() - kept));
  }
}

Result<KvPool> KvPool::create(const KvLayout& layout, int64_t pages_max) {
  return KvPool(layout, TRY(SlotPool::create(layout.page_bytes(), pages_max)));
}

KvSequence::KvSequence(KvPool& pool, int64_t tokens_max) : pool_(&pool) {
  slots_.reserve(static_cast<size_t>(pages_for(tokens_max)));
  addresses_.reserve(static_cast<size_t>(pages_for(tokens_max)));
}

Status KvSequence::grow(int64_t tokens) {
  CHECK(tokens >= 0);
  SlotPool& slots = pool_->slots();
  const int64_t wanted = pages_for(length_ + tokens);
  const bool copies_tail = tokens > 0 && length_ % KvLayout::kPageTokens != 0 && slots.ref_count(slots_.back()) > 1;
  if (wanted - static_cast<int64_t>(slots_.size()) + (copies_tail ? 1 : 0) > slots.slots_free())
    return out_of_pages(*pool_);
  if (copies_tail) TRY(make_tail_writable());
  while (static_cast<int64_t>(slots_.size()) < wanted) {
    const int32_t slot = slots.acquire();
    // Unused slots are zero (DESIGN 2). A page fresh from the kernel is; a used one is wiped.
    std::memset(slots.data(slot), 0, static_cast<size_t>(slots.slot_bytes()));
    slots_.push_back(slot);
    addresses_.push_back(slots.data(slot));
  }
  length_ += tokens;
  return {};
}

Status KvSequence::make_tail_writable() {
  SlotPool& slots = pool_->slots();
  const int32_t copy = slots.acquire();
  if (copy < 0) return out_of_pages(*pool_);
  std::memcpy(slots.data(copy), slots.data(slots_.back()), static_cast<size_t>(slots.slot_bytes()));
  slots.release(slots_.back());
  slots_.back() = copy;
  addresses_.back() = slots.data(copy);
  return {};
}

void KvSequence::truncate(int64_t length) {
  CHECK(length >= 0 && length <= length_);
  while (static_cast<int64_t>(slots_.size()) > pages_for(length)) {
    pool_->slots().release(slots_.back());
    slots_.pop_back();
    addresses_.pop_back();
  }
  length_ = length;
}

void KvSequence::share_from(const KvSequence& other) {
  CHECK(length_ == 0 && pool_ == other.pool_);
  for (const int32_t slot : other.slots_) {
    pool_->slots().share(slot);
    slots_.push_back(slot);
    addresses_.push_back(pool_->slots().data(slot));
  }
  length_ = other.length_;
}

}  // namespace capy
