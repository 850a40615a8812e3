// SPDX-License-Identifier: Apache-2.0
// The weights of a model as the forward pass reads them. The whole model can be understood from these structs.
// Axis words: dim, hidden, vocab, heads, kv_heads, head_dim, key_dim, value_dim (model/config.h).
// Every vector is f32; norms hold the factor itself (1 + w where the file stores w).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "formats/checkpoint.h"
#include "formats/packed_file.h"
#include "model/head.h"
#include "model/matrix.h"

namespace capy {

using Vector = std::vector<float>;

struct FullAttentionWeights {
  Matrix q_proj;  // [heads * head_dim * (output_gate ? 2 : 1), dim]   per head: query, then its output gate
  Matrix k_proj;  // [kv_heads * head_dim, dim]
  Matrix v_proj;  // [kv_heads * head_dim, dim]
  Matrix o_proj;  // [dim, heads * head_dim]
  Vector q_bias;  // [rows of q_proj] or empty (Qwen2); likewise the next three
  Vector k_bias;
  Vector v_bias;
  Vector o_bias;
  Vector q_norm;  // [head_dim] or empty
  Vector k_norm;  // [head_dim] or empty
};

struct DeltaNetWeights {
  Matrix in_proj_qkv;  // [2 * key_heads * key_dim + value_heads * value_dim, dim]   all queries, all keys, all values
  Matrix in_proj_z;    // [value_heads * value_dim, dim]
  Matrix in_proj_b;    // [value_heads, dim]   always an f32 product: it drives the recurrence
  Matrix in_proj_a;    // [value_heads, dim]   likewise
  Vector conv1d;       // [taps][conv_channels]   transposed from the file's [conv_channels][taps]
  Vector neg_exp_A;    // [value_heads]   -exp(A_log)
  Vector dt_bias;      // [value_heads]
  Vector norm;         // [value_dim]   plain, shared by the heads
  Matrix out_proj;     // [dim, value_heads * value_dim]
};

struct MlpWeights {
  Matrix gate_proj;  // [hidden, dim]
  Matrix up_proj;    // [hidden, dim]
  Matrix down_proj;  // [dim, hidden]
};

struct LayerWeights {
  Vector input_norm;  // [dim]
  Vector post_norm;   // [dim]
  std::optional<FullAttentionWeights> attention;
  std::optional<DeltaNetWeights> delta_net;  // exactly one of the two
  MlpWeights mlp;
  int64_t cache_layer = 0;  // its index among the layers of its kind: in KV pages or in state slots
};

struct MtpWeights {
  Matrix fc;              // [dim, 2 * dim]   columns: embedding half, hidden half
  Vector embedding_norm;  // [dim]
  Vector hidden_norm;     // [dim]
  LayerWeights layer;
  Vector norm;  // [dim]
};

// [vocab, dim]; rows are decoded from the file as they are needed.
struct Embedding {
  Tensor tensor;                     // where it is stored as it is
  MatrixView packed;                 // else, as `capy quantize` packed it
  std::span<const std::byte> bytes;  // of either, in the file
  AlignedBytes memory;               // a copy of packed rows, where the file has them at an odd place

  void row(int32_t token, const KernelTable& kernels, float* out) const;
};

// What Model::substitute has taken out.
struct Substitution {
  Matrix* matrix = nullptr;  // whose weights are others; none where the tensor is an embedding alone
  MatrixView view;           // its own
  bool is_embedding = false;
  Tensor embedding;  // its own
};

struct ModelWeights {
  Embedding embedding;
  std::vector<LayerWeights> layers;
  Vector norm;                              // [dim]
  Matrix head;                              // [vocab, dim]   a view or copy of the embedding when tied
  std::optional<TwoPlaneHead> head_planes;  // of the head, where it has them; in the cache's file or in head_memory
  AlignedBytes head_memory;
  std::optional<MtpWeights> mtp;
  std::vector<NamedMatrix> matrices;  // all of them by name, for those who write them down
  PackedFile packed;                  // where converted matrices lie, unless they have memory of their own
  std::optional<Substitution> substitution;
};

}  // namespace capy
