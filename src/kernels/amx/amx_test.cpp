// SPDX-License-Identifier: Apache-2.0
// The tile products on tiles of plain C++: everything of them but the instructions, on any machine, against generic.
// Where there is a matrix unit kernels_test.cpp tests the instructions too.
#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <vector>

#include "base/cpu.h"
#if defined(__x86_64__)
#include "kernels/amx/int4_panels.h"
#endif
#include "kernels/amx/int8_blocked.h"
#include "kernels/generic/operations.h"

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

struct Operands {
  Operands(int64_t rows, int64_t outputs, int64_t columns)
      : random(static_cast<uint32_t>(rows * 7919 + outputs * 31 + columns)),
        x_codes(static_cast<size_t>(rows * packed_columns(columns))),
        x_scales(scales(rows * quant_blocks(columns))),
        sums(x_scales.size()),
        w_scales(scales(packed_int8_scales(outputs, columns))),
        w_codes(static_cast<size_t>(packed_int8_code_bytes(outputs, columns))),
        panels(static_cast<size_t>(packed_int4_bytes(outputs, columns))),
        x{rows, columns, x_codes.data(), x_scales.data(), sums.data()},
        int8{MatrixFormat::kInt8Packed, outputs, columns, 0, w_codes.data(), w_scales.data()},
        int4{MatrixFormat::kInt4Packed, outputs, columns, 0, panels.data(), nullptr} {
    for (size_t i = 0; i < x_codes.size(); ++i) {
      if (static_cast<int64_t>(i) % packed_columns(columns) < columns) x_codes[i] = code();
    }
    for (int8_t& c : w_codes) c = code();
    for (uint8_t& byte : panels) byte = static_cast<uint8_t>(random() >> 8);
    const int64_t scales_at = packed_int4_code_bytes(columns) + packed_int4_table_bytes(columns);
    for (int64_t panel = 0; panel < packed_panels(outputs); ++panel) {
      for (int64_t i = 0; i < quant_blocks(columns) * kPanelRows; ++i) {
        const uint16_t scale = f32_to_f16(static_cast<float>(random() >> 8) * 0x1p-30f);
        std::memcpy(panels.data() + panel * packed_int4_panel_bytes(columns) + scales_at + 2 * i, &scale, 2);
      }
    }
  }

  int8_t code() {
    const auto bits = random();
    if (bits % 7 == 0) return bits & 8 ? 127 : -127;
    return static_cast<int8_t>(static_cast<int>(bits >> 8 & 0xff) % 255 - 127);
  }
  std::vector<float> scales(int64_t count) {
    std::vector<float> out(static_cast<size_t>(count));
    for (float& s : out) s = static_cast<float>(random() >> 8) * 0x1p-30f;
    return out;
  }

  std::mt19937 random;
  std::vector<int8_t> x_codes;
  std::vector<float> x_scales;
  std::vector<int32_t> sums;
  std::vector<float> w_scales;
  std::vector<int8_t> w_codes;
  std::vector<uint8_t> panels;
  Int8Rows x;
  MatrixView int8;
  MatrixView int4;
};

using Matmul = void (*)(float*, int64_t, const Int8Rows&, const MatrixView&, int64_t, int64_t);

// Whether both write the same bytes into outputs begin .. end of every row, and nothing else.
bool same_bytes(Matmul a, Matmul b, const Int8Rows& x, const MatrixView& w, int64_t begin, int64_t end) {
  const int64_t stride = w.rows + 3;
  std::vector<float> from_a(static_cast<size_t>(x.rows * stride), -7.0f), from_b(from_a);
  a(from_a.data(), stride, x, w, begin, end);
  b(from_b.data(), stride, x, w, begin, end);
  return std::memcmp(from_a.data(), from_b.data(), from_a.size() * sizeof(float)) == 0;
}

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
