// SPDX-License-Identifier: Apache-2.0
// In a file of its own: g++ 12, where it can inline these, takes malloc and delete for a mismatch.
#include "sampling/allocation_count_test.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {
std::atomic<int64_t> count{0};

void* counted(std::size_t bytes) noexcept {
  ++count;
  return std::malloc(bytes > 0 ? bytes : 1);
}
}  // namespace

int64_t capy::allocation_count() { return count; }

void* operator new(std::size_t bytes) {
  if (void* block = counted(bytes)) return block;
  std::abort();
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return counted(bytes); }
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
void operator delete(void* block, const std::nothrow_t&) noexcept { std::free(block); }
