// SPDX-License-Identifier: Apache-2.0
// The tiles of the machine.
#include "kernels/amx/operations.h"

#if defined(__AMX_INT8__)
#include <immintrin.h>

#include "kernels/amx/int4_panels.h"
#include "kernels/amx/int8_blocked.h"

namespace capy::amx {
namespace {

// What the instruction that sets the tiles up reads.
struct alignas(64) TileConfig {
  uint8_t palette = 1;
  uint8_t start_row = 0;
  uint8_t reserved[14] = {};
  uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
static_assert(sizeof(TileConfig) == 64);

class HardwareTiles {
 public:
  HardwareTiles() {
    const TileConfig config;
    asm volatile("" : : "r"(&config) : "memory");  // g++ 12 does not see that the intrinsic reads it
    _tile_loadconfig(&config);
  }
  ~HardwareTiles() { _tile_release(); }
  HardwareTiles(const HardwareTiles&) = delete;
  HardwareTiles& operator=(const HardwareTiles&) = delete;

  // As the instructions themselves, which say what memory they touch: the intrinsics of g++ 12 are asm that does not.
  template <int T>
  void zero() {
    asm volatile("tilezero %%tmm%c0" : : "i"(T));
  }
  template <int T>
  void load(const void* from, int64_t stride) {
    asm volatile("tileloadd (%1,%2,1), %%tmm%c0" : : "i"(T), "r"(from), "r"(stride) : "memory");
  }
  template <int To, int A, int B>
  void add_products() {
    asm volatile("tdpbssd %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(To), "i"(A), "i"(B));
  }
  template <int T>
  void store(Sums& to) {
    asm volatile("tilestored %%tmm%c0, (%1,%2,1)" : : "i"(T), "r"(&to), "r"(kTileBytes) : "memory");
  }
};

}  // namespace

void matmul_int8(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin, int64_t end) {
  product<HardwareTiles, Int8Weights>(out, out_stride, x, w, begin, end);
}

void matmul_int4(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin, int64_t end) {
  product<HardwareTiles, Int4Weights>(out, out_stride, x, w, begin, end);
}

}  // namespace capy::amx
#endif
