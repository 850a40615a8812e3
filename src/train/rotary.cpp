// SPDX-License-Identifier: Apache-2.0
#include "train/instantiate.h"
#include "train/operations.h"

namespace capy::train {
namespace {

template <class M, class V>
void turn(const M& math, V* x, const V* cos, const V* sin, V sign, const Rotary& s) {
  math.pool.for_ranges(s.rows, 32, [&](int64_t begin, int64_t end, int) {
    for (int64_t i = begin * s.heads; i < end * s.heads; ++i) {
      V* const low = x + i * s.head_dim;
      V* const high = low + s.half;
      const V* const c = cos + i / s.heads * s.half;
      const V* const n = sin + i / s.heads * s.half;
      for (int64_t j = 0; j < s.half; ++j) {
        const V a = low[j];
        const V b = high[j];
        low[j] = a * c[j] - sign * b * n[j];
        high[j] = b * c[j] + sign * a * n[j];
      }
    }
  });
}

}  // namespace

template <class M, class V>
void rotate(const M& math, V* x, const V* cos, const V* sin, const Rotary& s) {
  turn(math, x, cos, sin, V{1}, s);
}

template <class M, class V>
void rotate_backward(const M& math, V* dx, const V* cos, const V* sin, const Rotary& s) {
  turn(math, dx, cos, sin, V{-1}, s);
}

#define OPERATIONS(M, V)                                                       \
  template void rotate<M, V>(const M&, V*, const V*, const V*, const Rotary&); \
  template void rotate_backward<M, V>(const M&, V*, const V*, const V*, const Rotary&);
TRAIN_FOR_BOTH(OPERATIONS)
#undef OPERATIONS

}  // namespace capy::train
