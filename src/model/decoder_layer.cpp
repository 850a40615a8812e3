// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "model/layers.h"
#include "model/page_attention.h"

namespace capy {
namespace {

void add_rows(float* x, const float* y, int64_t rows, int64_t columns, Compute& compute) {
  compute.pool.for_ranges(rows, 8, [&](int64_t begin, int64_t end, int) {
    compute.kernels.add(x + begin * columns, y + begin * columns, (end - begin) * columns);
  });
}

}  // namespace

void rms_norm_rows(float* out, const float* x, const Vector& weight, int64_t rows, float eps, Compute& compute) {
  const auto n = static_cast<int64_t>(weight.size());
  compute.pool.for_ranges(rows, 8, [&](int64_t begin, int64_t end, int) {
    for (int64_t row = begin; row < end; ++row)
      compute.kernels.rms_norm(out + row * n, x + row * n, weight.data(), n, eps);
  });
}

namespace {

// The mixer of the normed rows, which stay in `normed`.
void mix(float* mixed, float* normed, const float* x, const LayerWeights& w, const ModelConfig& config,
         const Batch& batch, Compute& compute) {
  const Arena::Scope scope(compute.arena);
  const Product product = w.attention ? w.attention->q_proj.product : w.delta_net->in_proj_qkv.product;
  const auto norm_row = [&](int64_t row) {
    compute.kernels.rms_norm(normed + row * config.dim, x + row * config.dim, w.input_norm.data(), config.dim,
                             config.rms_eps);
  };
  const ActivationRows input = write_and_prepare_rows(normed, batch.rows(), config.dim, product, compute, norm_row);
  if (w.attention) return full_attention(mixed, input, *w.attention, w.cache_layer, config, batch, compute);
  gated_delta_net(mixed, input, *w.delta_net, w.cache_layer, config, batch, compute);
}

}  // namespace

void decoder_layer(float* x, const LayerWeights& w, const ModelConfig& config, const Batch& batch, Compute& compute) {
  const Arena::Scope scope(compute.arena);
  const int64_t rows = batch.rows();
  const int64_t dim = config.dim;
  float* const normed = compute.arena.allocate<float>(rows * dim);
  float* const mixed = compute.arena.allocate<float>(rows * dim);
  mix(mixed, normed, x, w, config, batch, compute);
  const auto add_and_norm_row = [&](int64_t row) {
    compute.kernels.add(x + row * dim, mixed + row * dim, dim);
    compute.kernels.rms_norm(normed + row * dim, x + row * dim, w.post_norm.data(), dim, config.rms_eps);
  };
  const ActivationRows input =
      write_and_prepare_rows(normed, rows, dim, w.mlp.gate_proj.product, compute, add_and_norm_row);
  swiglu_mlp(mixed, input, w.mlp, batch, compute);
  add_rows(x, mixed, rows, dim, compute);
}

void swiglu_mlp(float* out, const ActivationRows& x, const MlpWeights& w, const Batch& batch, Compute& compute) {
  const Arena::Scope scope(compute.arena);
  const int64_t hidden = w.gate_proj.rows();
  float* const gate = compute.arena.allocate<float>(x.rows * hidden);
  float* const up = compute.arena.allocate<float>(x.rows * hidden);
  const ProductOutput projections[] = {{gate, hidden, &w.gate_proj}, {up, hidden, &w.up_proj}};
  multiply_all(projections, x, &batch, compute);
  const auto gate_row = [&](int64_t row) {
    compute.kernels.swiglu(gate + row * hidden, gate + row * hidden, up + row * hidden, hidden);
  };
  const ActivationRows inner = write_and_prepare_rows(gate, x.rows, hidden, w.down_proj.product, compute, gate_row);
  multiply(out, w.down_proj.rows(), inner, w.down_proj, &batch, compute);
}

// The sum of what decoder_layer and its mixer hold at once, plus the quantised forms, the head's rows and the side
// paths of adapters. Generous by design: unused arena costs address space only.
int64_t activation_bytes(const ModelConfig& c, int64_t rows, int64_t slices, int threads) {
  const int64_t attention = 3 * c.query_width() + 2 * c.kv_width() + 2 * c.query_width();
  const int64_t linear = 3 * c.conv_channels() + 4 * c.value_width() + 2 * c.key_width() + 8 * c.value_heads;
  const int64_t mixer = std::max(attention, linear);
  const int64_t mlp = 3 * c.hidden;
  const int64_t widest =
      std::max({c.dim * 2, c.query_width(), c.value_width(), c.hidden, c.conv_channels(), int64_t{64}});
  const int64_t floats = rows * (12 * c.dim + std::max(mixer, mlp) + 6 * widest + c.rope.dims + 1024);
  // Scratch logs begin with the old entries of each sequence's window.
  const int64_t window = (StateLayout::kWindow + c.taps) * c.conv_channels() +
                         StateLayout::kWindow * (c.value_width() + c.key_width() + 2 * c.value_heads);
  // Two products' inputs may stand at once; each thread rotates its rows in a row of its own.
  const int64_t rotated = 2 * threads * (widest + 16);
  return 4 * (floats + rotated + slices * (window + 1024)) + page_attention_bytes(c, rows, slices, threads) +
         (int64_t{4} << 20);
}

}  // namespace capy
