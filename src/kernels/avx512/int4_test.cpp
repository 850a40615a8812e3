// SPDX-License-Identifier: Apache-2.0
// The int4 tiles on a unit of plain C++: everything of them but the instructions, on any machine, against generic.
// Where there is AVX-512 with VNNI kernels_test.cpp tests the instructions too.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "kernels/avx512/int4_tile.h"
#include "kernels/generic/operations.h"
#include "kernels/packed_operands_test.h"

namespace capy::avx512 {
namespace {

// What the manual says of the instructions in int4_vnni.cpp.
struct PlainUnit {
  using Bytes = std::array<uint8_t, 64>;
  using Sums = std::array<int32_t, 16>;
  using Floats = std::array<float, 16>;

  static Bytes load(const uint8_t* p) {
    Bytes out;
    std::copy_n(p, 64, out.begin());
    return out;
  }
  static Bytes low_halves(Bytes two) {
    for (uint8_t& b : two) b &= 15;
    return two;
  }
  static Bytes high_halves(Bytes two) {
    for (uint8_t& b : two) b = static_cast<uint8_t>(b >> 4);
    return two;
  }
  static Bytes shuffle(const int8_t* lanes01, const int8_t* lanes23, Bytes codes) {
    for (size_t i = 0; i < 64; ++i) {
      const int8_t* lane = (i < 32 ? lanes01 : lanes23) + i / 16 % 2 * 16;
      codes[i] = static_cast<uint8_t>(lane[codes[i] % 16]);
    }
    return codes;
  }
  static Bytes broadcast(const int8_t* x) {
    Bytes out;
    for (size_t i = 0; i < 64; ++i) out[i] = static_cast<uint8_t>(x[i % 4]);
    return out;
  }
  static Sums start(int32_t value) {
    Sums out;
    out.fill(value);
    return out;
  }
  static void add(Sums& sum, const Bytes& w, const Bytes& x) {
    for (size_t i = 0; i < 64; ++i) sum[i / 4] += int32_t{w[i]} * static_cast<int8_t>(x[i]);
  }
  static Floats zero() { return {}; }
  static Floats widen(const uint8_t* halves) {
    Floats out;
    for (size_t i = 0; i < 16; ++i) out[i] = f16_to_f32(static_cast<uint16_t>(halves[2 * i] | halves[2 * i + 1] << 8));
    return out;
  }
  static void add_scaled(Floats& to, const Sums& sum, const Floats& w_scales, float x_scale) {
    for (size_t i = 0; i < 16; ++i) to[i] = std::fma(static_cast<float>(sum[i]), w_scales[i] * x_scale, to[i]);
  }
  static void store(float* to, int64_t count, const Floats& v) {
    std::copy_n(v.begin(), std::min<int64_t>(count, 16), to);
  }
};

TEST(Int4Tile, ProductsAreThoseOfGeneric) {
  const auto check = [](int64_t rows, int64_t outputs, int64_t columns, int64_t begin, int64_t end) {
    const Operands o(rows, outputs, columns);
    EXPECT_TRUE(same_bytes(int4_product<PlainUnit>, generic::matmul_int4, o.x, o.int4, begin, end))
        << rows << " rows, " << columns << " columns, outputs " << begin << " to " << end << " of " << outputs;
  };
  for (const int64_t columns : {1, 64, 65, 255, 256, 257, 576, 1000}) {
    for (const int64_t rows : {1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17}) {
      for (const int64_t outputs : {1, 16, 35, 70}) check(rows, outputs, columns, 0, outputs);
      check(rows, 70, columns, 16, 32);
      check(rows, 70, columns, 16, 64);
      check(rows, 70, columns, 48, 70);
    }
  }
}

}  // namespace
}  // namespace capy::avx512
