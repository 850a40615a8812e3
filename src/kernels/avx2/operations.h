// SPDX-License-Identifier: Apache-2.0
// The kernels that AVX2 (with fma and f16c) does better than plain C++. Same contract, same bytes.
#pragma once

#include "kernels/kernels.h"

namespace capy::avx2 {

// rows.cpp
void rms_norm(float* out, const float* x, const float* weight, int64_t n, float eps);
void gated_rms_norm(float* out, const float* x, const float* z, const float* weight, int64_t n, float eps);
void l2_norm(float* out, const float* x, int64_t n, float eps, float scale);
void add(float* x, const float* y, int64_t n);
void scaled_add(float* x, const float* y, float scale, int64_t n);
void swiglu(float* out, const float* gate, const float* up, int64_t n);
void sigmoid_gate(float* x, const float* gate, int64_t n);
void sigmoid(float* out, const float* x, int64_t n);
void exp_shifted(float* out, const float* x, float shift, int64_t n);
void rope_half(float* x, const float* cos, const float* sin, int64_t half);
void rope_adjacent(float* x, const float* cos, const float* sin, int64_t half);
float dot(const float* a, const float* b, int64_t n);
void conv_silu(float* out, const float* columns, const float* weight, int64_t channels, int64_t taps);
void round_bf16(uint16_t* out, const float* x, int64_t n);
void hadamard(float* out, const float* x, int64_t n);
void quantize_int8(int8_t* codes, float* scales, int32_t* sums, const float* x, int64_t n);

// float_products.cpp, bf16_products.cpp
void matmul_f32(float* out, int64_t out_stride, const float* x, int64_t x_stride, int64_t rows, const MatrixView& w,
                int64_t begin, int64_t end);
void matmul_bf16(float* out, int64_t out_stride, const uint16_t* x, int64_t x_stride, int64_t rows, const MatrixView& w,
                 int64_t begin, int64_t end);
// int8_products.cpp, int4_many_rows.cpp, int4_few_rows.cpp (up to 8 rows, for matmul_int4 alone)
void matmul_int8(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin, int64_t end);
void matmul_int4(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin, int64_t end);
void matmul_int4_few_rows(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin,
                          int64_t end);
// int8_vnni.cpp, int4_vnni.cpp: with AVX-VNNI's dot product instruction (laptops since 2021, which have no AVX-512).
void matmul_int8_vnni(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin,
                      int64_t end);
void matmul_int4_vnni(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin,
                      int64_t end);
// plane_products.cpp
void scan_planes(float* out, int64_t out_stride, const Int8Rows& x, const CodePlanes& w, int64_t begin, int64_t end);
void refine_planes(float* out, const Int8Rows& x, int64_t row, const CodePlanes& w, const int32_t* outputs,
                   int64_t count);

// chained_product.cpp
void chained_product(const ChainedProduct& args);

// attention.cpp, delta.cpp
void attention(const AttentionRows& args);
void delta_rule(const DeltaRows& args);
void delta_fold(const DeltaFold& args);

// integer_attention.cpp
void page_weights(const PageWeights& args);
void page_values(const PageValues& args);
void join_products(float* out, const float* high, const float* low, int64_t stride, const float* scales, int64_t rows,
                   int64_t n);
void merge_softmax(const SoftmaxRows& total, const SoftmaxRows& next, int64_t rows, int64_t n);
void widen_halves(int8_t* out, const uint8_t* codes, const int8_t* levels, int64_t lines);

// table.cpp. Both tables are called "avx2"; which one fits is the machine's matter.
const KernelTable& table_with_vnni();
const KernelTable& table_without_vnni();

}  // namespace capy::avx2
