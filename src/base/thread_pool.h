// SPDX-License-Identifier: Apache-2.0
// The one thread pool: made by Engine::open, handed down in Compute. Tiles are taken from a dynamic queue; the caller
// works too.
//
// Why not a barrier: a barrier waits for every worker, so one foreign busy process that takes a core away costs a time
// slice per operation. Here the caller waits only for tiles that somebody has really begun; a worker that sleeps or was
// preempted between jobs is simply not needed.
//
// Thread safety: run() is called by one thread at a time (the engine thread). A run() inside a tile runs inline.
// A run allocates nothing.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace capy {

class ThreadPool {
 public:
  // `threads` counts the caller: 1 starts no worker. 1 <= threads <= kThreadsMax.
  static constexpr int kThreadsMax = 256;
  static int default_threads();  // one per physical core, as far as kThreadsMax
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  // Calls body(begin, end, worker) for consecutive ranges of at most `grain` that cover [0, count), each exactly once,
  // in any order and on any thread; returns when all are done. worker is in [0, threads()): the index for scratch
  // memory.
  template <class Body>
  void for_ranges(int64_t count, int64_t grain, Body&& body) {
    using Plain = std::remove_reference_t<Body>;
    run(
        count, grain,
        [](void* context, int64_t begin, int64_t end, int worker) {
          (*static_cast<Plain*>(context))(begin, end, worker);
        },
        const_cast<void*>(static_cast<const void*>(&body)));
  }

 private:
  using Function = void (*)(void* context, int64_t begin, int64_t end, int worker);

  void run(int64_t count, int64_t grain, Function function, void* context);
  void work(int worker);
  // Takes tiles of job `generation` until none is left.
  void take_tiles(uint32_t generation, int worker);

  // The job. Written by the caller only while no tile of the old job is open; a worker that reads it late fails the
  // claim.
  std::atomic<Function> function_{nullptr};
  std::atomic<void*> context_{nullptr};
  std::atomic<int64_t> count_{0};
  std::atomic<int64_t> grain_{1};
  std::atomic<uint32_t> tiles_{0};

  alignas(64) std::atomic<uint64_t> claim_{0};       // generation << 32 | next tile
  alignas(64) std::atomic<uint32_t> done_{0};        // tiles finished of the current job
  alignas(64) std::atomic<uint32_t> generation_{0};  // workers sleep on this
  std::atomic<int> sleeping_{0};
  std::atomic<bool> caller_sleeps_{false};
  std::atomic<bool> stop_{false};
  std::vector<std::thread> workers_;
};

}  // namespace capy
