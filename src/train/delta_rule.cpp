// SPDX-License-Identifier: Apache-2.0
// The gated delta rule of one document and one value head, 64 rows at a time, all of it as small matrix products.
// Within a chunk: G the running sum of g, E = e^G, D = e^{G_last - G}, L_ij = e^{G_i - G_j}; S the state before it.
//
//   B = -diag(beta) strict_lower(K K^T . L)     P = lower(Q K^T . L)
//   forward   (I - B) X = diag(beta) (V - diag(E) K S)          X: what each row adds to the state ("corrected")
//             O = diag(E) Q S + P X                             S' = E_last S + (diag(D) K)^T X
//   backward  dX = P^T dO + diag(D) K dS'                       (I - B)^T dR = dX
//             dP = lower(dO X^T)                                dB = strict_lower(dR X^T)
//             dV = diag(beta) dR
//             dQ = diag(E) dO S^T + (dP . L) K
//             dK = diag(D) X dS'^T - diag(beta E) dR S^T + (dP . L)^T Q + (N + N^T) K,   N = -diag(beta) dB . L
//             dS = E_last dS' + (diag(E) Q)^T dO - (diag(beta E) K)^T dR
// and the gates from the same products: G_i gains the sums of dP . P and of -beta dB . M (M = strict_lower(K K^T . L))
// over row i and loses those over column i, and so on; dg is the sum of dG over the rows from its own on. Nothing
// divides by a gate.
#include <utility>
#include <vector>

#include "train/instantiate.h"
#include "train/operations.h"

namespace capy::train {
namespace {

constexpr int64_t kChunk = kDeltaChunk;
constexpr int64_t kSolveRows = 16;  // of the triangular system that are solved row by row

// One chunk of one value head.
template <class V>
struct Chunk {
  int64_t rows;
  Rows<const V> q;
  Rows<const V> k;
  Rows<const V> v;
  const V* g;
  const V* beta;
  int64_t gate_stride;
  const V* state;  // before the chunk
  Rows<V> out;
  Rows<V> corrected;
};

// What both directions need of a chunk, and scratch; one per item of work.
template <class V>
struct Work {
  explicit Work(int64_t key_dim, int64_t value_dim)
      : block((6 * kChunk + 7 * key_dim + 2 * value_dim) * kChunk + key_dim * value_dim) {
    V* at = block.data();
    const auto take = [&](int64_t count) { return std::exchange(at, at + count); };
    for (V** square : {&L, &M, &P, &B, &dP, &N}) *square = take(kChunk * kChunk);
    for (V** wide : {&k_decayed, &q_scaled, &k_scaled, &w1, &w3, &dq, &dk}) *wide = take(kChunk * key_dim);
    for (V** wide : {&dX, &ks}) *wide = take(kChunk * value_dim);
    d_next = take(key_dim * value_dim);
  }
  Buffer<V> block;
  V *L, *M, *P, *B, *dP, *N;                               // [kChunk][kChunk]
  V *k_decayed, *q_scaled, *k_scaled, *w1, *w3, *dq, *dk;  // [kChunk][key_dim]
  V *dX, *ks;                                              // [kChunk][value_dim]
  V* d_next;                                               // [key_dim][value_dim]
  double G[kChunk];
  V E[kChunk];
  V D[kChunk];
  V E_last;
};

template <class M, class V>
void sum_gates(const M& math, Work<V>& w, const Chunk<V>& c) {
  double sum = 0;
  for (int64_t i = 0; i < c.rows; ++i) w.G[i] = sum += static_cast<double>(c.g[i * c.gate_stride]);
  for (int64_t i = 0; i < c.rows; ++i) {
    V* const row = w.L + i * kChunk;
    for (int64_t j = 0; j <= i; ++j) row[j] = static_cast<V>(w.G[i] - w.G[j]);
    math.exp_shifted(row, row, V{0}, i + 1);
    std::fill(row + i + 1, row + kChunk, V{0});
    w.E[i] = static_cast<V>(w.G[i]);
    w.D[i] = static_cast<V>(sum - w.G[i]);
  }
  math.exp_shifted(w.E, w.E, V{0}, c.rows);
  math.exp_shifted(w.D, w.D, V{0}, c.rows);
  w.E_last = w.E[c.rows - 1];
}

// L, M, B and P.
template <class M, class V>
void form_squares(const M& math, Work<V>& w, const Chunk<V>& c, int64_t key_dim) {
  sum_gates(math, w, c);
  math.dots({w.M, kChunk}, c.k, c.k, {c.rows, c.rows, key_dim});
  math.dots({w.P, kChunk}, c.q, c.k, {c.rows, c.rows, key_dim});
  for (int64_t i = 0; i < c.rows; ++i) {
    const V beta = c.beta[i * c.gate_stride];
    const int64_t row = i * kChunk;
    for (int64_t j = 0; j < i; ++j) {
      w.M[row + j] *= w.L[row + j];
      w.B[row + j] = -beta * w.M[row + j];
      w.P[row + j] *= w.L[row + j];
    }
    w.P[row + i] *= w.L[row + i];
    for (int64_t j = i; j < c.rows; ++j) w.M[row + j] = w.B[row + j] = V{0};
    for (int64_t j = i + 1; j < c.rows; ++j) w.P[row + j] = V{0};
  }
}

// x <- (I - B)^-1 x
template <class M, class V>
void solve(const M& math, const V* B, Rows<V> x, int64_t rows, int64_t n) {
  for (int64_t begin = 0; begin < rows; begin += kSolveRows) {
    const int64_t end = std::min(begin + kSolveRows, rows);
    if (begin > 0)
      math.short_chained(x.from(begin), Factor<V>::plain({B + begin * kChunk, kChunk}), x, {end - begin, n, begin},
                         Into::kSum);
    for (int64_t i = begin + 1; i < end; ++i) {
      for (int64_t j = begin; j < i; ++j) {
        const V factor = B[i * kChunk + j];
        for (int64_t col = 0; col < n; ++col) x[i][col] += factor * x[j][col];
      }
    }
  }
}

// x <- (I - B)^-T x
template <class M, class V>
void solve_transposed(const M& math, const V* B, Rows<V> x, int64_t rows, int64_t n) {
  for (int64_t begin = (rows - 1) / kSolveRows * kSolveRows; begin >= 0; begin -= kSolveRows) {
    const int64_t end = std::min(begin + kSolveRows, rows);
    if (end < rows) {
      math.short_chained(x.from(begin), Factor<V>::transposed({B + end * kChunk + begin, kChunk}), x.from(end),
                         {end - begin, n, rows - end}, Into::kSum);
    }
    for (int64_t i = end - 2; i >= begin; --i) {
      for (int64_t j = i + 1; j < end; ++j) {
        const V factor = B[j * kChunk + i];
        for (int64_t col = 0; col < n; ++col) x[i][col] += factor * x[j][col];
      }
    }
  }
}

template <class V>
void scale_rows(V* to, Rows<const V> from, const V* factor, int64_t rows, int64_t n) {
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t c = 0; c < n; ++c) to[i * n + c] = factor[i] * from[i][c];
  }
}

// Writes c.out, c.corrected and, if next is not null, the state behind the chunk.
template <class M, class V>
void chunk_forward(const M& math, Work<V>& w, const Chunk<V>& c, V* next, const DeltaRule<V>& s) {
  const int64_t dk = s.key_dim;
  const int64_t dv = s.value_dim;
  form_squares(math, w, c, dk);
  math.short_chained({w.ks, dv}, Factor<V>::plain(c.k), {c.state, dv}, {c.rows, dv, dk}, Into::kZero);
  for (int64_t i = 0; i < c.rows; ++i) {
    const V beta = c.beta[i * c.gate_stride];
    for (int64_t col = 0; col < dv; ++col) c.corrected[i][col] = beta * (c.v[i][col] - w.E[i] * w.ks[i * dv + col]);
  }
  solve(math, w.B, c.corrected, c.rows, dv);
  scale_rows(w.q_scaled, c.q, w.E, c.rows, dk);
  math.short_chained(c.out, Factor<V>::plain({w.q_scaled, dk}), {c.state, dv}, {c.rows, dv, dk}, Into::kZero);
  math.short_chained(c.out, Factor<V>::plain({w.P, kChunk}), c.corrected, {c.rows, dv, c.rows}, Into::kSum);
  if (next == nullptr) return;
  for (int64_t i = 0; i < dk * dv; ++i) next[i] = w.E_last * c.state[i];
  scale_rows(w.k_decayed, c.k, w.D, c.rows, dk);
  math.short_chained({next, dv}, Factor<V>::transposed({w.k_decayed, dk}), c.corrected, {dk, dv, c.rows}, Into::kSum);
}

template <class V>
struct ChunkGradients {
  Rows<V> q;  // added to: the value heads of a group share it
  Rows<V> k;  // added to
  Rows<V> v;
  V* g;
  V* beta;
  Rows<const V> out;
};

// dP . L into dP and N, with what they give to the gates: dG (by row plus, by column minus) and dbeta.
template <class V>
void square_gradients(Work<V>& w, const Chunk<V>& c, double* dG, V* dbeta) {
  for (int64_t i = 0; i < c.rows; ++i) {
    const V beta = c.beta[i * c.gate_stride];
    V from_beta = 0;
    for (int64_t j = 0; j <= i; ++j) {
      const int64_t at = i * kChunk + j;
      const V by_p = w.dP[at] * w.P[at];
      const V by_m = -beta * w.N[at] * w.M[at];  // N holds dB here; its diagonal meets M's zero
      dG[i] += static_cast<double>(by_p + by_m);
      dG[j] -= static_cast<double>(by_p + by_m);
      from_beta -= w.N[at] * w.M[at];
      w.dP[at] *= w.L[at];
      w.N[at] *= -beta * w.L[at];
    }
    dbeta[i] = from_beta;
    w.N[i * kChunk + i] = V{0};
    for (int64_t j = i + 1; j < c.rows; ++j) w.dP[i * kChunk + j] = V{0};
  }
  for (int64_t i = 0; i < c.rows; ++i) {  // N + N^T
    for (int64_t j = 0; j < i; ++j) w.N[j * kChunk + i] = w.N[i * kChunk + j];
  }
}

// w.d_next: gradient of the state behind the chunk; becomes that of the state before it.
template <class M, class V>
void chunk_backward(const M& math, Work<V>& w, const Chunk<V>& c, const ChunkGradients<V>& d, const DeltaRule<V>& s) {
  const int64_t dk = s.key_dim;
  const int64_t dv = s.value_dim;
  const int64_t n = c.rows;
  const Rows<const V> dO = d.out;
  const Rows<V> dR(w.dX, dv);
  double dG[kChunk] = {};
  V dbeta[kChunk];
  form_squares(math, w, c, dk);

  scale_rows(w.k_decayed, c.k, w.D, n, dk);
  math.short_chained(dR, Factor<V>::transposed({w.P, kChunk}), dO, {n, dv, n}, Into::kZero);
  math.short_chained(dR, Factor<V>::plain({w.k_decayed, dk}), {w.d_next, dv}, {n, dv, dk}, Into::kSum);
  solve_transposed(math, w.B, dR, n, dv);
  math.dots({w.dP, kChunk}, dO, c.corrected, {n, n, dv});
  math.dots({w.N, kChunk}, dR, c.corrected, {n, n, dv});
  square_gradients(w, c, dG, dbeta);

  math.dots({w.w1, dk}, dR, {c.state, dv}, {n, dk, dv});
  math.dots({w.w3, dk}, c.corrected, {w.d_next, dv}, {n, dk, dv});
  math.dots({w.dq, dk}, dO, {c.state, dv}, {n, dk, dv});
  double last = static_cast<double>(w.E_last * math.dot(c.state, w.d_next, dk * dv));
  for (int64_t i = 0; i < n; ++i) {
    const V beta = c.beta[i * c.gate_stride];
    const V recalled = -w.E[i] * math.dot(c.k[i], w.w1 + i * dk, dk);
    const V kept = w.D[i] * math.dot(c.k[i], w.w3 + i * dk, dk);
    dG[i] += static_cast<double>(w.E[i] * math.dot(c.q[i], w.dq + i * dk, dk) + beta * recalled - kept);
    last += static_cast<double>(kept);
    d.beta[i * c.gate_stride] = dbeta[i] + recalled + math.dot(dR[i], c.v[i], dv);
    const V forgotten = -beta * w.E[i];
    for (int64_t a = 0; a < dk; ++a) {
      w.dk[i * dk + a] = w.D[i] * w.w3[i * dk + a] + forgotten * w.w1[i * dk + a];
      w.dq[i * dk + a] *= w.E[i];
      w.q_scaled[i * dk + a] = w.E[i] * c.q[i][a];
      w.k_scaled[i * dk + a] = forgotten * c.k[i][a];
    }
    for (int64_t col = 0; col < dv; ++col) d.v[i][col] = beta * dR[i][col];
  }
  math.short_chained({w.dq, dk}, Factor<V>::plain({w.dP, kChunk}), c.k, {n, dk, n}, Into::kSum);
  math.short_chained({w.dk, dk}, Factor<V>::transposed({w.dP, kChunk}), c.q, {n, dk, n}, Into::kSum);
  math.short_chained({w.dk, dk}, Factor<V>::plain({w.N, kChunk}), c.k, {n, dk, n}, Into::kSum);
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t a = 0; a < dk; ++a) {
      d.q[i][a] += w.dq[i * dk + a];
      d.k[i][a] += w.dk[i * dk + a];
    }
  }

  for (int64_t i = 0; i < dk * dv; ++i) w.d_next[i] *= w.E_last;
  math.short_chained({w.d_next, dv}, Factor<V>::transposed({w.q_scaled, dk}), dO, {dk, dv, n}, Into::kSum);
  math.short_chained({w.d_next, dv}, Factor<V>::transposed({w.k_scaled, dk}), dR, {dk, dv, n}, Into::kSum);

  dG[n - 1] += last;
  double sum = 0;
  for (int64_t i = n - 1; i >= 0; --i) {
    sum += dG[i];
    d.g[i * c.gate_stride] = static_cast<V>(sum);
  }
}

template <class V>
struct Place {
  Document document;
  int64_t first_chunk;  // of the document, in states
};

template <class V>
std::vector<Place<V>> places(std::span<const Document> documents) {
  std::vector<Place<V>> all;
  int64_t chunk = 0;
  for (const Document& document : documents) {
    all.push_back({document, chunk});
    chunk += (document.length() + kChunk - 1) / kChunk;
  }
  return all;
}

template <class V>
Chunk<V> chunk_at(const DeltaRule<V>& s, const Place<V>& place, int64_t index, int64_t head) {
  const int64_t row = place.document.begin + index * kChunk;
  const int64_t key_at = head / (s.value_heads / s.key_heads) * s.key_dim;
  const int64_t value_at = head * s.value_dim;
  const int64_t width = s.value_heads * s.value_dim;
  const int64_t state = ((place.first_chunk + index) * s.value_heads + head) * s.key_dim * s.value_dim;
  return {std::min(kChunk, place.document.end - row),
          s.q.from(row, key_at),
          s.k.from(row, key_at),
          s.v.from(row, value_at),
          s.g + row * s.value_heads + head,
          s.beta + row * s.value_heads + head,
          s.value_heads,
          s.states + state,
          {s.out + row * width + value_at, width},
          {s.corrected + row * width + value_at, width}};
}

// One item of work for each document and key head: the value heads of a group add to the same gradients in turn.
template <class M, class V, class Body>
void for_heads(const M& math, const DeltaRule<V>& s, Body body) {
  const std::vector<Place<V>> all = places<V>(s.documents);
  const int64_t group = s.value_heads / s.key_heads;
  math.pool.for_ranges(static_cast<int64_t>(all.size()) * s.key_heads, 1, [&](int64_t item, int64_t, int) {
    Work<V> work(s.key_dim, s.value_dim);
    for (int64_t i = 0; i < group; ++i) {
      body(work, all[static_cast<size_t>(item / s.key_heads)], item % s.key_heads * group + i, i == 0);
    }
  });
}

}  // namespace

int64_t delta_chunks(std::span<const Document> documents) {
  int64_t count = 0;
  for (const Document& document : documents) count += (document.length() + kChunk - 1) / kChunk;
  return count;
}

template <class M, class V>
void delta_rule(const M& math, const DeltaRule<V>& s) {
  const int64_t state_step = s.value_heads * s.key_dim * s.value_dim;
  for_heads(math, s, [&](Work<V>& work, const Place<V>& place, int64_t head, bool) {
    const int64_t chunks = (place.document.length() + kChunk - 1) / kChunk;
    V* state = s.states + place.first_chunk * state_step + head * s.key_dim * s.value_dim;
    std::fill_n(state, s.key_dim * s.value_dim, V{0});
    for (int64_t i = 0; i < chunks; ++i, state += state_step) {
      V* const next = i + 1 < chunks ? state + state_step : nullptr;
      chunk_forward(math, work, chunk_at(s, place, i, head), next, s);
    }
  });
}

template <class M, class V>
void delta_rule_backward(const M& math, const DeltaRule<V>& s, const DeltaRuleGradients<V>& d) {
  const int64_t group = s.value_heads / s.key_heads;
  for_heads(math, s, [&](Work<V>& work, const Place<V>& place, int64_t head, bool first_of_group) {
    const int64_t key_at = head / group * s.key_dim;
    const int64_t value_at = head * s.value_dim;
    const Document& document = place.document;
    if (first_of_group) {
      for (int64_t row = document.begin; row < document.end; ++row) {
        std::fill_n(d.q[row] + key_at, s.key_dim, V{0});
        std::fill_n(d.k[row] + key_at, s.key_dim, V{0});
      }
    }
    std::fill_n(work.d_next, s.key_dim * s.value_dim, V{0});
    for (int64_t i = (document.length() - 1) / kChunk; i >= 0; --i) {
      const int64_t row = document.begin + i * kChunk;
      const ChunkGradients<V> gradients{
          d.q.from(row, key_at),
          d.k.from(row, key_at),
          d.v.from(row, value_at),
          d.g + row * s.value_heads + head,
          d.beta + row * s.value_heads + head,
          {d.out + row * s.value_heads * s.value_dim + value_at, s.value_heads * s.value_dim}};
      chunk_backward(math, work, chunk_at(s, place, i, head), gradients, s);
    }
  });
}

#define OPERATIONS(M, V)                                         \
  template void delta_rule<M, V>(const M&, const DeltaRule<V>&); \
  template void delta_rule_backward<M, V>(const M&, const DeltaRule<V>&, const DeltaRuleGradients<V>&);
TRAIN_FOR_BOTH(OPERATIONS)
#undef OPERATIONS

}  // namespace capy::train
