// SPDX-License-Identifier: Apache-2.0
#include "base/arena.h"

#include <algorithm>
#include <new>

#include "base/huge_pages.h"

namespace capy {

Arena::Arena(int64_t capacity_bytes) : capacity_(round_up(capacity_bytes)) {
  block_.reset(static_cast<std::byte*>(::operator new[](static_cast<size_t>(capacity_), std::align_val_t{kAlignment})));
  prefer_huge_pages(block_.get(), static_cast<size_t>(capacity_));
}

void Arena::Free::operator()(std::byte* block) const { ::operator delete[](block, std::align_val_t{kAlignment}); }

void* Arena::allocate_bytes(int64_t bytes) {
  CHECK(bytes >= 0);
  const int64_t begin = used_;
  used_ += round_up(bytes);
  CHECK(used_ <= capacity_);
  peak_ = std::max(peak_, used_);
  return block_.get() + begin;
}

}  // namespace capy
