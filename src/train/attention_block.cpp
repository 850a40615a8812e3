// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "train/blocks.h"
#include "train/instantiate.h"

namespace capy::train {
namespace {

struct Shape {
  int64_t rows, heads, kv_heads, dim, width, kv_width, q_stride;
  Linear q, kv, o;
  RmsNorm q_norm, k_norm;
  Rotary q_turn, k_turn;
  SigmoidGate gate;

  template <class M>
  explicit Shape(const Pass<M>& p)
      : rows(p.rows),
        heads(p.config.heads),
        kv_heads(p.config.kv_heads),
        dim(p.config.head_dim),
        width(heads * dim),
        kv_width(kv_heads * dim),
        q_stride(dim * (p.config.output_gate ? 2 : 1)),
        q{rows, heads * q_stride, p.config.dim},
        kv{rows, kv_width, p.config.dim},
        o{rows, p.config.dim, width},
        q_norm{rows * heads, dim, q_stride, p.norm().centre, p.norm().eps},
        k_norm{rows * kv_heads, dim, dim, p.norm().centre, p.norm().eps},
        q_turn{rows, heads, dim, p.config.rope.dims / 2},
        k_turn{rows, kv_heads, dim, p.config.rope.dims / 2},
        gate{rows * heads, dim, q_stride} {}
};

template <class V>
void copy_heads(V* to, int64_t to_stride, const V* from, int64_t from_stride, const RmsNorm& s) {
  for (int64_t i = 0; i < s.rows; ++i) std::copy_n(from + i * from_stride, s.n, to + i * to_stride);
}

template <class M, class V>
void norm_heads(const Pass<M>& p, V* out, const V* x, int64_t slot, const RmsNorm& s) {
  if (slot < 0) return copy_heads(out, s.n, x, s.x_stride, s);
  rms_norm(p.math, out, x, p.weight(slot), s);
}

template <class M, class V>
void norm_heads_backward(const Pass<M>& p, V* dx, const V* dy, const V* x, int64_t slot, const RmsNorm& s) {
  if (slot < 0) return copy_heads(dx, s.x_stride, dy, s.n, s);
  rms_norm_backward(p.math, dx, p.gradient(slot), dy, x, p.weight(slot), s, Into::kZero);
}

template <class M, class V>
Attention<V> attention_of(const Pass<M>& p, const Shape& s, const AttentionActivations<V>& kept) {
  Attention<V> a{s.heads, s.kv_heads, s.dim, 1 / std::sqrt(static_cast<double>(s.dim)), p.documents};
  a.q = {kept.q.data(), s.width};
  a.k = {kept.k.data(), s.kv_width};
  a.v = {kept.v.data(), s.kv_width};
  a.out = {kept.out.data(), s.width};
  a.max = kept.max.data();
  a.inverse_sum = kept.inverse_sum.data();
  return a;
}

// What o_proj multiplies: the heads' answers through their gates.
template <class M, class V>
void gate_answers(const Pass<M>& p, V* gated, const AttentionActivations<V>& kept, const Shape& s) {
  if (p.config.output_gate) {
    sigmoid_gate(p.math, gated, kept.out.data(), kept.q_proj.data() + s.dim, s.gate);
  } else {
    std::copy_n(kept.out.data(), s.rows * s.width, gated);
  }
}

}  // namespace

template <class M, class V>
void full_attention(const Pass<M>& p, V* out, const V* x, const AttentionSlots& w, AttentionActivations<V>& kept) {
  const Shape s(p);
  const M& math = p.math;
  kept.q_proj.resize(s.rows * s.heads * s.q_stride);
  for (Buffer<V>* query : {&kept.q, &kept.out}) query->resize(s.rows * s.width);
  for (Buffer<V>* key : {&kept.k_proj, &kept.k, &kept.v}) key->resize(s.rows * s.kv_width);
  for (Buffer<V>* sum : {&kept.max, &kept.inverse_sum}) sum->resize(s.rows * s.heads);

  project(p, kept.q_proj.data(), x, w.q, s.q);
  project(p, kept.k_proj.data(), x, w.k, s.kv);
  project(p, kept.v.data(), x, w.v, s.kv);
  norm_heads(p, kept.q.data(), kept.q_proj.data(), w.q_norm, s.q_norm);
  norm_heads(p, kept.k.data(), kept.k_proj.data(), w.k_norm, s.k_norm);
  rotate(math, kept.q.data(), p.cos, p.sin, s.q_turn);
  rotate(math, kept.k.data(), p.cos, p.sin, s.k_turn);
  attention(math, attention_of(p, s, kept));
  Buffer<V> gated(s.rows * s.width);
  gate_answers(p, gated.data(), kept, s);
  project(p, out, gated.data(), w.o, s.o);
}

template <class M, class V>
void full_attention_backward(const Pass<M>& p, V* dx, const V* d_out, const V* x, const AttentionSlots& w,
                             const AttentionActivations<V>& kept) {
  const Shape s(p);
  const M& math = p.math;
  Buffer<V> gated(s.rows * s.width), d_gated(s.rows * s.width), d_heads(s.rows * s.width);
  Buffer<V> dq(s.rows * s.width), dk(s.rows * s.kv_width), dv(s.rows * s.kv_width);
  Buffer<V> dq_proj(s.rows * s.heads * s.q_stride), dk_proj(s.rows * s.kv_width);

  gate_answers(p, gated.data(), kept, s);
  project_backward(p, d_gated.data(), d_out, gated.data(), w.o, s.o, Into::kZero);
  if (p.config.output_gate) {
    sigmoid_gate_backward(math, d_heads.data(), dq_proj.data() + s.dim, d_gated.data(), kept.out.data(),
                          kept.q_proj.data() + s.dim, s.gate);
  } else {
    std::copy_n(d_gated.data(), s.rows * s.width, d_heads.data());
  }
  attention_backward(
      math, attention_of(p, s, kept),
      {{dq.data(), s.width}, {dk.data(), s.kv_width}, {dv.data(), s.kv_width}, {d_heads.data(), s.width}});
  rotate_backward(math, dq.data(), p.cos, p.sin, s.q_turn);
  rotate_backward(math, dk.data(), p.cos, p.sin, s.k_turn);
  norm_heads_backward(p, dq_proj.data(), dq.data(), kept.q_proj.data(), w.q_norm, s.q_norm);
  norm_heads_backward(p, dk_proj.data(), dk.data(), kept.k_proj.data(), w.k_norm, s.k_norm);

  project_backward(p, dx, dq_proj.data(), x, w.q, s.q, Into::kZero);
  project_backward(p, dx, dk_proj.data(), x, w.k, s.kv, Into::kSum);
  project_backward(p, dx, dv.data(), x, w.v, s.kv, Into::kSum);
}

#define BLOCK(M, V)                                                                                                  \
  template void full_attention<M, V>(const Pass<M>&, V*, const V*, const AttentionSlots&, AttentionActivations<V>&); \
  template void full_attention_backward<M, V>(const Pass<M>&, V*, const V*, const V*, const AttentionSlots&,         \
                                              const AttentionActivations<V>&);
TRAIN_FOR_BOTH(BLOCK)
#undef BLOCK

}  // namespace capy::train
