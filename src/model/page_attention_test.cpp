// SPDX-License-Identifier: Apache-2.0
// Attention over integer pages by itself: near plain softmax in double, and the same bytes however the work is shared
// out, on every ISA. The engine's equality tests say the same of whole models, whose texts are short.
#include "model/page_attention.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "model/kv_rows.h"
#include "model/matrix.h"

namespace capy {
namespace {

using Floats = std::vector<float>;

struct Shape {
  int64_t kv_heads = 2;
  int64_t group = 3;
  int64_t head_dim = 20;
  KvType type = KvType::kInt8;
  int64_t depth = 0;  // tokens before the rows
  int64_t rows = 1;

  int64_t tokens() const { return depth + rows; }
};

Floats normal(int64_t count, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<float> distribution;
  Floats values(static_cast<size_t>(count));
  for (float& value : values) value = distribution(random);
  return values;
}

class Attention {
 public:
  explicit Attention(const Shape& setup)
      : s_(setup),
        pool_(KvPool::create({.layers = 2, .kv_heads = setup.kv_heads, .head_dim = setup.head_dim, .type = setup.type},
                             setup.tokens() / KvLayout::kPageTokens + 1)
                  .take()),
        sequence_(pool_, setup.tokens()),
        k_(normal(setup.tokens() * setup.kv_heads * setup.head_dim, 1)),
        v_(normal(setup.tokens() * setup.kv_heads * setup.head_dim, 2)),
        q_(normal(setup.rows * setup.kv_heads * setup.group * setup.head_dim, 3)) {
    EXPECT_TRUE(sequence_.grow(setup.tokens()).ok());
    for (int64_t token = 0; token < setup.tokens(); ++token) {
      for (int64_t head = 0; head < setup.kv_heads; ++head) {
        store_kv({sequence_.page_at(token), 1, head, token % KvLayout::kPageTokens}, pool_.layout(), key(token, head),
                 value(token, head), *all_kernels().front());
      }
    }
  }
  ~Attention() { sequence_.clear(); }

  Floats compute(const KernelTable& kernels, int threads) {
    ModelConfig config;
    config.heads = s_.kv_heads * s_.group;
    config.kv_heads = s_.kv_heads;
    config.head_dim = s_.head_dim;
    ThreadPool threads_pool(threads);
    // Exactly what is said to be enough: the arena checks it.
    Arena arena(page_attention_bytes(config, s_.rows, 1, threads));
    Compute compute{kernels, threads_pool, arena};
    BatchSlice slice;
    slice.rows = s_.rows;
    slice.position = s_.depth;
    slice.kv = &sequence_;
    const std::vector<int32_t> tokens(static_cast<size_t>(s_.rows));
    Batch batch;
    batch.tokens = tokens;
    batch.slices = {&slice, 1};
    Floats out(q_.size());
    const int64_t queries = s_.rows * config.heads;
    const ActivationRows q = prepare_rows(q_.data(), queries, s_.head_dim, Product::kInt8, compute);
    attend_pages({out.data(), q.int8, s_.group, s_.kv_heads, 1, scale()}, batch, compute);
    for (int64_t i = 0; i < queries; ++i) kernels.hadamard(&out[at(i)], &out[at(i)], s_.head_dim);
    return out;
  }

  // Softmax in double over the keys and values before they were rounded.
  Floats truth() const {
    Floats out(q_.size());
    for (int64_t query = 0; query < s_.rows * s_.kv_heads * s_.group; ++query) {
      const int64_t head = query / (s_.rows * s_.group);
      const int64_t row = query / s_.group % s_.rows;
      std::vector<double> sum(static_cast<size_t>(s_.head_dim));
      double total = 0;
      for (int64_t token = 0; token <= s_.depth + row; ++token) {
        double score = 0;
        for (int64_t c = 0; c < s_.head_dim; ++c)
          score +=
              static_cast<double>(q_[at(query) + static_cast<size_t>(c)]) * static_cast<double>(key(token, head)[c]);
        const double p = std::exp(score * static_cast<double>(scale()));
        total += p;
        for (size_t c = 0; c < sum.size(); ++c) sum[c] += p * static_cast<double>(value(token, head)[c]);
      }
      for (size_t c = 0; c < sum.size(); ++c) out[at(query) + c] = static_cast<float>(sum[c] / total);
    }
    return out;
  }

 private:
  float scale() const { return 1 / std::sqrt(static_cast<float>(s_.head_dim)); }
  size_t at(int64_t query) const { return static_cast<size_t>(query * s_.head_dim); }
  const float* key(int64_t token, int64_t head) const { return &k_[at(token * s_.kv_heads + head)]; }
  const float* value(int64_t token, int64_t head) const { return &v_[at(token * s_.kv_heads + head)]; }

  Shape s_;
  KvPool pool_;
  KvSequence sequence_;
  Floats k_, v_, q_;
};

// Root of the mean square of the difference, over that of what is wanted.
double relative_error(const Floats& got, const Floats& wanted) {
  double difference = 0, size = 0;
  for (size_t i = 0; i < wanted.size(); ++i) {
    difference += std::pow(static_cast<double>(got[i]) - static_cast<double>(wanted[i]), 2);
    size += std::pow(static_cast<double>(wanted[i]), 2);
  }
  return std::sqrt(difference / size);
}

TEST(PageAttention, IsSoftmaxAsFarAsTheTypeAllows) {
  for (const int64_t head_dim : {5, 64, 80, 256}) {
    for (const int64_t depth : {0, 100, 250, 700}) {
      SCOPED_TRACE("head_dim " + std::to_string(head_dim) + ", depth " + std::to_string(depth));
      Shape setup{.head_dim = head_dim, .depth = depth, .rows = 20};
      Attention int8(setup);
      EXPECT_LT(relative_error(int8.compute(*all_kernels().back(), 1), int8.truth()), 0.015);
      setup.type = KvType::kInt4;
      Attention int4(setup);
      EXPECT_LT(relative_error(int4.compute(*all_kernels().back(), 1), int4.truth()), 0.2);
    }
  }
}

// 20 pages for 32 query heads each: more parts than are kept at once.
TEST(PageAttention, SharingOutThePagesChangesNothing) {
  for (const KvType type : {KvType::kInt8, KvType::kInt4}) {
    for (const int64_t rows : {1, 3}) {
      Attention attention({.group = 32, .head_dim = 16, .type = type, .depth = 5000, .rows = rows});
      const Floats alone = attention.compute(*all_kernels().front(), 1);
      for (const KernelTable* kernels : all_kernels()) {
        for (const int threads : {1, 2, 5}) {
          const Floats shared = attention.compute(*kernels, threads);
          EXPECT_EQ(std::memcmp(alone.data(), shared.data(), alone.size() * sizeof(float)), 0)
              << kernels->isa << ", " << threads << " threads, " << rows << " rows";
        }
      }
    }
  }
}

}  // namespace
}  // namespace capy
