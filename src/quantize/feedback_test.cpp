// SPDX-License-Identifier: Apache-2.0
// Codes chosen for inputs: the arithmetic of the feedback, and what it is for.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/concat.h"
#include "model/matrix_packing.h"
#include "quantize/input_feedback.h"
#include "quantize/panel_packer.h"

namespace capy {
namespace {

uint32_t state = 1;
float noise() {
  state = state * 1664525 + 1013904223;
  return static_cast<float>(static_cast<int32_t>(state) >> 8) * 0x1p-23F;
}

// Inputs whose columns follow each other: each is mostly the one before.
std::vector<float> related_inputs(int64_t rows, int64_t columns) {
  std::vector<float> x(static_cast<size_t>(rows * columns));
  for (int64_t row = 0; row < rows; ++row) {
    float last = noise();
    for (int64_t k = 0; k < columns; ++k) {
      last = 0.9F * last + 0.3F * noise();
      x[static_cast<size_t>(row * columns + k)] = last;
    }
  }
  return x;
}

class FeedbackTest : public testing::Test {
 protected:
  FeedbackTest() : pool_(2), moments_(pool_) { state = 1; }
  ThreadPool pool_;
  InputMoments moments_;
};

// The best answer to an error of column i, all later columns being free, is the least-squares one.
TEST_F(FeedbackTest, SharesAreTheLeastSquaresAnswer) {
  InputMoments::Block block{3, {4, 2, 1, 0, 3, 0.5, 0, 0, 2}};
  const InputFeedback feedback = InputFeedback::of(block);
  const double damping = 0.01 * 3;
  // Column 1 moves by -e: minimise over d of [-e d] M [-e d]^T with M = rows and columns 1, 2: d = M12 / M22 e.
  EXPECT_NEAR(feedback.share[1 * 3 + 2], 0.5 / (2 + damping), 1e-6);
  EXPECT_NEAR(feedback.cost[1], 3 + damping - 0.5 * 0.5 / (2 + damping), 1e-5);
  EXPECT_NEAR(feedback.cost[2], 2 + damping, 1e-6);
}

TEST_F(FeedbackTest, OutputsGetNearerAndWeightsFurther) {
  constexpr int64_t kRows = 16;
  for (const int64_t columns : {int64_t{300}, int64_t{256}, int64_t{70}}) {
    SCOPED_TRACE(columns);
    const std::string name = concat("w", columns);
    const std::vector<float> x = related_inputs(600, columns);
    moments_.add(name, x.data(), 600, columns);
    std::vector<float> w(static_cast<size_t>(kRows * columns));
    for (float& value : w) value = noise();
    const auto* const moments = moments_.find(name);
    ASSERT_NE(moments, nullptr);
    const auto measured = [&](bool with) {
      std::vector<std::byte> bytes(static_cast<size_t>(matrix_bytes(MatrixFormat::kInt4Packed, kRows, columns)));
      const PanelPacker packer(MatrixFormat::kInt4Packed, kRows, columns, with ? moments : nullptr);
      packer.pack(w.data(), kRows, 0, bytes.data());
      const PanelPacker judge(MatrixFormat::kInt4Packed, kRows, columns, moments);
      std::vector<float> scratch(static_cast<size_t>(columns));
      return judge.measure(view_of(MatrixFormat::kInt4Packed, kRows, columns, bytes.data()), w.data(), 0, kRows,
                           scratch.data());
    };
    const ErrorSums plain = measured(false);
    const ErrorSums chosen = measured(true);
    EXPECT_LT(chosen.relative_output(), 0.6 * plain.relative_output());
    EXPECT_GT(chosen.relative(), plain.relative());
    EXPECT_LT(chosen.relative(), 0.2);
  }
}

TEST_F(FeedbackTest, MatricesThatShareAnInputShareItsMoments) {
  const std::vector<float> x = related_inputs(2, 20);
  moments_.add("q", x.data(), 2, 20);
  moments_.share("k", "q");
  EXPECT_EQ(moments_.find("k"), moments_.find("q"));
  EXPECT_EQ(moments_.find("v"), nullptr);
  const double expected = static_cast<double>(x[0]) * x[1] + static_cast<double>(x[20]) * x[21];
  EXPECT_NEAR(moments_.find("q")->at(0).sums[1], expected, 1e-12);
}

TEST_F(FeedbackTest, DamageShowsAndZerosStayZero) {
  const std::vector<float> x = related_inputs(300, 64);
  moments_.add("w", x.data(), 300, 64);
  std::vector<float> w(16 * 64);
  for (size_t i = 64; i < w.size(); ++i) w[i] = noise();
  w[3 * 64 + 5] = NAN;
  std::vector<std::byte> bytes(static_cast<size_t>(matrix_bytes(MatrixFormat::kInt4Packed, 16, 64)));
  PanelPacker(MatrixFormat::kInt4Packed, 16, 64, moments_.find("w")).pack(w.data(), 16, 0, bytes.data());
  const MatrixView view = view_of(MatrixFormat::kInt4Packed, 16, 64, bytes.data());
  std::vector<float> row(64);
  unpack_rotated_row(view, 0, row.data());
  for (const float value : row) EXPECT_EQ(value, 0);
  unpack_rotated_row(view, 3, row.data());
  EXPECT_TRUE(std::isnan(row[0]));
  unpack_rotated_row(view, 4, row.data());
  EXPECT_NEAR(row[7], w[4 * 64 + 7], 0.3);
}

}  // namespace
}  // namespace capy
