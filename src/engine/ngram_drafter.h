// SPDX-License-Identifier: Apache-2.0
// Drafts by look-up: where the end of a sequence occurred before, what followed then may follow now. Agents that repeat
// code and lists draft themselves this way, without any model. Inside the engine room.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace capy {

class NgramDrafter {
 public:
  // Lengths of the ends that are looked up, the longer first: fewer chance meetings.
  static constexpr int64_t kLong = 6;
  static constexpr int64_t kShort = 3;

  // All memory is taken here: two tables of at most kSlotsMax entries, less for sequences of few tokens.
  explicit NgramDrafter(int64_t tokens_max);

  // Writes up to `most` tokens that may follow `tokens`; 0 when their end is new. From call to call `tokens` must only
  // have grown. O(tokens that are new since the last call).
  int64_t propose(std::span<const int32_t> tokens, int64_t most, int32_t* out);

 private:
  static constexpr int64_t kSlotsMax = int64_t{1} << 16;
  void follow(std::span<const int32_t> tokens);
  size_t slot(const int32_t* gram, int64_t length) const;
  int64_t find(const std::vector<int32_t>& table, std::span<const int32_t> tokens, int64_t length) const;

  // For each hash of a gram the position after its last occurrence; 0: none. A later gram of equal hash takes the slot.
  std::vector<int32_t> long_;
  std::vector<int32_t> short_;
  int64_t followed_ = 0;  // grams that end before this position are in the tables
};

}  // namespace capy
