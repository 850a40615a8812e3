// SPDX-License-Identifier: Apache-2.0
// 4-bit codes chosen for the inputs that a matrix will see: columns in turn, the error of each made up for by those
// that follow (Frantar et al. 2022, "GPTQ", algorithm 1 with groups of four columns, the table of a lane chosen by the
// loss of its four).
#include <cmath>
#include <cstring>
#include <limits>

#include "base/check.h"
#include "codec/isa.h"
#include "codec/pack.h"
#include "tensor/dtype.h"
#include "tensor/int4_levels.h"

namespace capy {
namespace {

constexpr int64_t kGroupColumns = 4;
constexpr int64_t kLaneRows = 4;

// The code of the level that is nearest to x, by floor(2 x): levels are whole numbers, so what lies half way between
// two is too.
struct NearestCodes {
  static constexpr int kOffset = 2 * kInt4LevelMax + 2;
  uint8_t of[kInt4Tables][2 * kOffset] = {};
};

constexpr NearestCodes make_nearest_codes() {
  NearestCodes made{};
  for (int table = 0; table < kInt4Tables; ++table) {
    for (int i = 0; i < 2 * NearestCodes::kOffset; ++i) {
      const int doubled = 2 * (i - NearestCodes::kOffset) + 1;  // of the middle of [floor(2x), floor(2x) + 1), times 4
      int best = 0;
      int best_miss = std::numeric_limits<int>::max();
      for (int code = 0; code < kInt4Codes; ++code) {
        const int difference = doubled - 4 * kInt4Levels.of[table][code];
        const int miss = difference < 0 ? -difference : difference;
        if (miss < best_miss) {
          best = code;
          best_miss = miss;
        }
      }
      made.of[table][i] = static_cast<uint8_t>(best);
    }
  }
  return made;
}

constexpr NearestCodes kNearest = make_nearest_codes();

int nearest_code(int table, float x) {
  const float most = kInt4LevelMax;
  const float inside = x < -most ? -most : x > most ? most : x;
  // Above zero, cutting is rounding down.
  const int doubled = static_cast<int>(2 * inside + 256) - 256;
  return kNearest.of[table][doubled + NearestCodes::kOffset];
}

struct LaneCodes {
  int table = 0;
  uint8_t codes[kLaneRows][kGroupColumns] = {};
  float errors[kLaneRows][kGroupColumns] = {};  // value less level
};

// Four rows of a block in units of their scales, columns without a row or a scale zero.
struct Strip {
  alignas(64) float x[kLaneRows][kQuantBlock];
  float squares[kLaneRows];  // of the scales
};

// Codes of one lane with one table; the loss, or infinity once it passes `bound`.
float try_table(const Strip& strip, const BlockFeedback& feedback, int64_t column, int64_t columns, int table,
                float bound, LaneCodes& out) {
  float loss = 0;
  for (int64_t row = 0; row < kLaneRows; ++row) {
    if (strip.squares[row] == 0) continue;
    for (int64_t c = 0; c < columns; ++c) {
      float value = strip.x[row][column + c];
      for (int64_t before = 0; before < c; ++before)
        value += out.errors[row][before] * feedback.share[(column + before) * feedback.width + column + c];
      const int code = nearest_code(table, value);
      const float miss = value - static_cast<float>(kInt4Levels.of[table][code]);
      out.codes[row][c] = static_cast<uint8_t>(code);
      out.errors[row][c] = miss;
      loss += miss * miss * feedback.cost[column + c] * strip.squares[row];
    }
    if (!(loss < bound)) return std::numeric_limits<float>::infinity();
  }
  out.table = table;
  return loss;
}

LaneCodes best_codes(const Strip& strip, const BlockFeedback& feedback, int64_t column, int64_t columns) {
  LaneCodes best;
  LaneCodes trial;
  float least = std::numeric_limits<float>::infinity();
  for (int table = 0; table < kInt4Tables; ++table) {
    const float loss = try_table(strip, feedback, column, columns, table, least, trial);
    if (loss < least) {
      least = loss;
      best = trial;
    }
  }
  return best;
}

CAPY_LOOP void spread_errors(Strip& strip, const BlockFeedback& feedback, int64_t column, int64_t columns,
                             const LaneCodes& lane) {
  for (int64_t row = 0; row < kLaneRows; ++row) {
    for (int64_t c = 0; c < columns; ++c) {
      const float error = lane.errors[row][c];
      const float* const share = feedback.share + (column + c) * feedback.width;
      float* const x = strip.x[row];
      for (int64_t j = column + columns; j < feedback.width; ++j) x[j] += error * share[j];
    }
  }
}

CAPY_LOOP void pack_block(const float* const* rows, int64_t row_count, int64_t block, const BlockFeedback& feedback,
                          const uint16_t* scales, uint8_t* codes, uint8_t* tables) {
  for (int64_t first = 0; first < row_count; first += kLaneRows) {
    Strip strip;
    std::memset(&strip, 0, sizeof strip);
    for (int64_t row = 0; row < kLaneRows && first + row < row_count; ++row) {
      const float scale = f16_to_f32(scales[first + row]);
      if (!(scale > 0)) continue;  // a block of zeros, or one whose damage shows as NaN
      strip.squares[row] = scale * scale;
      for (int64_t k = 0; k < feedback.width; ++k) strip.x[row][k] = rows[first + row][block * kQuantBlock + k] / scale;
    }
    for (int64_t column = 0; column < feedback.width; column += kGroupColumns) {
      const int64_t columns = feedback.width - column < kGroupColumns ? feedback.width - column : kGroupColumns;
      const LaneCodes lane = best_codes(strip, feedback, column, columns);
      const int64_t group = (block * kQuantBlock + column) / kGroupColumns;
      for (int64_t row = 0; row < kLaneRows; ++row) {
        for (int64_t c = 0; c < columns; ++c) {
          codes[group / 2 * 64 + (first + row) * kGroupColumns + c] |=
              static_cast<uint8_t>(lane.codes[row][c] << (group % 2 * 4));
        }
      }
      const int64_t strip_index = first / kLaneRows;
      tables[group * 2 + strip_index / 2] |= static_cast<uint8_t>(lane.table << (strip_index % 2 * 4));
      spread_errors(strip, feedback, column, columns, lane);
    }
  }
}

CAPY_LOOP void pack_blocks(const float* const* rows, int64_t row_count, int64_t blocks, const BlockFeedback* feedback,
                           const uint16_t* scales, uint8_t* codes, uint8_t* tables) {
  for (int64_t block = 0; block < blocks; ++block) {
    pack_block(rows, row_count, block, feedback[block], scales + block * kPanelRows, codes, tables);
  }
}

}  // namespace

void pack_int4_panel_for_inputs(const float* const* rows, int64_t row_count, int64_t columns, int64_t panel,
                                const BlockFeedback* feedback, std::byte* matrix) {
  pack_int4_panel(rows, row_count, columns, panel, matrix);  // its scales stay
  auto* const codes = reinterpret_cast<uint8_t*>(matrix) + panel * packed_int4_panel_bytes(columns);
  uint8_t* const tables = codes + packed_int4_code_bytes(columns);
  const auto* const scales = reinterpret_cast<const uint16_t*>(tables + packed_int4_table_bytes(columns));
  std::memset(codes, 0, static_cast<size_t>(packed_int4_code_bytes(columns) + packed_int4_table_bytes(columns)));
  ForIsas<pack_blocks>::best()(rows, row_count, quant_blocks(columns), feedback, scales, codes, tables);
}

}  // namespace capy
