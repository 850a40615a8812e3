// SPDX-License-Identifier: Apache-2.0
// The parts of a decoder layer, forward and backward, over all rows of a sample. A forward keeps in its activations
// what the backward reads; what is cheap to form again is not kept.
#pragma once

#include "model/config.h"
#include "train/adapters.h"
#include "train/operations.h"
#include "train/parameters.h"

namespace capy::train {

// Of a frozen model: its adapters in a pass.
template <class V>
struct AdaptedPass {
  const AdaptedModel& model;
  const V* values = nullptr;
  V* gradients = nullptr;
  std::span<const Buffer<V>> norms;  // DoRA: |W + s B A| of each adapter, [outputs]
};

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
  const AdaptedPass<V>* adapted = nullptr;  // then weights and gradients are of what is no matrix

  const V* weight(int64_t slot) const { return weights + slot; }
  V* gradient(int64_t slot) const { return gradients + slot; }
  Weight<V> matrix(int64_t slot) const {
    return adapted == nullptr ? Weight<V>(weights + slot) : Weight<V>(adapted->model.base.matrix(slot));
  }
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

// --- projection.cpp: y[rows][outputs] = x[rows][inputs] W^T with what an adapter makes of it; backward: dx is written
//     or added to, and the gradient of what is trained of the matrix (W, or its A and B) is added to ---
template <class M, class V = typename M::Value>
void project(const Pass<M>& pass, V* y, const V* x, int64_t slot, const Linear& size);
template <class M, class V = typename M::Value>
void project_backward_input(const Pass<M>& pass, V* dx, const V* dy, int64_t slot, const Linear& size, Into into);
template <class M, class V = typename M::Value>
void project_backward_weight(const Pass<M>& pass, const V* dy, const V* x, int64_t slot, const Linear& size);
// Both.
template <class M, class V = typename M::Value>
void project_backward(const Pass<M>& pass, V* dx, const V* dy, const V* x, int64_t slot, const Linear& size,
                      Into into) {
  project_backward_weight(pass, dy, x, slot, size);
  project_backward_input(pass, dx, dy, slot, size, into);
}
// norms[outputs] = |W + s B A| by row.
template <class M, class V = typename M::Value>
void adapted_norms(const M& math, V* norms, const AdaptedModel& model, const Adapter& adapter, const V* values);

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
