// SPDX-License-Identifier: Apache-2.0
#include "train/gradient_sum.h"

#include <algorithm>
#include <cmath>

namespace capy::train {
namespace {

constexpr int64_t kBlock = 4096;

double square_sum(const float* x, int64_t n) {
  double lanes[16] = {};
  for (int64_t i = 0; i < n; ++i) lanes[i % 16] += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  for (int64_t width = 8; width >= 1; width /= 2) {
    for (int64_t l = 0; l < width; ++l) lanes[l] += lanes[l + width];
  }
  return lanes[0];
}

}  // namespace

float* GradientSum::next_leaf() {
  if (nodes_.size() == open_) nodes_.emplace_back();
  return nodes_[open_].values.zeroed(values_);
}

void GradientSum::add_leaf(ThreadPool& pool) {
  nodes_[open_].level = 0;
  ++open_;
  while (open_ >= 2 && nodes_[open_ - 1].level == nodes_[open_ - 2].level) join_last_two(pool);
}

float* GradientSum::finish(ThreadPool& pool) {
  while (open_ >= 2) join_last_two(pool);
  return open_ == 0 ? nullptr : nodes_[0].values.data();
}

void GradientSum::join_last_two(ThreadPool& pool) {
  Node& left = nodes_[open_ - 2];
  const Node& right = nodes_[open_ - 1];
  pool.for_ranges(values_, kBlock * 4, [&](int64_t begin, int64_t end, int) {
    float* const to = left.values.data();
    const float* const from = right.values.data();
    for (int64_t i = begin; i < end; ++i) to[i] += from[i];
  });
  left.level = std::max(left.level, right.level) + 1;
  --open_;
}

double norm_of(const float* x, int64_t n, ThreadPool& pool) {
  const int64_t blocks = (n + kBlock - 1) / kBlock;
  std::vector<double> sums(static_cast<size_t>(blocks));
  pool.for_ranges(blocks, 4, [&](int64_t begin, int64_t end, int) {
    for (int64_t b = begin; b < end; ++b) {
      sums[static_cast<size_t>(b)] = square_sum(x + b * kBlock, std::min(kBlock, n - b * kBlock));
    }
  });
  double sum = 0;
  for (const double part : sums) sum += part;
  return std::sqrt(sum);
}

double clip_scale(double norm, double norm_max) {
  return norm_max <= 0 ? 1.0 : std::min(1.0, norm_max / (norm + 1e-6));
}

}  // namespace capy::train
