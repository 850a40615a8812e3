// SPDX-License-Identifier: Apache-2.0
//   dx = r (w' dy) - x r^3 / n * sum(w' dy x),  dw = sum over rows of dy x r,  w' = centre + w
#include "train/instantiate.h"
#include "train/operations.h"

namespace capy::train {
namespace {

template <class M, class V>
V inverse_rms(const M& math, const V* x, const RmsNorm& s) {
  return V{1} / std::sqrt(math.dot(x, x, s.n) / static_cast<V>(s.n) + static_cast<V>(s.eps));
}

template <class V>
Buffer<V> factors(const V* w, const RmsNorm& s) {
  Buffer<V> factor(s.n);
  for (int64_t c = 0; c < s.n; ++c) factor.data()[c] = static_cast<V>(s.centre) + w[c];
  return factor;
}

}  // namespace

template <class M, class V>
void rms_norm(const M& math, V* y, const V* x, const V* w, const RmsNorm& s) {
  const Buffer<V> factor = factors(w, s);
  math.pool.for_ranges(s.rows, 16, [&](int64_t begin, int64_t end, int) {
    for (int64_t row = begin; row < end; ++row) {
      const V* const from = x + row * s.x_stride;
      const V r = inverse_rms(math, from, s);
      V* const to = y + row * s.n;
      for (int64_t c = 0; c < s.n; ++c) to[c] = from[c] * r * factor.data()[c];
    }
  });
}

template <class M, class V>
void rms_norm_backward(const M& math, V* dx, V* dw, const V* dy, const V* x, const V* w, const RmsNorm& s, Into into) {
  const Buffer<V> factor = factors(w, s);
  Buffer<V> inverse(s.rows);
  Buffer<V> scratch(s.n * math.pool.threads());
  math.pool.for_ranges(s.rows, 16, [&](int64_t begin, int64_t end, int worker) {
    V* const scaled = scratch.data() + worker * s.n;
    for (int64_t row = begin; row < end; ++row) {
      const V* const at = x + row * s.x_stride;
      const V* const given = dy + row * s.n;
      V* const to = dx + row * s.x_stride;
      const V r = inverse.data()[row] = inverse_rms(math, at, s);
      for (int64_t c = 0; c < s.n; ++c) scaled[c] = factor.data()[c] * given[c];
      const V along = math.dot(scaled, at, s.n) * r * r * r / static_cast<V>(s.n);
      if (into == Into::kZero) {
        for (int64_t c = 0; c < s.n; ++c) to[c] = scaled[c] * r - at[c] * along;
      } else {
        for (int64_t c = 0; c < s.n; ++c) to[c] += scaled[c] * r - at[c] * along;
      }
    }
  });
  math.pool.for_ranges(s.n, 64, [&](int64_t begin, int64_t end, int) {
    for (int64_t row = 0; row < s.rows; ++row) {
      const V* const at = x + row * s.x_stride;
      const V* const given = dy + row * s.n;
      const V r = inverse.data()[row];
      for (int64_t c = begin; c < end; ++c) dw[c] += given[c] * (at[c] * r);
    }
  });
}

#define OPERATIONS(M, V)                                                          \
  template void rms_norm<M, V>(const M&, V*, const V*, const V*, const RmsNorm&); \
  template void rms_norm_backward<M, V>(const M&, V*, V*, const V*, const V*, const V*, const RmsNorm&, Into);
TRAIN_FOR_BOTH(OPERATIONS)
#undef OPERATIONS

}  // namespace capy::train
