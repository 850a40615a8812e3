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

template <class M, class V = typename M::Value>
void chained_tiles(const M& math, Rows<V> out, Factor<V> a, Rows<const V> b, const Extent& e, Into into) {
  for_tiles(math, e.rows, e.columns, [&](int64_t row, int64_t column, int64_t rows, int64_t columns) {
    math.chained(out.from(row, column), {a.data + row * a.row_stride, a.row_stride, a.k_stride}, b.from(0, column),
                 {rows, columns, e.k}, into);
  });
}

}  // namespace

template <class M, class V>
void linear(const M& math, V* y, const V* x, const V* w, const Linear& s) {
  for_tiles(math, s.rows, s.outputs, [&](int64_t row, int64_t column, int64_t rows, int64_t columns) {
    math.dots(Rows<V>(y, s.outputs).from(row, column), Rows<const V>(x, s.inputs).from(row),
              Rows<const V>(w, s.inputs).from(column), {rows, columns, s.inputs});
  });
}

template <class M, class V>
void linear_backward_input(const M& math, V* dx, const V* dy, const V* w, const Linear& s, Into into) {
  chained_tiles(math, Rows<V>(dx, s.inputs), Factor<V>::plain({dy, s.outputs}), Rows<const V>(w, s.inputs),
                {s.rows, s.inputs, s.outputs}, into);
}

template <class M, class V>
void linear_backward_weight(const M& math, V* dw, const V* dy, const V* x, const Linear& s) {
  chained_tiles(math, Rows<V>(dw, s.inputs), Factor<V>::transposed({dy, s.outputs}), Rows<const V>(x, s.inputs),
                {s.outputs, s.inputs, s.rows}, Into::kSum);
}

#define OPERATIONS(M, V)                                                                            \
  template void linear<M, V>(const M&, V*, const V*, const V*, const Linear&);                      \
  template void linear_backward_input<M, V>(const M&, V*, const V*, const V*, const Linear&, Into); \
  template void linear_backward_weight<M, V>(const M&, V*, const V*, const V*, const Linear&);
TRAIN_FOR_BOTH(OPERATIONS)
#undef OPERATIONS

}  // namespace capy::train
