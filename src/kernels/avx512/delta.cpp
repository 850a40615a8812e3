// SPDX-License-Identifier: Apache-2.0
// The delta rule of one window with columns of the state as lanes. Three passes: the coefficients c_ij and a_ij from
// dot products of keys and queries; what the state recalls and answers, several rows per pass over S; and the
// substitution from row to row, which touches only the window's own entries.
#include "kernels/avx512/operations.h"

#if defined(__AVX512F__)
#include "base/check.h"
#include "kernels/avx512/vectors.h"

namespace capy::avx512 {
namespace {

constexpr int64_t kTileColumns = 128;  // of the state at once

// What is kept of one window and tile: 40 KB on the stack.
struct Window {
  alignas(64) float from_key[kDeltaWindow][kDeltaWindow];    // c_ij by row of the call, j
  alignas(64) float from_query[kDeltaWindow][kDeltaWindow];  // a_ij
  alignas(64) float recalled[kDeltaWindow][kTileColumns];    // S^T k
  alignas(64) float answer[kDeltaWindow][kTileColumns];      // S^T q
  float since_boundary[kDeltaWindow];                        // exp(G_i)
};

// --- coefficients ---

// exp(float(now - earlier[0 .. 16))).
__m512 decays(double now, const double* earlier) {
  const __m512d low = _mm512_sub_pd(_mm512_set1_pd(now), _mm512_loadu_pd(earlier));
  const __m512d high = _mm512_sub_pd(_mm512_set1_pd(now), _mm512_loadu_pd(earlier + 8));
  return exp(_mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps(low)), _mm512_cvtpd_ps(high), 1));
}

// dot(keys[j], a) for j < 8 in lanes 0..7, dot(keys[j], b) in lanes 8..15.
__m512 sixteen_dots(const float* const (&keys)[8], const float* a, const float* b, int64_t n) {
  __m512 lanes[16];
  for (int i = 0; i < 16; ++i) lanes[i] = _mm512_setzero_ps();
  int64_t c = 0;
  for (; c + 16 <= n; c += 16) {
    const __m512 a16 = _mm512_loadu_ps(a + c);
    const __m512 b16 = _mm512_loadu_ps(b + c);
    for (int j = 0; j < 8; ++j) {
      const __m512 key = _mm512_loadu_ps(keys[j] + c);
      lanes[j] = _mm512_fmadd_ps(key, a16, lanes[j]);
      lanes[8 + j] = _mm512_fmadd_ps(key, b16, lanes[8 + j]);
    }
  }
  if (c < n) {
    const __mmask16 rest = first_lanes(n - c);
    const __m512 a16 = F32::load(a + c, rest);
    const __m512 b16 = F32::load(b + c, rest);
    for (int j = 0; j < 8; ++j) {
      const __m512 key = F32::load(keys[j] + c, rest);
      lanes[j] = _mm512_mask3_fmadd_ps(key, a16, lanes[j], rest);
      lanes[8 + j] = _mm512_mask3_fmadd_ps(key, b16, lanes[8 + j], rest);
    }
  }
  return sums(lanes);
}

void coefficients(const DeltaRows& args, Window& window) {
  alignas(64) double G[kDeltaWindow] = {};
  for (int64_t j = 0; j < args.log_length + args.rows; ++j) G[j] = args.log_G[j * args.log_G_stride];
  for (int64_t r = 0; r < args.rows; ++r) {
    const int64_t i = args.log_length + r;
    const float* k = args.log_k + i * args.log_k_stride;
    const float* q = args.q + r * args.q_stride;
    window.since_boundary[r] = _mm512_cvtss_f32(exp(_mm512_set1_ps(static_cast<float>(G[i]))));
    for (int64_t first = 0; first <= i; first += 8) {
      const float* keys[8];
      for (int j = 0; j < 8; ++j) keys[j] = args.log_k + smaller(first + j, i) * args.log_k_stride;
      const __m512 dots = sixteen_dots(keys, k, q, args.key_dim);
      _mm256_store_ps(window.from_key[r] + first, _mm512_castps512_ps256(dots));
      _mm256_store_ps(window.from_query[r] + first, _mm512_extractf32x8_ps(dots, 1));
    }
    for (int64_t first = 0; first <= i; first += 16) {
      const __m512 share = decays(G[i], G + first);
      const __mmask16 lanes = first_lanes(i + 1 - first);
      float* c = window.from_key[r] + first;
      float* a = window.from_query[r] + first;
      _mm512_mask_storeu_ps(c, lanes, _mm512_mul_ps(share, F32::load(c, lanes)));
      _mm512_mask_storeu_ps(a, lanes, _mm512_mul_ps(share, F32::load(a, lanes)));
    }
  }
}

// --- reading the state ---

// Rows from r on, Vectors x 16 columns from `column` on (which is column `at` of the tile).
template <int Rows, int Vectors>
void read_state(const DeltaRows& args, Window& window, int64_t r, int64_t column, int64_t at, __mmask16 lanes) {
  const float* k[Rows];
  const float* q[Rows];
  __m512 recalled[Rows][Vectors];
  __m512 answer[Rows][Vectors];
  for (int i = 0; i < Rows; ++i) {
    k[i] = args.log_k + (args.log_length + r + i) * args.log_k_stride;
    q[i] = args.q + (r + i) * args.q_stride;
    for (int v = 0; v < Vectors; ++v) recalled[i][v] = answer[i][v] = _mm512_setzero_ps();
  }
  const float* state = args.state + column;
  for (int64_t a = 0; a < args.key_dim; ++a, state += args.value_dim) {
    __m512 s[Vectors];
    for (int v = 0; v < Vectors; ++v) s[v] = F32::load(state + 16 * v, lanes);
    for (int i = 0; i < Rows; ++i) {
      const __m512 key = _mm512_set1_ps(k[i][a]);
      const __m512 query = _mm512_set1_ps(q[i][a]);
      for (int v = 0; v < Vectors; ++v) {
        recalled[i][v] = _mm512_fmadd_ps(key, s[v], recalled[i][v]);
        answer[i][v] = _mm512_fmadd_ps(query, s[v], answer[i][v]);
      }
    }
  }
  for (int i = 0; i < Rows; ++i) {
    for (int v = 0; v < Vectors; ++v) {
      _mm512_store_ps(&window.recalled[r + i][at + 16 * v], recalled[i][v]);
      _mm512_store_ps(&window.answer[r + i][at + 16 * v], answer[i][v]);
    }
  }
}

template <int Rows>
void read_state_rows(const DeltaRows& args, Window& window, int64_t r, int64_t column, int64_t columns) {
  constexpr int kVectors = 8 / Rows;  // 16 sums in registers
  int64_t at = 0;
  for (; at + 16 * kVectors <= columns; at += 16 * kVectors) {
    read_state<Rows, kVectors>(args, window, r, column + at, at, 0xffff);
  }
  for (; at < columns; at += 16) read_state<Rows, 1>(args, window, r, column + at, at, first_lanes(columns - at));
}

// --- from row to row ---

template <int Vectors>
void substitute(const DeltaRows& args, const Window& window, int64_t column, int64_t at, __mmask16 lanes) {
  for (int64_t r = 0; r < args.rows; ++r) {
    const int64_t i = args.log_length + r;
    const __m512 since_boundary = _mm512_set1_ps(window.since_boundary[r]);
    __m512 predicted[Vectors];
    __m512 answer[Vectors];
    for (int v = 0; v < Vectors; ++v) {
      predicted[v] = _mm512_mul_ps(since_boundary, _mm512_load_ps(&window.recalled[r][at + 16 * v]));
      answer[v] = _mm512_mul_ps(since_boundary, _mm512_load_ps(&window.answer[r][at + 16 * v]));
    }
    const float* old_d = args.log_d + column;
    for (int64_t j = 0; j < i; ++j, old_d += args.log_d_stride) {
      const __m512 from_key = _mm512_set1_ps(window.from_key[r][j]);
      const __m512 from_query = _mm512_set1_ps(window.from_query[r][j]);
      for (int v = 0; v < Vectors; ++v) {
        const __m512 d = F32::load(old_d + 16 * v, lanes);
        predicted[v] = _mm512_fmadd_ps(from_key, d, predicted[v]);
        answer[v] = _mm512_fmadd_ps(from_query, d, answer[v]);
      }
    }
    const __m512 beta = _mm512_set1_ps(args.beta[r * args.beta_stride]);
    const __m512 own = _mm512_set1_ps(window.from_query[r][i]);
    for (int v = 0; v < Vectors; ++v) {
      const int64_t c = column + 16 * v;
      const __m512 value = F32::load(args.v + r * args.v_stride + c, lanes);
      const __m512 d = _mm512_mul_ps(beta, _mm512_sub_ps(value, predicted[v]));
      _mm512_mask_storeu_ps(args.log_d + i * args.log_d_stride + c, lanes, d);
      _mm512_mask_storeu_ps(args.out + r * args.out_stride + c, lanes, _mm512_fmadd_ps(own, d, answer[v]));
    }
  }
}

void delta_columns(const DeltaRows& args, Window& window, int64_t column, int64_t columns) {
  int64_t r = 0;
  for (; r + 4 <= args.rows; r += 4) read_state_rows<4>(args, window, r, column, columns);
  for (; r + 2 <= args.rows; r += 2) read_state_rows<2>(args, window, r, column, columns);
  if (r < args.rows) read_state_rows<1>(args, window, r, column, columns);
  int64_t at = 0;
  for (; at + 64 <= columns; at += 64) substitute<4>(args, window, column + at, at, 0xffff);
  for (; at < columns; at += 16) substitute<1>(args, window, column + at, at, first_lanes(columns - at));
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

// Rows x (Vectors x 16) elements from row first + a and column c on.
template <int Rows, int Vectors>
void fold_tile(const DeltaFold& args, const FoldPart& part, int64_t a, int64_t c, __mmask16 lanes) {
  const int64_t at = (part.first + a) * args.value_dim + c;
  const float* from = (part.begin == 0 ? args.state : args.out) + at;
  __m512 state[Rows][Vectors];
  for (int r = 0; r < Rows; ++r) {
    for (int v = 0; v < Vectors; ++v) {
      state[r][v] = F32::load(from + r * args.value_dim + 16 * v, lanes);
      if (part.begin == 0) state[r][v] = _mm512_mul_ps(_mm512_set1_ps(part.kept), state[r][v]);
    }
  }
  for (int64_t j = part.begin; j < part.end; ++j) {
    const float* d = args.log_d + j * args.log_d_stride + c;
    __m512 value[Vectors];
    for (int v = 0; v < Vectors; ++v) value[v] = F32::load(d + 16 * v, lanes);
    for (int r = 0; r < Rows; ++r) {
      const __m512 s = _mm512_set1_ps(part.strength[j - part.begin][a + r]);
      for (int v = 0; v < Vectors; ++v) state[r][v] = _mm512_fmadd_ps(s, value[v], state[r][v]);
    }
  }
  for (int r = 0; r < Rows; ++r) {
    for (int v = 0; v < Vectors; ++v) {
      _mm512_mask_storeu_ps(args.out + at + r * args.value_dim + 16 * v, lanes, state[r][v]);
    }
  }
}

template <int Rows>
void fold_rows(const DeltaFold& args, const FoldPart& part, int64_t a) {
  int64_t c = 0;
  for (; c + 64 <= args.value_dim; c += 64) fold_tile<Rows, 4>(args, part, a, c, 0xffff);
  for (; c < args.value_dim; c += 16) {
    fold_tile<Rows, 1>(args, part, a, c, first_lanes(args.value_dim - c));
  }
}

// exp(float(last - G_j)) k_j[first .. first+rows) for entries j from `begin` on.
void strengths(const DeltaFold& args, Strengths& strength, int64_t begin, int64_t end, double last, int64_t first,
               int64_t rows) {
  for (int64_t j = begin; j < end; ++j) {
    const float past = static_cast<float>(last - args.log_G[j * args.log_G_stride]);
    const __m512 share = exp(_mm512_set1_ps(past));
    const float* k = args.log_k + j * args.log_k_stride + first;
    for (int64_t a = 0; a < rows; a += 16) {
      _mm512_storeu_ps(&strength[j - begin][a], _mm512_mul_ps(share, F32::load(k + a, first_lanes(rows - a))));
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
  const float kept = _mm512_cvtss_f32(exp(_mm512_set1_ps(static_cast<float>(last))));
  alignas(64) Strengths strength;
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

}  // namespace capy::avx512
#endif
