// SPDX-License-Identifier: Apache-2.0
// The tile products on tiles of plain C++: everything of them but the instructions, on any machine, against generic.
// Where there is a matrix unit kernels_test.cpp tests the instructions too.
#include <gtest/gtest.h>

#include <cstring>

#include "base/cpu.h"
#if defined(__x86_64__)
#include "kernels/amx/int4_panels.h"
#endif
#include "kernels/amx/int8_blocked.h"
#include "kernels/generic/operations.h"
#include "kernels/packed_operands_test.h"

namespace capy::amx {
namespace {

// What the manual says of tilezero, tileloadd, tdpbssd and tilestored for 16 rows of 64 bytes.
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
  template <int To, int A, int B>
  void add_products() {
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
  template <int T>
  void store(Sums& to) {
    std::memcpy(to, tiles_[T], sizeof to);
  }

 private:
  int8_t tiles_[8][16][64];
};

template <class Check>
void for_shapes(Check check) {
  for (const int64_t rows : {16, 17, 31, 32, 33, 47, 48, 70, 300}) {
    for (const int64_t columns : {1, 64, 65, 255, 256, 257, 576, 1000, 2100}) {
      if (rows == 300 && columns > 576) continue;
      for (const int64_t outputs : {1, 16, 35, 70}) check(rows, outputs, columns, 0, outputs);
      check(rows, 70, columns, 16, 32);
      check(rows, 70, columns, 16, 64);
      check(rows, 70, columns, 48, 70);
    }
  }
}

TEST(Amx, Int8ProductsAreThoseOfGeneric) {
  for_shapes([](int64_t rows, int64_t outputs, int64_t columns, int64_t begin, int64_t end) {
    const Operands o(rows, outputs, columns);
    EXPECT_TRUE(same_bytes(product<PlainTiles, Int8Weights>, generic::matmul_int8, o.x, o.int8, begin, end))
        << rows << " rows, " << columns << " columns, outputs " << begin << " to " << end << " of " << outputs;
  });
}

#if defined(__x86_64__)
TEST(Amx, Int4ProductsAreThoseOfGeneric) {
  if (!cpu_features().avx2) GTEST_SKIP() << "unpacking takes AVX2";
  for_shapes([](int64_t rows, int64_t outputs, int64_t columns, int64_t begin, int64_t end) {
    const Operands o(rows, outputs, columns);
    EXPECT_TRUE(same_bytes(product<PlainTiles, Int4Weights>, generic::matmul_int4, o.x, o.int4, begin, end))
        << rows << " rows, " << columns << " columns, outputs " << begin << " to " << end << " of " << outputs;
  });
}
#endif

}  // namespace
}  // namespace capy::amx
