// SPDX-License-Identifier: Apache-2.0
#include "base/thread_pool.h"

#include <algorithm>

#include "base/check.h"
#include "base/cpu.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace capy {
namespace {

// Turns of waiting before a thread sleeps: about 50 microseconds, longer than the gap between two operations of a step
// and far shorter than a scheduler's time slice.
constexpr int kSpinTurns = 1500;

constexpr uint64_t kClosed =
    0xffffffff;  // a claim's tile number while its job is being written: above every tile count

thread_local bool t_inside_tile = false;

void pause_cpu() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

int ThreadPool::default_threads() { return std::min(physical_cores(), kThreadsMax); }

ThreadPool::ThreadPool(int threads) {
  CHECK(threads >= 1 && threads <= kThreadsMax);
  workers_.reserve(static_cast<size_t>(threads - 1));
  for (int worker = 1; worker < threads; ++worker) workers_.emplace_back([this, worker] { work(worker); });
}

ThreadPool::~ThreadPool() {
  stop_.store(true);
  generation_.fetch_add(1);
  generation_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::run(int64_t count, int64_t grain, Function function, void* context) {
  if (count <= 0) return;
  grain = std::max<int64_t>(grain, 1);
  const int64_t tiles = (count + grain - 1) / grain;
  if (tiles == 1 || workers_.empty() || t_inside_tile) {
    for (int64_t begin = 0; begin < count; begin += grain) function(context, begin, std::min(begin + grain, count), 0);
    return;
  }
  CHECK(tiles < (int64_t{1} << 31));
  const uint32_t generation = generation_.load(std::memory_order_relaxed) + 1;
  // Close the old job before its fields change: whoever reads a new field (acquire) also sees the closed claim, and so
  // cannot take a tile of the old generation by the new job's sizes.
  claim_.store(uint64_t{generation} << 32 | kClosed, std::memory_order_relaxed);
  function_.store(function, std::memory_order_release);
  context_.store(context, std::memory_order_release);
  count_.store(count, std::memory_order_release);
  grain_.store(grain, std::memory_order_release);
  tiles_.store(static_cast<uint32_t>(tiles), std::memory_order_release);
  done_.store(0, std::memory_order_relaxed);
  claim_.store(uint64_t{generation} << 32, std::memory_order_release);
  generation_.store(generation);  // sequentially consistent with sleeping_: no wake-up is lost
  if (sleeping_.load() > 0) generation_.notify_all();

  take_tiles(generation, 0);

  const auto all = static_cast<uint32_t>(tiles);
  for (int turn = 0; turn < kSpinTurns; ++turn) {
    if (done_.load(std::memory_order_acquire) == all) return;
    pause_cpu();
  }
  caller_sleeps_.store(true);
  for (uint32_t done = done_.load(); done != all; done = done_.load()) done_.wait(done);
  caller_sleeps_.store(false);
}

void ThreadPool::take_tiles(uint32_t generation, int worker) {
  const Function function = function_.load(std::memory_order_acquire);
  void* const context = context_.load(std::memory_order_acquire);
  const int64_t count = count_.load(std::memory_order_acquire);
  const int64_t grain = grain_.load(std::memory_order_acquire);
  const uint32_t tiles = tiles_.load(std::memory_order_acquire);
  t_inside_tile = true;
  uint64_t claim = claim_.load(std::memory_order_acquire);
  while (static_cast<uint32_t>(claim >> 32) == generation && static_cast<uint32_t>(claim) < tiles) {
    // A successful exchange proves that the fields read above belong to this generation (see run).
    if (!claim_.compare_exchange_weak(claim, claim + 1, std::memory_order_acq_rel, std::memory_order_acquire)) continue;
    const int64_t begin = static_cast<int64_t>(static_cast<uint32_t>(claim)) * grain;
    function(context, begin, std::min(begin + grain, count), worker);
    const uint32_t done = done_.fetch_add(1) + 1;
    if (done == tiles && caller_sleeps_.load()) done_.notify_one();
    claim = claim_.load(std::memory_order_acquire);
  }
  t_inside_tile = false;
}

void ThreadPool::work(int worker) {
  uint32_t seen = 0;
  while (!stop_.load(std::memory_order_relaxed)) {
    uint32_t generation = generation_.load(std::memory_order_acquire);
    for (int turn = 0; generation == seen && turn < kSpinTurns; ++turn) {
      pause_cpu();
      generation = generation_.load(std::memory_order_acquire);
    }
    if (generation == seen) {
      sleeping_.fetch_add(1);
      generation_.wait(seen);
      sleeping_.fetch_sub(1);
      continue;
    }
    seen = generation;
    if (!stop_.load(std::memory_order_relaxed)) take_tiles(generation, worker);
  }
}

}  // namespace capy
