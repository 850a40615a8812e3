// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "codec/pack.h"

namespace capy {
namespace {

// A matrix of random values packed panel by panel, into buffers that held garbage before.
struct Packed {
  int64_t rows;
  int64_t columns;
  std::vector<float> values;
  std::vector<int8_t> codes;
  std::vector<float> scales;

  Packed(int64_t row_count, int64_t column_count) : rows(row_count), columns(column_count) {
    std::mt19937 draw(static_cast<uint32_t>(rows * 1000 + columns));
    std::normal_distribution<float> normal;
    values.resize(static_cast<size_t>(rows * columns));
    for (float& value : values) value = normal(draw);
  }
  void pack() {
    codes.assign(static_cast<size_t>(packed_int8_code_bytes(rows, columns)), 99);
    scales.assign(static_cast<size_t>(packed_int8_scales(rows, columns)), 99.0f);
    for (int64_t panel = 0; panel < packed_panels(rows); ++panel) {
      const float* pointers[kPanelRows];
      const int64_t count = std::min(kPanelRows, rows - panel * kPanelRows);
      for (int64_t i = 0; i < count; ++i) pointers[i] = values.data() + (panel * kPanelRows + i) * columns;
      pack_int8_panel(pointers, count, columns, panel, codes.data(), scales.data());
    }
  }
  MatrixView view() const { return {MatrixFormat::kInt8Packed, rows, columns, 0, codes.data(), scales.data()}; }
  int8_t code(int64_t row, int64_t k) const {
    return codes[static_cast<size_t>(((row / 16 * packed_columns(columns) / 4 + k / 4) * 16 + row % 16) * 4 + k % 4)];
  }
  float scale(int64_t row, int64_t k) const {
    return scales[static_cast<size_t>((row / 16 * quant_blocks(columns) + k / kQuantBlock) * 16 + row % 16)];
  }
};

// The contract, written as slowly and plainly as possible.
void expect_contract(const Packed& m) {
  for (int64_t row = 0; row < packed_panels(m.rows) * 16; ++row) {
    for (int64_t k = 0; k < packed_columns(m.columns); ++k) {
      if (row >= m.rows || k >= m.columns) {
        ASSERT_EQ(m.code(row, k), 0) << row << " " << k;
        continue;
      }
      const int64_t begin = k / kQuantBlock * kQuantBlock;
      float largest = 0;
      for (int64_t i = begin; i < std::min(begin + kQuantBlock, m.columns); ++i) {
        largest = std::max(largest, std::abs(m.values[static_cast<size_t>(row * m.columns + i)]));
      }
      const float value = m.values[static_cast<size_t>(row * m.columns + k)];
      ASSERT_EQ(m.code(row, k), static_cast<int>(std::nearbyint(value * (127.0f / largest)))) << row << " " << k;
      ASSERT_EQ(m.scale(row, k), largest / 127.0f);
    }
  }
}

TEST(PackInt8, HoldsItsContractForEveryShape) {
  for (const int64_t rows : {1, 2, 15, 16, 17, 40}) {
    for (const int64_t columns : {1, 3, 4, 63, 64, 65, 255, 256, 257, 300, 576, 1000}) {
      Packed matrix(rows, columns);
      matrix.pack();
      expect_contract(matrix);
    }
  }
}

TEST(PackInt8, UnpackGivesCodesTimesScales) {
  Packed matrix(19, 300);
  matrix.pack();
  std::vector<float> row(300);
  for (int64_t r = 0; r < 19; ++r) {
    unpack_int8_row(matrix.view(), r, row.data());
    for (int64_t k = 0; k < 300; ++k) {
      ASSERT_EQ(row[static_cast<size_t>(k)], static_cast<float>(matrix.code(r, k)) * matrix.scale(r, k));
      ASSERT_NEAR(row[static_cast<size_t>(k)], matrix.values[static_cast<size_t>(r * 300 + k)],
                  0.5f * matrix.scale(r, k) + 1e-6f);
    }
  }
}

TEST(PackInt8, ZeroTinyAndDamagedBlocks) {
  Packed matrix(4, 600);
  std::fill(matrix.values.begin(), matrix.values.begin() + kQuantBlock, 0.0f);                  // row 0, block 0
  matrix.values[600 + 300] = std::numeric_limits<float>::quiet_NaN();                           // row 1, column 300
  matrix.values[1200 + 599] = -std::numeric_limits<float>::infinity();                          // row 2, column 599
  std::fill(matrix.values.begin() + 1800, matrix.values.begin() + 1800 + kQuantBlock, 1e-44f);  // row 3, block 0
  matrix.pack();
  const auto expect_empty = [&](int64_t row, int64_t column, bool nan) {
    const int64_t begin = column / kQuantBlock * kQuantBlock;
    for (int64_t k = begin; k < std::min<int64_t>(begin + kQuantBlock, 600); ++k) ASSERT_EQ(matrix.code(row, k), 0);
    const float scale = matrix.scale(row, begin);
    EXPECT_TRUE(nan ? std::isnan(scale) : scale == 0);
  };
  expect_empty(0, 0, false);
  expect_empty(1, 300, true);
  expect_empty(2, 599, true);
  expect_empty(3, 0, false);
  EXPECT_GT(matrix.scale(0, kQuantBlock), 0);
}

TEST(PackInt8, RoundsHalvesToEven) {
  Packed matrix(1, 8);
  matrix.values = {127, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -127, 126.5f};
  matrix.pack();
  const int expected[] = {127, 0, 2, 2, 0, -2, -127, 126};
  for (int k = 0; k < 8; ++k) EXPECT_EQ(matrix.code(0, k), expected[k]);
}

struct PackedInt4 {
  int64_t rows;
  int64_t columns;
  std::vector<std::byte> bytes;
  MatrixView view;
  PackedInt4(const std::vector<float>& values, int64_t row_count, int64_t column_count)
      : rows(row_count), columns(column_count), bytes(static_cast<size_t>(packed_int4_bytes(rows, columns))) {
    for (int64_t panel = 0; panel < packed_panels(rows); ++panel) {
      const float* pointers[kPanelRows];
      const int64_t count = std::min(kPanelRows, rows - panel * kPanelRows);
      for (int64_t i = 0; i < count; ++i) pointers[i] = values.data() + (panel * kPanelRows + i) * columns;
      pack_int4_panel(pointers, count, columns, panel, bytes.data());
    }
    view = {MatrixFormat::kInt4Packed, rows, columns, 0, bytes.data(), nullptr};
  }
  std::vector<float> row(int64_t index) const {
    std::vector<float> out(static_cast<size_t>(columns));
    unpack_int4_row(view, index, out.data());
    return out;
  }
};

// The figure that tensor/int4_levels.h and the search were chosen by: a worse table or a broken search shows here.
TEST(PackInt4, NormalValuesLoseLessThanSevenPercent) {
  const Packed m(64, 1024);
  const PackedInt4 packed(m.values, m.rows, m.columns);
  double error = 0;
  double value = 0;
  for (int64_t row = 0; row < m.rows; ++row) {
    const std::vector<float> back = packed.row(row);
    for (int64_t k = 0; k < m.columns; ++k) {
      const double exact = m.values[static_cast<size_t>(row * m.columns + k)];
      error += (back[static_cast<size_t>(k)] - exact) * (back[static_cast<size_t>(k)] - exact);
      value += exact * exact;
    }
  }
  EXPECT_LT(std::sqrt(error / value), 0.0690);
}

TEST(PackInt4, OddShapesKeepEveryValue) {
  for (const auto& [rows, columns] : {std::pair<int64_t, int64_t>{1, 1}, {5, 7}, {17, 300}, {16, 256}, {3, 259}}) {
    const Packed m(rows, columns);
    const PackedInt4 packed(m.values, rows, columns);
    for (int64_t row = 0; row < rows; ++row) {
      const std::vector<float> back = packed.row(row);
      for (int64_t k = 0; k < columns; ++k) {
        ASSERT_NEAR(back[static_cast<size_t>(k)], m.values[static_cast<size_t>(row * columns + k)], 0.5)
            << row << " " << k;
      }
    }
  }
}

// One bad row must not take the other three of its lanes with it.
TEST(PackInt4, DamageStaysInItsRowAndBlock) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 1e30F}) {
    Packed m(8, 512);
    m.values[static_cast<size_t>(2 * m.columns + 300)] = bad;
    const PackedInt4 packed(m.values, m.rows, m.columns);
    for (int64_t row = 0; row < m.rows; ++row) {
      const std::vector<float> back = packed.row(row);
      for (int64_t k = 0; k < m.columns; ++k) {
        ASSERT_EQ(std::isnan(back[static_cast<size_t>(k)]), row == 2 && k >= 256) << row << " " << k;
      }
    }
  }
}

TEST(PackInt4, ZerosAndTinyValuesStayFinite) {
  for (const float value : {0.0F, 1e-30F, 1e-7F, 6e4F}) {
    const std::vector<float> values(4 * 256, value);
    const std::vector<float> back = PackedInt4(values, 4, 256).row(3);
    for (const float x : back) ASSERT_NEAR(x, value, std::max(value * 0.01F, 1e-6F));
  }
}

}  // namespace
}  // namespace capy
