// SPDX-License-Identifier: Apache-2.0
// The recurrent states of the Gated DeltaNet layers, kept as DESIGN 2 says: the state S moves only at boundaries
// (absolute multiples of 32 tokens), and the tokens since then are a chunk log. Buffers of a past boundary are
// immutable and shared.
//
//   window   S at its boundary (a state slot), and a log slot: per layer the convolution's pre-activation columns (the
//            taps-1 before the boundary, then one per entry), and per entry k, d and the running sum G.
//   current  the window that new tokens go to.       previous  the one before it, complete: 32 entries.
// So a sequence can be cut anywhere in its last 32 to 63 tokens by changing a length: rejected drafts, cancelled and
// forked sequences cost nothing. A deeper cut starts again from a snapshot: a past window's S and convolution columns,
// without its log (replaying at most 31 tokens more is cheaper than storing it).
//
// Thread safety: as SlotPool. Invariant: a state slot is never written after the append that made it; a log slot is
// appended to only while one window owns it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "cache/slot_pool.h"

namespace capy {

struct StateLayout {
  static constexpr int64_t kWindow = 32;

  int64_t layers = 0;  // Gated DeltaNet layers; 0 for a model without any
  int64_t key_heads = 0;
  int64_t value_heads = 0;
  int64_t key_dim = 0;
  int64_t value_dim = 0;
  int64_t channels = 0;  // of the convolution
  int64_t taps = 0;      // its kernel

  int64_t state_floats() const {
    return value_heads * key_dim * value_dim;
  }  // of one layer: [value_heads][key_dim][value_dim]
  int64_t columns_floats() const { return (taps - 1) * channels; }  // of one layer: [taps-1][channels]
  int64_t state_bytes() const { return layers * state_floats() * 4; }
  int64_t columns_bytes() const { return layers * columns_floats() * 4; }
  int64_t log_layer_bytes() const;
  int64_t log_bytes() const { return layers * log_layer_bytes(); }
};

// Where one layer's part of a log slot lies. Entry i of the window is row i; column row taps-1+i is the one of entry i.
struct LogView {
  float* columns = nullptr;  // [taps-1+32][channels]
  float* k = nullptr;        // [32][key_heads * key_dim]
  float* d = nullptr;        // [32][value_heads * value_dim]
  double* G = nullptr;       // [32][value_heads]
};

class StatePool {
 public:
  // `windows_max`: state and log slots for sequences' windows; `snapshots_max`: further state slots and column slots.
  static Result<StatePool> create(const StateLayout& layout, int64_t windows_max, int64_t snapshots_max);

  const StateLayout& layout() const { return layout_; }
  float* state(int32_t slot, int64_t layer) const;
  float* columns(int32_t slot, int64_t layer) const;
  LogView log(int32_t slot, int64_t layer) const;
  int32_t zero_state() const { return zero_state_; }  // S before the first token

  SlotPool& states() { return states_; }
  SlotPool& logs() { return logs_; }
  SlotPool& columns_slots() { return columns_; }
  int64_t touched_bytes() const { return states_.touched_bytes() + logs_.touched_bytes() + columns_.touched_bytes(); }

 private:
  StatePool(const StateLayout& layout, SlotPool states, SlotPool logs, SlotPool columns);

  StateLayout layout_;
  SlotPool states_;
  SlotPool logs_;
  SlotPool columns_;
  int32_t zero_state_ = -1;
};

struct StateWindow {
  int64_t boundary = -1;  // -1: no such window
  int64_t entries = 0;    // 0..32
  int32_t state = -1;
  int32_t log = -1;
  bool exists() const { return boundary >= 0; }
};

struct StateSnapshot {
  int64_t boundary = 0;
  int32_t state = -1;
  int32_t columns = -1;
};

// What an append does, for the layers to carry out: tokens first go to `from` (which has from.entries entries). Each
// window that gets full is folded: all but the last fold into `before`'s state, the last one into `last`'s. `before` is
// the window just before `last`: `from` itself when one boundary is crossed, nothing when none is.
struct StateAppend {
  StateWindow from;
  StateWindow before;
  StateWindow last;
  int64_t tokens = 0;
  int64_t folds() const { return (last.boundary - from.boundary) / StateLayout::kWindow; }
};

// One sequence's states. Must be cleared before it is destroyed.
class StateSequence {
 public:
  StateSequence(StatePool& pool, int64_t snapshots_max);
  StateSequence(StateSequence&&) noexcept = default;

  // Begins at position 0. Takes a log slot; kLimit when there is none.
  Status begin();
  int64_t length() const { return current_.boundary + current_.entries; }
  // The first position to which truncate() can cut freely.
  int64_t free_cut() const { return previous_.exists() ? previous_.boundary : current_.boundary; }

  // Takes the slots that `tokens` more need and makes the windows what they will be; the layers then fill them in.
  // kLimit: the tokens are as before (only free_cut() may have come nearer). Every successful grow is followed by
  // finish_grow once the layers are done.
  Result<StateAppend> grow(int64_t tokens);
  void finish_grow(const StateAppend& append);

  // Cuts to `length`, or, where that lies before free_cut(), to the nearest snapshot at or before it (0 is always one).
  // Returns the new length; kLimit when the log slot for a snapshot cannot be had.
  Result<int64_t> truncate(int64_t length);
  void clear();
  // Becomes a copy of `other` that shares its slots; snapshots are shared too. Must be cleared.
  void share_from(const StateSequence& other);

  // The newest snapshot or window boundary, for saving: S and columns of the last boundary.
  const StateWindow& current() const { return current_; }
  std::span<const StateSnapshot> snapshots() const { return snapshots_; }
  // Starts from saved S and columns at `boundary`: slots are taken here and filled in by the caller. Must be cleared.
  Result<StateWindow> begin_at(int64_t boundary);

 private:
  void release(StateWindow& window);
  void retire(StateWindow& window);
  void drop_one_snapshot();
  Status own_log();
  Result<int32_t> acquire_state();
  Result<int32_t> acquire_log();
  Status resume(const StateSnapshot& snapshot);

  StatePool* pool_;
  StateWindow current_;
  StateWindow previous_;
  std::vector<StateSnapshot> snapshots_;  // ascending boundaries
  size_t snapshots_max_;
};

}  // namespace capy
