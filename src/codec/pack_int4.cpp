// SPDX-License-Identifier: Apache-2.0
// Weights into 4-bit codes (tensor/matrix.h, kInt4Packed).
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/check.h"
#include "codec/pack.h"
#include "tensor/dtype.h"
#include "tensor/int4_levels.h"

namespace capy {
namespace {

constexpr int64_t kGroupColumns = 4;
constexpr int64_t kLaneRows = 4;

// The code of `table` whose level is nearest to x (the lower code of a tie).
int nearest_code(const int8_t* levels, float x) {
  int best = 0;
  float best_error = std::numeric_limits<float>::infinity();
  for (int code = 0; code < kInt4Codes; ++code) {
    const float error = std::fabs(x - static_cast<float>(levels[code]));
    if (error < best_error) {
      best_error = error;
      best = code;
    }
  }
  return best;
}

struct Lane {
  int table = 0;
  uint8_t codes[16] = {};
};

// values: 4 rows x 4 K in units of their rows' scales. weights: what a row's squared error counts, scale^2.
Lane encode_lane(const float (&values)[16], const float (&weights)[4]) {
  Lane best;
  float best_error = std::numeric_limits<float>::infinity();
  for (int table = 0; table < kInt4Tables; ++table) {
    Lane lane{table, {}};
    float error = 0;
    for (int i = 0; i < 16; ++i) {
      const int code = nearest_code(kInt4Levels.of[table], values[i]);
      const float miss = values[i] - static_cast<float>(kInt4Levels.of[table][code]);
      error += miss * miss * weights[i / 4];
      lane.codes[i] = static_cast<uint8_t>(code);
    }
    if (error < best_error) {
      best_error = error;
      best = lane;
    }
  }
  return best;
}

// max |x|; infinity where there is a NaN or an Inf.
float magnitude(const float* x, int64_t n) {
  float max = 0;
  for (int64_t i = 0; i < n; ++i) {
    if (!std::isfinite(x[i])) return std::numeric_limits<float>::infinity();
    max = std::max(max, std::fabs(x[i]));
  }
  return max;
}

uint16_t block_scale(const float* x, int64_t n) {
  const float max = magnitude(x, n);
  if (!std::isfinite(max)) return f32_to_f16(std::numeric_limits<float>::quiet_NaN());
  const uint16_t scale = f32_to_f16(max / kInt4LevelMax);
  // Beyond f16's range the damage must show too.
  return std::isfinite(f16_to_f32(scale)) ? scale : f32_to_f16(std::numeric_limits<float>::quiet_NaN());
}

}  // namespace

void pack_int4_panel(const float* const* rows, int64_t row_count, int64_t columns, int64_t panel, std::byte* matrix) {
  CHECK(row_count >= 1 && row_count <= kPanelRows && columns >= 1 && panel >= 0);
  auto* const codes = reinterpret_cast<uint8_t*>(matrix) + panel * packed_int4_panel_bytes(columns);
  uint8_t* const tables = codes + packed_int4_code_bytes(columns);
  auto* const scales = reinterpret_cast<uint16_t*>(tables + packed_int4_table_bytes(columns));
  std::memset(codes, 0, static_cast<size_t>(packed_int4_panel_bytes(columns)));
  for (int64_t block = 0; block < quant_blocks(columns); ++block) {
    const int64_t begin = block * kQuantBlock;
    const int64_t end = std::min(begin + kQuantBlock, columns);
    float factors[kPanelRows] = {};
    float squares[kPanelRows] = {};
    for (int64_t row = 0; row < row_count; ++row) {
      const uint16_t scale = block_scale(rows[row] + begin, end - begin);
      scales[block * kPanelRows + row] = scale;
      const float wide = f16_to_f32(scale);
      if (wide > 0) {
        factors[row] = 1.0F / wide;
        squares[row] = wide * wide;
      }
    }
    for (int64_t group = begin / kGroupColumns; group * kGroupColumns < end; ++group) {
      for (int64_t lane = 0; lane < kPanelRows / kLaneRows; ++lane) {
        float values[16] = {};
        float weights[4] = {};
        for (int64_t i = 0; i < 16; ++i) {
          const int64_t row = lane * kLaneRows + i / kGroupColumns;
          const int64_t k = group * kGroupColumns + i % kGroupColumns;
          weights[i / 4] = squares[row];
          if (row < row_count && k < end && factors[row] > 0) values[i] = rows[row][k] * factors[row];
        }
        const Lane encoded = encode_lane(values, weights);
        for (int64_t i = 0; i < 16; ++i) {
          codes[group / 2 * 64 + lane * 16 + i] |= static_cast<uint8_t>(encoded.codes[i] << (group % 2 * 4));
        }
        tables[group * 2 + lane / 2] |= static_cast<uint8_t>(encoded.table << (lane % 2 * 4));
      }
    }
  }
}

void unpack_int4_row(const MatrixView& matrix, int64_t row, float* out) {
  CHECK(matrix.format == MatrixFormat::kInt4Packed && row >= 0 && row < matrix.rows);
  const int64_t lane = row % kPanelRows;
  const auto* const codes =
      static_cast<const uint8_t*>(matrix.data) + row / kPanelRows * packed_int4_panel_bytes(matrix.columns);
  const uint8_t* const tables = codes + packed_int4_code_bytes(matrix.columns);
  const auto* const scales = reinterpret_cast<const uint16_t*>(tables + packed_int4_table_bytes(matrix.columns));
  for (int64_t k = 0; k < matrix.columns; ++k) {
    const int64_t group = k / kGroupColumns;
    const int code = codes[group / 2 * 64 + lane * 4 + k % 4] >> (group % 2 * 4) & 15;
    const int table = tables[group * 2 + lane / 8] >> (lane / 4 % 2 * 4) & 15;
    out[k] = static_cast<float>(kInt4Levels.of[table][code]) * f16_to_f32(scales[k / kQuantBlock * kPanelRows + lane]);
  }
}

}  // namespace capy
