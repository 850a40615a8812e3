// SPDX-License-Identifier: Apache-2.0
// Equal slots of memory with reference counts: what the KV pool and the state pools are made of.
//
// The whole range is reserved at once (address space only), so a slot costs memory when it is first touched and
// acquiring one never calls the allocator. A slot that comes back keeps its memory for the next user.
//
// Thread safety: methods on the engine thread only. Slot memory is read and written by pool workers inside a step.
// Invariants: (1) a slot is free or has ref_count >= 1, never both; (2) a slot with ref_count > 1 is never written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/result.h"

namespace capy {

class SlotPool {
 public:
  // Reserves address space for `slots_max` slots of `slot_bytes` (rounded up to 4 KiB). kLimit when even that is
  // refused.
  static Result<SlotPool> create(int64_t slot_bytes, int64_t slots_max);

  SlotPool(SlotPool&& other) noexcept;
  SlotPool& operator=(SlotPool&& other) noexcept;
  ~SlotPool();

  // A free slot with ref_count 1, or -1 when all are taken. Its bytes are what the last user left (zeros at first).
  int32_t acquire();
  void share(int32_t slot);    // ref_count + 1
  void release(int32_t slot);  // ref_count - 1; at 0 the slot is free
  int32_t ref_count(int32_t slot) const { return ref_counts_[static_cast<size_t>(slot)]; }

  std::byte* data(int32_t slot) const { return base_ + slot * slot_bytes_; }
  int64_t slot_bytes() const { return slot_bytes_; }
  int64_t slots_max() const { return static_cast<int64_t>(ref_counts_.size()); }
  int64_t slots_used() const { return used_; }
  int64_t slots_free() const { return slots_max() - used_; }
  // Memory that has been touched so far: the high-water mark of slots.
  int64_t touched_bytes() const { return touched_ * slot_bytes_; }

 private:
  SlotPool() = default;

  std::byte* base_ = nullptr;
  int64_t slot_bytes_ = 0;
  int64_t mapped_bytes_ = 0;
  int64_t used_ = 0;
  int64_t touched_ = 0;
  std::vector<int32_t> ref_counts_;
  std::vector<int32_t> free_;  // a stack, lowest slot on top at first
};

}  // namespace capy
