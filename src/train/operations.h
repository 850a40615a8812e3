// SPDX-License-Identifier: Apache-2.0
// The operations of the text model, forward and backward (SPEC 2), one file each. `d` before a name is the gradient of
// the loss with respect to it. Gradients of weights are added to what is there, one chain over rows ascending: so
// documents that are packed give the bytes that they give one after the other. V is M::Value, float or double.
#pragma once

#include <type_traits>

#include "train/arithmetic.h"
#include "train/weight.h"

namespace capy::train {

// --- linear.cpp: y[rows][outputs] (+)= x[rows][inputs] W^T, W [outputs][inputs] ---
struct Linear {
  int64_t rows = 0;
  int64_t outputs = 0;
  int64_t inputs = 0;
};
template <class M, class V = typename M::Value>
void linear(const M& math, V* y, const V* x, std::type_identity_t<Weight<V>> w, const Linear& size,
            Into into = Into::kZero);
// dx = dy W, or added to dx
template <class M, class V = typename M::Value>
void linear_backward_input(const M& math, V* dx, const V* dy, std::type_identity_t<Weight<V>> w, const Linear& size,
                           Into into);
template <class M, class V = typename M::Value>
void linear_backward_weight(const M& math, V* dw, const V* dy, const V* x, const Linear& size);

// --- embedding.cpp ---
template <class M, class V = typename M::Value>
void embed(const M& math, V* x, std::type_identity_t<Weight<V>> table, std::span<const int32_t> tokens, int64_t dim);
template <class M, class V = typename M::Value>
void embed_backward(const M& math, V* dtable, const V* dx, std::span<const int32_t> tokens, int64_t dim);

// --- rms_norm.cpp: y = x r (centre + w), r = 1 / sqrt(mean x^2 + eps), over n values ---
struct RmsNorm {
  int64_t rows = 0;
  int64_t n = 0;
  int64_t x_stride = 0;  // from row to row of x and dx; those of y and dy are dense
  double centre = 1;     // 1 where the file stores w around 0
  double eps = 1e-6;
};
template <class M, class V = typename M::Value>
void rms_norm(const M& math, V* y, const V* x, const V* w, const RmsNorm& norm);
template <class M, class V = typename M::Value>
void rms_norm_backward(const M& math, V* dx, V* dw, const V* dy, const V* x, const V* w, const RmsNorm& norm,
                       Into into);

// --- gated_norm.cpp: y = o r w silu(z), r as above; rows of n values; all dense ---
struct GatedNorm {
  int64_t rows = 0;
  int64_t n = 0;
  double eps = 1e-6;
};
template <class M, class V = typename M::Value>
void gated_norm(const M& math, V* y, const V* o, const V* z, const V* w, const GatedNorm& norm);
template <class M, class V = typename M::Value>
void gated_norm_backward(const M& math, V* d_o, V* dz, V* dw, const V* dy, const V* o, const V* z, const V* w,
                         const GatedNorm& norm);

// --- l2_norm.cpp: y = x scale / sqrt(sum x^2 + 1e-6), `heads` vectors of n values in each row ---
struct L2Norm {
  int64_t rows = 0;
  int64_t heads = 0;
  int64_t n = 0;
  int64_t x_stride = 0;  // from row to row of x and dx; y and dy are dense
  double scale = 1;
};
template <class M, class V = typename M::Value>
void l2_norm(const M& math, V* y, const V* x, const L2Norm& norm);
template <class M, class V = typename M::Value>
void l2_norm_backward(const M& math, V* dx, const V* dy, const V* x, const L2Norm& norm);

// --- convolution.cpp: causal depthwise convolution and silu; w [channels][taps], its last column is the current row's.
//     c = convolution (kept for the backward), y = silu(c) ---
struct Convolution {
  int64_t channels = 0;
  int64_t taps = 0;
  std::span<const Document> documents;
};
template <class M, class V = typename M::Value>
void convolution(const M& math, V* y, V* c, const V* u, const V* w, const Convolution& size);
// dc is scratch of the size of c; it may be dy.
template <class M, class V = typename M::Value>
void convolution_backward(const M& math, V* du, V* dw, V* dc, const V* dy, const V* c, const V* u, const V* w,
                          const Convolution& size);

// --- delta_gates.cpp: g = -exp(A_log) softplus(a + dt_bias), beta = sigmoid(b); [rows][heads] ---
template <class M, class V = typename M::Value>
void delta_gates(const M& math, V* g, V* beta, const V* a, const V* b, const V* A_log, const V* dt_bias, int64_t rows,
                 int64_t heads);
template <class V>
struct DeltaGateGradients {
  V* a;        // [rows][heads]
  V* b;        // [rows][heads]
  V* A_log;    // [heads], added to
  V* dt_bias;  // [heads], added to
};
template <class M, class V = typename M::Value>
void delta_gates_backward(const M& math, const DeltaGateGradients<V>& d, const V* dg, const V* dbeta, const V* g,
                          const V* beta, const V* a, const V* A_log, const V* dt_bias, int64_t rows, int64_t heads);

// --- delta_rule.cpp: the recurrence of SPEC 2.4 in the chunked form of 2.5, linear in the length. States are kept at
//     chunk boundaries; what lies between is computed again in the backward ---
constexpr int64_t kDeltaChunk = 64;
template <class V>
struct DeltaRule {
  int64_t key_heads = 0;
  int64_t value_heads = 0;
  int64_t key_dim = 0;
  int64_t value_dim = 0;
  std::span<const Document> documents;
  Rows<const V> q;          // [rows][key_heads * key_dim], l2-normalised and scaled
  Rows<const V> k;          // [rows][key_heads * key_dim], l2-normalised
  Rows<const V> v;          // [rows][value_heads * value_dim]
  const V* g = nullptr;     // [rows][value_heads]
  const V* beta = nullptr;  // [rows][value_heads]
  V* out = nullptr;         // [rows][value_heads * value_dim]
  V* corrected = nullptr;   // the same size: what each row adds to the state; kept for the backward
  V* states = nullptr;      // [delta_chunks][value_heads][key_dim][value_dim]: the state before each chunk
};
int64_t delta_chunks(std::span<const Document> documents);
template <class M, class V = typename M::Value>
void delta_rule(const M& math, const DeltaRule<V>& rule);
template <class V>
struct DeltaRuleGradients {
  Rows<V> q;  // written, as are all of them
  Rows<V> k;
  Rows<V> v;
  V* g = nullptr;
  V* beta = nullptr;
  const V* out = nullptr;  // given
};
template <class M, class V = typename M::Value>
void delta_rule_backward(const M& math, const DeltaRule<V>& rule, const DeltaRuleGradients<V>& d);

// --- rotary.cpp: the first 2 half of each head's values, pairs (i, i + half), by cos and sin [rows][half] ---
struct Rotary {
  int64_t rows = 0;
  int64_t heads = 0;
  int64_t head_dim = 0;
  int64_t half = 0;
};
template <class M, class V = typename M::Value>
void rotate(const M& math, V* x, const V* cos, const V* sin, const Rotary& size);
// The rotation back: in place on the gradient.
template <class M, class V = typename M::Value>
void rotate_backward(const M& math, V* dx, const V* cos, const V* sin, const Rotary& size);

// --- attention.cpp: causal softmax attention in blocks; no matrix of length x length exists ---
constexpr int64_t kAttentionBlock = 64;
template <class V>
struct Attention {
  int64_t heads = 0;
  int64_t kv_heads = 0;
  int64_t head_dim = 0;
  double scale = 1;
  std::span<const Document> documents;
  Rows<const V> q;  // [rows][heads * head_dim]
  Rows<const V> k;  // [rows][kv_heads * head_dim]
  Rows<const V> v;
  Rows<V> out;               // [rows][heads * head_dim]
  V* max = nullptr;          // [rows][heads]: the largest score, kept for the backward
  V* inverse_sum = nullptr;  // [rows][heads]: 1 / sum exp(score - max)
};
template <class M, class V = typename M::Value>
void attention(const M& math, const Attention<V>& a);
template <class V>
struct AttentionGradients {
  Rows<V> q;  // written
  Rows<V> k;
  Rows<V> v;
  Rows<const V> out;  // given
};
template <class M, class V = typename M::Value>
void attention_backward(const M& math, const Attention<V>& a, const AttentionGradients<V>& d);

// --- gates.cpp: elementwise, n values ---
template <class M, class V = typename M::Value>
void swiglu(const M& math, V* y, const V* gate, const V* up, int64_t n);
// Also writes y again, which the forward need not keep.
template <class M, class V = typename M::Value>
void swiglu_backward(const M& math, V* y, V* dgate, V* dup, const V* dy, const V* gate, const V* up, int64_t n);
// y = x sigmoid(gate), by rows of `heads` heads; the gate of a head lies gate_stride behind that of the one before.
struct SigmoidGate {
  int64_t count = 0;  // rows * heads
  int64_t n = 0;
  int64_t gate_stride = 0;
};
template <class M, class V = typename M::Value>
void sigmoid_gate(const M& math, V* y, const V* x, const V* gate, const SigmoidGate& size);
template <class M, class V = typename M::Value>
void sigmoid_gate_backward(const M& math, V* dx, V* dgate, const V* dy, const V* x, const V* gate,
                           const SigmoidGate& size);

// --- cross_entropy.cpp: the output head and its loss together, some rows at a time, so that the logits of all rows
// never
//     exist. Per row: loss = log(sum exp(logits)) - logits[target] + z_loss * log(sum exp(logits))^2 ---
template <class V>
struct HeadRow {
  const V* hidden = nullptr;  // [dim], after the final norm
  V* d_hidden = nullptr;      // [dim], added to
  int32_t target = 0;
  double weight = 1;  // of its loss in what the gradients are of
};
struct CrossEntropy {
  int64_t vocab = 0;
  int64_t dim = 0;
  double z_loss = 0;
  bool frozen = false;  // dhidden is wanted and dw is not
};
// losses[rows]: each row's loss, unweighted and without the z part. dw == nullptr and not frozen: only losses.
template <class M, class V = typename M::Value>
void cross_entropy(const M& math, double* losses, V* dw, std::span<const HeadRow<V>> rows,
                   std::type_identity_t<Weight<V>> w, const CrossEntropy& size);

}  // namespace capy::train
