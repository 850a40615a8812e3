// SPDX-License-Identifier: Apache-2.0
#include "train/instantiate.h"
#include "train/operations.h"

namespace capy::train {
namespace {

// What a thread takes at once: large enough that packing b for it does not count.
constexpr int64_t kTileRows = 192;
constexpr int64_t kTileColumns = 256;

template <class M, class V = typename M::Value>
void chained_tiles(const M& math, Rows<V> out, Factor<V> a, Rows<const V> b, const Extent& e, Into into) {
  const int64_t across = (e.columns + kTileColumns - 1) / kTileColumns;
  const int64_t down = (e.rows + kTileRows - 1) / kTileRows;
  math.pool.for_ranges(across * down, 1, [&](int64_t tile, int64_t, int) {
    const int64_t row = tile / across * kTileRows;
    const int64_t column = tile % across * kTileColumns;
    const Extent part{std::min(kTileRows, e.rows - row), std::min(kTileColumns, e.columns - column), e.k};
    math.chained(out.from(row, column), {a.data + row * a.row_stride, a.row_stride, a.k_stride}, b.from(0, column),
                 part, into);
  });
}

}  // namespace

template <class M, class V>
void linear(const M& math, V* y, const V* x, const V* w, const Linear& s) {
  const int64_t grain = std::max<int64_t>(16, s.outputs / (8 * math.pool.threads()));
  math.pool.for_ranges(s.outputs, grain, [&](int64_t begin, int64_t end, int) {
    math.dots(Rows<V>(y, s.outputs), Rows<const V>(x, s.inputs), Rows<const V>(w, s.inputs), s.rows, begin, end,
              s.inputs);
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
