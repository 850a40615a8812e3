// SPDX-License-Identifier: Apache-2.0
#include "cache/slot_pool.h"

#include <sys/mman.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/concat.h"
#include "base/huge_pages.h"

namespace capy {

Result<SlotPool> SlotPool::create(int64_t slot_bytes, int64_t slots_max) {
  constexpr int64_t kPage = 4096;
  constexpr int64_t kAddressSpaceMax = int64_t{1} << 46;
  SlotPool pool;
  pool.slot_bytes_ = (std::max<int64_t>(slot_bytes, 1) + kPage - 1) / kPage * kPage;
  constexpr int64_t kSlotsMax = int64_t{1} << 30;
  if (slots_max < 1 || slots_max > kSlotsMax || slots_max > kAddressSpaceMax / pool.slot_bytes_) {
    return Error{ErrorCode::kLimit,
                 concat("a cache of ", slots_max, " slots of ", pool.slot_bytes_, " bytes cannot be reserved")};
  }
  pool.mapped_bytes_ = pool.slot_bytes_ * slots_max;
  void* const base = ::mmap(nullptr, static_cast<size_t>(pool.mapped_bytes_), PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) {
    return Error{ErrorCode::kLimit, concat("the system refuses ", pool.mapped_bytes_,
                                           " bytes of address space for a cache; try a smaller --context")};
  }
  pool.base_ = static_cast<std::byte*>(base);
  prefer_huge_pages(base, static_cast<size_t>(pool.mapped_bytes_));
  pool.ref_counts_.assign(static_cast<size_t>(slots_max), 0);
  pool.free_.reserve(static_cast<size_t>(slots_max));
  for (int64_t slot = slots_max - 1; slot >= 0; --slot) pool.free_.push_back(static_cast<int32_t>(slot));
  return pool;
}

SlotPool::SlotPool(SlotPool&& other) noexcept { *this = std::move(other); }

SlotPool& SlotPool::operator=(SlotPool&& other) noexcept {
  std::swap(base_, other.base_);
  std::swap(slot_bytes_, other.slot_bytes_);
  std::swap(mapped_bytes_, other.mapped_bytes_);
  std::swap(used_, other.used_);
  std::swap(touched_, other.touched_);
  std::swap(ref_counts_, other.ref_counts_);
  std::swap(free_, other.free_);
  return *this;
}

SlotPool::~SlotPool() {
  if (base_ != nullptr) ::munmap(base_, static_cast<size_t>(mapped_bytes_));
}

int32_t SlotPool::acquire() {
  if (free_.empty()) return -1;
  const int32_t slot = free_.back();
  free_.pop_back();
  ref_counts_[static_cast<size_t>(slot)] = 1;
  ++used_;
  touched_ = std::max<int64_t>(touched_, slot + 1);
  return slot;
}

void SlotPool::share(int32_t slot) {
  CHECK(ref_count(slot) >= 1);
  ++ref_counts_[static_cast<size_t>(slot)];
}

void SlotPool::release(int32_t slot) {
  CHECK(ref_count(slot) >= 1);
  if (--ref_counts_[static_cast<size_t>(slot)] > 0) return;
  free_.push_back(slot);
  --used_;
}

}  // namespace capy
