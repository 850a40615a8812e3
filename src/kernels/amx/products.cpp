// SPDX-License-Identifier: Apache-2.0
// The products on the tiles of the machine.
#include "kernels/amx/operations.h"

#if defined(__AMX_INT8__)
#include "kernels/amx/bf16_blocked.h"
#include "kernels/amx/int4_panels.h"
#include "kernels/amx/int8_blocked.h"
#include "kernels/amx/machine_tiles.h"

namespace capy::amx {

void matmul_int8(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin, int64_t end) {
  product<MachineTiles, Int8Weights>(out, out_stride, x, w, begin, end);
}

void matmul_int4(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin, int64_t end) {
  product<MachineTiles, Int4Weights>(out, out_stride, x, w, begin, end);
}

void matmul_bf16(float* out, int64_t out_stride, const uint16_t* x, int64_t x_stride, int64_t rows, const MatrixView& w,
                 int64_t begin, int64_t end) {
  bf16_product<MachineTiles>(out, out_stride, x, x_stride, rows, w, begin, end);
}

}  // namespace capy::amx
#endif
