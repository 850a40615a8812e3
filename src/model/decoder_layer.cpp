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

void decoder_layer(float* x, const LayerWeights& w, const ModelConfig& config, const Batch& batch, Compute& compute) {
  const Arena::Scope scope(compute.arena);
  const int64_t rows = batch.rows();
  float* const normed = compute.arena.allocate<float>(rows * config.dim);
  float* const mixed = compute.arena.allocate<float>(rows * config.dim);

  rms_norm_rows(normed, x, w.input_norm, rows, config.rms_eps, compute);
  if (w.attention) {
    full_attention(mixed, normed, *w.attention, w.cache_layer, config, batch, compute);
  } else {
    gated_delta_net(mixed, normed, *w.delta_net, w.cache_layer, config, batch, compute);
  }
  add_rows(x, mixed, rows, config.dim, compute);
  rms_norm_rows(normed, x, w.post_norm, rows, config.rms_eps, compute);
  swiglu_mlp(mixed, normed, w.mlp, batch, compute);
  add_rows(x, mixed, rows, config.dim, compute);
}

void swiglu_mlp(float* out, const float* x, const MlpWeights& w, const Batch& batch, Compute& compute) {
  const Arena::Scope scope(compute.arena);
  const int64_t rows = batch.rows();
  const int64_t hidden = w.gate_proj.rows();
  float* const gate = compute.arena.allocate<float>(rows * hidden);
  float* const up = compute.arena.allocate<float>(rows * hidden);
  const ActivationRows input = prepare_rows(x, rows, w.gate_proj.columns(), w.gate_proj.product, compute);
  const ProductOutput projections[] = {{gate, hidden, &w.gate_proj}, {up, hidden, &w.up_proj}};
  multiply_all(projections, input, &batch, compute);
  compute.pool.for_ranges(rows * hidden, std::max<int64_t>(4096, hidden / 4), [&](int64_t begin, int64_t end, int) {
    compute.kernels.swiglu(gate + begin, gate + begin, up + begin, end - begin);
  });
  const ActivationRows inner = prepare_rows(gate, rows, hidden, w.down_proj.product, compute);
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
