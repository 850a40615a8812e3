// SPDX-License-Identifier: Apache-2.0
// The parts of a decoder layer, forward and backward, over all rows of a sample. A forward keeps in its activations
// what the backward reads; what is cheap to form again is not kept.
#pragma once

#include "model/config.h"
#include "train/operations.h"
#include "train/parameters.h"

namespace capy::train {

// What every block of a pass needs. Gradients are null in a forward pass.
template <class M, class V = typename M::Value>
struct Pass {
  const M& math;
  const ModelConfig& config;
  std::span<const Document> documents;
  int64_t rows = 0;
  const V* cos = nullptr;  // [rows][rope.dims / 2], positions counted from the document's first row
  const V* sin = nullptr;
  const V* weights = nullptr;
  V* gradients = nullptr;

  const V* weight(int64_t slot) const { return weights + slot; }
  V* gradient(int64_t slot) const { return gradients + slot; }
  RmsNorm norm() const {
    return {rows, config.dim, config.dim, config.zero_centred_norms ? 1.0 : 0.0, static_cast<double>(config.rms_eps)};
  }
};

template <class V>
struct DeltaNetActivations {
  Buffer<V> u, c, mixed;    // [rows][conv_channels]: before the convolution, behind it, and its silu
  Buffer<V> z;              // [rows][value_width]
  Buffer<V> a, b, g, beta;  // [rows][value_heads]
  Buffer<V> q, k;           // [rows][key_width]
  Buffer<V> o, corrected;   // [rows][value_width]
  Buffer<V> states;
};

template <class V>
struct AttentionActivations {
  Buffer<V> q_proj;   // [rows][heads][head_dim, and as many gates behind them]
  Buffer<V> k_proj;   // [rows][kv_width]
  Buffer<V> q, k, v;  // normed and rotated
  Buffer<V> out;
  Buffer<V> max, inverse_sum;
};

template <class V>
struct MlpActivations {
  Buffer<V> gate, up;  // [rows][hidden]
};

template <class V>
struct LayerActivations {
  Buffer<V> x;    // [rows][dim], what came in
  Buffer<V> mid;  // behind the mixer
  DeltaNetActivations<V> delta_net;
  AttentionActivations<V> attention;
  MlpActivations<V> mlp;
};

// out[rows][dim] of x[rows][dim], both normed input and plain output; backward: dx is written.
template <class M, class V = typename M::Value>
void delta_net(const Pass<M>& pass, V* out, const V* x, const DeltaNetSlots& w, DeltaNetActivations<V>& kept);
template <class M, class V = typename M::Value>
void delta_net_backward(const Pass<M>& pass, V* dx, const V* d_out, const V* x, const DeltaNetSlots& w,
                        const DeltaNetActivations<V>& kept);
template <class M, class V = typename M::Value>
void full_attention(const Pass<M>& pass, V* out, const V* x, const AttentionSlots& w, AttentionActivations<V>& kept);
template <class M, class V = typename M::Value>
void full_attention_backward(const Pass<M>& pass, V* dx, const V* d_out, const V* x, const AttentionSlots& w,
                             const AttentionActivations<V>& kept);
template <class M, class V = typename M::Value>
void mlp(const Pass<M>& pass, V* out, const V* x, const LayerSlots& w, MlpActivations<V>& kept);
template <class M, class V = typename M::Value>
void mlp_backward(const Pass<M>& pass, V* dx, const V* d_out, const V* x, const LayerSlots& w,
                  const MlpActivations<V>& kept);

// x[rows][dim] in place; backward: dx likewise.
template <class M, class V = typename M::Value>
void layer(const Pass<M>& pass, V* x, const LayerSlots& w, LayerActivations<V>& kept);
template <class M, class V = typename M::Value>
void layer_backward(const Pass<M>& pass, V* dx, const LayerSlots& w, const LayerActivations<V>& kept);

}  // namespace capy::train
