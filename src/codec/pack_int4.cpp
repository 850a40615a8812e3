// SPDX-License-Identifier: Apache-2.0
// Weights into 4-bit codes (tensor/matrix.h, kInt4Packed).
#include <bit>
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
constexpr int64_t kLaneValues = kLaneRows * kGroupColumns;
constexpr int64_t kLanes = kQuantBlock / kGroupColumns;  // of a strip
constexpr int kSteps = kInt4Codes - 1;

// A level table as a staircase, ascending: the level of x is `first`, plus rise[i] for each i whose threshold 2 x
// reaches. Thresholds lie half way between levels, so doubled they are whole numbers: the nearest level is found
// exactly from floor(2 x), which is a byte.
struct Staircase {
  int8_t first = 0;
  int8_t below[kSteps] = {};  // threshold i is reached where floor(2 x) > below[i]
  int8_t rise[kSteps] = {};
};

struct Staircases {
  Staircase of[kInt4Tables];
  uint8_t code[kInt4Tables][2 * kInt4LevelMax + 1] = {};  // of level + kInt4LevelMax
};

constexpr Staircases make_staircases() {
  Staircases made{};
  for (int table = 0; table < kInt4Tables; ++table) {
    int8_t sorted[kInt4Codes] = {};
    for (int code = 0; code < kInt4Codes; ++code) {
      const int8_t level = kInt4Levels.of[table][code];
      made.code[table][level + kInt4LevelMax] = static_cast<uint8_t>(code);
      int at = code;
      for (; at > 0 && sorted[at - 1] > level; --at) sorted[at] = sorted[at - 1];
      sorted[at] = level;
    }
    made.of[table].first = sorted[0];
    for (int i = 0; i < kSteps; ++i) {
      made.of[table].below[i] = static_cast<int8_t>(sorted[i] + sorted[i + 1] - 1);
      made.of[table].rise[i] = static_cast<int8_t>(sorted[i + 1] - sorted[i]);
    }
  }
  return made;
}

constexpr Staircases kStaircases = make_staircases();

// Four rows of one block, turned so that the lanes lie side by side: value i of a lane is row i / 4, K i % 4. Every
// loop over lanes is a loop over consecutive elements.
struct Strip {
  alignas(64) float x[kLaneValues][kLanes];
};

struct Encoding {
  alignas(64) int8_t levels[kLaneValues][kLanes];
  alignas(64) float errors[kLanes];  // squared, in units of x
  alignas(64) int32_t tables[kLanes];
  uint16_t scales[kLaneRows];  // f16
};

// Bytes side by side, in whatever registers the instruction set has.
constexpr int64_t kBytes = 32;
using Bytes = int8_t __attribute__((vector_size(kBytes)));

// The best table of each lane and its levels, the rows' scales being given.
CAPY_LOOP void encode_strip(const Strip& strip, Encoding& out) {
  alignas(64) float values[kLaneValues][kLanes];
  alignas(64) int8_t doubled[kLaneValues][kLanes];
  alignas(64) int8_t levels[kLaneValues][kLanes];
  alignas(64) float errors[kLanes];
  float squares[kLaneRows];
  for (int64_t row = 0; row < kLaneRows; ++row) {
    const float scale = f16_to_f32(out.scales[row]);
    const float factor = scale > 0 ? 1.0F / scale : 0;
    squares[row] = scale * scale;
    for (int64_t i = row * kGroupColumns; i < (row + 1) * kGroupColumns; ++i) {
      for (int64_t lane = 0; lane < kLanes; ++lane) {
        float value = strip.x[i][lane] * factor;
        values[i][lane] = value;
        value = value < -kInt4LevelMax ? -kInt4LevelMax : value;
        value = value > kInt4LevelMax ? kInt4LevelMax : value;
        // Above zero, cutting is rounding down.
        doubled[i][lane] = static_cast<int8_t>(static_cast<int32_t>(2 * value + 256) - 256);
      }
    }
  }
  for (float& error : out.errors) error = std::numeric_limits<float>::infinity();
  std::memset(out.levels, 0, sizeof out.levels);
  for (int table = 0; table < kInt4Tables; ++table) {
    const Staircase& stairs = kStaircases.of[table];
    for (float& error : errors) error = 0;
    for (int64_t i = 0; i < kLaneValues; ++i) {
      for (int64_t half = 0; half < kLanes / kBytes; ++half) {
        Bytes value;
        std::memcpy(&value, doubled[i] + half * kBytes, sizeof value);
        Bytes level = Bytes{} + stairs.first;
        for (int step = 0; step < kSteps; ++step) level += (value > stairs.below[step]) & (Bytes{} + stairs.rise[step]);
        std::memcpy(levels[i] + half * kBytes, &level, sizeof level);
      }
      const float square = squares[i / kGroupColumns];
      for (int64_t lane = 0; lane < kLanes; ++lane) {
        const float miss = values[i][lane] - static_cast<float>(levels[i][lane]);
        errors[lane] += miss * miss * square;
      }
    }
    alignas(64) int8_t better[kLanes];
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      const bool wins = errors[lane] < out.errors[lane];
      out.errors[lane] = wins ? errors[lane] : out.errors[lane];
      out.tables[lane] = wins ? table : out.tables[lane];
      better[lane] = static_cast<int8_t>(wins ? -1 : 0);
    }
    for (int64_t i = 0; i < kLaneValues; ++i) {
      for (int64_t lane = 0; lane < kLanes; ++lane) {
        out.levels[i][lane] =
            static_cast<int8_t>((levels[i][lane] & better[lane]) | (out.levels[i][lane] & ~better[lane]));
      }
    }
  }
}

// Sums over lanes have sixteen chains, so that they are vectors and the same on every machine.
CAPY_LOOP float sum_of(const float* values) {
  float chains[16] = {};
  for (int64_t begin = 0; begin < kLanes; begin += 16) {
    for (int64_t i = 0; i < 16; ++i) chains[i] += values[begin + i];
  }
  for (int64_t width = 8; width > 0; width /= 2) {
    for (int64_t i = 0; i < width; ++i) chains[i] += chains[i + width];
  }
  return chains[0];
}

// The scale that fits a row's levels best: <x, level> / <level, level>.
CAPY_LOOP uint16_t fitted_scale(const Strip& strip, const Encoding& encoding, int64_t row) {
  alignas(64) float products[kLanes] = {};
  alignas(64) float squares[kLanes] = {};
  for (int64_t i = row * kGroupColumns; i < (row + 1) * kGroupColumns; ++i) {
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      const auto level = static_cast<float>(encoding.levels[i][lane]);
      products[lane] += strip.x[i][lane] * level;
      squares[lane] += level * level;
    }
  }
  const float square = sum_of(squares);
  const float scale = square > 0 ? sum_of(products) / square : 0;
  return f32_to_f16(scale > 0 ? scale : 0);
}

// The bits of the largest |x| of a row: floats of one sign are ordered like their bits, NaN above infinity.
CAPY_LOOP int32_t magnitude_bits(const Strip& strip, int64_t row) {
  int32_t largest = 0;
  for (int64_t i = row * kGroupColumns; i < (row + 1) * kGroupColumns; ++i) {
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      const int32_t bits = std::bit_cast<int32_t>(strip.x[i][lane]) & 0x7fffffff;
      largest = bits > largest ? bits : largest;
    }
  }
  return largest;
}

constexpr int32_t kInfinityBits = 0x7f800000;
constexpr uint16_t kHalfNan = 0x7e00;

// Where the search for a scale starts: for normal values a level of 19 is one standard deviation (where the levels of
// int4_levels.h come from), but nothing is cut off. Then tables and scales are fitted to each other in turn, as long as
// it helps. Measured on normal values (relative RMS error): one refit 0.0686, two 0.0683.
constexpr float kDeviationLevel = 19;
constexpr int kRefits = 2;
// Beyond it a scale would leave the range of f16.
constexpr float kMagnitudeMax = 65504.0F * kDeviationLevel / 2;

CAPY_LOOP float deviation(const Strip& strip, int64_t row) {
  alignas(64) float squares[kLanes] = {};
  for (int64_t i = row * kGroupColumns; i < (row + 1) * kGroupColumns; ++i) {
    for (int64_t lane = 0; lane < kLanes; ++lane) squares[lane] += strip.x[i][lane] * strip.x[i][lane];
  }
  return std::sqrt(sum_of(squares) / kQuantBlock);
}

// Scales, tables and levels of a strip. A row with a NaN, an infinity or a value too large for f16's scales is packed
// as zeros and gets the scale NaN: the damage must show.
CAPY_LOOP void search(Strip& strip, Encoding& best) {
  Encoding trial;
  bool lost[kLaneRows];
  for (int64_t row = 0; row < kLaneRows; ++row) {
    const int32_t bits = magnitude_bits(strip, row);
    const float largest = std::bit_cast<float>(bits);
    lost[row] = bits >= kInfinityBits || largest > kMagnitudeMax;
    if (lost[row]) std::memset(strip.x[row * kGroupColumns], 0, sizeof strip.x[0] * kGroupColumns);
    const float usual = deviation(strip, row) / kDeviationLevel;
    const float whole = lost[row] ? 0.0F : largest / kInt4LevelMax;
    trial.scales[row] = f32_to_f16(usual > whole ? usual : whole);
  }
  float best_error = std::numeric_limits<float>::infinity();
  for (int round = 0; round <= kRefits; ++round) {
    if (round > 0) {
      for (int64_t row = 0; row < kLaneRows; ++row) trial.scales[row] = fitted_scale(strip, trial, row);
    }
    encode_strip(strip, trial);
    const float error = sum_of(trial.errors);
    if (error < best_error) {
      best_error = error;
      best = trial;
    }
  }
  for (int64_t row = 0; row < kLaneRows; ++row) {
    if (lost[row]) best.scales[row] = kHalfNan;
  }
}

// Columns begin..end of up to four rows.
CAPY_LOOP void gather(const float* const* rows, int64_t row_count, int64_t begin, int64_t end, Strip& strip) {
  std::memset(&strip, 0, sizeof strip);
  for (int64_t row = 0; row < row_count; ++row) {
    for (int64_t k = begin; k < end; ++k) {
      strip.x[row * kGroupColumns + k % kGroupColumns][(k - begin) / kGroupColumns] = rows[row][k];
    }
  }
}

struct PanelParts {
  uint8_t* codes;
  uint8_t* tables;
  uint16_t* scales;
};

void write_strip(const Encoding& encoding, int64_t block, int64_t strip, int64_t lanes, const PanelParts& out) {
  for (int64_t lane = 0; lane < lanes; ++lane) {
    const int64_t group = block * kLanes + lane;
    const int table = encoding.tables[lane];
    for (int64_t i = 0; i < kLaneValues; ++i) {
      const uint8_t code = kStaircases.code[table][encoding.levels[i][lane] + kInt4LevelMax];
      out.codes[group / 2 * 64 + strip * kLaneValues + i] |= static_cast<uint8_t>(code << (group % 2 * 4));
    }
    out.tables[group * 2 + strip / 2] |= static_cast<uint8_t>(table << (strip % 2 * 4));
  }
  std::memcpy(out.scales + block * kPanelRows + strip * kLaneRows, encoding.scales, sizeof encoding.scales);
}

CAPY_LOOP void pack_panel(const float* const* rows, int64_t row_count, int64_t columns, PanelParts out) {
  Strip strip;
  Encoding encoding;
  for (int64_t block = 0; block < quant_blocks(columns); ++block) {
    const int64_t begin = block * kQuantBlock;
    const int64_t end = begin + kQuantBlock < columns ? begin + kQuantBlock : columns;
    for (int64_t first = 0; first < row_count; first += kLaneRows) {
      gather(rows + first, row_count - first < kLaneRows ? row_count - first : kLaneRows, begin, end, strip);
      search(strip, encoding);
      write_strip(encoding, block, first / kLaneRows, (end - begin + kGroupColumns - 1) / kGroupColumns, out);
    }
  }
}

}  // namespace

void pack_int4_panel(const float* const* rows, int64_t row_count, int64_t columns, int64_t panel, std::byte* matrix) {
  CHECK(row_count >= 1 && row_count <= kPanelRows && columns >= 1 && panel >= 0);
  auto* const codes = reinterpret_cast<uint8_t*>(matrix) + panel * packed_int4_panel_bytes(columns);
  std::memset(codes, 0, static_cast<size_t>(packed_int4_panel_bytes(columns)));
  uint8_t* const tables = codes + packed_int4_code_bytes(columns);
  auto* const scales = reinterpret_cast<uint16_t*>(tables + packed_int4_table_bytes(columns));
  ForIsas<pack_panel>::best()(rows, row_count, columns, PanelParts{codes, tables, scales});
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
