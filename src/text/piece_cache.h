// SPDX-License-Identifier: Apache-2.0
// Remembers which tokens are what their own bytes encode to.
//
// Most words of a text are tokens as a whole, but taking them for granted would be wrong: some tokens are reached by no
// merge and must never be produced (SPEC 6). So the first time that a token's bytes appear as a piece, the merges are
// run and the outcome is noted here; from then on one look-up answers. This is the word cache of the tokenizer: bounded
// by the vocabulary, and shared by all threads without a lock, since every thread would note the same.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace capy {

class PieceCache {
 public:
  enum class Reach : uint8_t { kUnknown, kByMerges, kNever };

  explicit PieceCache(int64_t tokens) : reach_(std::make_unique<std::atomic<Reach>[]>(static_cast<size_t>(tokens))) {}

  Reach reach(int32_t id) const { return reach_[static_cast<size_t>(id)].load(std::memory_order_relaxed); }
  void note(int32_t id, Reach reach) const { reach_[static_cast<size_t>(id)].store(reach, std::memory_order_relaxed); }

 private:
  std::unique_ptr<std::atomic<Reach>[]> reach_;  // by id
};

}  // namespace capy
