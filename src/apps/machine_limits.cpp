// SPDX-License-Identifier: Apache-2.0
#include "apps/machine_limits.h"

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cstddef>

#include "apps/instruction_peak.h"
#include "apps/interrupt.h"
#include "base/clock.h"
#include "base/cpu.h"
#include "base/huge_pages.h"

namespace capy {
namespace {

constexpr int64_t kPassBytes = int64_t{512} << 20;  // a multiple of any cache in sight
constexpr int64_t kPassBytesMin = int64_t{32} << 20;
constexpr int64_t kBlockBytes = int64_t{2} << 20;  // what a thread takes at a time
constexpr int kPasses = 5;
constexpr int kStreams = 4;             // one core's reads are bound by latency: several rows at once
constexpr int64_t kAheadBytes = 1024;   // of the prefetch
constexpr int64_t kTilesPerThread = 8;  // of the instruction's loop: a thread that lost its core is not waited for

// Memory in huge pages where the machine gives them: page walks are not what is measured.
class Pages {
 public:
  explicit Pages(int64_t bytes) : bytes_(static_cast<size_t>(bytes)) {
    void* const memory = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return;
    data_ = static_cast<std::byte*>(memory);
    prefer_huge_pages(data_, bytes_);
  }
  ~Pages() {
    if (data_ != nullptr) ::munmap(data_, bytes_);
  }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  std::byte* data() const { return data_; }

 private:
  std::byte* data_ = nullptr;
  size_t bytes_;
};

// Reads a block as kStreams rows side by side. The answer depends on every word: none of the reads may be left out.
uint64_t read_block(const std::byte* block) {
  constexpr int64_t kStreamBytes = kBlockBytes / kStreams;
  uint64_t sum = 0;
  for (int64_t at = 0; at < kStreamBytes; at += 64) {
    for (int stream = 0; stream < kStreams; ++stream) {
      const std::byte* const line = block + stream * kStreamBytes + at;
      __builtin_prefetch(line + kAheadBytes, 0, 3);
      const auto* const words = reinterpret_cast<const uint64_t*>(line);
      for (int i = 0; i < 8; ++i) sum ^= words[i];
    }
  }
  return sum;
}

Result<double> measure_bandwidth(ThreadPool& pool) {
  const int64_t bytes = std::min(kPassBytes, memory_available_bytes() / 4) / kBlockBytes * kBlockBytes;
  const Pages pages(std::max(bytes, kBlockBytes));
  if (bytes < kPassBytesMin || pages.data() == nullptr) {
    return Error{ErrorCode::kLimit,
                 "no memory is left to measure its speed with; a smaller model or --type leaves some"};
  }
  const int64_t blocks = bytes / kBlockBytes;
  pool.for_ranges(blocks, 1, [&](int64_t begin, int64_t end, int) {  // as first touched: each page gets its own memory
    std::fill(pages.data() + begin * kBlockBytes, pages.data() + end * kBlockBytes, std::byte{1});
  });
  double best = 0;
  std::atomic<uint64_t> kept{0};
  for (int pass = 0; pass < kPasses && !interrupted(); ++pass) {
    const double begun = seconds_now();
    pool.for_ranges(blocks, 1, [&](int64_t begin, int64_t end, int) {
      for (int64_t block = begin; block < end; ++block) kept ^= read_block(pages.data() + block * kBlockBytes);
    });
    best = std::max(best, static_cast<double>(bytes) / (seconds_now() - begun));
  }
  return best;
}

// By the threads' own time: what other work takes from them is no limit of the machine.
double measure_operations(ThreadPool& pool, const InstructionPeak& peak) {
  const int64_t tiles = pool.threads() * kTilesPerThread;
  double best = 0;
  for (int pass = 0; pass < kPasses && !interrupted(); ++pass) {
    std::atomic<double> operations{0};
    std::atomic<double> seconds{0};
    pool.for_ranges(tiles, 1, [&](int64_t begin, int64_t end, int) {
      const double begun = thread_seconds();
      double done = 0;
      for (int64_t tile = begin; tile < end; ++tile) done += peak.run();
      operations.fetch_add(done);
      seconds.fetch_add(thread_seconds() - begun);
    });
    best = std::max(best, operations.load() / seconds.load() * pool.threads());
  }
  return best;
}

}  // namespace

Result<MachineLimits> measure_limits(ThreadPool& pool, const std::string& isa, ComputeType type) {
  MachineLimits limits;
  limits.bytes_per_second = TRY(measure_bandwidth(pool));
  const InstructionPeak peak = instruction_peak(isa, type);
  limits.instruction = peak.name;
  if (peak.run != nullptr) limits.operations_per_second = measure_operations(pool, peak);
  if (interrupted()) return interruption();
  return limits;
}

double measure_operation_peak(ThreadPool& pool, const std::string& isa, ComputeType type) {
  const InstructionPeak peak = instruction_peak(isa, type);
  return peak.run != nullptr ? measure_operations(pool, peak) : 0;
}

}  // namespace capy
