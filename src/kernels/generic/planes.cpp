// SPDX-License-Identifier: Apache-2.0
// Products with the first bits of int8 codes: what they tell of an output before all of it is read.
#include <algorithm>
#include <cmath>

#include "kernels/generic/operations.h"

namespace capy::generic {
namespace {

int32_t high_part(const CodePlanes& w, int64_t n, int64_t k) {
  const int64_t group = k / 4;
  const uint8_t* const panel = w.high + n / kPanelRows * (packed_columns(w.codes.columns) / 8 * 64);
  return panel[group / 2 * 64 + n % kPanelRows * 4 + k % 4] >> (group % 2 * 4) & 15;
}

int32_t middle_part(const CodePlanes& w, int64_t n, int64_t k) {
  const uint8_t* const row = w.middle + n * (packed_columns(w.codes.columns) / 4);
  return row[k / 64 * 16 + k % 16] >> (k % 64 / 16 * 2) & 3;
}

// `sum` and, block by block, the products of one row with what `part` gives for each K.
template <class Part>
float add_products(float sum, const Int8Rows& x, int64_t row, const MatrixView& w, int64_t n, Part part) {
  const int64_t columns = packed_columns(w.columns);
  const int64_t blocks = quant_blocks(w.columns);
  const float* w_scales = w.scales + n / kPanelRows * blocks * kPanelRows + n % kPanelRows;
  for (int64_t block = 0; block < blocks; ++block) {
    const int64_t end = std::min((block + 1) * kQuantBlock, columns);
    int32_t products = 0;
    for (int64_t k = block * kQuantBlock; k < end; ++k) products += int32_t{x.codes[row * columns + k]} * part(k);
    sum = std::fma(static_cast<float>(products), w_scales[block * kPanelRows] * x.scales[row * blocks + block], sum);
  }
  return sum;
}

}  // namespace

void scan_planes(float* out, int64_t out_stride, const Int8Rows& x, const CodePlanes& w, int64_t begin, int64_t end) {
  for (int64_t n = begin; n < end; ++n) {
    const auto part = [&](int64_t k) { return 16 * high_part(w, n, k) - 120; };
    for (int64_t row = 0; row < x.rows; ++row) out[row * out_stride + n] = add_products(0, x, row, w.codes, n, part);
  }
}

void refine_planes(float* out, const Int8Rows& x, int64_t row, const CodePlanes& w, const int32_t* outputs,
                   int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    const int64_t n = outputs[i];
    out[n] = add_products(out[n], x, row, w.codes, n, [&](int64_t k) { return 4 * middle_part(w, n, k) - 6; });
  }
}

}  // namespace capy::generic
