// SPDX-License-Identifier: Apache-2.0
// The norm of Gated DeltaNet. With s = silu(z) and dn = dy s it is an RMS norm of plain weight:
//   do = r (w dn) - o r^3 / n * sum(w dn o),  dw = sum of dn o r,  dz = dy (o r w) silu'(z)
#include "train/instantiate.h"
#include "train/operations.h"

namespace capy::train {
namespace {

template <class M, class V>
V inverse_rms(const M& math, const V* o, const GatedNorm& s) {
  return V{1} / std::sqrt(math.dot(o, o, s.n) / static_cast<V>(s.n) + static_cast<V>(s.eps));
}

}  // namespace

template <class M, class V>
void gated_norm(const M& math, V* y, const V* o, const V* z, const V* w, const GatedNorm& s) {
  math.pool.for_ranges(s.rows, 32, [&](int64_t begin, int64_t end, int) {
    for (int64_t at = begin * s.n; at < end * s.n; at += s.n) {
      const V r = inverse_rms(math, o + at, s);
      math.sigmoid(y + at, z + at, s.n);
      for (int64_t c = 0; c < s.n; ++c) y[at + c] = o[at + c] * r * w[c] * (z[at + c] * y[at + c]);
    }
  });
}

template <class M, class V>
void gated_norm_backward(const M& math, V* d_o, V* dz, V* dw, const V* dy, const V* o, const V* z, const V* w,
                         const GatedNorm& s) {
  Buffer<V> normed(s.rows * s.n);  // dn o r, for dw
  Buffer<V> scratch(2 * s.n * math.pool.threads());
  math.pool.for_ranges(s.rows, 32, [&](int64_t begin, int64_t end, int worker) {
    V* const sigma = scratch.data() + worker * 2 * s.n;
    V* const scaled = sigma + s.n;
    for (int64_t at = begin * s.n; at < end * s.n; at += s.n) {
      const V r = inverse_rms(math, o + at, s);
      math.sigmoid(sigma, z + at, s.n);
      for (int64_t c = 0; c < s.n; ++c) {
        const V gate = z[at + c] * sigma[c];
        const V slope = sigma[c] + gate * (V{1} - sigma[c]);
        const V dn = dy[at + c] * gate;
        const V unit = o[at + c] * r;
        dz[at + c] = dy[at + c] * (unit * w[c]) * slope;
        normed.data()[at + c] = dn * unit;
        scaled[c] = dn * w[c];
      }
      const V along = math.dot(scaled, o + at, s.n) * r * r * r / static_cast<V>(s.n);
      for (int64_t c = 0; c < s.n; ++c) d_o[at + c] = scaled[c] * r - o[at + c] * along;
    }
  });
  for (int64_t at = 0; at < s.rows * s.n; at += s.n) {
    for (int64_t c = 0; c < s.n; ++c) dw[c] += normed.data()[at + c];
  }
}

#define OPERATIONS(M, V)                                                                                \
  template void gated_norm<M, V>(const M&, V*, const V*, const V*, const V*, const GatedNorm&);         \
  template void gated_norm_backward<M, V>(const M&, V*, V*, V*, const V*, const V*, const V*, const V*, \
                                          const GatedNorm&);
TRAIN_FOR_BOTH(OPERATIONS)
#undef OPERATIONS

}  // namespace capy::train
