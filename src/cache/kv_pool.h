// SPDX-License-Identifier: Apache-2.0
// Paged keys and values of the full-attention layers.
//
// A page holds kPageTokens consecutive positions of every layer: for each layer first all keys, then all values, each
// [kv_heads][kPageTokens][head_dim] of the KV type. A page is one attention block (DESIGN 2): a kernel walks whole
// pages. Sequences share full pages; a page that is shared and not full is copied before it is written.
//
// Thread safety: as SlotPool.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "cache/slot_pool.h"
#include "tensor/dtype.h"

namespace capy {

struct KvLayout {
  static constexpr int64_t kPageTokens = 256;

  int64_t layers = 0;  // full-attention layers, the MTP layer counted
  int64_t kv_heads = 0;
  int64_t head_dim = 0;
  DType type = DType::kF32;  // kF32 or kBF16

  int64_t element_bytes() const { return dtype_info(type).bytes; }
  int64_t head_bytes() const { return kPageTokens * head_dim * element_bytes(); }
  int64_t k_offset(int64_t layer, int64_t head) const { return (layer * 2 * kv_heads + head) * head_bytes(); }
  int64_t v_offset(int64_t layer, int64_t head) const {
    return (layer * 2 * kv_heads + kv_heads + head) * head_bytes();
  }
  int64_t page_bytes() const { return layers * 2 * kv_heads * head_bytes(); }
  int64_t bytes_per_token() const { return page_bytes() / kPageTokens; }
  // Zeros the keys and values of the page's tokens from `token` (0 to kPageTokens) on.
  void clear_page_from(std::byte* page, int64_t token) const;
};

class KvPool {
 public:
  static Result<KvPool> create(const KvLayout& layout, int64_t pages_max);

  const KvLayout& layout() const { return layout_; }
  const SlotPool& slots() const { return slots_; }
  SlotPool& slots() { return slots_; }

 private:
  KvPool(const KvLayout& layout, SlotPool slots) : layout_(layout), slots_(std::move(slots)) {}

  KvLayout layout_;
  SlotPool slots_;
};

// One sequence's page table. Must be cleared before it is destroyed.
class KvSequence {
 public:
  // Room for `tokens_max` tokens' page numbers, so that growing allocates nothing.
  KvSequence(KvPool& pool, int64_t tokens_max);
  KvSequence(KvSequence&&) noexcept = default;

  int64_t length() const { return length_; }
  const KvLayout& layout() const { return pool_->layout(); }

  // Makes the positions [length, length + tokens) writable. kLimit when the pool is out of pages: then nothing changed.
  Status grow(int64_t tokens);
  void truncate(int64_t length);
  void clear() { truncate(0); }
  // Becomes a copy of `other` (of the same pool) that shares its pages. Must be empty.
  void share_from(const KvSequence& other);

  // Whether the page of `position` belongs to this sequence alone.
  bool is_writable(int64_t position) const {
    return pool_->slots().ref_count(slots_[static_cast<size_t>(position / KvLayout::kPageTokens)]) == 1;
  }

  // Page addresses in position order, for the attention kernel.
  std::span<const std::byte* const> pages() const { return {addresses_.data(), addresses_.size()}; }
  std::byte* page_at(int64_t position) {
    return pool_->slots().data(slots_[static_cast<size_t>(position / KvLayout::kPageTokens)]);
  }

 private:
  Status make_tail_writable();

  KvPool* pool_;
  std::vector<int32_t> slots_;
  std::vector<const std::byte*> addresses_;
  int64_t length_ = 0;
};

}  // namespace capy
