// SPDX-License-Identifier: Apache-2.0
// The tensors of a new model, one after the other, with the report on them. Inside the quantize room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "base/thread_pool.h"
#include "formats/writer.h"
#include "quantize/error_sums.h"
#include "quantize/quantize.h"

namespace capy {

class TensorWriter {
 public:
  // `total`: values of all tensors, for the progress. `options` and `pool` must outlive it.
  TensorWriter(TensorStream stream, const QuantizeOptions& options, ThreadPool& pool, int64_t total)
      : stream_(std::move(stream)), options_(options), pool_(pool), total_(total) {}

  // Rows of `width` values as `type`, read by `read(first, count, out)` on any thread, a chunk at a time; what was
  // lost.
  using ReadRows = std::function<void(int64_t first, int64_t count, float* out)>;
  Result<ErrorSums> write_rows(const ReadRows& read, int64_t rows, int64_t width, DType type);

  Status write_bytes(std::span<const std::byte> bytes) { return stream_.write(bytes); }
  // Tells that so many values are done. kCancelled when the caller wants no more.
  Status advance(int64_t values);

  void add(TensorReport report);
  void add_untold(int64_t values, int64_t bytes);  // counts, but has no line of its own
  Result<QuantizeReport> finish();

 private:
  TensorStream stream_;
  const QuantizeOptions& options_;
  ThreadPool& pool_;
  QuantizeReport report_;
  int64_t done_ = 0;
  int64_t total_ = 0;
};

}  // namespace capy
