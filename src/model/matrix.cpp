// SPDX-License-Identifier: Apache-2.0
#include "model/matrix.h"

#include <algorithm>

namespace capy {
namespace {

// Outputs per tile: enough tiles to balance the threads, each with enough weights to be worth taking (about 32 KB).
int64_t outputs_per_tile(const MatrixView& w, int threads) {
  constexpr int64_t kTilesPerThread = 8;
  constexpr int64_t kWeightsMin = 32 * 1024;
  constexpr int64_t kPanelsTogether = 4;  // kernels that read from memory walk over so many panels at a time
  const int64_t balanced = w.rows / (threads * kTilesPerThread);
  const int64_t worthwhile = kWeightsMin / std::max<int64_t>(w.columns, 1);
  return round_up_to(std::max<int64_t>({balanced, worthwhile, 1}), kPanelsTogether * kPanelRows);
}

int64_t count_tiles(const MatrixView& w, int threads) {
  const int64_t outputs = outputs_per_tile(w, threads);
  return (w.rows + outputs - 1) / outputs;
}

void multiply_tile(const ProductOutput& product, const ActivationRows& x, int64_t tile, const Compute& compute) {
  const MatrixView& w = product.matrix->view;
  const int64_t outputs = outputs_per_tile(w, compute.pool.threads());
  const int64_t begin = tile * outputs;
  const int64_t end = std::min(begin + outputs, w.rows);
  float* const out = product.out;
  const int64_t stride = product.out_stride;
  const KernelTable& kernels = compute.kernels;
  switch (product.matrix->product) {
    case Product::kF32: return kernels.matmul_f32(out, stride, x.x, x.columns, x.rows, w, begin, end);
    case Product::kBF16: return kernels.matmul_bf16(out, stride, x.bf16, x.columns, x.rows, w, begin, end);
    case Product::kInt8: return kernels.matmul_int8(out, stride, x.int8, w, begin, end);
    case Product::kInt4: return kernels.matmul_int4(out, stride, x.int8, w, begin, end);
  }
}

void add_lora(float* out, int64_t out_stride, const ActivationRows& x, const BatchSlice& slice, const LoraPath& path,
              Compute& compute) {
  const Arena::Scope scope(compute.arena);
  const int64_t rank = path.a.rows;
  float* const low = compute.arena.allocate<float>(slice.rows * rank);
  float* const high = compute.arena.allocate<float>(slice.rows * path.b.rows);
  const float* const input = x.x + slice.row_begin * x.columns;
  compute.kernels.matmul_f32(low, rank, input, x.columns, slice.rows, path.a, 0, rank);
  compute.pool.for_ranges(path.b.rows, 256, [&](int64_t begin, int64_t end, int) {
    compute.kernels.matmul_f32(high, path.b.rows, low, rank, slice.rows, path.b, begin, end);
  });
  for (int64_t row = 0; row < slice.rows; ++row) {
    compute.kernels.scaled_add(out + (slice.row_begin + row) * out_stride, high + row * path.b.rows, path.scale,
                               path.b.rows);
  }
}

void add_loras(const ProductOutput& product, const ActivationRows& x, const Batch& batch, Compute& compute) {
  if (product.matrix->loras.empty()) return;
  for (const BatchSlice& slice : batch.slices) {
    for (const int32_t adapter : slice.loras) {
      for (const LoraPath& path : product.matrix->loras) {
        if (path.adapter == adapter) add_lora(product.out, product.out_stride, x, slice, path, compute);
      }
    }
  }
}

}  // namespace

AlignedBytes allocate_aligned(int64_t bytes) {
  return AlignedBytes(static_cast<std::byte*>(::operator new[](static_cast<size_t>(bytes), std::align_val_t{64})));
}

int64_t Matrix::bytes() const { return matrix_bytes(view.format, view.rows, view.columns); }

RowForms::RowForms(const float* x, int64_t rows, int64_t columns, Product product, Compute& compute)
    : rows_{x, rows, columns, nullptr, {}} {
  if (product == Product::kBF16) {
    rows_.bf16 = bf16_ = compute.arena.allocate<uint16_t>(rows * columns);
  } else if (takes_int8_rows(product)) {
    codes_ = compute.arena.allocate<int8_t>(rows * packed_columns(columns));
    scales_ = compute.arena.allocate<float>(rows * quant_blocks(columns));
    sums_ = compute.arena.allocate<int32_t>(rows * quant_blocks(columns));
    rotated_ = compute.arena.allocate<float>(compute.pool.threads() * columns);
    rows_.int8 = Int8Rows{rows, columns, codes_, scales_, sums_};
  }
}

void RowForms::make(int64_t row, int worker, const KernelTable& kernels) const {
  const int64_t columns = rows_.columns;
  const float* const x = rows_.x + row * columns;
  if (bf16_ != nullptr) kernels.round_bf16(bf16_ + row * columns, x, columns);
  if (codes_ == nullptr) return;
  float* const rotated = rotated_ + worker * columns;
  const int64_t blocks = quant_blocks(columns);
  kernels.hadamard(rotated, x, columns);
  kernels.quantize_int8(codes_ + row * packed_columns(columns), scales_ + row * blocks, sums_ + row * blocks, rotated,
                        columns);
}

ActivationRows prepare_rows(const float* x, int64_t rows, int64_t columns, Product product, Compute& compute) {
  const RowForms forms(x, rows, columns, product, compute);
  if (!forms.is_needed()) return forms.rows();
  compute.pool.for_ranges(rows, kPreparedRows, [&](int64_t begin, int64_t end, int worker) {
    for (int64_t row = begin; row < end; ++row) forms.make(row, worker, compute.kernels);
  });
  return forms.rows();
}

void multiply(float* out, int64_t out_stride, const ActivationRows& x, const Matrix& matrix, const Batch* batch,
              Compute& compute) {
  const ProductOutput product{out, out_stride, &matrix};
  multiply_all({&product, 1}, x, batch, compute);
}

void multiply_all(std::span<const ProductOutput> products, const ActivationRows& x, const Batch* batch,
                  Compute& compute) {
  int64_t tiles = 0;
  for (const ProductOutput& product : products) {
    CHECK(x.columns == product.matrix->columns());
    if (compute.watch != nullptr) compute.watch->see(product.matrix->view, x.x, x.rows);
    tiles += count_tiles(product.matrix->view, compute.pool.threads());
  }
  compute.pool.for_ranges(tiles, 1, [&](int64_t tile, int64_t, int) {
    for (const ProductOutput& product : products) {
      const int64_t own = count_tiles(product.matrix->view, compute.pool.threads());
      if (tile < own) return multiply_tile(product, x, tile, compute);
      tile -= own;
    }
  });
  if (batch == nullptr) return;
  for (const ProductOutput& product : products) add_loras(product, x, *batch, compute);
}

}  // namespace capy
