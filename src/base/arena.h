// SPDX-License-Identifier: Apache-2.0
// A bump allocator for activations: one block, sized when the engine is made, so that a step allocates nothing.
// Not thread-safe: only the engine thread allocates; pool workers write into what it handed out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>

#include "base/check.h"

namespace capy {

class Arena {
 public:
  static constexpr int64_t kAlignment = 64;  // one cache line, one zmm register

  explicit Arena(int64_t capacity_bytes);

  // `count` elements, aligned to 64 bytes, uninitialised. CHECKs the capacity: whoever sizes the arena knows the need.
  template <class T>
  T* allocate(int64_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    return static_cast<T*>(allocate_bytes(count * static_cast<int64_t>(sizeof(T))));
  }

  // The bytes that `allocate<T>(count)` will take: for sizing.
  template <class T>
  static constexpr int64_t bytes_for(int64_t count) {
    return round_up(count * static_cast<int64_t>(sizeof(T)));
  }

  int64_t capacity_bytes() const { return capacity_; }
  int64_t used_bytes() const { return used_; }
  int64_t peak_bytes() const { return peak_; }

  // Frees at its end what was allocated since its beginning.
  class Scope {
   public:
    explicit Scope(Arena& arena) : arena_(arena), mark_(arena.used_) {}
    ~Scope() { arena_.used_ = mark_; }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Arena& arena_;
    int64_t mark_;
  };

 private:
  static constexpr int64_t round_up(int64_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }
  void* allocate_bytes(int64_t bytes);

  struct Free {
    void operator()(std::byte* block) const;
  };
  std::unique_ptr<std::byte[], Free> block_;
  int64_t capacity_ = 0;
  int64_t used_ = 0;
  int64_t peak_ = 0;
};

}  // namespace capy
