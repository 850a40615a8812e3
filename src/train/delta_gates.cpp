// SPDX-License-Identifier: Apache-2.0
//   da = dg (-exp(A_log)) sigmoid(a + dt_bias) = ddt_bias of that row,  dA_log = dg g,  db = dbeta beta (1 - beta)
#include "train/instantiate.h"
#include "train/operations.h"

namespace capy::train {
namespace {

template <class M, class V>
Buffer<V> negative_rates(const M& math, const V* A_log, int64_t heads) {
  Buffer<V> rates(heads);
  math.exp_shifted(rates.data(), A_log, V{0}, heads);
  for (int64_t h = 0; h < heads; ++h) rates.data()[h] = -rates.data()[h];
  return rates;
}

}  // namespace

template <class M, class V>
void delta_gates(const M& math, V* g, V* beta, const V* a, const V* b, const V* A_log, const V* dt_bias, int64_t rows,
                 int64_t heads) {
  const Buffer<V> rates = negative_rates(math, A_log, heads);
  math.pool.for_ranges(rows, 32, [&](int64_t begin, int64_t end, int) {
    for (int64_t at = begin * heads; at < end * heads; at += heads) {
      math.gates(g + at, beta + at, a + at, b + at, rates.data(), dt_bias, heads);
    }
  });
}

template <class M, class V>
void delta_gates_backward(const M& math, const DeltaGateGradients<V>& d, const V* dg, const V* dbeta, const V* g,
                          const V* beta, const V* a, const V* A_log, const V* dt_bias, int64_t rows, int64_t heads) {
  const Buffer<V> rates = negative_rates(math, A_log, heads);
  for (int64_t at = 0; at < rows * heads; at += heads) {
    V* const da = d.a + at;
    for (int64_t h = 0; h < heads; ++h) da[h] = a[at + h] + dt_bias[h];
    math.sigmoid(da, da, heads);
    for (int64_t h = 0; h < heads; ++h) {
      da[h] *= dg[at + h] * rates.data()[h];
      d.b[at + h] = dbeta[at + h] * beta[at + h] * (V{1} - beta[at + h]);
      d.dt_bias[h] += da[h];
      d.A_log[h] += dg[at + h] * g[at + h];
    }
  }
}

#define OPERATIONS(M, V)                                                                                         \
  template void delta_gates<M, V>(const M&, V*, V*, const V*, const V*, const V*, const V*, int64_t, int64_t);   \
  template void delta_gates_backward<M, V>(const M&, const DeltaGateGradients<V>&, const V*, const V*, const V*, \
                                           const V*, const V*, const V*, const V*, int64_t, int64_t);
TRAIN_FOR_BOTH(OPERATIONS)
#undef OPERATIONS

}  // namespace capy::train
