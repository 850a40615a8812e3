// SPDX-License-Identifier: Apache-2.0
#include "model/head.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "base/check.h"

namespace capy {
namespace {

constexpr int64_t kSeedsBesides = 16;  // outputs that are finished first besides as many as are asked for
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Beyond this products may overflow, and a bound says nothing about what becomes of them. reach holds at least 2^-19 of
// a row's size.
constexpr double kReachMax = 1e30;

// More than what products lose that are too small for a float's exponent.
constexpr float kUnderflow = 0x1p-100F;

// --- making the planes ---

// Sixteen rows of codes, one after the other.
void unpack_panel(const MatrixView& w, int64_t panel, int8_t* rows) {
  const int64_t columns = packed_columns(w.columns);
  const auto* codes = static_cast<const int8_t*>(w.data) + panel * kPanelRows * columns;
  for (int64_t group = 0; group < columns / 4; ++group) {
    for (int64_t row = 0; row < kPanelRows; ++row) {
      std::memcpy(rows + row * columns + group * 4, codes + (group * kPanelRows + row) * 4, 4);
    }
  }
}

void fill_high(uint8_t* high, const MatrixView& w, int64_t panel) {
  const int64_t columns = packed_columns(w.columns);
  const auto* codes = static_cast<const int8_t*>(w.data) + panel * kPanelRows * columns;
  uint8_t* const out = high + panel * columns / 8 * 64;
  for (int64_t pair = 0; pair < columns / 8; ++pair) {
    for (int64_t i = 0; i < 64; ++i) {
      const int low = (codes[pair * 128 + i] + 128) >> 4;
      const int up = (codes[pair * 128 + 64 + i] + 128) >> 4;
      out[pair * 64 + i] = static_cast<uint8_t>(low | up << 4);
    }
  }
}

void fill_middle(uint8_t* out, const int8_t* codes, int64_t columns) {
  for (int64_t k = 0; k < columns; k += 64) {
    for (int64_t i = 0; i < 16; ++i) {
      int bits = 0;
      for (int64_t part = 0; part < 4; ++part) bits |= ((codes[k + 16 * part + i] + 128) >> 2 & 3) << (2 * part);
      out[k / 4 + i] = static_cast<uint8_t>(bits);
    }
  }
}

struct Reach {
  float high;
  float middle;
};

// How far the planes may be from a row's output, for activations of the length 1: the length of what they leave out,
// and what rounding may add. Both sums of float products, ours and matmul_int8's, stay within (3 blocks + 8) 2^-24 of
// the lengths of their rows, which are at most that of |code| + 16; that much twice leaves room for the comparison.
Reach reach_of(const MatrixView& w, int64_t row, const int8_t* codes) {
  const int64_t blocks = quant_blocks(w.columns);
  const float* const scales = w.scales + row / kPanelRows * blocks * kPanelRows + row % kPanelRows;
  double high = 0;
  double middle = 0;
  double whole = 0;
  for (int64_t block = 0; block < blocks; ++block) {
    const int64_t end = std::min((block + 1) * kQuantBlock, w.columns);
    int64_t high_squares = 0;
    int64_t middle_squares = 0;
    int64_t squares = 0;
    for (int64_t k = block * kQuantBlock; k < end; ++k) {
      const int code = codes[k] + 128;
      const int left = (code & 15) - 8;
      const int left_then = (code & 3) - 2;
      const int size = std::abs(code - 128) + 16;
      high_squares += left * left;
      middle_squares += left_then * left_then;
      squares += size * size;
    }
    const double scale = scales[block * kPanelRows];
    high += scale * scale * static_cast<double>(high_squares);
    middle += scale * scale * static_cast<double>(middle_squares);
    whole += scale * scale * static_cast<double>(squares);
  }
  const double rounding = static_cast<double>(3 * blocks + 8) * 0x1p-23 * std::sqrt(whole);
  return {static_cast<float>((std::sqrt(high) + rounding) * (1 + 0x1p-20)),
          static_cast<float>((std::sqrt(middle) + rounding) * (1 + 0x1p-20))};
}

// The length of a row of activations.
double length_of(const Int8Rows& x, int64_t row) {
  const int64_t columns = packed_columns(x.columns);
  const int64_t blocks = quant_blocks(x.columns);
  double sum = 0;
  for (int64_t block = 0; block < blocks; ++block) {
    const int8_t* const codes = x.codes + row * columns + block * kQuantBlock;
    const int64_t end = std::min(kQuantBlock, columns - block * kQuantBlock);
    int32_t squares = 0;
    for (int64_t k = 0; k < end; ++k) squares += codes[k] * codes[k];
    const double scale = x.scales[row * blocks + block];
    sum += scale * scale * squares;
  }
  return std::sqrt(sum);
}

Int8Rows row_of(const Int8Rows& x, int64_t row) {
  const int64_t blocks = quant_blocks(x.columns);
  return {1, x.columns, x.codes + row * packed_columns(x.columns), x.scales + row * blocks, x.sums + row * blocks};
}

constexpr int64_t kPanelsAtOnce = 64;  // of close_panels

// Panels per tile: enough tiles to balance the threads.
int64_t panels_per_tile(int64_t panels, int threads) { return std::max<int64_t>(panels / (threads * 16), 1); }

struct Seed {
  float logit;
  int32_t token;
  bool operator<(const Seed& other) const { return logit > other.logit; }  // the worst on top of a heap
};

}  // namespace

void TwoPlaneHead::fill(std::byte* planes, const MatrixView& codes, ThreadPool& pool) {
  CHECK(codes.format == MatrixFormat::kInt8Packed);
  const int64_t columns = packed_columns(codes.columns);
  const int64_t rows = packed_panels(codes.rows) * kPanelRows;
  auto* const high = reinterpret_cast<uint8_t*>(planes);
  uint8_t* const middle = high + high_plane_bytes(codes.rows, codes.columns);
  auto* const reach = reinterpret_cast<float*>(middle + middle_plane_bytes(codes.rows, codes.columns));
  std::vector<std::vector<int8_t>> scratch(static_cast<size_t>(pool.threads()));
  pool.for_ranges(packed_panels(codes.rows), 64, [&](int64_t begin, int64_t end, int worker) {
    std::vector<int8_t>& unpacked = scratch[static_cast<size_t>(worker)];
    unpacked.resize(static_cast<size_t>(kPanelRows * columns));
    for (int64_t panel = begin; panel < end; ++panel) {
      fill_high(high, codes, panel);
      unpack_panel(codes, panel, unpacked.data());
      for (int64_t i = 0; i < kPanelRows; ++i) {
        const int64_t row = panel * kPanelRows + i;
        const int8_t* const of_row = unpacked.data() + i * columns;
        fill_middle(middle + row * columns / 4, of_row, columns);
        const Reach r = reach_of(codes, row, of_row);
        reach[row] = r.high;
        reach[rows + row] = r.middle;
      }
    }
  });
}

TwoPlaneHead::TwoPlaneHead(const MatrixView& codes, const std::byte* planes) {
  w_.codes = codes;
  w_.high = reinterpret_cast<const uint8_t*>(planes);
  w_.middle = w_.high + high_plane_bytes(codes.rows, codes.columns);
  w_.high_reach = reinterpret_cast<const float*>(w_.middle + middle_plane_bytes(codes.rows, codes.columns));
  w_.middle_reach = w_.high_reach + packed_panels(codes.rows) * kPanelRows;
  for (int64_t row = 0; row < codes.rows; ++row) {
    if (!(w_.high_reach[row] <= reach_max_)) reach_max_ = w_.high_reach[row];
    if (std::isnan(reach_max_)) break;
  }
}

TwoPlaneHead::TwoPlaneHead(TwoPlaneHead&& other) noexcept
    : w_(other.w_), reach_max_(other.reach_max_), bytes_read_(other.bytes_read_.load()), calls_(other.calls_.load()) {}

struct TwoPlaneHead::Row {
  Int8Rows x;
  float length;        // of the activations
  float* logits;       // [outputs]: first what the high plane tells
  uint8_t* is_closed;  // [panels]: the panel's logits are as they will be
  const BestLogits* best;
  float threshold;  // at least best->count logits reach it
};

int64_t TwoPlaneHead::arena_bytes(int64_t outputs, int64_t rows) {
  return Arena::bytes_for<uint8_t>(outputs) + Arena::bytes_for<uint8_t>(rows * packed_panels(outputs)) +
         Arena::bytes_for<Row>(rows) + Arena::bytes_for<Seed>(BestLogits::kCountMax + kSeedsBesides);
}

int64_t TwoPlaneHead::mean_bytes_read() const {
  const int64_t calls = calls_;
  if (calls > 0) return bytes_read_ / calls;
  return high_plane_bytes(w_.codes.rows, w_.codes.columns) + packed_int8_scales(w_.codes.rows, w_.codes.columns) * 4;
}

void TwoPlaneHead::finish_panel(Row& row, int64_t panel, const KernelTable& kernels) const {
  const int64_t begin = panel * kPanelRows;
  kernels.matmul_int8(row.logits, w_.codes.rows, row.x, w_.codes, begin, std::min(begin + kPanelRows, w_.codes.rows));
  row.is_closed[panel] = 1;
}

// Finishes the outputs that look best. The worst of the best among them is what any other must reach.
void TwoPlaneHead::set_threshold(Row& row, uint8_t* is_lowered, const Compute& compute) const {
  const Arena::Scope scope(compute.arena);
  const int64_t usable = row.best->usable;
  const auto mark = [&](uint8_t value) {
    for (const auto& tokens : row.best->lowered) {
      for (const int32_t token : tokens) is_lowered[token] = value;
    }
  };
  const auto wanted = static_cast<size_t>(std::min(row.best->count + kSeedsBesides, usable));
  Seed* const seeds = compute.arena.allocate<Seed>(static_cast<int64_t>(wanted));
  size_t count = 0;
  mark(1);
  for (int64_t n = 0; n < usable; ++n) {
    if (count == wanted && !(row.logits[n] > seeds[0].logit)) continue;
    if (is_lowered[n] != 0) continue;
    if (count == wanted) std::pop_heap(seeds, seeds + count--);
    seeds[count++] = {row.logits[n], static_cast<int32_t>(n)};
    std::push_heap(seeds, seeds + count);
  }
  mark(0);
  for (size_t i = 0; i < count; ++i) {
    const int64_t panel = seeds[i].token / kPanelRows;
    if (row.is_closed[panel] == 0) finish_panel(row, panel, compute.kernels);
  }
  for (size_t i = 0; i < count; ++i) seeds[i].logit = row.logits[seeds[i].token];
  std::sort(seeds, seeds + count);
  const auto last = static_cast<size_t>(row.best->count - 1);
  row.threshold = last < count ? seeds[last].logit - kUnderflow : -kInfinity;
}

// Closes some panels: as they are known to be too small, or by their product. What is open is refined in one go: a
// kernel that knows its next rows can fetch them.
void TwoPlaneHead::close_panels(Row& row, int64_t begin, int64_t end, const KernelTable& kernels) const {
  CHECK(end - begin <= kPanelsAtOnce);
  int32_t open[kPanelsAtOnce * kPanelRows] = {};
  int64_t count = 0;
  for (int64_t panel = begin; panel < end; ++panel) {
    if (row.is_closed[panel] != 0) continue;
    const int64_t first = panel * kPanelRows;
    const int64_t last = std::min(first + kPanelRows, row.best->usable);
    for (int64_t n = first; n < last; ++n) {
      open[count] = static_cast<int32_t>(n);
      count += row.logits[n] + w_.high_reach[n] * row.length < row.threshold ? 0 : 1;
    }
  }
  kernels.refine_planes(row.logits, row.x, 0, w_, open, count);
  for (int64_t i = 0; i < count; ++i) {
    const int64_t n = open[i];
    const int64_t panel = n / kPanelRows;
    if (row.is_closed[panel] != 0) continue;
    if (!(row.logits[n] + w_.middle_reach[n] * row.length < row.threshold)) finish_panel(row, panel, kernels);
  }
  int64_t finished = 0;
  for (int64_t panel = begin; panel < end; ++panel) {
    finished += row.is_closed[panel];
    if (row.is_closed[panel] != 0) continue;
    const int64_t first = panel * kPanelRows;
    std::fill(row.logits + first, row.logits + std::min(first + kPanelRows, w_.codes.rows), -kInfinity);
  }
  const int64_t columns = packed_columns(w_.codes.columns);
  bytes_read_ += count * columns / 4 + finished * kPanelRows * columns;
}

void TwoPlaneHead::scan(float* out, const Int8Rows& x, int64_t outputs, Compute& compute) const {
  const int64_t panels = packed_panels(outputs);
  compute.pool.for_ranges(
      panels, panels_per_tile(panels, compute.pool.threads()), [&](int64_t begin, int64_t end, int) {
        compute.kernels.scan_planes(out, w_.codes.rows, x, w_, begin * kPanelRows, std::min(end * kPanelRows, outputs));
      });
}

// The product as always: for activations that no bound can be told of.
void TwoPlaneHead::multiply_all(float* out, const Int8Rows& x, Compute& compute) const {
  const int64_t outputs = w_.codes.rows;
  const int64_t panels = packed_panels(outputs);
  compute.pool.for_ranges(
      panels, panels_per_tile(panels, compute.pool.threads()), [&](int64_t begin, int64_t end, int) {
        compute.kernels.matmul_int8(out, outputs, x, w_.codes, begin * kPanelRows, std::min(end * kPanelRows, outputs));
      });
  bytes_read_ += matrix_bytes(MatrixFormat::kInt8Packed, outputs, w_.codes.columns);
}

void TwoPlaneHead::best_logits(float* out, const Int8Rows& x, std::span<const BestLogits> best,
                               Compute& compute) const {
  const Arena::Scope scope(compute.arena);
  const int64_t outputs = w_.codes.rows;
  const int64_t panels = packed_panels(outputs);
  ++calls_;
  Row* const rows = compute.arena.allocate<Row>(x.rows);
  auto* const is_lowered = compute.arena.allocate<uint8_t>(outputs);
  auto* const is_closed = compute.arena.allocate<uint8_t>(x.rows * panels);
  std::memset(is_lowered, 0, static_cast<size_t>(outputs));
  std::memset(is_closed, 0, static_cast<size_t>(x.rows * panels));
  for (int64_t r = 0; r < x.rows; ++r) {
    CHECK(best[static_cast<size_t>(r)].count > 0 && best[static_cast<size_t>(r)].usable <= outputs);
    const double length = length_of(x, r);
    if (!(reach_max_ * length < kReachMax)) return multiply_all(out, x, compute);
    rows[r] = {row_of(x, r),
               static_cast<float>(length * (1 + 0x1p-20)),
               out + r * outputs,
               is_closed + r * panels,
               &best[static_cast<size_t>(r)],
               0};
  }
  scan(out, x, outputs, compute);
  bytes_read_ += high_plane_bytes(outputs, w_.codes.columns) + 4 * packed_int8_scales(outputs, w_.codes.columns);
  for (int64_t r = 0; r < x.rows; ++r) set_threshold(rows[r], is_lowered, compute);
  compute.pool.for_ranges(panels, kPanelsAtOnce, [&](int64_t begin, int64_t end, int) {
    for (int64_t r = 0; r < x.rows; ++r) close_panels(rows[r], begin, end, compute.kernels);
  });
}

}  // namespace capy
