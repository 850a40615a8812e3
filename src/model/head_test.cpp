// SPDX-License-Identifier: Apache-2.0
// The head on two planes finds the largest logits, and they are the bytes of matmul_int8, whatever the weights are.
#include "model/head.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <random>

#include "model/matrix.h"

namespace capy {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// A head of random codes and some rows of activations.
struct Head {
  Head(int64_t out, int64_t in, int64_t rows, uint32_t seed) : outputs(out), columns(in), random(seed) {
    codes.resize(static_cast<size_t>(packed_int8_code_bytes(outputs, columns)));
    scales.resize(static_cast<size_t>(packed_int8_scales(outputs, columns)));
    std::normal_distribution<float> normal(0, 40);
    for (int64_t n = 0; n < outputs; ++n) {
      for (int64_t k = 0; k < columns; ++k) code(n, k) = clamped(normal(random));
    }
    for (float& scale : scales) scale = 0.01F + 0.001F * static_cast<float>(random() % 8);
    x.resize(static_cast<size_t>(rows * packed_columns(columns)));
    x_scales.assign(static_cast<size_t>(rows * quant_blocks(columns)), 0.02F);
    x_sums.resize(x_scales.size());
    for (int64_t row = 0; row < rows; ++row) {
      for (int64_t k = 0; k < columns; ++k)
        x[static_cast<size_t>(row * packed_columns(columns) + k)] = clamped(normal(random));
    }
    count_sums();
  }
  static int8_t clamped(float value) { return static_cast<int8_t>(std::clamp(value, -127.0F, 127.0F)); }
  int8_t& code(int64_t n, int64_t k) {
    return codes[static_cast<size_t>(n / kPanelRows * kPanelRows * packed_columns(columns) +
                                     (k / 4 * kPanelRows + n % kPanelRows) * 4 + k % 4)];
  }
  float& scale(int64_t n, int64_t block) {
    return scales[static_cast<size_t>((n / kPanelRows * quant_blocks(columns) + block) * kPanelRows + n % kPanelRows)];
  }
  void count_sums() {
    const int64_t width = packed_columns(columns);
    std::fill(x_sums.begin(), x_sums.end(), 0);
    for (size_t i = 0; i < x.size(); ++i) {
      const auto at = static_cast<int64_t>(i);
      x_sums[static_cast<size_t>(at / width * quant_blocks(columns) + at % width / kQuantBlock)] += x[i];
    }
  }
  MatrixView view() const { return {MatrixFormat::kInt8Packed, outputs, columns, 0, codes.data(), scales.data()}; }
  int64_t rows() const { return static_cast<int64_t>(x.size()) / packed_columns(columns); }
  Int8Rows input() const { return {rows(), columns, x.data(), x_scales.data(), x_sums.data()}; }

  int64_t outputs;
  int64_t columns;
  std::mt19937 random;
  std::vector<int8_t> codes;
  std::vector<float> scales;
  std::vector<int8_t> x;
  std::vector<float> x_scales;
  std::vector<int32_t> x_sums;
};

class TwoPlanes : public testing::Test {
 protected:
  // Checks best_logits against the whole product, on every ISA that has planes; the share of weights read.
  double check(const Head& head, const BestLogits& best) {
    AlignedBytes planes = allocate_aligned(code_planes_bytes(head.outputs, head.columns));
    ThreadPool pool(2);
    TwoPlaneHead::fill(planes.get(), head.view(), pool);
    const TwoPlaneHead two(head.view(), planes.get());
    for (const KernelTable* kernels : all_kernels()) {
      if (kernels->scan_planes == nullptr) continue;
      SCOPED_TRACE(kernels->isa);
      Arena arena(TwoPlaneHead::arena_bytes(head.outputs, head.rows()));
      Compute compute{*kernels, pool, arena};
      const auto size = static_cast<size_t>(head.rows() * head.outputs);
      std::vector<float> truth(size);
      std::vector<float> got(size);
      kernels->matmul_int8(truth.data(), head.outputs, head.input(), head.view(), 0, head.outputs);
      const std::vector<BestLogits> wanted(static_cast<size_t>(head.rows()), best);
      two.best_logits(got.data(), head.input(), wanted, compute);
      for (int64_t row = 0; row < head.rows(); ++row) {
        check_row({truth.data() + row * head.outputs, static_cast<size_t>(head.outputs)},
                  got.data() + row * head.outputs, best);
      }
    }
    return static_cast<double>(two.mean_bytes_read()) /
           static_cast<double>(matrix_bytes(MatrixFormat::kInt8Packed, head.outputs, head.columns));
  }

  static void check_row(std::span<const float> truth, const float* got, const BestLogits& best) {
    std::vector<float> others;  // that count towards the best
    for (int64_t n = 0; n < best.usable; ++n) {
      const auto is_lowered = [n](const auto& tokens) {
        return std::find(tokens.begin(), tokens.end(), n) != tokens.end();
      };
      if (!is_lowered(best.lowered[0]) && !is_lowered(best.lowered[1])) others.push_back(truth[static_cast<size_t>(n)]);
    }
    std::sort(others.begin(), others.end(), std::greater<>());
    const auto count = static_cast<size_t>(best.count);
    const float least = count <= others.size() ? others[count - 1] : -kInfinity;
    for (size_t n = 0; n < truth.size(); ++n) {
      const bool equal = std::memcmp(&truth[n], got + n, sizeof(float)) == 0;
      const bool must_be = static_cast<int64_t>(n) < best.usable && !(truth[n] < least);
      ASSERT_TRUE(equal || (std::isnan(truth[n]) && std::isnan(got[n])) || (!must_be && got[n] == -kInfinity))
          << "output " << n << ": " << got[n] << ", not " << truth[n];
    }
  }
};

TEST_F(TwoPlanes, TheBestLogitsAreThoseOfTheWholeProduct) {
  for (const int64_t columns : {16, 100, 256, 320, 576}) {
    for (const int64_t outputs : {7, 16, 333, 700}) {
      for (const int64_t rows : {1, 3}) {
        SCOPED_TRACE(testing::Message() << outputs << " x " << columns << ", rows " << rows);
        const Head head(outputs, columns, rows, static_cast<uint32_t>(outputs * columns));
        for (const int64_t count : {int64_t{1}, int64_t{20}, int64_t{256}}) {
          check(head, {.count = count, .usable = outputs});
          check(head, {.count = count, .usable = std::max<int64_t>(outputs - 5, 1)});
        }
      }
    }
  }
}

TEST_F(TwoPlanes, LessIsRead) {
  const Head head(4096, 1024, 1, 3);
  EXPECT_LT(check(head, {.count = 1, .usable = 4096}), 0.9);
}

TEST_F(TwoPlanes, LoweredTokensDoNotCount) {
  Head head(1000, 128, 2, 9);
  std::vector<int32_t> lowered;
  for (int32_t i = 0; i < 700; ++i) {
    lowered.push_back(i * 7 % 1000);
    head.scale(lowered.back(), 0) = 1;  // the largest by far
  }
  const std::vector<int32_t> draft = {3, 3, 999};
  check(head, {.count = 10, .usable = 1000, .lowered = {lowered, draft}});
  for (int32_t i = 0; i < 1000; ++i) lowered.push_back(i);  // none is left
  check(head, {.count = 10, .usable = 1000, .lowered = {lowered, draft}});
}

// Activations that point exactly where the planes say nothing: the bound is as large as the truth. The best output
// looks like nothing; a few that look good, and are finished first, come near it.
TEST_F(TwoPlanes, WhatThePlanesHideIsFound) {
  for (const int hidden_bits : {4, 2}) {
    SCOPED_TRACE(hidden_bits);
    Head head(640, 512, 1, 21);
    std::fill(head.codes.begin(), head.codes.end(), int8_t{0});
    std::fill(head.scales.begin(), head.scales.end(), 0.01F);
    const int64_t winner = 411;
    const int hidden = (1 << hidden_bits) - 1;
    const int64_t shown = 512 * hidden / 2 * 9 / 10 / 100;  // columns of 100 that give nine tenths of it
    for (int64_t k = 0; k < head.columns; ++k) {
      const int sign = k % 2 == 0 ? 1 : -1;
      head.x[static_cast<size_t>(k)] = static_cast<int8_t>(100 * sign);
      head.code(winner, k) = static_cast<int8_t>(sign > 0 ? hidden : 0);
      for (int64_t decoy = 0; decoy < 40 && k < shown; ++decoy) head.code(decoy, k) = static_cast<int8_t>(100 * sign);
    }
    head.count_sums();
    check(head, {.count = 1, .usable = head.outputs});
  }
}

TEST_F(TwoPlanes, EqualLogitsAreAllThere) {
  Head head(320, 256, 1, 5);
  for (int64_t n = 0; n < head.outputs; ++n) {
    for (int64_t k = 0; k < head.columns; ++k) head.code(n, k) = head.code(n % 40, k);
    head.scale(n, 0) = 0.01F;
  }
  check(head, {.count = 1, .usable = 320});
  check(head, {.count = 3, .usable = 320});
  std::fill(head.codes.begin(), head.codes.end(), int8_t{0});
  check(head, {.count = 1, .usable = 320});
}

// Scales of every size: products that vanish or overflow, and damaged weights, which must show as they always do.
TEST_F(TwoPlanes, NoScaleIsTooStrange) {
  for (const float strange :
       {0.0F, 1e-20F, 1e-38F, 1e-44F, 1e30F, 3e38F, kInfinity, std::numeric_limits<float>::quiet_NaN()}) {
    for (const float activation : {1e-30F, 0.02F, 1e8F}) {
      SCOPED_TRACE(testing::Message() << strange << " and " << activation);
      Head head(200, 300, 1, 8);
      for (int64_t n = 0; n < 200; n += 3) head.scale(n, n % 2) = strange;
      std::fill(head.x_scales.begin(), head.x_scales.end(), activation);
      check(head, {.count = 5, .usable = 200});
      std::fill(head.scales.begin(), head.scales.end(), strange);
      check(head, {.count = 5, .usable = 200});
    }
  }
  Head head(200, 300, 2, 8);
  head.x_scales[1] = std::numeric_limits<float>::quiet_NaN();
  check(head, {.count = 5, .usable = 200});
}

}  // namespace
}  // namespace capy
