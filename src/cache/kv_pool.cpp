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

void clear_tail(std::byte* block, int64_t bytes, int64_t from) {
  std::memset(block + from, 0, static_cast<size_t>(bytes - from));
}

// Codes in panels of 16 tokens, each of lines of 64 bytes: 4 bytes of each token.
void clear_key_rows(std::byte* codes, int64_t bytes, int64_t token) {
  const int64_t panel_bytes = bytes / (KvLayout::kPageTokens / kPanelRows);
  for (; token < KvLayout::kPageTokens; ++token) {
    std::byte* const panel = codes + token / kPanelRows * panel_bytes;
    for (int64_t line = 0; line < panel_bytes; line += 64) std::memset(panel + line + token % kPanelRows * 4, 0, 4);
  }
}

// Codes in panels of 16 dims, each of lines of 64 bytes: 16 dims of 4 tokens, or of 8 where a byte holds two.
void clear_value_columns(std::byte* codes, int64_t bytes, int64_t token, bool halves) {
  const int64_t panel_bytes = KvLayout::kPageTokens * kPanelRows / (halves ? 2 : 1);
  for (int64_t at = 0; at < bytes; ++at) {
    const int64_t line = at % panel_bytes / 64;
    const int64_t first = line * (halves ? 8 : 4) + at % 4;  // the token of the byte, or of its low half
    if (first >= token) {
      codes[at] = {};
    } else if (halves && first + 4 >= token) {
      codes[at] &= std::byte{0x0f};
    }
  }
}

}  // namespace

int64_t KvLayout::k_head_bytes() const {
  switch (type) {
    case KvType::kInt8: return kPageTokens * packed_columns(head_dim);
    case KvType::kInt4: return kPageTokens * packed_columns(head_dim) / 2;
    default: return kPageTokens * head_dim * element_bytes();
  }
}

int64_t KvLayout::v_head_bytes() const {
  switch (type) {
    case KvType::kInt8: return kPageTokens * round_up_to(head_dim, kPanelRows);
    case KvType::kInt4: return kPageTokens * round_up_to(head_dim, kPanelRows) / 2;
    default: return kPageTokens * head_dim * element_bytes();
  }
}

void KvLayout::clear_page_from(std::byte* page, int64_t token) const {
  CHECK(token >= 0 && token <= kPageTokens);
  for (int64_t layer = 0; layer < layers; ++layer) {
    for (int64_t head = 0; head < kv_heads; ++head) {
      std::byte* const keys = page + k_offset(layer, head);
      std::byte* const values = page + v_offset(layer, head);
      if (is_integer()) {
        clear_key_rows(keys, k_head_bytes(), token);
        clear_value_columns(values, v_head_bytes(), token, type == KvType::kInt4);
        clear_tail(page + k_scales_offset(layer, head), kScaleBytes, token * 4);
        clear_tail(page + v_scales_offset(layer, head), kScaleBytes, token * 4);
      } else {
        clear_tail(keys, k_head_bytes(), token * head_dim * element_bytes());
        clear_tail(values, v_head_bytes(), token * head_dim * element_bytes());
      }
    }
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
