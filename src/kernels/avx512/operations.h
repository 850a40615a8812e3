// SPDX-License-Identifier: Apache-2.0
// The kernels that AVX-512 (f, bw, dq, vl) does better than plain C++. Same contract, same bytes.
#pragma once

#include "kernels/kernels.h"

namespace capy::avx512 {

// rows.cpp
void rms_norm(float* out, const float* x, const float* weight, int64_t n, float eps);
void gated_rms_norm(float* out, const float* x, const float* z, const float* weight, int64_t n, float eps);
void l2_norm(float* out, const float* x, int64_t n, float eps, float scale);
void add(float* x, const float* y, int64_t n);
void scaled_add(float* x, const float* y, float scale, int64_t n);
void swiglu(float* out, const float* gate, const float* up, int64_t n);
void sigmoid_gate(float* x, const float* gate, int64_t n);
void rope_half(float* x, const float* cos, const float* sin, int64_t half);
void rope_adjacent(float* x, const float* cos, const float* sin, int64_t half);
float dot(const float* a, const float* b, int64_t n);
void conv_silu(float* out, const float* columns, const float* weight, int64_t channels, int64_t taps);
void round_bf16(uint16_t* out, const float* x, int64_t n);
void hadamard(float* out, const float* x, int64_t n);
void quantize_int8(int8_t* codes, float* scales, int32_t* sums, const float* x, int64_t n);

// chained_product.cpp
void chained_product(const ChainedProduct& args);

// float_products.cpp, bf16_products.cpp
void matmul_f32(float* out, int64_t out_stride, const float* x, int64_t x_stride, int64_t rows, const MatrixView& w,
                int64_t begin, int64_t end);
void matmul_bf16(float* out, int64_t out_stride, const uint16_t* x, int64_t x_stride, int64_t rows, const MatrixView& w,
                 int64_t begin, int64_t end);
// int8_vnni.cpp: the dot product instruction; int8_madd.cpp: for CPUs without it (2017 to 2019).
void matmul_int8_vnni(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin,
                      int64_t end);
void matmul_int8_madd(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin,
                      int64_t end);
// int4_vnni.cpp, int4_madd.cpp: likewise.
void matmul_int4_vnni(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin,
                      int64_t end);
void matmul_int4_madd(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin,
                      int64_t end);

// attention.cpp, delta.cpp
void attention(const AttentionRows& args);
void delta_rule(const DeltaRows& args);
void delta_fold(const DeltaFold& args);

// table.cpp. Both tables are called "avx512"; which one fits is the machine's matter.
const KernelTable& table_with_vnni();
const KernelTable& table_without_vnni();

}  // namespace capy::avx512
