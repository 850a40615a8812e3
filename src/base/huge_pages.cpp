// SPDX-License-Identifier: Apache-2.0
#include "base/huge_pages.h"

#include <sys/mman.h>

#include <cstdint>

namespace capy {

void prefer_huge_pages(void* begin, size_t bytes) {
  constexpr uintptr_t kHugePage = uintptr_t{2} << 20;
  const auto address = reinterpret_cast<uintptr_t>(begin);
  const uintptr_t from = (address + kHugePage - 1) & ~(kHugePage - 1);
  const uintptr_t to = (address + bytes) & ~(kHugePage - 1);
#if defined(MADV_HUGEPAGE)
  if (from < to) (void)::madvise(reinterpret_cast<void*>(from), to - from, MADV_HUGEPAGE);
#else
  (void)from;
  (void)to;
#endif
}

}  // namespace capy
