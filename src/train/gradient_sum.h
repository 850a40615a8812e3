// SPDX-License-Identifier: Apache-2.0
// Sums whose order is fixed: gradients of samples in a binary tree over the samples' numbers, and the norm of all
// gradients. The tree depends on how many leaves there are and on nothing else: not on how many are computed at once,
// by which thread or by which process. Memory: one vector for each level that is open, at most log2(leaves) + 1.
#pragma once

#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "train/arithmetic.h"

namespace capy::train {

class GradientSum {
 public:
  explicit GradientSum(int64_t values) : values_(values) {}

  // A vector of zeros for the next leaf; it is part of the sum once it is full and add_leaf() is called.
  float* next_leaf();
  void add_leaf(ThreadPool& pool);
  // The sum of all leaves since the last clear(); null when there are none. Valid until the next leaf begins.
  float* finish(ThreadPool& pool);
  void clear() { open_ = 0; }

 private:
  struct Node {
    Buffer<float> values;
    int64_t level = 0;
  };
  void join_last_two(ThreadPool& pool);

  int64_t values_;
  std::vector<Node> nodes_;  // the first open_ are in use, levels falling
  size_t open_ = 0;
};

// sqrt(sum x^2): blocks of 4096 in 16 lanes of double, then block after block.
double norm_of(const float* x, int64_t n, ThreadPool& pool);
// What gradients are multiplied with so that their norm is at most `norm_max` (0: never clipped), as PyTorch has it.
double clip_scale(double norm, double norm_max);

}  // namespace capy::train
