// SPDX-License-Identifier: Apache-2.0
// The delta rule of one window with columns of the state as lanes. Three passes: the coefficients c_ij and a_ij from
// dot products of keys and queries; what the state recalls and answers, several rows per pass over S; and the
// substitution from row to row, which touches only the window's own entries.
#include "kernels/neon/operations.h"

#if defined(__aarch64__)
#include "base/check.h"
#include "kernels/neon/vectors.h"

namespace capy::neon {
namespace {

constexpr int64_t kTileColumns = 128;  // of the state at once

// What is kept of one window and tile: 40 KB on the stack.
struct Window {
  alignas(16) float from_key[kDeltaWindow][kDeltaWindow];    // c_ij by row of the call, j
  alignas(16) float from_query[kDeltaWindow][kDeltaWindow];  // a_ij
  alignas(16) float recalled[kDeltaWindow][kTileColumns];    // S^T k
  alignas(16) float answer[kDeltaWindow][kTileColumns];      // S^T q
  float since_boundary[kDeltaWindow];                        // exp(G_i)
};

// --- coefficients ---

// exp(float(now - earlier[0 .. 4))).
float32x4_t decays(double now, const double* earlier) {
  const float64x2_t low = vsubq_f64(vdupq_n_f64(now), vld1q_f64(earlier));
  const float64x2_t high = vsubq_f64(vdupq_n_f64(now), vld1q_f64(earlier + 2));
  return exp(vcombine_f32(vcvt_f32_f64(low), vcvt_f32_f64(high)));
}

// dot(k0, a), dot(k1, a), dot(k0, b), dot(k1, b).
float32x4_t four_dots(const float* k0, const float* k1, const float* a, const float* b, int64_t n) {
  const float* keys[2] = {k0, k1};
  const float* others[2] = {a, b};
  Lanes lanes[4];
  int64_t c = 0;
  for (; c + 16 <= n; c += 16) {
    repeat<4>([&](int i) CAPY_INLINED { lanes[i].add_products<F32>(keys[i % 2] + c, others[i / 2] + c); });
  }
  if (c < n) {
    repeat<4>([&](int i) CAPY_INLINED { lanes[i].add_last_products<F32>(keys[i % 2] + c, others[i / 2] + c, n - c); });
  }
  return sums(lanes[0], lanes[1], lanes[2], lanes[3]);
}

void coefficients(const DeltaRows& args, Window& window) {
  double G[kDeltaWindow] = {};
  for (int64_t j = 0; j < args.log_length + args.rows; ++j) G[j] = args.log_G[j * args.log_G_stride];
  for (int64_t r = 0; r < args.rows; ++r) {
    const int64_t i = args.log_length + r;
    const float* k = args.log_k + i * args.log_k_stride;
    const float* q = args.q + r * args.q_stride;
    window.since_boundary[r] = scalar_exp(static_cast<float>(G[i]));
    for (int64_t j = 0; j <= i; j += 2) {
      const float* key = args.log_k + j * args.log_k_stride;
      const float32x4_t dots = four_dots(key, args.log_k + smaller(j + 1, i) * args.log_k_stride, k, q, args.key_dim);
      vst1_f32(window.from_key[r] + j, vget_low_f32(dots));
      vst1_f32(window.from_query[r] + j, vget_high_f32(dots));
    }
    for (int64_t first = 0; first <= i; first += 4) {
      const float32x4_t share = decays(G[i], G + first);
      float* c = window.from_key[r] + first;
      float* a = window.from_query[r] + first;
      store(c, vmulq_f32(share, F32::load(c, i + 1 - first)), i + 1 - first);
      store(a, vmulq_f32(share, F32::load(a, i + 1 - first)), i + 1 - first);
    }
  }
}

// --- reading the state ---

// Rows from r on, Vectors x 4 columns from `column` on (which is column `at` of the tile). `Left` is the number of
// columns that are left, where that may be less than 4.
template <int Rows, int Vectors, class... Left>
void read_state(const DeltaRows& args, Window& window, int64_t r, int64_t column, int64_t at, Left... left) {
  const float* k[Rows];
  const float* q[Rows];
  float32x4_t recalled[Rows][Vectors];
  float32x4_t answer[Rows][Vectors];
  repeat<Rows>([&](int i) CAPY_INLINED {
    k[i] = args.log_k + (args.log_length + r + i) * args.log_k_stride;
    q[i] = args.q + (r + i) * args.q_stride;
    repeat<Vectors>([&](int v) CAPY_INLINED { recalled[i][v] = answer[i][v] = vdupq_n_f32(0); });
  });
  const float* state = args.state + column;
  for (int64_t a = 0; a < args.key_dim; ++a, state += args.value_dim) {
    float32x4_t s[Vectors];
    repeat<Vectors>([&](int v) CAPY_INLINED { s[v] = F32::load(state + 4 * v, left...); });
    repeat<Rows>([&](int i) CAPY_INLINED {
      const float32x4_t key = vdupq_n_f32(k[i][a]);
      const float32x4_t query = vdupq_n_f32(q[i][a]);
      repeat<Vectors>([&](int v) CAPY_INLINED {
        recalled[i][v] = vfmaq_f32(recalled[i][v], key, s[v]);
        answer[i][v] = vfmaq_f32(answer[i][v], query, s[v]);
      });
    });
  }
  repeat<Rows>([&](int i) CAPY_INLINED {
    repeat<Vectors>([&](int v) CAPY_INLINED {
      vst1q_f32(&window.recalled[r + i][at + 4 * v], recalled[i][v]);
      vst1q_f32(&window.answer[r + i][at + 4 * v], answer[i][v]);
    });
  });
}

template <int Rows>
void read_state_rows(const DeltaRows& args, Window& window, int64_t r, int64_t column, int64_t columns) {
  constexpr int kVectors = 8 / Rows;  // 16 sums in registers
  int64_t at = 0;
  for (; at + 4 * kVectors <= columns; at += 4 * kVectors) {
    read_state<Rows, kVectors>(args, window, r, column + at, at);
  }
  for (; at < columns; at += 4) read_state<Rows, 1>(args, window, r, column + at, at, columns - at);
}

// --- from row to row ---

template <int Vectors, class... Left>
void substitute(const DeltaRows& args, const Window& window, int64_t column, int64_t at, Left... left) {
  for (int64_t r = 0; r < args.rows; ++r) {
    const int64_t i = args.log_length + r;
    const float32x4_t since_boundary = vdupq_n_f32(window.since_boundary[r]);
    float32x4_t predicted[Vectors];
    float32x4_t answer[Vectors];
    repeat<Vectors>([&](int v) CAPY_INLINED {
      predicted[v] = vmulq_f32(since_boundary, vld1q_f32(&window.recalled[r][at + 4 * v]));
      answer[v] = vmulq_f32(since_boundary, vld1q_f32(&window.answer[r][at + 4 * v]));
    });
    const float* old_d = args.log_d + column;
    for (int64_t j = 0; j < i; ++j, old_d += args.log_d_stride) {
      const float32x4_t from_key = vdupq_n_f32(window.from_key[r][j]);
      const float32x4_t from_query = vdupq_n_f32(window.from_query[r][j]);
      repeat<Vectors>([&](int v) CAPY_INLINED {
        const float32x4_t d = F32::load(old_d + 4 * v, left...);
        predicted[v] = vfmaq_f32(predicted[v], from_key, d);
        answer[v] = vfmaq_f32(answer[v], from_query, d);
      });
    }
    const float32x4_t beta = vdupq_n_f32(args.beta[r * args.beta_stride]);
    const float32x4_t own = vdupq_n_f32(window.from_query[r][i]);
    repeat<Vectors>([&](int v) CAPY_INLINED {
      const int64_t c = column + 4 * v;
      const float32x4_t value = F32::load(args.v + r * args.v_stride + c, left...);
      const float32x4_t d = vmulq_f32(beta, vsubq_f32(value, predicted[v]));
      store(args.log_d + i * args.log_d_stride + c, d, args.value_dim - c);
      store(args.out + r * args.out_stride + c, vfmaq_f32(answer[v], own, d), args.value_dim - c);
    });
  }
}

void delta_columns(const DeltaRows& args, Window& window, int64_t column, int64_t columns) {
  int64_t r = 0;
  for (; r + 2 <= args.rows; r += 2) read_state_rows<2>(args, window, r, column, columns);
  if (r < args.rows) read_state_rows<1>(args, window, r, column, columns);
  int64_t at = 0;
  for (; at + 32 <= columns; at += 32) substitute<8>(args, window, column + at, at);
  for (; at < columns; at += 4) substitute<1>(args, window, column + at, at, columns - at);
}

// --- fold ---

constexpr int64_t kFoldRows = 128;  // state rows whose strengths are on the stack: 16 KB

using Strengths = float[kDeltaWindow][kFoldRows];

// Entries [begin, end) of the log into rows [first, first + rows) of the state; their strengths are there.
struct FoldPart {
  const Strengths& strength;
  int64_t begin;
  int64_t end;
  int64_t first;
  int64_t rows;
  float kept;  // exp(G): the first entries also decay the old state
};

// Rows x (Vectors x 4) elements from row first + a and column c on.
template <int Rows, int Vectors, class... Left>
void fold_tile(const DeltaFold& args, const FoldPart& part, int64_t a, int64_t c, Left... left) {
  const int64_t at = (part.first + a) * args.value_dim + c;
  const float* from = (part.begin == 0 ? args.state : args.out) + at;
  float32x4_t state[Rows][Vectors];
  repeat<Rows>([&](int r) CAPY_INLINED {
    repeat<Vectors>([&](int v) CAPY_INLINED {
      state[r][v] = F32::load(from + r * args.value_dim + 4 * v, left...);
      if (part.begin == 0) state[r][v] = vmulq_f32(vdupq_n_f32(part.kept), state[r][v]);
    });
  });
  for (int64_t j = part.begin; j < part.end; ++j) {
    const float* d = args.log_d + j * args.log_d_stride + c;
    float32x4_t value[Vectors];
    repeat<Vectors>([&](int v) CAPY_INLINED { value[v] = F32::load(d + 4 * v, left...); });
    repeat<Rows>([&](int r) CAPY_INLINED {
      const float32x4_t s = vdupq_n_f32(part.strength[j - part.begin][a + r]);
      repeat<Vectors>([&](int v) CAPY_INLINED { state[r][v] = vfmaq_f32(state[r][v], s, value[v]); });
    });
  }
  repeat<Rows>([&](int r) CAPY_INLINED {
    repeat<Vectors>([&](int v) CAPY_INLINED {
      store(args.out + at + r * args.value_dim + 4 * v, state[r][v], args.value_dim - c - 4 * v);
    });
  });
}

template <int Rows>
void fold_rows(const DeltaFold& args, const FoldPart& part, int64_t a) {
  int64_t c = 0;
  for (; c + 16 <= args.value_dim; c += 16) fold_tile<Rows, 4>(args, part, a, c);
  for (; c < args.value_dim; c += 4) fold_tile<Rows, 1>(args, part, a, c, args.value_dim - c);
}

// exp(float(last - G_j)) k_j[first .. first+rows) for entries j from `begin` on.
void strengths(const DeltaFold& args, Strengths& strength, int64_t begin, int64_t end, double last, int64_t first,
               int64_t rows) {
  for (int64_t j = begin; j < end; ++j) {
    const float past = static_cast<float>(last - args.log_G[j * args.log_G_stride]);
    const float32x4_t share = exp(vdupq_n_f32(past));
    const float* k = args.log_k + j * args.log_k_stride + first;
    for (int64_t a = 0; a < rows; a += 4) {
      vst1q_f32(&strength[j - begin][a], vmulq_f32(share, F32::load(k + a, rows - a)));
    }
  }
}

}  // namespace

void delta_rule(const DeltaRows& args) {
  CHECK(args.log_length >= 0 && args.log_length + args.rows <= kDeltaWindow);
  Window window;
  coefficients(args, window);
  for (int64_t column = 0; column < args.value_dim; column += kTileColumns) {
    delta_columns(args, window, column, smaller(kTileColumns, args.value_dim - column));
  }
}

void delta_fold(const DeltaFold& args) {
  CHECK(args.entries >= 1);
  const double last = args.log_G[(args.entries - 1) * args.log_G_stride];
  const float kept = scalar_exp(static_cast<float>(last));
  alignas(16) Strengths strength;
  for (int64_t begin = 0; begin < args.entries; begin += kDeltaWindow) {
    const int64_t end = smaller(begin + kDeltaWindow, args.entries);
    for (int64_t first = 0; first < args.key_dim; first += kFoldRows) {
      const int64_t rows = smaller(kFoldRows, args.key_dim - first);
      strengths(args, strength, begin, end, last, first, rows);
      const FoldPart part{strength, begin, end, first, rows, kept};
      int64_t a = 0;
      for (; a + 4 <= rows; a += 4) fold_rows<4>(args, part, a);
      for (; a < rows; ++a) fold_rows<1>(args, part, a);
    }
  }
}

}  // namespace capy::neon
#endif
