// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "train/blocks.h"
#include "train/instantiate.h"

namespace capy::train {
namespace {

struct Shape {
  int64_t rows, channels, key_width, value_width, heads;
  Linear qkv, z, gate, out;
  GatedNorm norm;
  L2Norm q, k;

  template <class M>
  explicit Shape(const Pass<M>& p)
      : rows(p.rows),
        channels(p.config.conv_channels()),
        key_width(p.config.key_width()),
        value_width(p.config.value_width()),
        heads(p.config.value_heads),
        qkv{rows, channels, p.config.dim},
        z{rows, value_width, p.config.dim},
        gate{rows, heads, p.config.dim},
        out{rows, p.config.dim, value_width},
        norm{rows * heads, p.config.value_dim, static_cast<double>(p.config.rms_eps)},
        q{rows, p.config.key_heads, p.config.key_dim, channels, 1 / std::sqrt(static_cast<double>(p.config.key_dim))},
        k{rows, p.config.key_heads, p.config.key_dim, channels, 1} {}
};

template <class M, class V>
DeltaRule<V> rule_of(const Pass<M>& p, const Shape& s, const DeltaNetActivations<V>& kept) {
  const ModelConfig& c = p.config;
  DeltaRule<V> rule{c.key_heads, c.value_heads, c.key_dim, c.value_dim, p.documents};
  rule.q = {kept.q.data(), s.key_width};
  rule.k = {kept.k.data(), s.key_width};
  rule.v = {kept.mixed.data() + 2 * s.key_width, s.channels};
  rule.g = kept.g.data();
  rule.beta = kept.beta.data();
  rule.out = kept.o.data();
  rule.corrected = kept.corrected.data();
  rule.states = kept.states.data();
  return rule;
}

}  // namespace

template <class M, class V>
void delta_net(const Pass<M>& p, V* out, const V* x, const DeltaNetSlots& w, DeltaNetActivations<V>& kept) {
  const Shape s(p);
  const M& math = p.math;
  for (Buffer<V>* wide : {&kept.u, &kept.c, &kept.mixed}) wide->resize(s.rows * s.channels);
  for (Buffer<V>* value : {&kept.z, &kept.o, &kept.corrected}) value->resize(s.rows * s.value_width);
  for (Buffer<V>* key : {&kept.q, &kept.k}) key->resize(s.rows * s.key_width);
  for (Buffer<V>* gate : {&kept.a, &kept.b, &kept.g, &kept.beta}) gate->resize(s.rows * s.heads);
  kept.states.resize(delta_chunks(p.documents) * s.heads * p.config.key_dim * p.config.value_dim);

  project(p, kept.u.data(), x, w.qkv, s.qkv);
  project(p, kept.z.data(), x, w.z, s.z);
  project(p, kept.b.data(), x, w.b, s.gate);
  project(p, kept.a.data(), x, w.a, s.gate);
  convolution(math, kept.mixed.data(), kept.c.data(), kept.u.data(), p.weight(w.conv),
              {s.channels, p.config.taps, p.documents});
  l2_norm(math, kept.q.data(), kept.mixed.data(), s.q);
  l2_norm(math, kept.k.data(), kept.mixed.data() + s.key_width, s.k);
  delta_gates(math, kept.g.data(), kept.beta.data(), kept.a.data(), kept.b.data(), p.weight(w.A_log),
              p.weight(w.dt_bias), s.rows, s.heads);
  delta_rule(math, rule_of(p, s, kept));
  Buffer<V> gated(s.rows * s.value_width);
  gated_norm(math, gated.data(), kept.o.data(), kept.z.data(), p.weight(w.norm), s.norm);
  project(p, out, gated.data(), w.out, s.out);
}

template <class M, class V>
void delta_net_backward(const Pass<M>& p, V* dx, const V* d_out, const V* x, const DeltaNetSlots& w,
                        const DeltaNetActivations<V>& kept) {
  const Shape s(p);
  const M& math = p.math;
  Buffer<V> gated(s.rows * s.value_width), d_gated(s.rows * s.value_width), d_o(s.rows * s.value_width);
  Buffer<V> dz(s.rows * s.value_width), dq(s.rows * s.key_width), dk(s.rows * s.key_width);
  Buffer<V> d_mixed(s.rows * s.channels), du(s.rows * s.channels);
  Buffer<V> dg(s.rows * s.heads), dbeta(s.rows * s.heads), da(s.rows * s.heads), db(s.rows * s.heads);

  gated_norm(math, gated.data(), kept.o.data(), kept.z.data(), p.weight(w.norm), s.norm);
  project_backward(p, d_gated.data(), d_out, gated.data(), w.out, s.out, Into::kZero);
  gated_norm_backward(math, d_o.data(), dz.data(), p.gradient(w.norm), d_gated.data(), kept.o.data(), kept.z.data(),
                      p.weight(w.norm), s.norm);
  delta_rule_backward(math, rule_of(p, s, kept),
                      {{dq.data(), s.key_width},
                       {dk.data(), s.key_width},
                       {d_mixed.data() + 2 * s.key_width, s.channels},
                       dg.data(),
                       dbeta.data(),
                       d_o.data()});
  delta_gates_backward(math, {da.data(), db.data(), p.gradient(w.A_log), p.gradient(w.dt_bias)}, dg.data(),
                       dbeta.data(), kept.g.data(), kept.beta.data(), kept.a.data(), p.weight(w.A_log),
                       p.weight(w.dt_bias), s.rows, s.heads);
  l2_norm_backward(math, d_mixed.data(), dq.data(), kept.mixed.data(), s.q);
  l2_norm_backward(math, d_mixed.data() + s.key_width, dk.data(), kept.mixed.data() + s.key_width, s.k);
  convolution_backward(math, du.data(), p.gradient(w.conv), d_mixed.data(), d_mixed.data(), kept.c.data(),
                       kept.u.data(), p.weight(w.conv), {s.channels, p.config.taps, p.documents});

  project_backward(p, dx, du.data(), x, w.qkv, s.qkv, Into::kZero);
  project_backward(p, dx, dz.data(), x, w.z, s.z, Into::kSum);
  project_backward(p, dx, db.data(), x, w.b, s.gate, Into::kSum);
  project_backward(p, dx, da.data(), x, w.a, s.gate, Into::kSum);
}

#define BLOCK(M, V)                                                                                           \
  template void delta_net<M, V>(const Pass<M>&, V*, const V*, const DeltaNetSlots&, DeltaNetActivations<V>&); \
  template void delta_net_backward<M, V>(const Pass<M>&, V*, const V*, const V*, const DeltaNetSlots&,        \
                                         const DeltaNetActivations<V>&);
TRAIN_FOR_BOTH(BLOCK)
#undef BLOCK

}  // namespace capy::train
