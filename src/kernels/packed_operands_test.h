// SPDX-License-Identifier: Apache-2.0
// Random operands of the packed products, for tests of parts of them on units of plain C++.
#pragma once

#include <cstring>
#include <random>
#include <vector>

#include "kernels/kernels.h"

namespace capy {

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
    for (size_t i = 0; i < x_codes.size(); ++i) {
      const auto at = static_cast<int64_t>(i);
      const int64_t row = at / packed_columns(columns);
      sums[static_cast<size_t>(row * quant_blocks(columns) + at % packed_columns(columns) / kQuantBlock)] += x_codes[i];
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
inline bool same_bytes(Matmul a, Matmul b, const Int8Rows& x, const MatrixView& w, int64_t begin, int64_t end) {
  const int64_t stride = w.rows + 3;
  std::vector<float> from_a(static_cast<size_t>(x.rows * stride), -7.0f), from_b(from_a);
  a(from_a.data(), stride, x, w, begin, end);
  b(from_b.data(), stride, x, w, begin, end);
  return std::memcmp(from_a.data(), from_b.data(), from_a.size() * sizeof(float)) == 0;
}

}  // namespace capy
