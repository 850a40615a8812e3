// SPDX-License-Identifier: Apache-2.0
// The products that Intel's matrix unit (AMX) does better than AVX-512. Same contract, same bytes. The process must
// have asked for the tiles (request_amx) before.
#pragma once

#include "kernels/kernels.h"

namespace capy::amx {

// products.cpp; at least 16 rows.
void matmul_int8(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin, int64_t end);
void matmul_int4(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin, int64_t end);
void matmul_bf16(float* out, int64_t out_stride, const uint16_t* x, int64_t x_stride, int64_t rows, const MatrixView& w,
                 int64_t begin, int64_t end);

// table.cpp: the AVX-512 table with VNNI, and the tiles where there are rows enough.
const KernelTable& table();

}  // namespace capy::amx
