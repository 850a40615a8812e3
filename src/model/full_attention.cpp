// SPDX-License-Identifier: Apache-2.0
// Gated full attention (SPEC 2.3), and the plain one of dense models: the same function without gate, norms or with
// biases.
#include <algorithm>
#include <cmath>

#include "model/kv_rows.h"
#include "model/layers.h"
#include "model/page_attention.h"

namespace capy {
namespace {

struct Shape {
  int64_t heads, kv_heads, group, head_dim, q_stride;  // q_stride: floats per head in q_proj's output

  explicit Shape(const ModelConfig& c)
      : heads(c.heads),
        kv_heads(c.kv_heads),
        group(c.heads / c.kv_heads),
        head_dim(c.head_dim),
        q_stride(c.head_dim * (c.output_gate ? 2 : 1)) {}
};

void add_bias(float* x, const Vector& bias, int64_t rows, const KernelTable& kernels) {
  if (bias.empty()) return;
  const auto n = static_cast<int64_t>(bias.size());
  for (int64_t row = 0; row < rows; ++row) kernels.add(x + row * n, bias.data(), n);
}

// One head's q or k: norm over head_dim, then the rotation of its first dims.
void norm_and_rotate(float* out, const float* in, const Vector& norm, int64_t row, const ModelConfig& config,
                     const Batch& batch, const KernelTable& kernels) {
  if (norm.empty()) {
    std::copy_n(in, config.head_dim, out);
  } else {
    kernels.rms_norm(out, in, norm.data(), config.head_dim, config.rms_eps);
  }
  const int64_t half = config.rope.dims / 2;
  const auto rotate = config.rope.adjacent ? kernels.rope_adjacent : kernels.rope_half;
  rotate(out, batch.cos + row * half, batch.sin + row * half, half);
}

void append_kv(float* k, const float* v, const FullAttentionWeights& w, int64_t cache_layer, const ModelConfig& config,
               const Batch& batch, const BatchSlice& slice, const KvLayout& layout, int64_t row,
               const KernelTable& kernels) {
  const int64_t position = slice.position + row - slice.row_begin;
  KvPlace place{slice.kv->page_at(position), cache_layer, 0, position % KvLayout::kPageTokens};
  for (; place.head < config.kv_heads; ++place.head) {
    float* const key = k + (row * config.kv_heads + place.head) * config.head_dim;
    const float* const value = v + (row * config.kv_heads + place.head) * config.head_dim;
    norm_and_rotate(key, key, w.k_norm, row, config, batch, kernels);
    store_kv(place, layout, key, value, kernels);
  }
}

// Queries ready for the kernel lie as [kv_heads][rows][group][head_dim]: the rows that share a KV head are contiguous.
struct Queries {
  float* q;
  float* out;
  int64_t* visible;  // [rows][group]
  int64_t rows;

  int64_t offset(const Shape& s, int64_t kv_head, int64_t row) const {
    return (kv_head * rows + row) * s.group * s.head_dim;
  }
};

void attend(const RowTile& tile, int64_t kv_head, const Queries& queries, const Shape& s, const KvLayout& layout,
            int64_t cache_layer, float scale, const KernelTable& kernels) {
  AttentionRows args;
  args.out = queries.out + queries.offset(s, kv_head, tile.row_begin);
  args.out_stride = s.head_dim;
  args.q = queries.q + queries.offset(s, kv_head, tile.row_begin);
  args.q_stride = s.head_dim;
  args.visible = queries.visible + tile.row_begin * s.group;
  args.rows = tile.rows * s.group;
  args.pages = tile.slice->kv->pages().data();
  args.k_offset = layout.k_offset(cache_layer, kv_head);
  args.v_offset = layout.v_offset(cache_layer, kv_head);
  args.kv_type = layout.type == KvType::kF32 ? DType::kF32 : DType::kBF16;
  args.head_dim = s.head_dim;
  args.scale = scale;
  kernels.attention(args);
}

// Keys and values of the integer types are rotated: so are the queries, and the answers are turned back.
void attend_integers(const Queries& queries, const Shape& s, int64_t cache_layer, float scale, const Batch& batch,
                     Compute& compute) {
  const Arena::Scope scope(compute.arena);
  const int64_t rows = queries.rows * s.heads;
  const ActivationRows q = prepare_rows(queries.q, rows, s.head_dim, Product::kInt8, compute);
  attend_pages({queries.out, q.int8, s.group, s.kv_heads, cache_layer, scale}, batch, compute);
  compute.pool.for_ranges(rows, 16, [&](int64_t begin, int64_t end, int) {
    for (int64_t row = begin; row < end; ++row) {
      float* const answer = queries.out + row * s.head_dim;
      compute.kernels.hadamard(answer, answer, s.head_dim);
    }
  });
}

}  // namespace

void full_attention(float* out, const ActivationRows& x, const FullAttentionWeights& w, int64_t cache_layer,
                    const ModelConfig& config, const Batch& batch, Compute& compute) {
  const Arena::Scope scope(compute.arena);
  Arena& arena = compute.arena;
  const KernelTable& kernels = compute.kernels;
  const Shape s(config);
  const int64_t rows = batch.rows();
  const int64_t width = s.heads * s.head_dim;
  const int64_t kv_width = s.kv_heads * s.head_dim;
  float* const q = arena.allocate<float>(rows * s.heads * s.q_stride);
  float* const k = arena.allocate<float>(rows * kv_width);
  float* const v = arena.allocate<float>(rows * kv_width);
  const ProductOutput projections[] = {
      {q, s.heads * s.q_stride, &w.q_proj}, {k, kv_width, &w.k_proj}, {v, kv_width, &w.v_proj}};
  multiply_all(projections, x, &batch, compute);
  add_bias(q, w.q_bias, rows, kernels);
  add_bias(k, w.k_bias, rows, kernels);
  add_bias(v, w.v_bias, rows, kernels);

  const Queries queries{arena.allocate<float>(rows * width), arena.allocate<float>(rows * width),
                        arena.allocate<int64_t>(rows * s.group), rows};
  const KvLayout& layout = batch.slices[0].kv->layout();
  const RowTiles tiles = cut_rows(batch, kKvTokensAlone, arena);
  compute.pool.for_ranges(tiles.count, 1, [&](int64_t i, int64_t, int) {
    const RowTile& tile = tiles.tiles[i];
    for (int64_t row = tile.row_begin; row < tile.row_begin + tile.rows; ++row) {
      append_kv(k, v, w, cache_layer, config, batch, *tile.slice, layout, row, kernels);
      for (int64_t head = 0; head < s.heads; ++head) {
        float* const ready = queries.q + queries.offset(s, head / s.group, row) + head % s.group * s.head_dim;
        norm_and_rotate(ready, q + (row * s.heads + head) * s.q_stride, w.q_norm, row, config, batch, kernels);
      }
      std::fill_n(queries.visible + row * s.group, s.group, tile.position() + row - tile.row_begin + 1);
    }
  });
  const float scale = 1.0F / std::sqrt(static_cast<float>(s.head_dim));
  if (layout.is_integer()) {
    attend_integers(queries, s, cache_layer, scale, batch, compute);
  } else {
    compute.pool.for_ranges(tiles.count * s.kv_heads, 1, [&](int64_t item, int64_t, int) {
      attend(tiles.tiles[item / s.kv_heads], item % s.kv_heads, queries, s, layout, cache_layer, scale, kernels);
    });
  }

  // Back to [rows][heads * head_dim] for o_proj, through the gate. q's buffer still holds the gates.
  float* const gated = arena.allocate<float>(rows * width);
  const auto gate_row = [&](int64_t row) {
    for (int64_t head = 0; head < s.heads; ++head) {
      float* const to = gated + (row * s.heads + head) * s.head_dim;
      std::copy_n(queries.out + queries.offset(s, head / s.group, row) + head % s.group * s.head_dim, s.head_dim, to);
      if (config.output_gate)
        kernels.sigmoid_gate(to, q + (row * s.heads + head) * s.q_stride + s.head_dim, s.head_dim);
    }
  };
  const ActivationRows attended = write_and_prepare_rows(gated, rows, width, w.o_proj.product, compute, gate_row);
  multiply(out, config.dim, attended, w.o_proj, &batch, compute);
  add_bias(out, w.o_bias, rows, kernels);
}

void append_keys_and_values(const ActivationRows& x, const FullAttentionWeights& w, int64_t cache_layer,
                            const ModelConfig& config, const Batch& batch, Compute& compute) {
  const Arena::Scope scope(compute.arena);
  const int64_t rows = batch.rows();
  const int64_t kv_width = config.kv_width();
  float* const k = compute.arena.allocate<float>(rows * kv_width);
  float* const v = compute.arena.allocate<float>(rows * kv_width);
  multiply(k, kv_width, x, w.k_proj, &batch, compute);
  multiply(v, kv_width, x, w.v_proj, &batch, compute);
  add_bias(k, w.k_bias, rows, compute.kernels);
  add_bias(v, w.v_bias, rows, compute.kernels);
  const KvLayout& layout = batch.slices[0].kv->layout();
  const RowTiles tiles = cut_rows(batch, kKvTokensAlone, compute.arena);
  compute.pool.for_ranges(tiles.count, 1, [&](int64_t i, int64_t, int) {
    const RowTile& tile = tiles.tiles[i];
    for (int64_t row = tile.row_begin; row < tile.row_begin + tile.rows; ++row)
      append_kv(k, v, w, cache_layer, config, batch, *tile.slice, layout, row, compute.kernels);
  });
}

}  // namespace capy
