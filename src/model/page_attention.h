// SPDX-License-Identifier: Apache-2.0
// Causal softmax attention over pages of integer keys and values, by the integer products of the kernel table. Inside
// the model room.
//
// A row's result is the merge, page by page in ascending order, of what each page gives alone (kernels.h): so it does
// not matter which rows are computed together, nor which thread computes which page.
#pragma once

#include <cstdint>

#include "kernels/kernels.h"
#include "model/batch.h"
#include "model/config.h"
#include "tensor/matrix.h"

namespace capy {

// Rows of one slice: consecutive tokens that lie in one block of absolute positions.
struct RowTile {
  const BatchSlice* slice;
  int64_t row_begin;  // of the batch
  int64_t rows;

  int64_t position() const { return slice->position + row_begin - slice->row_begin; }
};

struct RowTiles {
  RowTile* tiles;
  int64_t count;
};

// Cuts every slice at the absolute multiples of `tokens`.
RowTiles cut_rows(const Batch& batch, int64_t tokens, Arena& arena);

// Queries of all rows lie as [kv_heads][rows][group]: the rows that share a KV head are contiguous.
struct PageAttention {
  float* out;     // [kv_heads][rows][group][head_dim], in the rotated basis
  Int8Rows q;     // the rotated queries, in the same order
  int64_t group;  // query heads of a KV head
  int64_t kv_heads;
  int64_t layer;  // of the cache
  float scale;
};

void attend_pages(const PageAttention& attention, const Batch& batch, Compute& compute);

// Arena bytes that attend_pages takes beside its arguments.
int64_t page_attention_bytes(const ModelConfig& config, int64_t rows, int64_t slices, int threads);

}  // namespace capy
