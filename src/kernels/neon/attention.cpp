// SPDX-License-Identifier: Apache-2.0
// Attention with up to two query rows per pass over a block's keys and values. Scores have their 16 lanes along
// head_dim; weighted values have one lane per column. The scores of a block stay on the stack.
#include "kernels/neon/operations.h"

#if defined(__aarch64__)
#include "base/check.h"
#include "kernels/neon/vectors.h"

namespace capy::neon {
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

// Four dot products: Rows rows times 4 / Rows keys.
template <class T, int Rows, int Keys>
float32x4_t four_dots(const float* const (&q)[Rows], const typename T::Element* const (&keys)[Keys], int64_t head_dim) {
  static_assert(Rows * Keys == 4);
  Lanes lanes[4];
  int64_t c = 0;
  for (; c + 16 <= head_dim; c += 16) {
    repeat<4>([&](int part) CAPY_INLINED {
      const int64_t at = c + 4 * part;
      float32x4_t k[Keys];
      repeat<Keys>([&](int j) CAPY_INLINED { k[j] = T::load(keys[j] + at); });
      repeat<Rows>([&](int r) CAPY_INLINED {
        const float32x4_t query = F32::load(q[r] + at);
        repeat<Keys>([&](int j) CAPY_INLINED {
          float32x4_t& sum = lanes[r * Keys + j].part[part];
          sum = vfmaq_f32(sum, query, k[j]);
        });
      });
    });
  }
  if (c < head_dim) {
    repeat<4>([&](int i) CAPY_INLINED {
      lanes[i].template add_last_products<T>(q[i / Keys] + c, keys[i % Keys] + c, head_dim - c);
    });
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
    float scaled[4];
    vst1q_f32(scaled, vmulq_n_f32(four_dots<T>(q, keys, args.head_dim), args.scale));
    for (int r = 0; r < Rows; ++r) __builtin_memcpy(scores[r] + j, scaled + r * kKeys, kKeys * sizeof(float));
  }
}

// s > m ? s : m, so that a NaN never becomes the maximum.
float32x4_t larger(float32x4_t s, float32x4_t m) { return vbslq_f32(vcgtq_f32(s, m), s, m); }

// Scores become p = exp(s - max), in place.
Softmax softmax_block(float* scores, int64_t count) {
  // Behind the last key: minus infinity is no maximum, and exp makes it +0, which changes no sum of positive numbers.
  const float32x4_t nothing = vdupq_n_f32(-__builtin_inff());
  const auto load = [&](int64_t j) {
    if (j + 4 <= count) return F32::load(scores + j);
    return vbslq_f32(first_lanes(count - j), F32::load(scores + j, count - j), nothing);
  };
  float32x4_t max = nothing;
  for (int64_t j = 0; j < count; j += 4) max = larger(load(j), max);
  const float m = vmaxvq_f32(max);
  Lanes lanes;
  for (int64_t j = 0; j < count; j += 16) {
    for (int part = 0; part < 4 && j + 4 * part < count; ++part) {
      const int64_t at = j + 4 * part;
      const float32x4_t p = exp(vsubq_f32(load(at), vdupq_n_f32(m)));
      store(scores + at, p, count - at);
      lanes.part[part] = vaddq_f32(lanes.part[part], p);
    }
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

void join(float* out, float32x4_t block, const Share& share, int64_t count) {
  if (!share.first) {
    block = vfmaq_n_f32(vmulq_n_f32(F32::load(out, count), share.old_share), block, share.new_share);
  }
  store(out, block, count);
}

// Vectors x 4 columns from column c on, for all rows of the block. Each row's chain ends with its own last key.
// `Left` is the number of columns that are left, where that may be less than 4.
template <class T, int Rows, int Vectors, class... Left>
void value_columns(const AttentionRows& args, const BlockRows& block, const typename T::Element* values,
                   const Scores& p, const Share* share, int64_t c, Left... left) {
  float32x4_t sum[Rows][Vectors];
  const auto for_sums = [](const auto& f) CAPY_INLINED {
    repeat<Vectors>([&](int i) CAPY_INLINED { repeat<Rows>([&](int r) CAPY_INLINED { f(r, i); }); });
  };
  for_sums([&](int r, int i) CAPY_INLINED { sum[r][i] = vdupq_n_f32(0); });
  const typename T::Element* v = values + c;
  for (int64_t j = 0; j < block.count_min; ++j, v += args.head_dim) {
    repeat<Vectors>([&](int i) CAPY_INLINED {
      const float32x4_t value = T::load(v + 4 * i, left...);
      repeat<Rows>([&](int r) CAPY_INLINED { sum[r][i] = vfmaq_n_f32(sum[r][i], value, p[r][j]); });
    });
  }
  repeat<Rows>([&](int r) CAPY_INLINED {
    for (int64_t j = block.count_min; j < block.count[r]; ++j) {
      const typename T::Element* at = values + j * args.head_dim + c;
      repeat<Vectors>([&](int i)
                          CAPY_INLINED { sum[r][i] = vfmaq_n_f32(sum[r][i], T::load(at + 4 * i, left...), p[r][j]); });
    }
  });
  for_sums([&](int r, int i) CAPY_INLINED {
    float* out = args.out + block.row[r] * args.out_stride + c;
    join(out + 4 * i, sum[r][i], share[r], args.head_dim - c - 4 * i);
  });
}

template <class T, int Rows>
void value_block(const AttentionRows& args, const BlockRows& block, const std::byte* page, const Scores& p,
                 const Share* share) {
  const auto* values = reinterpret_cast<const typename T::Element*>(page + args.v_offset);
  int64_t c = 0;
  for (; c + 32 <= args.head_dim; c += 32) value_columns<T, Rows, 8>(args, block, values, p, share, c);
  for (; c + 4 <= args.head_dim; c += 4) value_columns<T, Rows, 1>(args, block, values, p, share, c);
  if (c < args.head_dim) value_columns<T, Rows, 1>(args, block, values, p, share, c, args.head_dim - c);
}

// --- rows ---

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
  alignas(16) Scores scores;
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

// Up to two rows from `row` on.
template <class T>
void attend_rows(const AttentionRows& args, int64_t row) {
  Softmax total[kRows];
  for (int64_t first = 0;; first += kKvPageTokens) {
    const BlockRows block = rows_of_block(args, row, first);
    if (block.rows == 0) break;
    const std::byte* page = args.pages[first / kKvPageTokens];
    if (block.rows == 2) attend_block<T, 2>(args, block, page, first == 0, total);
    if (block.rows == 1) attend_block<T, 1>(args, block, page, first == 0, total);
  }
  const int64_t row_end = smaller(row + kRows, args.rows);
  for (int64_t r = row; r < row_end; ++r) {
    float* out = args.out + r * args.out_stride;
    const float32x4_t whole = vdupq_n_f32(total[r - row].sum);
    for (int64_t c = 0; c < args.head_dim; c += 4) {
      store(out + c, vdivq_f32(F32::load(out + c, args.head_dim - c), whole), args.head_dim - c);
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

}  // namespace capy::neon
#endif
