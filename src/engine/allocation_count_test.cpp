// SPDX-License-Identifier: Apache-2.0
// Counts what a decoding step may not do: malloc, operator new, mmap. In a file of its own, so that no caller inlines
// these. Under sanitizers malloc is theirs; there only operator new is counted.
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CAPY_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CAPY_SANITIZED 1
#endif
#endif

namespace {
std::atomic<int64_t> g_count{0};
}

namespace capy {
int64_t allocation_count() { return g_count.load(); }
}  // namespace capy

#ifndef CAPY_SANITIZED
extern "C" {
void* __libc_malloc(size_t bytes);
void* __libc_calloc(size_t count, size_t bytes);
void* __libc_realloc(void* block, size_t bytes);
void* __libc_memalign(size_t alignment, size_t bytes);

void* malloc(size_t bytes) {
  ++g_count;
  return __libc_malloc(bytes);
}
void* calloc(size_t count, size_t bytes) {
  ++g_count;
  return __libc_calloc(count, bytes);
}
void* realloc(void* block, size_t bytes) {
  ++g_count;
  return __libc_realloc(block, bytes);
}
void* aligned_alloc(size_t alignment, size_t bytes) {
  ++g_count;
  return __libc_memalign(alignment, bytes);
}
void* mmap(void* address, size_t bytes, int protection, int flags, int descriptor, off_t offset) noexcept {
  ++g_count;
  return reinterpret_cast<void*>(::syscall(SYS_mmap, address, bytes, protection, flags, descriptor, offset));
}
}
#else
void* operator new(size_t bytes) {
  ++g_count;
  if (void* block = std::malloc(bytes > 0 ? bytes : 1)) return block;
  std::abort();
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, size_t) noexcept { std::free(block); }
#endif
