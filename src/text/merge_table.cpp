// SPDX-License-Identifier: Apache-2.0
// Words are short, and for them looking at every pair each time is fastest: their ranks fit into a few cache lines. A
// long stretch without a break (a megabyte of one letter) takes a linked list and a heap of pairs instead.
#include "text/merge_table.h"

#include <algorithm>
#include <array>
#include <bit>
#include <functional>

#include "base/check.h"

namespace capy {
namespace {

constexpr size_t kShortMax = 32;
constexpr size_t kProbesMax = 1024;  // see token_table.cpp

size_t merge_short(std::span<int32_t> symbols, const MergeTable& merges) {
  size_t count = symbols.size();
  std::array<MergeTable::Merge, kShortMax> pairs;  // pairs[i]: what symbols i and i + 1 become
  for (size_t i = 0; i + 1 < count; ++i) pairs[i] = merges.find(symbols[i], symbols[i + 1]);
  while (count > 1) {
    const auto end = pairs.begin() + static_cast<long>(count) - 1;
    const auto best =
        std::min_element(pairs.begin(), end, [](const auto& a, const auto& b) { return a.rank < b.rank; });
    if (best->rank == MergeTable::kNone) break;
    const auto i = static_cast<size_t>(best - pairs.begin());
    symbols[i] = best->id;
    std::copy(symbols.begin() + static_cast<long>(i) + 2, symbols.begin() + static_cast<long>(count),
              symbols.begin() + static_cast<long>(i) + 1);
    std::copy(best + 1, end, best);
    --count;
    if (i > 0) pairs[i - 1] = merges.find(symbols[i - 1], symbols[i]);
    if (i + 1 < count) pairs[i] = merges.find(symbols[i], symbols[i + 1]);
  }
  return count;
}

// The linked list lies over `symbols`; a symbol that was merged into its left neighbour is -1.
class LongMerge {
 public:
  LongMerge(std::span<int32_t> symbols, const MergeTable& merges) : symbols_(symbols), merges_(merges) {
    const auto count = static_cast<uint32_t>(symbols.size());
    links_.resize(count);
    for (uint32_t i = 0; i < count; ++i) links_[i] = {i - 1, i + 1 < count ? i + 1 : kNone, {}};
    for (uint32_t i = 0; i + 1 < count; ++i) {
      links_[i].pair = merges.find(symbols[i], symbols[i + 1]);
      if (links_[i].pair.rank != kNone) queue_.push_back(entry(i));
    }
    std::make_heap(queue_.begin(), queue_.end(), std::greater());
  }

  size_t run() {
    while (!queue_.empty()) {
      std::pop_heap(queue_.begin(), queue_.end(), std::greater());
      const uint64_t best = queue_.back();
      queue_.pop_back();
      const auto at = static_cast<uint32_t>(best);
      // An entry is stale when one of its two symbols has been merged since: the pair there now has another rank.
      if (symbols_[at] >= 0 && links_[at].pair.rank == best >> 32) merge_at(at);
    }
    const auto end = std::remove(symbols_.begin(), symbols_.end(), -1);
    return static_cast<size_t>(end - symbols_.begin());
  }

 private:
  static constexpr uint32_t kNone = MergeTable::kNone;
  struct Link {
    uint32_t previous;
    uint32_t next;
    MergeTable::Merge pair;  // what this symbol and the next become
  };

  uint64_t entry(uint32_t at) const { return uint64_t{links_[at].pair.rank} << 32 | at; }

  void merge_at(uint32_t at) {
    const uint32_t gone = links_[at].next;
    symbols_[at] = links_[at].pair.id;
    symbols_[gone] = -1;
    links_[at].next = links_[gone].next;
    if (links_[at].next != kNone) links_[links_[at].next].previous = at;
    look_up(at);
    if (links_[at].previous != kNone) look_up(links_[at].previous);
  }

  void look_up(uint32_t at) {
    Link& link = links_[at];
    link.pair = link.next == kNone ? MergeTable::Merge{} : merges_.find(symbols_[at], symbols_[link.next]);
    if (link.pair.rank == kNone) return;
    queue_.push_back(entry(at));
    std::push_heap(queue_.begin(), queue_.end(), std::greater());
  }

  std::span<int32_t> symbols_;
  const MergeTable& merges_;
  std::vector<Link> links_;
  std::vector<uint64_t> queue_;  // a heap of rank << 32 | position, least first
};

}  // namespace

uint64_t MergeTable::hash(uint64_t pair) {
  pair *= 0x9e3779b97f4a7c15u;
  return pair ^ pair >> 32;
}

void MergeTable::reserve(size_t merges) { grow(std::bit_ceil(2 * merges + 2)); }

void MergeTable::grow(size_t slots) {
  std::vector<Slot> old(slots);
  old.swap(slots_.own());
  for (const Slot& slot : old) {
    if (slot.pair == kEmpty) continue;
    size_t at = hash(slot.pair) & (slots - 1);
    while (slots_[at].pair != kEmpty) at = (at + 1) & (slots - 1);
    slots_.own()[at] = slot;
  }
}

bool MergeTable::add(int32_t left, int32_t right, Merge merge) {
  if (2 * (used_ + 1) > slots_.size()) grow(std::max(2 * slots_.size(), size_t{16}));
  const uint64_t pair = uint64_t{static_cast<uint32_t>(left)} << 32 | static_cast<uint32_t>(right);
  const size_t mask = slots_.size() - 1;
  for (size_t probe = 0; probe < kProbesMax; ++probe) {
    Slot& slot = slots_.own()[(hash(pair) + probe) & mask];
    if (slot.pair != kEmpty && slot.pair != pair) continue;
    if (slot.pair == kEmpty) ++used_;
    slot = {pair, merge};
    return true;
  }
  return false;
}

MergeTable::Merge MergeTable::find(int32_t left, int32_t right) const {
  const std::span<const Slot> slots = slots_.all();
  if (slots.empty()) return {};
  const uint64_t pair = uint64_t{static_cast<uint32_t>(left)} << 32 | static_cast<uint32_t>(right);
  const size_t mask = slots.size() - 1;
  for (size_t at = hash(pair) & mask;; at = (at + 1) & mask) {
    const Slot& slot = slots[at];
    if (slot.pair == pair) return slot.merge;
    if (slot.pair == kEmpty) return {};
  }
}

bool MergeTable::read(TablesReader& in, int64_t ids) {
  std::span<const Slot> slots;
  if (!in.array(slots)) return false;
  bool ends_searches = slots.empty();  // a search ends at an empty slot: there must be one
  for (const Slot& slot : slots) {
    ends_searches |= slot.pair == kEmpty;
    if (slot.pair != kEmpty && (slot.merge.id < 0 || slot.merge.id >= ids)) return false;
  }
  if (!ends_searches || (!slots.empty() && !std::has_single_bit(slots.size()))) return false;
  slots_.refer_to(slots);
  return true;
}

size_t merge_symbols(std::span<int32_t> symbols, const MergeTable& merges) {
  CHECK(symbols.size() <= kSymbolsMax);
  if (symbols.size() <= kShortMax) return merge_short(symbols, merges);
  return LongMerge(symbols, merges).run();
}

}  // namespace capy
