// SPDX-License-Identifier: Apache-2.0
// SwiGLU and the attention's output gate.
#include "train/instantiate.h"
#include "train/operations.h"

namespace capy::train {
namespace {

constexpr int64_t kGrain = 2048;  // values that a thread takes at once

}  // namespace

template <class M, class V>
void swiglu(const M& math, V* y, const V* gate, const V* up, int64_t n) {
  math.pool.for_ranges(n, kGrain, [&](int64_t begin, int64_t end, int) {
    math.sigmoid(y + begin, gate + begin, end - begin);
    for (int64_t i = begin; i < end; ++i) y[i] = gate[i] * y[i] * up[i];
  });
}

template <class M, class V>
void swiglu_backward(const M& math, V* y, V* dgate, V* dup, const V* dy, const V* gate, const V* up, int64_t n) {
  math.pool.for_ranges(n, kGrain, [&](int64_t begin, int64_t end, int) {
    V sigmas[kGrain];
    math.sigmoid(sigmas, gate + begin, end - begin);
    for (int64_t i = begin; i < end; ++i) {
      const V sigma = sigmas[i - begin];
      const V silu = gate[i] * sigma;
      y[i] = silu * up[i];
      dup[i] = dy[i] * silu;
      dgate[i] = dy[i] * up[i] * (sigma + silu * (V{1} - sigma));
    }
  });
}

template <class M, class V>
void sigmoid_gate(const M& math, V* y, const V* x, const V* gate, const SigmoidGate& s) {
  math.pool.for_ranges(s.count, 64, [&](int64_t begin, int64_t end, int) {
    for (int64_t i = begin; i < end; ++i) {
      V* const to = y + i * s.n;
      math.sigmoid(to, gate + i * s.gate_stride, s.n);
      for (int64_t c = 0; c < s.n; ++c) to[c] *= x[i * s.n + c];
    }
  });
}

template <class M, class V>
void sigmoid_gate_backward(const M& math, V* dx, V* dgate, const V* dy, const V* x, const V* gate,
                           const SigmoidGate& s) {
  Buffer<V> sigmas(s.n * math.pool.threads());
  math.pool.for_ranges(s.count, 64, [&](int64_t begin, int64_t end, int worker) {
    V* const sigma = sigmas.data() + worker * s.n;
    for (int64_t i = begin; i < end; ++i) {
      math.sigmoid(sigma, gate + i * s.gate_stride, s.n);
      for (int64_t c = 0; c < s.n; ++c) {
        const V given = dy[i * s.n + c];
        dgate[i * s.gate_stride + c] = given * x[i * s.n + c] * sigma[c] * (V{1} - sigma[c]);
        dx[i * s.n + c] = given * sigma[c];
      }
    }
  });
}

#define OPERATIONS(M, V)                                                                            \
  template void swiglu<M, V>(const M&, V*, const V*, const V*, int64_t);                            \
  template void swiglu_backward<M, V>(const M&, V*, V*, V*, const V*, const V*, const V*, int64_t); \
  template void sigmoid_gate<M, V>(const M&, V*, const V*, const V*, const SigmoidGate&);           \
  template void sigmoid_gate_backward<M, V>(const M&, V*, V*, const V*, const V*, const V*, const SigmoidGate&);
TRAIN_FOR_BOTH(OPERATIONS)
#undef OPERATIONS

}  // namespace capy::train
