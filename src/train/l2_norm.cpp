// SPDX-License-Identifier: Apache-2.0
//   dx = scale (r dy - x r^3 sum(x dy)),  r = 1 / sqrt(sum x^2 + 1e-6)
#include "train/instantiate.h"
#include "train/operations.h"

namespace capy::train {
namespace {

constexpr double kEps = 1e-6;  // fixed (SPEC 2.4)

template <class M, class V>
V inverse_length(const M& math, const V* x, int64_t n) {
  return V{1} / std::sqrt(math.dot(x, x, n) + static_cast<V>(kEps));
}

}  // namespace

template <class M, class V>
void l2_norm(const M& math, V* y, const V* x, const L2Norm& s) {
  math.pool.for_ranges(s.rows, 32, [&](int64_t begin, int64_t end, int) {
    for (int64_t i = begin * s.heads; i < end * s.heads; ++i) {
      const V* const from = x + i / s.heads * s.x_stride + i % s.heads * s.n;
      V* const to = y + i * s.n;
      const V r = inverse_length(math, from, s.n);
      for (int64_t c = 0; c < s.n; ++c) to[c] = from[c] * r * static_cast<V>(s.scale);
    }
  });
}

template <class M, class V>
void l2_norm_backward(const M& math, V* dx, const V* dy, const V* x, const L2Norm& s) {
  math.pool.for_ranges(s.rows, 32, [&](int64_t begin, int64_t end, int) {
    for (int64_t i = begin * s.heads; i < end * s.heads; ++i) {
      const int64_t offset = i / s.heads * s.x_stride + i % s.heads * s.n;
      const V* const at = x + offset;
      const V* const given = dy + i * s.n;
      V* const to = dx + offset;
      const V r = inverse_length(math, at, s.n);
      const V across = r * static_cast<V>(s.scale);
      const V along = math.dot(at, given, s.n) * r * r * across;
      for (int64_t c = 0; c < s.n; ++c) to[c] = given[c] * across - at[c] * along;
    }
  });
}

#define OPERATIONS(M, V)                                              \
  template void l2_norm<M, V>(const M&, V*, const V*, const L2Norm&); \
  template void l2_norm_backward<M, V>(const M&, V*, const V*, const V*, const L2Norm&);
TRAIN_FOR_BOTH(OPERATIONS)
#undef OPERATIONS

}  // namespace capy::train
