// SPDX-License-Identifier: Apache-2.0
// Attention with up to four query rows per pass over a block's keys and values. Scores have 16 lanes along head_dim and
// are folded sixteen at a time; weighted values have one lane per column. The scores of a block stay on the stack.
#include "kernels/avx512/operations.h"

#if defined(__AVX512F__)
#include "base/check.h"
#include "kernels/avx512/vectors.h"

namespace capy::avx512 {
namespace {

constexpr int kRows = 4;  // per pass

// The rows of a pass that see something of the block.
struct BlockRows {
  int64_t first_row;  // of the pass
  int64_t row[kRows];
  int64_t count[kRows];  // visible keys of the block
  int rows = 0;
  int64_t count_min = 0;
  int64_t count_max = 0;
};

// What is known of a row after some blocks; `out` has the sum of p v.
struct Softmax {
  float max;
  float sum;
};

using Scores = float[kRows][kKvPageTokens];

BlockRows rows_of_block(const AttentionRows& args, int64_t row, int64_t first) {
  BlockRows block;
  block.first_row = row;
  const int64_t row_end = smaller(row + kRows, args.rows);
  for (int64_t r = row; r < row_end; ++r) {
    const int64_t count = smaller(args.visible[r] - first, kKvPageTokens);
    if (count <= 0) continue;
    block.count_min = block.rows == 0 ? count : smaller(block.count_min, count);
    block.count_max = block.count_max > count ? block.count_max : count;
    block.row[block.rows] = r;
    block.count[block.rows++] = count;
  }
  return block;
}

// --- scores ---

// Sixteen dot products: Rows rows times 16 / Rows keys (three rows leave a quarter unused).
template <class T, int Rows, int Keys>
__m512 sixteen_dots(const float* const (&q)[Rows], const typename T::Element* const (&keys)[Keys], int64_t head_dim) {
  __m512 lanes[16];
  for (int i = 0; i < 16; ++i) lanes[i] = _mm512_setzero_ps();
  int64_t c = 0;
  for (; c + 16 <= head_dim; c += 16) {
    __m512 k[Keys];
    for (int j = 0; j < Keys; ++j) k[j] = T::load(keys[j] + c);
    for (int r = 0; r < Rows; ++r) {
      const __m512 query = _mm512_loadu_ps(q[r] + c);
      for (int j = 0; j < Keys; ++j) lanes[r * Keys + j] = _mm512_fmadd_ps(query, k[j], lanes[r * Keys + j]);
    }
  }
  if (c < head_dim) {
    const __mmask16 rest = first_lanes(head_dim - c);
    __m512 k[Keys];
    for (int j = 0; j < Keys; ++j) k[j] = T::load(keys[j] + c, rest);
    for (int r = 0; r < Rows; ++r) {
      const __m512 query = F32::load(q[r] + c, rest);
      for (int j = 0; j < Keys; ++j) {
        lanes[r * Keys + j] = _mm512_mask3_fmadd_ps(query, k[j], lanes[r * Keys + j], rest);
      }
    }
  }
  return sums(lanes);
}

// scores[i][0 .. count_max) of the block's rows; what lies behind a row's own count is not used.
template <class T, int Rows>
void score_block(const AttentionRows& args, const BlockRows& block, const std::byte* page, Scores& scores) {
  constexpr int kKeys = Rows == 1 ? 16 : Rows == 2 ? 8 : 4;
  const auto* all_keys = reinterpret_cast<const typename T::Element*>(page + args.k_offset);
  const float* q[Rows];
  for (int r = 0; r < Rows; ++r) q[r] = args.q + block.row[r] * args.q_stride;
  for (int64_t j = 0; j < block.count_max; j += kKeys) {
    const typename T::Element* keys[kKeys];
    for (int i = 0; i < kKeys; ++i) keys[i] = all_keys + smaller(j + i, block.count_max - 1) * args.head_dim;
    const __m512 dots = sixteen_dots<T>(q, keys, args.head_dim);
    alignas(64) float scaled[16];
    _mm512_store_ps(scaled, _mm512_mul_ps(_mm512_set1_ps(args.scale), dots));
    for (int r = 0; r < Rows; ++r) __builtin_memcpy(scores[r] + j, scaled + r * kKeys, kKeys * sizeof(float));
  }
}

// Scores become p = exp(s - max), in place. max_ps(s, m) is s > m ? s : m, so that a NaN never becomes the maximum.
Softmax softmax_block(float* scores, int64_t count) {
  __m512 max = _mm512_set1_ps(-__builtin_inff());
  for (int64_t j = 0; j < count; j += 16) {
    max = _mm512_mask_max_ps(max, first_lanes(count - j), _mm512_loadu_ps(scores + j), max);
  }
  const float m = _mm512_reduce_max_ps(max);
  __m512 lanes = _mm512_setzero_ps();
  for (int64_t j = 0; j < count; j += 16) {
    const __m512 p = exp(_mm512_sub_ps(_mm512_loadu_ps(scores + j), _mm512_set1_ps(m)));
    _mm512_storeu_ps(scores + j, p);
    lanes = _mm512_mask_add_ps(lanes, first_lanes(count - j), lanes, p);
  }
  return {m, sum(lanes)};
}

// --- values ---

// How a block's weighted values join what `out` holds: out = fma(block, new_share, out * old_share), or out = block.
struct Share {
  bool first;
  float old_share;
  float new_share;
};

void join(float* out, __m512 block, const Share& share, __mmask16 lanes) {
  if (!share.first) {
    const __m512 old = _mm512_mul_ps(F32::load(out, lanes), _mm512_set1_ps(share.old_share));
    block = _mm512_fmadd_ps(block, _mm512_set1_ps(share.new_share), old);
  }
  _mm512_mask_storeu_ps(out, lanes, block);
}

// Vectors x 16 columns from column c on, for all rows of the block. Each row's chain ends with its own last key.
template <class T, int Rows, int Vectors>
void value_columns(const AttentionRows& args, const BlockRows& block, const typename T::Element* values,
                   const Scores& p, const Share* share, int64_t c, __mmask16 lanes) {
  __m512 sum[Rows][Vectors];
  for (int r = 0; r < Rows; ++r) {
    for (int i = 0; i < Vectors; ++i) sum[r][i] = _mm512_setzero_ps();
  }
  const typename T::Element* v = values + c;
  for (int64_t j = 0; j < block.count_min; ++j, v += args.head_dim) {
    __m512 value[Vectors];
    for (int i = 0; i < Vectors; ++i) value[i] = T::load(v + 16 * i, lanes);
    for (int r = 0; r < Rows; ++r) {
      const __m512 weight = _mm512_set1_ps(p[r][j]);
      for (int i = 0; i < Vectors; ++i) sum[r][i] = _mm512_fmadd_ps(weight, value[i], sum[r][i]);
    }
  }
  for (int r = 0; r < Rows; ++r) {
    for (int64_t j = block.count_min; j < block.count[r]; ++j) {
      const typename T::Element* at = values + j * args.head_dim + c;
      for (int i = 0; i < Vectors; ++i) {
        sum[r][i] = _mm512_fmadd_ps(_mm512_set1_ps(p[r][j]), T::load(at + 16 * i, lanes), sum[r][i]);
      }
    }
    float* out = args.out + block.row[r] * args.out_stride + c;
    for (int i = 0; i < Vectors; ++i) join(out + 16 * i, sum[r][i], share[r], lanes);
  }
}

template <class T, int Rows>
void value_block(const AttentionRows& args, const BlockRows& block, const std::byte* page, const Scores& p,
                 const Share* share) {
  const auto* values = reinterpret_cast<const typename T::Element*>(page + args.v_offset);
  int64_t c = 0;
  for (; c + 64 <= args.head_dim; c += 64) value_columns<T, Rows, 4>(args, block, values, p, share, c, 0xffff);
  for (; c < args.head_dim; c += 16) {
    value_columns<T, Rows, 1>(args, block, values, p, share, c, first_lanes(args.head_dim - c));
  }
}

// --- rows ---

float scalar_exp(float x) { return _mm512_cvtss_f32(exp(_mm512_set1_ps(x))); }

// The share of old and new in the merged row, and the merged maximum and sum.
Share merge(Softmax& total, const Softmax& block) {
  const float max = block.max > total.max ? block.max : total.max;
  const Share share{false, scalar_exp(total.max - max), scalar_exp(block.max - max)};
  total = {max, __builtin_fmaf(block.sum, share.new_share, total.sum * share.old_share)};
  return share;
}

template <class T, int Rows>
void attend_block(const AttentionRows& args, const BlockRows& block, const std::byte* page, bool first,
                  Softmax* total) {
  alignas(64) Scores scores;
  score_block<T, Rows>(args, block, page, scores);
  Share share[Rows];
  for (int i = 0; i < Rows; ++i) {
    const Softmax mine = softmax_block(scores[i], block.count[i]);
    Softmax& sofar = total[block.row[i] - block.first_row];
    if (first) {
      sofar = mine;
      share[i] = {true, 0, 0};
    } else {
      share[i] = merge(sofar, mine);
    }
  }
  value_block<T, Rows>(args, block, page, scores, share);
}

// Up to four rows from `row` on.
template <class T>
void attend_rows(const AttentionRows& args, int64_t row) {
  Softmax total[kRows];
  for (int64_t first = 0;; first += kKvPageTokens) {
    const BlockRows block = rows_of_block(args, row, first);
    const std::byte* page = block.rows == 0 ? nullptr : args.pages[first / kKvPageTokens];
    switch (block.rows) {
      case 4: attend_block<T, 4>(args, block, page, first == 0, total); break;
      case 3: attend_block<T, 3>(args, block, page, first == 0, total); break;
      case 2: attend_block<T, 2>(args, block, page, first == 0, total); break;
      case 1: attend_block<T, 1>(args, block, page, first == 0, total); break;
      default: break;
    }
    if (block.rows == 0) break;
  }
  const int64_t row_end = smaller(row + kRows, args.rows);
  for (int64_t r = row; r < row_end; ++r) {
    float* out = args.out + r * args.out_stride;
    const __m512 whole = _mm512_set1_ps(total[r - row].sum);
    for (int64_t c = 0; c < args.head_dim; c += 16) {
      const __mmask16 lanes = first_lanes(args.head_dim - c);
      _mm512_mask_storeu_ps(out + c, lanes, _mm512_div_ps(F32::load(out + c, lanes), whole));
    }
  }
}

}  // namespace

void attention(const AttentionRows& args) {
  CHECK(args.kv_type == DType::kF32 || args.kv_type == DType::kBF16);
  for (int64_t row = 0; row < args.rows; row += kRows) {
    if (args.kv_type == DType::kF32) {
      attend_rows<F32>(args, row);
    } else {
      attend_rows<BF16>(args, row);
    }
  }
}

}  // namespace capy::avx512
#endif
