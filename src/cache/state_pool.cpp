// SPDX-License-Identifier: Apache-2.0
#include "cache/state_pool.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/check.h"
#include "base/concat.h"

namespace capy {
namespace {

constexpr int64_t kWindow = StateLayout::kWindow;

int64_t aligned(int64_t bytes) { return (bytes + 63) / 64 * 64; }

struct LogOffsets {
  int64_t k, d, G, end;
};

LogOffsets log_offsets(const StateLayout& layout) {
  LogOffsets at{};
  at.k = aligned((layout.taps - 1 + kWindow) * layout.channels * 4);
  at.d = at.k + aligned(kWindow * layout.key_heads * layout.key_dim * 4);
  at.G = at.d + aligned(kWindow * layout.value_heads * layout.value_dim * 4);
  at.end = at.G + aligned(kWindow * layout.value_heads * 8);
  return at;
}

Error out_of_states() {
  return Error{ErrorCode::kLimit,
               "the memory for recurrent states is full; end a sequence, or allow more with --memory"};
}

}  // namespace

int64_t StateLayout::log_layer_bytes() const { return layers == 0 ? 0 : log_offsets(*this).end; }

Result<StatePool> StatePool::create(const StateLayout& layout, int64_t windows_max, int64_t snapshots_max) {
  SlotPool states = TRY(SlotPool::create(layout.state_bytes(), windows_max + snapshots_max + 1));
  SlotPool logs = TRY(SlotPool::create(layout.log_bytes(), windows_max));
  SlotPool columns = TRY(SlotPool::create(layout.columns_bytes(), std::max<int64_t>(snapshots_max, 1)));
  return StatePool(layout, std::move(states), std::move(logs), std::move(columns));
}

StatePool::StatePool(const StateLayout& layout, SlotPool states, SlotPool logs, SlotPool columns)
    : layout_(layout), states_(std::move(states)), logs_(std::move(logs)), columns_(std::move(columns)) {
  zero_state_ = states_.acquire();  // fresh from the kernel: zeros, and never released
}

float* StatePool::state(int32_t slot, int64_t layer) const {
  return reinterpret_cast<float*>(states_.data(slot)) + layer * layout_.state_floats();
}

float* StatePool::columns(int32_t slot, int64_t layer) const {
  return reinterpret_cast<float*>(columns_.data(slot)) + layer * layout_.columns_floats();
}

LogView StatePool::log(int32_t slot, int64_t layer) const {
  const LogOffsets at = log_offsets(layout_);
  std::byte* const base = logs_.data(slot) + layer * at.end;
  return LogView{reinterpret_cast<float*>(base), reinterpret_cast<float*>(base + at.k),
                 reinterpret_cast<float*>(base + at.d), reinterpret_cast<double*>(base + at.G)};
}

StateSequence::StateSequence(StatePool& pool, int64_t snapshots_max)
    : pool_(&pool), snapshots_max_(static_cast<size_t>(snapshots_max)) {
  snapshots_.reserve(snapshots_max_ + 1);
}

Status StateSequence::begin() {
  CHECK(!current_.exists());
  const int32_t log = TRY(acquire_log());
  for (int64_t layer = 0; layer < pool_->layout().layers; ++layer) {
    std::fill_n(pool_->log(log, layer).columns, pool_->layout().columns_floats(), 0.0F);  // zeros before the sequence
  }
  pool_->states().share(pool_->zero_state());
  current_ = StateWindow{0, 0, pool_->zero_state(), log};
  return {};
}

// Snapshots are a convenience: when slots run out they go first, the oldest of this sequence's first.
Result<int32_t> StateSequence::acquire_state() {
  int32_t slot = pool_->states().acquire();
  while (slot < 0 && !snapshots_.empty()) {
    drop_one_snapshot();
    slot = pool_->states().acquire();
  }
  if (slot < 0) return out_of_states();
  return slot;
}

Result<int32_t> StateSequence::acquire_log() {
  const int32_t slot = pool_->logs().acquire();
  if (slot < 0) return out_of_states();
  return slot;
}

// A log that a fork shares is copied before it is appended to: only the entries in use.
Status StateSequence::own_log() {
  if (pool_->logs().ref_count(current_.log) == 1) return {};
  const StateLayout& layout = pool_->layout();
  const int32_t copy = TRY(acquire_log());
  for (int64_t layer = 0; layer < layout.layers; ++layer) {
    const LogView from = pool_->log(current_.log, layer);
    const LogView to = pool_->log(copy, layer);
    const int64_t entries = current_.entries;
    std::copy_n(from.columns, (layout.taps - 1 + entries) * layout.channels, to.columns);
    std::copy_n(from.k, entries * layout.key_heads * layout.key_dim, to.k);
    std::copy_n(from.d, entries * layout.value_heads * layout.value_dim, to.d);
    std::copy_n(from.G, entries * layout.value_heads, to.G);
  }
  pool_->logs().release(current_.log);
  current_.log = copy;
  return {};
}

Result<StateAppend> StateSequence::grow(int64_t tokens) {
  CHECK(current_.exists() && tokens > 0);
  const int64_t end = length() + tokens;
  const int64_t last_boundary = end / kWindow * kWindow;
  const int64_t folds = (last_boundary - current_.boundary) / kWindow;
  // `from` is written when the tokens stay in it or when it remains as the previous window.
  if (folds <= 1) TRY(own_log());
  if (folds >= 1 && previous_.exists()) retire(previous_);  // first, so that its slots can serve again
  StateAppend append{current_, {}, {}, tokens};
  if (folds == 0) {
    append.last = current_;
    append.last.entries += tokens;
    current_ = append.last;
    return append;
  }
  append.last = StateWindow{last_boundary, end - last_boundary, -1, -1};
  append.before = StateWindow{last_boundary - kWindow, kWindow, current_.state, current_.log};
  const bool new_before = folds > 1;
  const auto take = [&]() -> Status {
    append.last.state = TRY(acquire_state());
    append.last.log = TRY(acquire_log());
    if (!new_before) return {};
    append.before.state = -1;
    append.before.log = -1;
    append.before.state = TRY(acquire_state());
    append.before.log = TRY(acquire_log());
    return {};
  };
  const Status taken = take();
  if (!taken.ok()) {
    for (const StateWindow& window : {append.last, append.before}) {
      if (window.state >= 0 && window.state != current_.state) pool_->states().release(window.state);
      if (window.log >= 0 && window.log != current_.log) pool_->logs().release(window.log);
    }
    return taken.error();
  }
  previous_ = append.before;
  current_ = append.last;
  return append;
}

void StateSequence::finish_grow(const StateAppend& append) {
  if (append.folds() <= 1) return;
  StateWindow passed = append.from;
  retire(passed);
}

void StateSequence::release(StateWindow& window) {
  if (!window.exists()) return;
  pool_->states().release(window.state);
  pool_->logs().release(window.log);
  window = StateWindow{};
}

// A window that is left behind becomes a snapshot where one is useful; its log goes.
void StateSequence::retire(StateWindow& window) {
  const bool newest = snapshots_.empty() || snapshots_.back().boundary < window.boundary;
  const int32_t columns = window.boundary > 0 && newest && snapshots_max_ > 0 ? pool_->columns_slots().acquire() : -1;
  if (columns >= 0) {
    for (int64_t layer = 0; layer < pool_->layout().layers; ++layer) {
      std::copy_n(pool_->log(window.log, layer).columns, pool_->layout().columns_floats(),
                  pool_->columns(columns, layer));
    }
    pool_->states().share(window.state);
    snapshots_.push_back(StateSnapshot{window.boundary, window.state, columns});
    if (snapshots_.size() > snapshots_max_) drop_one_snapshot();
  }
  release(window);
}

// Keeps snapshots log-spaced behind the tip: drops the one whose absence costs least, measured as the gap it would
// leave relative to its distance from the tip.
void StateSequence::drop_one_snapshot() {
  const int64_t tip = length() + kWindow;
  size_t cheapest = 0;
  double least = std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < snapshots_.size(); ++i) {
    const int64_t before = i == 0 ? 0 : snapshots_[i - 1].boundary;
    const int64_t after = i + 1 < snapshots_.size() ? snapshots_[i + 1].boundary : tip;
    const double cost =
        static_cast<double>(after - before) / static_cast<double>(std::max<int64_t>(tip - snapshots_[i].boundary, 1));
    if (cost < least) {
      least = cost;
      cheapest = i;
    }
  }
  pool_->states().release(snapshots_[cheapest].state);
  pool_->columns_slots().release(snapshots_[cheapest].columns);
  snapshots_.erase(snapshots_.begin() + static_cast<std::ptrdiff_t>(cheapest));
}

Result<int64_t> StateSequence::truncate(int64_t wanted) {
  CHECK(wanted >= 0 && wanted <= length());
  if (wanted >= current_.boundary) {
    current_.entries = wanted - current_.boundary;
    return wanted;
  }
  if (previous_.exists() && wanted >= previous_.boundary) {
    release(current_);
    current_ = previous_;
    current_.entries = wanted - current_.boundary;
    previous_ = StateWindow{};
    return wanted;
  }
  // The new window needs a log. Giving up the old ones yields one, unless forks hold them all: then take one first, so
  // that a failure leaves everything as it was.
  const SlotPool& logs = pool_->logs();
  const bool yields = logs.ref_count(current_.log) == 1 || (previous_.exists() && logs.ref_count(previous_.log) == 1);
  if (!yields && logs.slots_free() == 0) return out_of_states();
  while (!snapshots_.empty() && snapshots_.back().boundary > wanted) {
    pool_->states().release(snapshots_.back().state);
    pool_->columns_slots().release(snapshots_.back().columns);
    snapshots_.pop_back();
  }
  release(current_);
  release(previous_);
  if (snapshots_.empty()) {
    TRY(begin());
  } else {
    TRY(resume(snapshots_.back()));
  }
  return current_.boundary;
}

Status StateSequence::resume(const StateSnapshot& snapshot) {
  const int32_t log = TRY(acquire_log());
  for (int64_t layer = 0; layer < pool_->layout().layers; ++layer) {
    std::copy_n(pool_->columns(snapshot.columns, layer), pool_->layout().columns_floats(),
                pool_->log(log, layer).columns);
  }
  pool_->states().share(snapshot.state);
  current_ = StateWindow{snapshot.boundary, 0, snapshot.state, log};
  return {};
}

Result<StateWindow> StateSequence::begin_at(int64_t boundary) {
  CHECK(!current_.exists() && boundary % kWindow == 0);
  const int32_t state = TRY(acquire_state());
  const Result<int32_t> log = acquire_log();
  if (!log.ok()) {
    pool_->states().release(state);
    return log.error();
  }
  current_ = StateWindow{boundary, 0, state, log.value()};
  return current_;
}

void StateSequence::clear() {
  release(current_);
  release(previous_);
  while (!snapshots_.empty()) {
    pool_->states().release(snapshots_.back().state);
    pool_->columns_slots().release(snapshots_.back().columns);
    snapshots_.pop_back();
  }
}

void StateSequence::share_from(const StateSequence& other) {
  CHECK(!current_.exists() && pool_ == other.pool_);
  for (const StateWindow* window : {&other.current_, &other.previous_}) {
    if (!window->exists()) continue;
    pool_->states().share(window->state);
    pool_->logs().share(window->log);
  }
  current_ = other.current_;
  previous_ = other.previous_;
  for (const StateSnapshot& snapshot : other.snapshots_) {
    pool_->states().share(snapshot.state);
    pool_->columns_slots().share(snapshot.columns);
    snapshots_.push_back(snapshot);
  }
}

}  // namespace capy
