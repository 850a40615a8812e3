// SPDX-License-Identifier: Apache-2.0
#include "train/instantiate.h"
#include "train/operations.h"

namespace capy::train {
namespace {

// What a thread takes at once: as large as still leaves every thread something to do, since each tile packs its part of
// both sides. The bytes do not depend on it.
struct Tile {
  int64_t rows = 192;
  int64_t columns = 256;
};

Tile choose_tile(int64_t rows, int64_t columns, int threads) {
  const auto count = [&](const Tile& t) {
    return ((rows + t.rows - 1) / t.rows) * ((columns + t.columns - 1) / t.columns);
  };
  Tile tile;
  while (threads > 1 && count(tile) < 4 * threads && tile.rows > 24) {
    (tile.rows * 2 > tile.columns ? tile.rows : tile.columns) /= 2;
  }
  return tile;
}

template <class M, class Body>
void for_tiles(const M& math, int64_t rows, int64_t columns, Body body) {
  const Tile tile = choose_tile(rows, columns, math.pool.threads());
  const int64_t across = (columns + tile.columns - 1) / tile.columns;
  const int64_t down = (rows + tile.rows - 1) / tile.rows;
  math.pool.for_ranges(across * down, 1, [&](int64_t i, int64_t, int) {
    const int64_t row = i / across * tile.rows;
    const int64_t column = i % across * tile.columns;
    body(row, column, std::min(tile.rows, rows - row), std::min(tile.columns, columns - column));
  });
}

}  // namespace

template <class M, class V>
void linear(const M& math, V* y, const V* x, std::type_identity_t<Weight<V>> w, const Linear& s, Into into) {
  for_row_blocks(math, w, s.outputs, s.inputs, [&](int64_t first, int64_t count, const V* block) {
    for_tiles(math, s.rows, count, [&](int64_t row, int64_t column, int64_t rows, int64_t columns) {
      math.dots(Rows<V>(y, s.outputs).from(row, first + column), Rows<const V>(x, s.inputs).from(row),
                Rows<const V>(block, s.inputs).from(column), {rows, columns, s.inputs}, into);
    });
  });
}

template <class M, class V>
void linear_backward_input(const M& math, V* dx, const V* dy, std::type_identity_t<Weight<V>> w, const Linear& s,
                           Into into) {
  for_row_blocks(math, w, s.outputs, s.inputs, [&](int64_t first, int64_t count, const V* block) {
    const Into here = first > 0 ? Into::kSum : into;
    for_tiles(math, s.rows, s.inputs, [&](int64_t row, int64_t column, int64_t rows, int64_t columns) {
      math.short_chained(Rows<V>(dx, s.inputs).from(row, column),
                         Factor<V>::plain({dy + row * s.outputs + first, s.outputs}),
                         Rows<const V>(block, s.inputs).from(0, column), {rows, columns, count}, here);
    });
  });
}

// One chain over all rows, so that it may be cut between any two of them.
template <class M, class V>
void linear_backward_weight(const M& math, V* dw, const V* dy, const V* x, const Linear& s) {
  for_tiles(math, s.outputs, s.inputs, [&](int64_t row, int64_t column, int64_t rows, int64_t columns) {
    math.chained(Rows<V>(dw, s.inputs).from(row, column), Factor<V>::transposed({dy + row, s.outputs}),
                 Rows<const V>(x, s.inputs).from(0, column), {rows, columns, s.rows}, Into::kSum);
  });
}

#define OPERATIONS(M, V)                                                                             \
  template void linear<M, V>(const M&, V*, const V*, Weight<V>, const Linear&, Into);                \
  template void linear_backward_input<M, V>(const M&, V*, const V*, Weight<V>, const Linear&, Into); \
  template void linear_backward_weight<M, V>(const M&, V*, const V*, const V*, const Linear&);
TRAIN_FOR_BOTH(OPERATIONS)
#undef OPERATIONS

}  // namespace capy::train
