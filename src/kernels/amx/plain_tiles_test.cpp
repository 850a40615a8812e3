// SPDX-License-Identifier: Apache-2.0
// The tile products on tiles of plain C++, as a table for the harness: everything of them but the instructions is
// tested on any machine with AVX2. Where there is a matrix unit the instructions are tested too.
#if defined(__x86_64__)
#include <immintrin.h>

#include <cstring>

#include "kernels/amx/bf16_blocked.h"
#include "kernels/amx/int4_panels.h"
#include "kernels/amx/int8_blocked.h"
#include "kernels/generic/operations.h"

namespace capy::amx {
namespace {

// What the manual says of the instructions in machine_tiles.h, for tiles of 16 rows of 64 bytes.
class PlainTiles {
 public:
  PlainTiles() { std::memset(tiles_, 0x5a, sizeof tiles_); }

  template <int T>
  void zero() {
    std::memset(tiles_[T], 0, sizeof tiles_[T]);
  }
  template <int T>
  void load(const void* from, int64_t stride) {
    for (int64_t r = 0; r < 16; ++r) std::memcpy(tiles_[T][r], static_cast<const int8_t*>(from) + r * stride, 64);
  }
  template <int T>
  void store(void* to, int64_t stride) {
    for (int64_t r = 0; r < 16; ++r) std::memcpy(static_cast<int8_t*>(to) + r * stride, tiles_[T][r], 64);
  }
  // tdpbssd: sums of four products of signed bytes.
  template <int To, int A, int B>
  void add_int8_products() {
    for (int r = 0; r < 16; ++r) {
      for (int k = 0; k < 16; ++k) {
        for (int n = 0; n < 16; ++n) {
          int32_t sum = 0;
          std::memcpy(&sum, &tiles_[To][r][4 * n], 4);
          for (int i = 0; i < 4; ++i) sum += tiles_[A][r][4 * k + i] * tiles_[B][k][4 * n + i];
          std::memcpy(&tiles_[To][r][4 * n], &sum, 4);
        }
      }
    }
  }
  // tdpbf16ps: the first and the second elements of the pairs have a chain of fma each, from zero; subnormals are zero,
  // whatever the mode of the SSE unit, and rounding is to nearest even.
  template <int To, int A, int B>
  void add_bf16_products() {
    const unsigned mode = _mm_getcsr();
    _mm_setcsr(0x9fc0);
    for (int r = 0; r < 16; ++r) {
      for (int n = 0; n < 16; ++n) add_bf16_output(&tiles_[To][r][4 * n], tiles_[A][r], tiles_[B], n);
    }
    _mm_setcsr(mode);
  }

 private:
  static __m128 widened(const int8_t* bf16) {
    uint16_t bits;
    std::memcpy(&bits, bf16, 2);
    return _mm_castsi128_ps(_mm_cvtsi32_si128(static_cast<int>(uint32_t{bits} << 16)));
  }
  // Not inlined: the compiler may move arithmetic across a change of mode, but not across a call.
  __attribute__((noinline, target("fma"))) static void add_bf16_output(int8_t* to, const int8_t* a,
                                                                       const int8_t (*b)[64], int n) {
    __m128 even = _mm_setzero_ps();
    __m128 odd = _mm_setzero_ps();
    for (int k = 0; k < 16; ++k) {
      even = _mm_fmadd_ss(widened(a + 4 * k), widened(b[k] + 4 * n), even);
      odd = _mm_fmadd_ss(widened(a + 4 * k + 2), widened(b[k] + 4 * n + 2), odd);
    }
    float sum;
    std::memcpy(&sum, to, 4);
    sum = _mm_cvtss_f32(_mm_add_ss(_mm_set_ss(sum), _mm_add_ss(even, odd)));
    std::memcpy(to, &sum, 4);
  }

  int8_t tiles_[8][16][64];
};

void int8_by_rows(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin, int64_t end) {
  const auto matmul = x.rows >= 16 ? product<PlainTiles, Int8Weights> : generic::matmul_int8;
  matmul(out, out_stride, x, w, begin, end);
}

void int4_by_rows(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin, int64_t end) {
  const auto matmul = x.rows >= 16 ? product<PlainTiles, Int4Weights> : generic::matmul_int4;
  matmul(out, out_stride, x, w, begin, end);
}

void bf16_by_rows(float* out, int64_t out_stride, const uint16_t* x, int64_t x_stride, int64_t rows,
                  const MatrixView& w, int64_t begin, int64_t end) {
  const auto matmul = rows >= 16 ? bf16_product<PlainTiles> : generic::matmul_bf16;
  matmul(out, out_stride, x, x_stride, rows, w, begin, end);
}

}  // namespace

const KernelTable& emulated_table() {
  static const KernelTable table = [] {
    KernelTable t = generic::table();
    t.isa = "amx (emulated)";
    t.matmul_int8 = int8_by_rows;
    t.matmul_int4 = int4_by_rows;
    t.matmul_bf16 = bf16_by_rows;
    return t;
  }();
  return table;
}

}  // namespace capy::amx
#endif
