// SPDX-License-Identifier: Apache-2.0
// The layers of the decoder, each a function from rows to rows. Inside the model room.
#pragma once

#include "kernels/kernels.h"
#include "model/batch.h"
#include "model/config.h"
#include "model/weights.h"

namespace capy {

// out[rows][n] = norm(x); weight [n].
void rms_norm_rows(float* out, const float* x, const Vector& weight, int64_t rows, float eps, Compute& compute);

// x += Mixer(N1(x)); x += MLP(N2(x)). x: [rows][dim].
void decoder_layer(float* x, const LayerWeights& w, const ModelConfig& config, const Batch& batch, Compute& compute);

// SPEC 2.3. out: [rows][dim]; x is the layer's normed input, prepared for q_proj.
void full_attention(float* out, const ActivationRows& x, const FullAttentionWeights& w, int64_t cache_layer,
                    const ModelConfig& config, const Batch& batch, Compute& compute);

// What full_attention leaves in the cache, without its answer.
void append_keys_and_values(const ActivationRows& x, const FullAttentionWeights& w, int64_t cache_layer,
                            const ModelConfig& config, const Batch& batch, Compute& compute);

// SPEC 2.4 in the chunk-log form of DESIGN 2. x: prepared for in_proj_qkv.
void gated_delta_net(float* out, const ActivationRows& x, const DeltaNetWeights& w, int64_t cache_layer,
                     const ModelConfig& config, const Batch& batch, Compute& compute);

// SPEC 2.2: W_down(silu(W_gate x) * (W_up x)). x: prepared for gate_proj.
void swiglu_mlp(float* out, const ActivationRows& x, const MlpWeights& w, const Batch& batch, Compute& compute);

// Arena bytes that a forward of `rows` rows of `slices` sequences on `threads` threads needs at most.
int64_t activation_bytes(const ModelConfig& config, int64_t rows, int64_t slices, int threads);

}  // namespace capy
