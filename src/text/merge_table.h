// SPDX-License-Identifier: Apache-2.0
// Byte-pair merging: which two tokens become which one, in which order, and the merging itself.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "text/ready_array.h"
#include "text/tables_file.h"

namespace capy {

class MergeTable {
 public:
  struct Merge {
    uint32_t rank = kNone;  // the lowest merges first
    int32_t id = -1;        // what the two become
  };
  static constexpr uint32_t kNone = UINT32_MAX;

  // What was made once, and the same again as views into it (tables_file.h). Merges that give no id below `ids` are
  // refused.
  void write(TablesWriter& out) const { out.array(slots_.all()); }
  [[nodiscard]] bool read(TablesReader& in, int64_t ids);

  void reserve(size_t merges);

  // A pair that is there already gets the new rank and id. False when too many pairs share their hash.
  [[nodiscard]] bool add(int32_t left, int32_t right, Merge merge);

  // rank == kNone: they do not merge.
  Merge find(int32_t left, int32_t right) const;

 private:
  struct Slot {
    uint64_t pair = kEmpty;  // left << 32 | right
    Merge merge;
  };
  static constexpr uint64_t kEmpty = UINT64_MAX;
  static uint64_t hash(uint64_t pair);
  void grow(size_t slots);

  ReadyArray<Slot> slots_;  // a power of two, at most half full
  size_t used_ = 0;
};

// Merges within `symbols` as long as any pair merges: the lowest rank first, of equal ones the leftmost. What remains
// is at the front; returns how many. O(n log n). At most kSymbolsMax symbols.
constexpr size_t kSymbolsMax = size_t{1} << 30;
size_t merge_symbols(std::span<int32_t> symbols, const MergeTable& merges);

}  // namespace capy
