// SPDX-License-Identifier: Apache-2.0
// The tiles of the machine: eight of 16 rows of 64 bytes, by number.
#pragma once

#include <immintrin.h>

#include <cstdint>

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

class MachineTiles {
 public:
  MachineTiles() {
    const TileConfig config;
    asm volatile("" : : "r"(&config) : "memory");  // g++ 12 does not see that the intrinsic reads it
    _tile_loadconfig(&config);
  }
  ~MachineTiles() { _tile_release(); }
  MachineTiles(const MachineTiles&) = delete;
  MachineTiles& operator=(const MachineTiles&) = delete;

  // As the instructions themselves, which say what memory they touch: the intrinsics of g++ 12 are asm that does not.
  template <int T>
  void zero() {
    asm volatile("tilezero %%tmm%c0" : : "i"(T));
  }
  // `stride` is in bytes, from row to row.
  template <int T>
  void load(const void* from, int64_t stride) {
    asm volatile("tileloadd (%1,%2,1), %%tmm%c0" : : "i"(T), "r"(from), "r"(stride) : "memory");
  }
  template <int T>
  void store(void* to, int64_t stride) {
    asm volatile("tilestored %%tmm%c0, (%1,%2,1)" : : "i"(T), "r"(to), "r"(stride) : "memory");
  }
  template <int To, int A, int B>
  void add_int8_products() {
    asm volatile("tdpbssd %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(To), "i"(A), "i"(B));
  }
  template <int To, int A, int B>
  void add_bf16_products() {
    asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(To), "i"(A), "i"(B));
  }
};

}  // namespace
}  // namespace capy::amx
