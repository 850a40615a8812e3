// SPDX-License-Identifier: Apache-2.0
#include "base/cpu.h"
#include "kernels/amx/operations.h"
#include "kernels/avx512/operations.h"

#if defined(__x86_64__)
namespace capy::amx {
namespace {

constexpr int64_t kRowsMin = 16;  // of a tile; fewer would leave it partly empty

void int8_by_rows(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin, int64_t end) {
  const auto matmul = x.rows >= kRowsMin ? matmul_int8 : avx512::matmul_int8_vnni;
  matmul(out, out_stride, x, w, begin, end);
}

void int4_by_rows(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin, int64_t end) {
  const auto matmul = x.rows >= kRowsMin ? matmul_int4 : avx512::matmul_int4_vnni;
  matmul(out, out_stride, x, w, begin, end);
}

void bf16_by_rows(float* out, int64_t out_stride, const uint16_t* x, int64_t x_stride, int64_t rows,
                  const MatrixView& w, int64_t begin, int64_t end) {
  const auto matmul = rows >= kRowsMin ? matmul_bf16 : avx512::matmul_bf16;
  matmul(out, out_stride, x, x_stride, rows, w, begin, end);
}

KernelTable filled() {
  KernelTable t = avx512::table_with_vnni();
  t.isa = "amx";
  t.matmul_int8 = int8_by_rows;
  t.matmul_int4 = int4_by_rows;
  if (cpu_features().amx_bf16) t.matmul_bf16 = bf16_by_rows;
  return t;
}

}  // namespace

const KernelTable& table() {
  static const KernelTable table = filled();
  return table;
}

}  // namespace capy::amx
#endif
