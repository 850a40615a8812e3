// SPDX-License-Identifier: Apache-2.0
//   c_t = sum_j w[j] u_{t - taps + 1 + j},  y = silu(c)
//   dc = dy silu'(c),  du_s = sum_j w[j] dc_{s + taps - 1 - j},  dw[j] = sum_t dc_t u_{t - taps + 1 + j}
// where rows before a document's first are zero and rows behind its last have no part in it.
#include "train/instantiate.h"
#include "train/operations.h"

namespace capy::train {
namespace {

constexpr int64_t kGrainRows = 16;
constexpr int64_t kGrainChannels = 128;

// [taps][channels]
template <class V>
Buffer<V> transposed(const V* w, const Convolution& s) {
  Buffer<V> out(s.channels * s.taps);
  for (int64_t c = 0; c < s.channels; ++c) {
    for (int64_t j = 0; j < s.taps; ++j) out.data()[j * s.channels + c] = w[c * s.taps + j];
  }
  return out;
}

template <class V>
void add_products(V* out, const V* a, const V* b, int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] += a[i] * b[i];
}

}  // namespace

template <class M, class V>
void convolution(const M& math, V* y, V* c, const V* u, const V* w, const Convolution& s) {
  const Buffer<V> taps = transposed(w, s);
  const int64_t n = s.channels;
  for (const Document& document : s.documents) {
    math.pool.for_ranges(document.length(), kGrainRows, [&](int64_t begin, int64_t end, int) {
      for (int64_t t = begin; t < end; ++t) {
        const int64_t row = document.begin + t;
        V* const sum = c + row * n;
        std::fill_n(sum, n, V{0});
        for (int64_t j = std::max<int64_t>(0, s.taps - 1 - t); j < s.taps; ++j) {
          add_products(sum, taps.data() + j * n, u + (row - s.taps + 1 + j) * n, n);
        }
        math.sigmoid(y + row * n, sum, n);
        for (int64_t i = 0; i < n; ++i) y[row * n + i] *= sum[i];
      }
    });
  }
}

template <class M, class V>
void convolution_backward(const M& math, V* du, V* dw, V* dc, const V* dy, const V* c, const V* u, const V* w,
                          const Convolution& s) {
  const Buffer<V> taps = transposed(w, s);
  const int64_t n = s.channels;
  const int64_t rows = s.documents.empty() ? 0 : s.documents.back().end;
  Buffer<V> sigmas(n * math.pool.threads());
  math.pool.for_ranges(rows, kGrainRows, [&](int64_t begin, int64_t end, int worker) {
    V* const sigma = sigmas.data() + worker * n;
    for (int64_t row = begin; row < end; ++row) {
      const V* const sum = c + row * n;
      math.sigmoid(sigma, sum, n);
      for (int64_t i = 0; i < n; ++i) {
        dc[row * n + i] = dy[row * n + i] * (sigma[i] + sum[i] * sigma[i] * (V{1} - sigma[i]));
      }
    }
  });
  for (const Document& document : s.documents) {
    math.pool.for_ranges(document.length(), kGrainRows, [&](int64_t begin, int64_t end, int) {
      for (int64_t t = begin; t < end; ++t) {
        const int64_t row = document.begin + t;
        std::fill_n(du + row * n, n, V{0});
        for (int64_t j = std::max<int64_t>(0, s.taps - (document.length() - t)); j < s.taps; ++j) {
          add_products(du + row * n, taps.data() + j * n, dc + (row + s.taps - 1 - j) * n, n);
        }
      }
    });
  }
  Buffer<V> dtaps = transposed(dw, s);
  math.pool.for_ranges(n, kGrainChannels, [&](int64_t begin, int64_t end, int) {
    for (const Document& document : s.documents) {
      for (int64_t t = 0; t < document.length(); ++t) {
        const int64_t row = document.begin + t;
        for (int64_t j = std::max<int64_t>(0, s.taps - 1 - t); j < s.taps; ++j) {
          add_products(dtaps.data() + j * n + begin, dc + row * n + begin, u + (row - s.taps + 1 + j) * n + begin,
                       end - begin);
        }
      }
    }
  });
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < s.taps; ++j) dw[i * s.taps + j] = dtaps.data()[j * n + i];
  }
}

#define OPERATIONS(M, V)                                                                                 \
  template void convolution<M, V>(const M&, V*, V*, const V*, const V*, const Convolution&);             \
  template void convolution_backward<M, V>(const M&, V*, V*, V*, const V*, const V*, const V*, const V*, \
                                           const Convolution&);
TRAIN_FOR_BOTH(OPERATIONS)
#undef OPERATIONS

}  // namespace capy::train
