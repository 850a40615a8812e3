// SPDX-License-Identifier: Apache-2.0
// The kernels for 64-bit ARM. Same contract, same bytes. The integer products come three times: with what every such
// processor has, with the dot product instructions, and with the 8-bit matrix product as well.
#pragma once

#include "kernels/kernels.h"

namespace capy::neon {

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

// narrowing.cpp, hadamard.cpp
void round_bf16(uint16_t* out, const float* x, int64_t n);
void hadamard(float* out, const float* x, int64_t n);
void quantize_int8(int8_t* codes, float* scales, int32_t* sums, const float* x, int64_t n);

// float_products.cpp, bf16_products.cpp
void matmul_f32(float* out, int64_t out_stride, const float* x, int64_t x_stride, int64_t rows, const MatrixView& w,
                int64_t begin, int64_t end);
void matmul_bf16(float* out, int64_t out_stride, const uint16_t* x, int64_t x_stride, int64_t rows, const MatrixView& w,
                 int64_t begin, int64_t end);

// integer_mull.cpp, integer_dotprod.cpp, integer_i8mm.cpp
void matmul_int8_mull(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin,
                      int64_t end);
void matmul_int4_mull(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin,
                      int64_t end);
void matmul_int8_dotprod(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin,
                         int64_t end);
void matmul_int4_dotprod(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin,
                         int64_t end);
void matmul_int8_i8mm(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin,
                      int64_t end);
void matmul_int4_i8mm(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin,
                      int64_t end);

void scan_planes_mull(float* out, int64_t out_stride, const Int8Rows& x, const CodePlanes& w, int64_t begin,
                      int64_t end);
void refine_planes_mull(float* out, const Int8Rows& x, int64_t row, const CodePlanes& w, const int32_t* outputs,
                        int64_t count);
void scan_planes_dotprod(float* out, int64_t out_stride, const Int8Rows& x, const CodePlanes& w, int64_t begin,
                         int64_t end);
void refine_planes_dotprod(float* out, const Int8Rows& x, int64_t row, const CodePlanes& w, const int32_t* outputs,
                           int64_t count);

// attention.cpp, delta.cpp
void attention(const AttentionRows& args);
void delta_rule(const DeltaRows& args);
void delta_fold(const DeltaFold& args);

// table.cpp: all three are named "neon"; a processor runs its own and those before it.
const KernelTable& table();
const KernelTable& table_with_dotprod();
const KernelTable& table_with_i8mm();  // and dotprod

}  // namespace capy::neon
