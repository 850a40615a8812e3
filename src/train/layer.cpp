// SPDX-License-Identifier: Apache-2.0
// A decoder layer: x += mixer(norm(x)); x += mlp(norm(x)). The norms are formed again in the backward.
#include "train/blocks.h"
#include "train/instantiate.h"

namespace capy::train {
namespace {

template <class M, class V>
void add(const M& math, V* x, const V* y, int64_t n) {
  math.pool.for_ranges(n, 8192, [&](int64_t begin, int64_t end, int) {
    for (int64_t i = begin; i < end; ++i) x[i] += y[i];
  });
}

}  // namespace

template <class M, class V>
void mlp(const Pass<M>& p, V* out, const V* x, const LayerSlots& w, MlpActivations<V>& kept) {
  const int64_t hidden = p.config.hidden;
  const Linear in{p.rows, hidden, p.config.dim};
  project(p, kept.gate.resize(p.rows * hidden), x, w.gate, in);
  project(p, kept.up.resize(p.rows * hidden), x, w.up, in);
  Buffer<V> inner(p.rows * hidden);
  swiglu(p.math, inner.data(), kept.gate.data(), kept.up.data(), p.rows * hidden);
  project(p, out, inner.data(), w.down, {p.rows, p.config.dim, hidden});
}

template <class M, class V>
void mlp_backward(const Pass<M>& p, V* dx, const V* d_out, const V* x, const LayerSlots& w,
                  const MlpActivations<V>& kept) {
  const int64_t n = p.rows * p.config.hidden;
  const Linear in{p.rows, p.config.hidden, p.config.dim};
  const Linear out{p.rows, p.config.dim, p.config.hidden};
  Buffer<V> inner(n), d_inner(n), d_gate(n), d_up(n);
  project_backward_input(p, d_inner.data(), d_out, w.down, out, Into::kZero);
  swiglu_backward(p.math, inner.data(), d_gate.data(), d_up.data(), d_inner.data(), kept.gate.data(), kept.up.data(),
                  n);
  project_backward_weight(p, d_out, inner.data(), w.down, out);
  project_backward(p, dx, d_gate.data(), x, w.gate, in, Into::kZero);
  project_backward(p, dx, d_up.data(), x, w.up, in, Into::kSum);
}

template <class M, class V>
void layer(const Pass<M>& p, V* x, const LayerSlots& w, LayerActivations<V>& kept) {
  const int64_t n = p.rows * p.config.dim;
  Buffer<V> normed(n), out(n);
  std::copy_n(x, n, kept.x.resize(n));
  rms_norm(p.math, normed.data(), x, p.weight(w.input_norm), p.norm());
  if (w.attention) {
    full_attention(p, out.data(), normed.data(), *w.attention, kept.attention);
  } else {
    delta_net(p, out.data(), normed.data(), *w.delta_net, kept.delta_net);
  }
  add(p.math, x, out.data(), n);
  std::copy_n(x, n, kept.mid.resize(n));
  rms_norm(p.math, normed.data(), x, p.weight(w.post_norm), p.norm());
  mlp(p, out.data(), normed.data(), w, kept.mlp);
  add(p.math, x, out.data(), n);
}

template <class M, class V>
void layer_backward(const Pass<M>& p, V* dx, const LayerSlots& w, const LayerActivations<V>& kept) {
  const int64_t n = p.rows * p.config.dim;
  Buffer<V> normed(n), d_normed(n);
  rms_norm(p.math, normed.data(), kept.mid.data(), p.weight(w.post_norm), p.norm());
  mlp_backward(p, d_normed.data(), dx, normed.data(), w, kept.mlp);
  rms_norm_backward(p.math, dx, p.gradient(w.post_norm), d_normed.data(), kept.mid.data(), p.weight(w.post_norm),
                    p.norm(), Into::kSum);
  rms_norm(p.math, normed.data(), kept.x.data(), p.weight(w.input_norm), p.norm());
  if (w.attention) {
    full_attention_backward(p, d_normed.data(), dx, normed.data(), *w.attention, kept.attention);
  } else {
    delta_net_backward(p, d_normed.data(), dx, normed.data(), *w.delta_net, kept.delta_net);
  }
  rms_norm_backward(p.math, dx, p.gradient(w.input_norm), d_normed.data(), kept.x.data(), p.weight(w.input_norm),
                    p.norm(), Into::kSum);
}

#define BLOCK(M, V)                                                                             \
  template void mlp<M, V>(const Pass<M>&, V*, const V*, const LayerSlots&, MlpActivations<V>&); \
  template void mlp_backward<M, V>(const Pass<M>&, V*, const V*, const V*, const LayerSlots&,   \
                                   const MlpActivations<V>&);                                   \
  template void layer<M, V>(const Pass<M>&, V*, const LayerSlots&, LayerActivations<V>&);       \
  template void layer_backward<M, V>(const Pass<M>&, V*, const LayerSlots&, const LayerActivations<V>&);
TRAIN_FOR_BOTH(BLOCK)
#undef BLOCK

}  // namespace capy::train
