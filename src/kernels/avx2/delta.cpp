// SPDX-License-Identifier: Apache-2.0
// The delta rule of one window with columns of the state as lanes. Three passes: the coefficients c_ij and a_ij from
// dot products of keys and queries; what the state recalls and answers, several rows per pass over S; and the
// substitution from row to row, which touches only the window's own entries.
#include "kernels/avx2/operations.h"

#if defined(__AVX2__)
#include "base/check.h"
#include "kernels/avx2/vectors.h"

namespace capy::avx2 {
namespace {

constexpr int64_t kTileColumns = 128;  // of the state at once

// What is kept of one window and tile: 40 KB on the stack.
struct Window {
  alignas(32) float from_key[kDeltaWindow][kDeltaWindow];    // c_ij by row of the call, j
  alignas(32) float from_query[kDeltaWindow][kDeltaWindow];  // a_ij
  alignas(32) float recalled[kDeltaWindow][kTileColumns];    // S^T k
  alignas(32) float answer[kDeltaWindow][kTileColumns];      // S^T q
  float since_boundary[kDeltaWindow];                        // exp(G_i)
};

// --- coefficients ---

// exp(float(now - earlier[0 .. 8))).
__m256 decays(double now, const double* earlier) {
  const __m128 low = _mm256_cvtpd_ps(_mm256_sub_pd(_mm256_set1_pd(now), _mm256_loadu_pd(earlier)));
  const __m128 high = _mm256_cvtpd_ps(_mm256_sub_pd(_mm256_set1_pd(now), _mm256_loadu_pd(earlier + 4)));
  return exp(_mm256_insertf128_ps(_mm256_castps128_ps256(low), high, 1));
}

float scalar_exp(float x) { return _mm256_cvtss_f32(exp(_mm256_set1_ps(x))); }

// dot(k0, a), dot(k1, a), dot(k0, b), dot(k1, b).
__m128 four_dots(const float* k0, const float* k1, const float* a, const float* b, int64_t n) {
  const float* keys[2] = {k0, k1};
  const float* others[2] = {a, b};
  Lanes lanes[4];
  int64_t c = 0;
  for (; c + 16 <= n; c += 16) {
    for (int i = 0; i < 4; ++i) {
      const float* key = keys[i % 2] + c;
      const float* other = others[i / 2] + c;
      lanes[i].add_products(F32::load(key), F32::load(key + 8), F32::load(other), F32::load(other + 8));
    }
  }
  if (const int64_t rest = n - c; rest > 0) {
    for (int i = 0; i < 4; ++i) {
      const float* key = keys[i % 2] + c;
      const float* other = others[i / 2] + c;
      lanes[i].add_products(F32::load(key, rest), F32::load(key + 8, rest - 8), F32::load(other, rest),
                            F32::load(other + 8, rest - 8), rest);
    }
  }
  return sums(lanes[0], lanes[1], lanes[2], lanes[3]);
}

void coefficients(const DeltaRows& args, Window& window) {
  alignas(32) double G[kDeltaWindow] = {};
  for (int64_t j = 0; j < args.log_length + args.rows; ++j) G[j] = args.log_G[j * args.log_G_stride];
  for (int64_t r = 0; r < args.rows; ++r) {
    const int64_t i = args.log_length + r;
    const float* k = args.log_k + i * args.log_k_stride;
    const float* q = args.q + r * args.q_stride;
    window.since_boundary[r] = scalar_exp(static_cast<float>(G[i]));
    for (int64_t j = 0; j <= i; j += 2) {
      const float* key = args.log_k + j * args.log_k_stride;
      const __m128 dots = four_dots(key, args.log_k + smaller(j + 1, i) * args.log_k_stride, k, q, args.key_dim);
      _mm_storel_pi(reinterpret_cast<__m64*>(window.from_key[r] + j), dots);
      _mm_storeh_pi(reinterpret_cast<__m64*>(window.from_query[r] + j), dots);
    }
    for (int64_t first = 0; first <= i; first += 8) {
      const __m256 share = decays(G[i], G + first);
      float* c = window.from_key[r] + first;
      float* a = window.from_query[r] + first;
      store(c, _mm256_mul_ps(share, F32::load(c, i + 1 - first)), i + 1 - first);
      store(a, _mm256_mul_ps(share, F32::load(a, i + 1 - first)), i + 1 - first);
    }
  }
}

// --- reading the state ---

// Rows from r on, Vectors x 8 columns from `column` on (which is column `at` of the tile). `Left` is the number of
// columns that are left, where that may be less than 8.
template <int Rows, int Vectors, class... Left>
void read_state(const DeltaRows& args, Window& window, int64_t r, int64_t column, int64_t at, Left... left) {
  const float* k[Rows];
  const float* q[Rows];
  __m256 recalled[Rows][Vectors];
  __m256 answer[Rows][Vectors];
  for (int i = 0; i < Rows; ++i) {
    k[i] = args.log_k + (args.log_length + r + i) * args.log_k_stride;
    q[i] = args.q + (r + i) * args.q_stride;
    for (int v = 0; v < Vectors; ++v) recalled[i][v] = answer[i][v] = _mm256_setzero_ps();
  }
  const float* state = args.state + column;
  for (int64_t a = 0; a < args.key_dim; ++a, state += args.value_dim) {
    __m256 s[Vectors];
    for (int v = 0; v < Vectors; ++v) s[v] = F32::load(state + 8 * v, left...);
    for (int i = 0; i < Rows; ++i) {
      const __m256 key = _mm256_set1_ps(k[i][a]);
      const __m256 query = _mm256_set1_ps(q[i][a]);
      for (int v = 0; v < Vectors; ++v) {
        recalled[i][v] = _mm256_fmadd_ps(key, s[v], recalled[i][v]);
        answer[i][v] = _mm256_fmadd_ps(query, s[v], answer[i][v]);
      }
    }
  }
  for (int i = 0; i < Rows; ++i) {
    for (int v = 0; v < Vectors; ++v) {
      _mm256_store_ps(&window.recalled[r + i][at + 8 * v], recalled[i][v]);
      _mm256_store_ps(&window.answer[r + i][at + 8 * v], answer[i][v]);
    }
  }
}

template <int Rows>
void read_state_rows(const DeltaRows& args, Window& window, int64_t r, int64_t column, int64_t columns) {
  constexpr int kVectors = 4 / Rows;  // 8 sums in registers
  int64_t at = 0;
  for (; at + 8 * kVectors <= columns; at += 8 * kVectors) {
    read_state<Rows, kVectors>(args, window, r, column + at, at);
  }
  for (; at < columns; at += 8) read_state<Rows, 1>(args, window, r, column + at, at, columns - at);
}

// --- from row to row ---

template <int Vectors, class... Left>
void substitute(const DeltaRows& args, const Window& window, int64_t column, int64_t at, Left... left) {
  for (int64_t r = 0; r < args.rows; ++r) {
    const int64_t i = args.log_length + r;
    const __m256 since_boundary = _mm256_set1_ps(window.since_boundary[r]);
    __m256 predicted[Vectors];
    __m256 answer[Vectors];
    for (int v = 0; v < Vectors; ++v) {
      predicted[v] = _mm256_mul_ps(since_boundary, _mm256_load_ps(&window.recalled[r][at + 8 * v]));
      answer[v] = _mm256_mul_ps(since_boundary, _mm256_load_ps(&window.answer[r][at + 8 * v]));
    }
    const float* old_d = args.log_d + column;
    for (int64_t j = 0; j < i; ++j, old_d += args.log_d_stride) {
      const __m256 from_key = _mm256_set1_ps(window.from_key[r][j]);
      const __m256 from_query = _mm256_set1_ps(window.from_query[r][j]);
      for (int v = 0; v < Vectors; ++v) {
        const __m256 d = F32::load(old_d + 8 * v, left...);
        predicted[v] = _mm256_fmadd_ps(from_key, d, predicted[v]);
        answer[v] = _mm256_fmadd_ps(from_query, d, answer[v]);
      }
    }
    const __m256 beta = _mm256_set1_ps(args.beta[r * args.beta_stride]);
    const __m256 own = _mm256_set1_ps(window.from_query[r][i]);
    for (int v = 0; v < Vectors; ++v) {
      const int64_t c = column + 8 * v;
      const __m256 value = F32::load(args.v + r * args.v_stride + c, left...);
      const __m256 d = _mm256_mul_ps(beta, _mm256_sub_ps(value, predicted[v]));
      store(args.log_d + i * args.log_d_stride + c, d, args.value_dim - c);
      store(args.out + r * args.out_stride + c, _mm256_fmadd_ps(own, d, answer[v]), args.value_dim - c);
    }
  }
}

void delta_columns(const DeltaRows& args, Window& window, int64_t column, int64_t columns) {
  int64_t r = 0;
  for (; r + 2 <= args.rows; r += 2) read_state_rows<2>(args, window, r, column, columns);
  if (r < args.rows) read_state_rows<1>(args, window, r, column, columns);
  int64_t at = 0;
  for (; at + 32 <= columns; at += 32) substitute<4>(args, window, column + at, at);
  for (; at < columns; at += 8) substitute<1>(args, window, column + at, at, columns - at);
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

// Rows x (Vectors x 8) elements from row first + a and column c on.
template <int Rows, int Vectors, class... Left>
void fold_tile(const DeltaFold& args, const FoldPart& part, int64_t a, int64_t c, Left... left) {
  const int64_t at = (part.first + a) * args.value_dim + c;
  const float* from = (part.begin == 0 ? args.state : args.out) + at;
  __m256 state[Rows][Vectors];
  for (int r = 0; r < Rows; ++r) {
    for (int v = 0; v < Vectors; ++v) {
      state[r][v] = F32::load(from + r * args.value_dim + 8 * v, left...);
      if (part.begin == 0) state[r][v] = _mm256_mul_ps(_mm256_set1_ps(part.kept), state[r][v]);
    }
  }
  for (int64_t j = part.begin; j < part.end; ++j) {
    const float* d = args.log_d + j * args.log_d_stride + c;
    __m256 value[Vectors];
    for (int v = 0; v < Vectors; ++v) value[v] = F32::load(d + 8 * v, left...);
    for (int r = 0; r < Rows; ++r) {
      const __m256 s = _mm256_set1_ps(part.strength[j - part.begin][a + r]);
      for (int v = 0; v < Vectors; ++v) state[r][v] = _mm256_fmadd_ps(s, value[v], state[r][v]);
    }
  }
  for (int r = 0; r < Rows; ++r) {
    for (int v = 0; v < Vectors; ++v) {
      store(args.out + at + r * args.value_dim + 8 * v, state[r][v], args.value_dim - c - 8 * v);
    }
  }
}

template <int Rows>
void fold_rows(const DeltaFold& args, const FoldPart& part, int64_t a) {
  int64_t c = 0;
  for (; c + 16 <= args.value_dim; c += 16) fold_tile<Rows, 2>(args, part, a, c);
  for (; c < args.value_dim; c += 8) fold_tile<Rows, 1>(args, part, a, c, args.value_dim - c);
}

// exp(float(last - G_j)) k_j[first .. first+rows) for entries j from `begin` on.
void strengths(const DeltaFold& args, Strengths& strength, int64_t begin, int64_t end, double last, int64_t first,
               int64_t rows) {
  for (int64_t j = begin; j < end; ++j) {
    const float past = static_cast<float>(last - args.log_G[j * args.log_G_stride]);
    const __m256 share = exp(_mm256_set1_ps(past));
    const float* k = args.log_k + j * args.log_k_stride + first;
    for (int64_t a = 0; a < rows; a += 8) {
      _mm256_storeu_ps(&strength[j - begin][a], _mm256_mul_ps(share, F32::load(k + a, rows - a)));
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
  alignas(32) Strengths strength;
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

}  // namespace capy::avx2
#endif
