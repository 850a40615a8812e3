// SPDX-License-Identifier: Apache-2.0
// Paged keys and values of the full-attention layers.
//
// A page holds kPageTokens consecutive positions of every layer. A page is one attention block (DESIGN 2): a kernel
// walks whole pages. Sequences share full pages; a page that is shared and not full is copied before it is written.
// For each layer:
//   f32, bf16   all keys, then all values, each [kv_heads][kPageTokens][head_dim]
//   int8, int4  key codes [kv_heads], value codes [kv_heads], key scales [kv_heads][kPageTokens], value scales likewise
//               (f32). The codes of a head are matrices in the house's packed layout (tensor/matrix.h), so that
//               attention's products are matmul_int8: keys have a row for each token and head_dim columns, values a row
//               for each dim and a column for each token. A token's scale is its own, so none is ever regrouped.
//               int4: byte b of a line of 64 holds byte b of two consecutive lines of the int8 layout, the first in its
//               low half. A code names one of 16 levels (model/kv_rows.h).
//
// Thread safety: as SlotPool.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "cache/slot_pool.h"
#include "tensor/matrix.h"

namespace capy {

enum class KvType : uint8_t { kF32, kBF16, kInt8, kInt4 };

struct KvLayout {
  static constexpr int64_t kPageTokens = 256;
  // Wider heads have no integer form: a token's key must be one block of the packed layout, and so must a page.
  static constexpr int64_t kIntegerHeadMax = kQuantBlock;
  static_assert(kPageTokens == kQuantBlock);

  int64_t layers = 0;  // full-attention layers, the MTP layer counted
  int64_t kv_heads = 0;
  int64_t head_dim = 0;
  KvType type = KvType::kF32;

  static bool is_integer(KvType type) { return type == KvType::kInt8 || type == KvType::kInt4; }
  bool is_integer() const { return is_integer(type); }
  int64_t element_bytes() const { return type == KvType::kF32 ? 4 : 2; }  // f32 and bf16 only

  // Bytes of one head's keys and values; of the codes for the integer types.
  int64_t k_head_bytes() const;
  int64_t v_head_bytes() const;
  int64_t k_offset(int64_t layer, int64_t head) const { return layer * layer_bytes() + head * k_head_bytes(); }
  int64_t v_offset(int64_t layer, int64_t head) const {
    return layer * layer_bytes() + kv_heads * k_head_bytes() + head * v_head_bytes();
  }
  // Of the integer types: where the kPageTokens scales of a head begin.
  int64_t k_scales_offset(int64_t layer, int64_t head) const {
    return layer * layer_bytes() + kv_heads * (k_head_bytes() + v_head_bytes()) + head * kScaleBytes;
  }
  int64_t v_scales_offset(int64_t layer, int64_t head) const {
    return k_scales_offset(layer, head) + kv_heads * kScaleBytes;
  }
  int64_t layer_bytes() const {
    return kv_heads * (k_head_bytes() + v_head_bytes() + (is_integer() ? 2 * kScaleBytes : 0));
  }
  int64_t page_bytes() const { return layers * layer_bytes(); }
  int64_t bytes_per_token() const { return page_bytes() / kPageTokens; }
  // Zeros the keys and values of the page's tokens from `token` (0 to kPageTokens) on.
  void clear_page_from(std::byte* page, int64_t token) const;

 private:
  static constexpr int64_t kScaleBytes = kPageTokens * 4;
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
