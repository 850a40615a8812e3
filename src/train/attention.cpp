// SPDX-License-Identifier: Apache-2.0
// Blocks of 64 queries against blocks of 64 keys, counted from the document's first row. The forward keeps each row's
// largest score m and 1 / sum; the backward forms p = exp(s - m) / sum again:
//   dV += P^T dO,  dP = dO V^T,  dS = P . (dP - sum(dO . O)) scale,  dQ += dS K,  dK += dS^T Q
// One item of work for each document and KV head, so that its query heads add to dK and dV in turn.
#include <limits>

#include "train/instantiate.h"
#include "train/operations.h"

namespace capy::train {
namespace {

constexpr int64_t kBlock = kAttentionBlock;

// The rows of one block, absolute.
struct Block {
  int64_t begin;
  int64_t rows;
};

Block block_at(const Document& document, int64_t index) {
  const int64_t begin = document.begin + index * kBlock;
  return {begin, std::min(kBlock, document.end - begin)};
}

int64_t blocks_of(const Document& document) { return (document.length() + kBlock - 1) / kBlock; }

// Keys that row r of the queries' block sees in the keys' block.
int64_t visible(const Block& queries, const Block& keys, int64_t r) {
  return std::min(keys.rows, queries.begin + r - keys.begin + 1);
}

template <class M, class V>
struct Item {
  const M& math;
  const Attention<V>& a;
  int64_t kv_head;

  int64_t group() const { return a.heads / a.kv_heads; }
  int64_t dim() const { return a.head_dim; }
  Rows<const V> q(const Block& b, int64_t head) const { return a.q.from(b.begin, head * dim()); }
  Rows<const V> k(const Block& b) const { return a.k.from(b.begin, kv_head * dim()); }
  Rows<const V> v(const Block& b) const { return a.v.from(b.begin, kv_head * dim()); }
  Rows<V> out(const Block& b, int64_t head) const { return a.out.from(b.begin, head * dim()); }

  // [kBlock][kBlock], scaled
  void scores(V* s, const Block& queries, const Block& keys, int64_t head) const {
    math.dots({s, kBlock}, q(queries, head), k(keys), {queries.rows, keys.rows, dim()});
    for (int64_t r = 0; r < queries.rows; ++r) {
      for (int64_t j = 0; j < keys.rows; ++j) s[r * kBlock + j] *= static_cast<V>(a.scale);
    }
  }
};

// 16 lanes, then a tree, as all sums along a row.
template <class V>
V sum_of(const V* x, int64_t n) {
  V lanes[16] = {};
  for (int64_t i = 0; i < n; ++i) lanes[i % 16] += x[i];
  for (int64_t width = 8; width >= 1; width /= 2) {
    for (int64_t l = 0; l < width; ++l) lanes[l] += lanes[l + width];
  }
  return lanes[0];
}

// Scores become exp(s - m), m the largest so far; what was summed before is scaled down to it.
template <class M, class V>
void soften(const Item<M, V>& item, V* s, const Block& queries, const Block& keys, V* max, V* sum, Rows<V> out) {
  for (int64_t r = 0; r < queries.rows; ++r) {
    V* const row = s + r * kBlock;
    const int64_t seen = visible(queries, keys, r);
    V largest = max[r];
    for (int64_t j = 0; j < seen; ++j) largest = std::max(largest, row[j]);
    V shrink = max[r];
    item.math.exp_shifted(&shrink, &shrink, largest, 1);
    item.math.exp_shifted(row, row, largest, seen);
    std::fill(row + seen, row + keys.rows, V{0});
    sum[r] = sum[r] * shrink + sum_of(row, seen);
    max[r] = largest;
    for (int64_t c = 0; c < item.dim(); ++c) out[r][c] *= shrink;
  }
}

template <class M, class V>
void forward_block(const Item<M, V>& item, const Document& document, int64_t index, int64_t head, V* s) {
  const Block queries = block_at(document, index);
  const Rows<V> out = item.out(queries, head);
  V max[kBlock], sum[kBlock];
  std::fill_n(max, kBlock, -std::numeric_limits<V>::infinity());
  std::fill_n(sum, kBlock, V{0});
  for (int64_t r = 0; r < queries.rows; ++r) std::fill_n(out[r], item.dim(), V{0});
  for (int64_t j = 0; j <= index; ++j) {
    const Block keys = block_at(document, j);
    item.scores(s, queries, keys, head);
    soften(item, s, queries, keys, max, sum, out);
    item.math.short_chained(out, Factor<V>::plain({s, kBlock}), item.v(keys), {queries.rows, item.dim(), keys.rows},
                            Into::kSum);
  }
  for (int64_t r = 0; r < queries.rows; ++r) {
    const int64_t at = (queries.begin + r) * item.a.heads + head;
    item.a.max[at] = max[r];
    item.a.inverse_sum[at] = V{1} / sum[r];
    for (int64_t c = 0; c < item.dim(); ++c) out[r][c] *= item.a.inverse_sum[at];
  }
}

// p and dS of one pair of blocks.
template <class M, class V>
void pair_gradients(const Item<M, V>& item, V* p, V* ds, const Block& queries, const Block& keys, int64_t head,
                    Rows<const V> d_out) {
  item.scores(p, queries, keys, head);
  item.math.dots({ds, kBlock}, d_out, item.v(keys), {queries.rows, keys.rows, item.dim()});
  for (int64_t r = 0; r < queries.rows; ++r) {
    const int64_t at = (queries.begin + r) * item.a.heads + head;
    V* const row = p + r * kBlock;
    V* const slope = ds + r * kBlock;
    const int64_t seen = visible(queries, keys, r);
    item.math.exp_shifted(row, row, item.a.max[at], seen);
    const V mean = item.math.dot(d_out[r], item.out(queries, head)[r], item.dim());
    for (int64_t j = 0; j < seen; ++j) {
      row[j] *= item.a.inverse_sum[at];
      slope[j] = row[j] * (slope[j] - mean) * static_cast<V>(item.a.scale);
    }
    std::fill(row + seen, row + keys.rows, V{0});
    std::fill(slope + seen, slope + keys.rows, V{0});
  }
}

template <class M, class V>
void backward_head(const Item<M, V>& item, const AttentionGradients<V>& d, const Document& document, int64_t head,
                   V* scratch) {
  V* const p = scratch;
  V* const ds = scratch + kBlock * kBlock;
  const int64_t dim = item.dim();
  const int64_t kv_at = item.kv_head * dim;
  for (int64_t i = 0; i < blocks_of(document); ++i) {
    const Block queries = block_at(document, i);
    const Rows<const V> d_out = d.out.from(queries.begin, head * dim);
    const Rows<V> dq = d.q.from(queries.begin, head * dim);
    for (int64_t j = 0; j <= i; ++j) {
      const Block keys = block_at(document, j);
      pair_gradients(item, p, ds, queries, keys, head, d_out);
      item.math.short_chained(d.v.from(keys.begin, kv_at), Factor<V>::transposed({p, kBlock}), d_out,
                              {keys.rows, dim, queries.rows}, Into::kSum);
      item.math.short_chained(d.k.from(keys.begin, kv_at), Factor<V>::transposed({ds, kBlock}), item.q(queries, head),
                              {keys.rows, dim, queries.rows}, Into::kSum);
      item.math.short_chained(dq, Factor<V>::plain({ds, kBlock}), item.k(keys), {queries.rows, dim, keys.rows},
                              j == 0 ? Into::kZero : Into::kSum);
    }
  }
}

}  // namespace

template <class M, class V>
void attention(const M& math, const Attention<V>& a) {
  const auto items = static_cast<int64_t>(a.documents.size()) * a.kv_heads;
  math.pool.for_ranges(items, 1, [&](int64_t i, int64_t, int) {
    const Document& document = a.documents[static_cast<size_t>(i / a.kv_heads)];
    const Item<M, V> item{math, a, i % a.kv_heads};
    Buffer<V> scores(kBlock * kBlock);
    for (int64_t h = 0; h < item.group(); ++h) {
      for (int64_t b = 0; b < blocks_of(document); ++b) {
        forward_block(item, document, b, item.kv_head * item.group() + h, scores.data());
      }
    }
  });
}

template <class M, class V>
void attention_backward(const M& math, const Attention<V>& a, const AttentionGradients<V>& d) {
  const auto items = static_cast<int64_t>(a.documents.size()) * a.kv_heads;
  math.pool.for_ranges(items, 1, [&](int64_t i, int64_t, int) {
    const Document& document = a.documents[static_cast<size_t>(i / a.kv_heads)];
    const Item<M, V> item{math, a, i % a.kv_heads};
    for (int64_t row = document.begin; row < document.end; ++row) {
      std::fill_n(d.k[row] + item.kv_head * a.head_dim, a.head_dim, V{0});
      std::fill_n(d.v[row] + item.kv_head * a.head_dim, a.head_dim, V{0});
    }
    Buffer<V> scratch(2 * kBlock * kBlock);
    for (int64_t h = 0; h < item.group(); ++h) {
      backward_head(item, d, document, item.kv_head * item.group() + h, scratch.data());
    }
  });
}

#define OPERATIONS(M, V)                                        \
  template void attention<M, V>(const M&, const Attention<V>&); \
  template void attention_backward<M, V>(const M&, const Attention<V>&, const AttentionGradients<V>&);
TRAIN_FOR_BOTH(OPERATIONS)
#undef OPERATIONS

}  // namespace capy::train
