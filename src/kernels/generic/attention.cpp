// SPDX-License-Identifier: Apache-2.0
// Causal softmax attention over absolute blocks of 256 keys: each block alone with its own maximum, merged in ascending
// order, so that a row's result does not depend on how the prompt was cut.
#include <cmath>
#include <limits>

#include "base/check.h"
#include "kernels/generic/lanes.h"
#include "kernels/generic/operations.h"
#include "kernels/generic/scalar.h"

namespace capy::generic {
namespace {

// The keys or values of one page: [256][head_dim] of f32 or bf16.
struct PageRows {
  const std::byte* data;
  DType type;
  int64_t head_dim;

  float at(int64_t key, int64_t column) const {
    const int64_t i = key * head_dim + column;
    if (type == DType::kF32) return reinterpret_cast<const float*>(data)[i];
    return bf16_to_f32(reinterpret_cast<const uint16_t*>(data)[i]);
  }
};

// What is known of a row after some keys: the largest score, sum of p and sum of p v (the latter in `out`).
struct Softmax {
  float max = -std::numeric_limits<float>::infinity();
  float sum = 0;
};

float score(const float* q, const PageRows& keys, int64_t j, float scale) {
  Lanes lanes;
  for (int64_t c = 0; c < keys.head_dim; ++c) lanes.add_product(c, q[c], keys.at(j, c));
  return scale * lanes.sum();
}

// p[0 .. count) of one block; returns its maximum and sum. A NaN score never becomes the maximum; it shows in p.
Softmax block_weights(float* p, const float* q, const PageRows& keys, int64_t count, float scale) {
  Softmax block;
  for (int64_t j = 0; j < count; ++j) {
    p[j] = score(q, keys, j, scale);
    block.max = p[j] > block.max ? p[j] : block.max;
  }
  Lanes lanes;
  for (int64_t j = 0; j < count; ++j) {
    p[j] = exp(p[j] - block.max);
    lanes.add(j, p[j]);
  }
  block.sum = lanes.sum();
  return block;
}

float weighted_values(const float* p, const PageRows& values, int64_t count, int64_t column) {
  float sum = 0;
  for (int64_t j = 0; j < count; ++j) sum = std::fma(p[j], values.at(j, column), sum);
  return sum;
}

void attend_row(const AttentionRows& args, int64_t row) {
  float p[kKvPageTokens];
  float* out = args.out + row * args.out_stride;
  Softmax total;
  for (int64_t first = 0; first < args.visible[row]; first += kKvPageTokens) {
    const std::byte* page = args.pages[first / kKvPageTokens];
    const PageRows keys{page + args.k_offset, args.kv_type, args.head_dim};
    const PageRows values{page + args.v_offset, args.kv_type, args.head_dim};
    const int64_t left = args.visible[row] - first;
    const int64_t count = left < kKvPageTokens ? left : kKvPageTokens;
    const Softmax block = block_weights(p, args.q + row * args.q_stride, keys, count, args.scale);
    if (first == 0) {
      total = block;
      for (int64_t c = 0; c < args.head_dim; ++c) out[c] = weighted_values(p, values, count, c);
      continue;
    }
    const float max = block.max > total.max ? block.max : total.max;
    const float old_share = exp(total.max - max);
    const float new_share = exp(block.max - max);
    total = {max, std::fma(block.sum, new_share, total.sum * old_share)};
    for (int64_t c = 0; c < args.head_dim; ++c) {
      out[c] = std::fma(weighted_values(p, values, count, c), new_share, out[c] * old_share);
    }
  }
  for (int64_t c = 0; c < args.head_dim; ++c) out[c] /= total.sum;
}

}  // namespace

void attention(const AttentionRows& args) {
  CHECK(args.kv_type == DType::kF32 || args.kv_type == DType::kBF16);
  for (int64_t row = 0; row < args.rows; ++row) attend_row(args, row);
}

}  // namespace capy::generic
