// SPDX-License-Identifier: Apache-2.0
// The float parts of attention over integer keys and values. Its products are matmul_int8.
#include <cmath>
#include <limits>

#include "kernels/generic/lanes.h"
#include "kernels/generic/operations.h"
#include "kernels/generic/scalar.h"

namespace capy::generic {
namespace {

constexpr int64_t kLine = 64;

struct Softmax {
  float max = -std::numeric_limits<float>::infinity();
  float sum = 0;
};

// w[0 .. count) of one row. A NaN score never becomes the maximum; it shows in the weights.
Softmax weigh(float* w, const float* scores, const float* value_scales, int64_t count, float scale) {
  Softmax row;
  for (int64_t j = 0; j < count; ++j) {
    w[j] = scale * scores[j];
    row.max = w[j] > row.max ? w[j] : row.max;
  }
  Lanes lanes;
  for (int64_t j = 0; j < count; ++j) {
    const float p = exp(w[j] - row.max);
    lanes.add(j, p);
    w[j] = p * value_scales[j];
  }
  row.sum = lanes.sum();
  return row;
}

// The largest weight; infinity where one is Inf or NaN.
float largest(const float* w, int64_t count) {
  float max = 0;
  for (int64_t j = 0; j < count; ++j) {
    if (!std::isfinite(w[j])) return std::numeric_limits<float>::infinity();
    max = std::fabs(w[j]) > max ? std::fabs(w[j]) : max;
  }
  return max;
}

int32_t weight_code(float x) {
  const float rounded = (x + kRoundToInteger) - kRoundToInteger;
  return rounded > kWeightCodeMax ? kWeightCodeMax : static_cast<int32_t>(rounded);
}

}  // namespace

void page_weights(const PageWeights& args) {
  float w[kKvPageTokens];
  for (int64_t row = 0; row < args.rows; ++row) {
    const int64_t count = args.visible[row];
    const Softmax softmax = weigh(w, args.scores + row * kKvPageTokens, args.value_scales, count, args.scale);
    args.max[row] = softmax.max;
    args.sum[row] = softmax.sum;
    const float max = largest(w, count);
    const bool usable = max >= kQuantTiny && std::isfinite(max);
    args.scales[row] = usable             ? max / static_cast<float>(kWeightCodeMax)
                       : max < kQuantTiny ? 0
                                          : std::numeric_limits<float>::quiet_NaN();
    int8_t* high = args.codes + row * kKvPageTokens;
    int8_t* low = args.codes + (args.rows + row) * kKvPageTokens;
    args.sums[row] = args.sums[args.rows + row] = 0;
    for (int64_t j = 0; j < kKvPageTokens; ++j) {
      const int32_t code = usable && j < count ? weight_code(w[j] * (static_cast<float>(kWeightCodeMax) / max)) : 0;
      high[j] = static_cast<int8_t>(code / 128);
      low[j] = static_cast<int8_t>(code % 128);
      args.sums[row] += high[j];
      args.sums[args.rows + row] += low[j];
    }
  }
}

void join_products(float* out, const float* high, const float* low, int64_t stride, const float* scales, int64_t rows,
                   int64_t n) {
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t i = row * stride; i < row * stride + n; ++i) out[i] = scales[row] * std::fma(128.0F, high[i], low[i]);
  }
}

void merge_softmax(const SoftmaxRows& total, const SoftmaxRows& next, int64_t rows, int64_t n) {
  for (int64_t row = 0; row < rows; ++row) {
    const float max = next.max[row] > total.max[row] ? next.max[row] : total.max[row];
    const float old_share = exp(total.max[row] - max);
    const float new_share = exp(next.max[row] - max);
    total.max[row] = max;
    total.sum[row] = std::fma(next.sum[row], new_share, total.sum[row] * old_share);
    float* out = total.out + row * total.out_stride;
    const float* add = next.out + row * next.out_stride;
    for (int64_t c = 0; c < n; ++c) out[c] = std::fma(add[c], new_share, out[c] * old_share);
  }
}

void widen_halves(int8_t* out, const uint8_t* codes, const int8_t* levels, int64_t lines) {
  for (int64_t line = 0; line < lines; ++line) {
    for (int64_t b = 0; b < kLine; ++b) {
      const uint8_t code = codes[line * kLine + b];
      out[2 * line * kLine + b] = levels[code & 15];
      out[(2 * line + 1) * kLine + b] = levels[code >> 4];
    }
  }
}

}  // namespace capy::generic
