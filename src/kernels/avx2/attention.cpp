// SPDX-License-Identifier: Apache-2.0
// Attention with up to two query rows per pass over a block's keys and values. Scores have their 16 lanes along
// head_dim; weighted values have one lane per column. The scores of a block stay on the stack.
#include "kernels/avx2/operations.h"

#if defined(__AVX2__)
#include "base/check.h"
#include "kernels/avx2/vectors.h"

namespace capy::avx2 {
namespace {

constexpr int kRows = 2;  // per pass

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

BlockRows rows_of_block(const AttentionRows& args, int64_t row, int64_t end, int64_t first) {
  BlockRows block;
  block.first_row = row;
  const int64_t row_end = smaller(row + kRows, end);
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

// Four dot products: Rows rows times 4 / Rows keys.
template <class T, int Rows, int Keys>
__m128 four_dots(const float* const (&q)[Rows], const typename T::Element* const (&keys)[Keys], int64_t head_dim) {
  static_assert(Rows * Keys == 4);
  Lanes lanes[4];
  int64_t c = 0;
  for (; c + 16 <= head_dim; c += 16) {
    for (int half = 0; half < 2; ++half) {
      const int64_t at = c + 8 * half;
      __m256 k[Keys];
      for (int j = 0; j < Keys; ++j) k[j] = T::load(keys[j] + at);
      for (int r = 0; r < Rows; ++r) {
        const __m256 query = F32::load(q[r] + at);
        for (int j = 0; j < Keys; ++j) {
          __m256& sum = half == 0 ? lanes[r * Keys + j].low : lanes[r * Keys + j].high;
          sum = _mm256_fmadd_ps(query, k[j], sum);
        }
      }
    }
  }
  if (const int64_t rest = head_dim - c; rest > 0) {
    for (int r = 0; r < Rows; ++r) {
      for (int j = 0; j < Keys; ++j) {
        lanes[r * Keys + j].add_products(F32::load(q[r] + c, rest), F32::load(q[r] + c + 8, rest - 8),
                                         T::load(keys[j] + c, rest), T::load(keys[j] + c + 8, rest - 8), rest);
      }
    }
  }
  return sums(lanes[0], lanes[1], lanes[2], lanes[3]);
}

// scores[i][0 .. count_max) of the block's rows; what lies behind a row's own count is not used.
template <class T, int Rows>
void score_block(const AttentionRows& args, const BlockRows& block, const std::byte* page, Scores& scores) {
  constexpr int kKeys = 4 / Rows;
  const auto* all_keys = reinterpret_cast<const typename T::Element*>(page + args.k_offset);
  const float* q[Rows];
  for (int r = 0; r < Rows; ++r) q[r] = args.q + block.row[r] * args.q_stride;
  for (int64_t j = 0; j < block.count_max; j += kKeys) {
    const typename T::Element* keys[kKeys];
    for (int i = 0; i < kKeys; ++i) keys[i] = all_keys + smaller(j + i, block.count_max - 1) * args.head_dim;
    alignas(16) float scaled[4];
    _mm_store_ps(scaled, _mm_mul_ps(_mm_set1_ps(args.scale), four_dots<T>(q, keys, args.head_dim)));
    for (int r = 0; r < Rows; ++r) __builtin_memcpy(scores[r] + j, scaled + r * kKeys, kKeys * sizeof(float));
  }
}

float largest(__m256 lanes) {
  __m128 four = _mm_max_ps(_mm256_castps256_ps128(lanes), _mm256_extractf128_ps(lanes, 1));
  four = _mm_max_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_max_ss(four, _mm_movehdup_ps(four)));
}

// Scores become p = exp(s - max), in place. max_ps(s, m) is s > m ? s : m, so that a NaN never becomes the maximum.
Softmax softmax_block(float* scores, int64_t count) {
  // Behind the last key: minus infinity is no maximum, and exp makes it +0, which changes no sum of positive numbers.
  const __m256 nothing = _mm256_set1_ps(-__builtin_inff());
  const auto load = [&](int64_t j) {
    return _mm256_blendv_ps(nothing, F32::load(scores + j, count - j), _mm256_castsi256_ps(first_lanes(count - j)));
  };
  __m256 max = nothing;
  for (int64_t j = 0; j < count; j += 8) max = _mm256_max_ps(load(j), max);
  const float m = largest(max);
  Lanes lanes;
  for (int64_t j = 0; j < count; j += 8) {
    const __m256 p = exp(_mm256_sub_ps(load(j), _mm256_set1_ps(m)));
    store(scores + j, p, count - j);
    __m256& sum = j % 16 == 0 ? lanes.low : lanes.high;
    sum = _mm256_add_ps(sum, p);
  }
  return {m, lanes.sum()};
}

// --- values ---

// How a block's weighted values join what `out` holds: out = fma(block, new_share, out * old_share), or out = block.
struct Share {
  bool first;
  float old_share;
  float new_share;
};

void join(float* out, __m256 block, const Share& share, int64_t count) {
  if (!share.first) {
    const __m256 old = _mm256_mul_ps(F32::load(out, count), _mm256_set1_ps(share.old_share));
    block = _mm256_fmadd_ps(block, _mm256_set1_ps(share.new_share), old);
  }
  store(out, block, count);
}

// Vectors x 8 columns from column c on, for all rows of the block. Each row's chain ends with its own last key.
// `Left` is the number of columns that are left, where that may be less than 8.
template <class T, int Rows, int Vectors, class... Left>
void value_columns(const AttentionRows& args, const BlockRows& block, const typename T::Element* values,
                   const Scores& p, const Share* share, int64_t c, Left... left) {
  __m256 sum[Rows][Vectors];
  for (int r = 0; r < Rows; ++r) {
    for (int i = 0; i < Vectors; ++i) sum[r][i] = _mm256_setzero_ps();
  }
  const typename T::Element* v = values + c;
  for (int64_t j = 0; j < block.count_min; ++j, v += args.head_dim) {
    __m256 value[Vectors];
    for (int i = 0; i < Vectors; ++i) value[i] = T::load(v + 8 * i, left...);
    for (int r = 0; r < Rows; ++r) {
      const __m256 weight = _mm256_set1_ps(p[r][j]);
      for (int i = 0; i < Vectors; ++i) sum[r][i] = _mm256_fmadd_ps(weight, value[i], sum[r][i]);
    }
  }
  for (int r = 0; r < Rows; ++r) {
    for (int64_t j = block.count_min; j < block.count[r]; ++j) {
      const typename T::Element* at = values + j * args.head_dim + c;
      for (int i = 0; i < Vectors; ++i) {
        sum[r][i] = _mm256_fmadd_ps(_mm256_set1_ps(p[r][j]), T::load(at + 8 * i, left...), sum[r][i]);
      }
    }
    float* out = args.out + block.row[r] * args.out_stride + c;
    for (int i = 0; i < Vectors; ++i) join(out + 8 * i, sum[r][i], share[r], args.head_dim - c - 8 * i);
  }
}

template <class T, int Rows>
void value_block(const AttentionRows& args, const BlockRows& block, const std::byte* page, const Scores& p,
                 const Share* share) {
  const auto* values = reinterpret_cast<const typename T::Element*>(page + args.v_offset);
  int64_t c = 0;
  for (; c + 32 <= args.head_dim; c += 32) value_columns<T, Rows, 4>(args, block, values, p, share, c);
  for (; c + 8 <= args.head_dim; c += 8) value_columns<T, Rows, 1>(args, block, values, p, share, c);
  if (c < args.head_dim) value_columns<T, Rows, 1>(args, block, values, p, share, c, args.head_dim - c);
}

// --- rows ---

float scalar_exp(float x) { return _mm256_cvtss_f32(exp(_mm256_set1_ps(x))); }

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
  alignas(32) Scores scores;
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

// Rows that walk the pages together: each page is read from memory once for all of them.
constexpr int64_t kRowsTogether = 64;

// Up to kRowsTogether rows from `begin` on.
template <class T>
void attend_rows(const AttentionRows& args, int64_t begin) {
  Softmax total[kRowsTogether];
  const int64_t end = smaller(begin + kRowsTogether, args.rows);
  bool any = true;
  for (int64_t first = 0; any; first += kKvPageTokens) {
    any = false;
    for (int64_t row = begin; row < end; row += kRows) {
      const BlockRows block = rows_of_block(args, row, end, first);
      if (block.rows == 0) continue;
      any = true;
      const std::byte* page = args.pages[first / kKvPageTokens];
      if (block.rows == 2) attend_block<T, 2>(args, block, page, first == 0, total + (row - begin));
      if (block.rows == 1) attend_block<T, 1>(args, block, page, first == 0, total + (row - begin));
    }
  }
  for (int64_t r = begin; r < end; ++r) {
    float* out = args.out + r * args.out_stride;
    const __m256 whole = _mm256_set1_ps(total[r - begin].sum);
    for (int64_t c = 0; c < args.head_dim; c += 8) {
      store(out + c, _mm256_div_ps(F32::load(out + c, args.head_dim - c), whole), args.head_dim - c);
    }
  }
}

}  // namespace

void attention(const AttentionRows& args) {
  CHECK(args.kv_type == DType::kF32 || args.kv_type == DType::kBF16);
  for (int64_t row = 0; row < args.rows; row += kRowsTogether) {
    if (args.kv_type == DType::kF32) {
      attend_rows<F32>(args, row);
    } else {
      attend_rows<BF16>(args, row);
    }
  }
}

}  // namespace capy::avx2
#endif
