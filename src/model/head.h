// SPDX-License-Identifier: Apache-2.0
// The output head on two planes (docs/decisions/0014). Who needs only a few of the largest logits does not read all of
// the int8 weights. Half of their bits tell every logit within a bound; two bits more are read for the outputs whose
// bound leaves them open, and a panel that is open even then is multiplied as always. The bounds hold for any weights
// and activations, rounding included: the largest logits are always found, and are the bytes of matmul_int8.
// Inside the model room.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "base/thread_pool.h"
#include "kernels/kernels.h"
#include "model/best_logits.h"

namespace capy {

class TwoPlaneHead {
 public:
  // Writes code_planes_bytes of the planes of `codes`, which is kInt8Packed.
  static void fill(std::byte* planes, const MatrixView& codes, ThreadPool& pool);

  // Borrows both, which must outlive it.
  TwoPlaneHead(const MatrixView& codes, const std::byte* planes);
  TwoPlaneHead(TwoPlaneHead&& other) noexcept;

  // Arena bytes that best_logits takes.
  static int64_t arena_bytes(int64_t outputs, int64_t rows);

  // out[row][outputs]: what best[row] asks for, as matmul_int8 writes it; every other logit either so too, or -Inf.
  // Not for rows that want all their logits.
  void best_logits(float* out, const Int8Rows& x, std::span<const BestLogits> best, Compute& compute) const;

  // What high tells of the first `outputs` outputs: estimates.
  void scan(float* out, const Int8Rows& x, int64_t outputs, Compute& compute) const;

  int64_t bytes() const { return matrix_bytes(MatrixFormat::kCodePlanes, w_.codes.rows, w_.codes.columns); }
  // Bytes of weights that a call has read on average; before the first one, those that every call reads.
  int64_t mean_bytes_read() const;

 private:
  struct Row;  // of activations, on the way to its best logits
  void multiply_all(float* out, const Int8Rows& x, Compute& compute) const;
  void close_panels(Row& row, int64_t begin, int64_t end, const KernelTable& kernels) const;
  void set_threshold(Row& row, uint8_t* is_lowered, const Compute& compute) const;
  void finish_panel(Row& row, int64_t panel, const KernelTable& kernels) const;

  CodePlanes w_;
  float reach_max_ = 0;  // NaN or infinite: the bounds are of no use
  mutable std::atomic<int64_t> bytes_read_{0};
  mutable std::atomic<int64_t> calls_{0};
};

}  // namespace capy
