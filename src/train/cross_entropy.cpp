// SPDX-License-Identifier: Apache-2.0
// With p = softmax(logits) and l = log sum exp(logits):
//   dlogits = weight (p (1 + 2 z l) - onehot(target)),  dhidden += dlogits W,  dW += dlogits^T hidden
// Rows are taken some at a time; how many changes no sum, since each chain over rows goes on where it stopped.
#include <vector>

#include "train/instantiate.h"
#include "train/operations.h"

namespace capy::train {
namespace {

constexpr int64_t kLogitsAtOnce = int64_t{1} << 21;  // floats: 8 MiB
constexpr int64_t kRowsMin = 16;
constexpr int64_t kRowsMax = 256;
// A frozen head is decoded anew for each lot of rows: with 64 that is a tenth of the work.
constexpr int64_t kFrozenRowsMin = 64;

// 16 lanes, then a tree.
template <class V>
double sum_of(const V* x, int64_t n) {
  double lanes[16] = {};
  for (int64_t i = 0; i < n; ++i) lanes[i % 16] += static_cast<double>(x[i]);
  for (int64_t width = 8; width >= 1; width /= 2) {
    for (int64_t l = 0; l < width; ++l) lanes[l] += lanes[l + width];
  }
  return lanes[0];
}

// One row of logits becomes dlogits; returns the row's loss.
template <class M, class V>
double row_loss(const M& math, V* logits, const HeadRow<V>& row, const CrossEntropy& s) {
  const V largest = *std::max_element(logits, logits + s.vocab);
  const auto target = static_cast<double>(logits[row.target]);
  math.exp_shifted(logits, logits, largest, s.vocab);
  const double sum = sum_of(logits, s.vocab);
  const double log_sum = std::log(sum) + static_cast<double>(largest);
  const auto factor = static_cast<V>(row.weight * (1 + 2 * s.z_loss * log_sum) / sum);
  for (int64_t n = 0; n < s.vocab; ++n) logits[n] *= factor;
  logits[row.target] -= static_cast<V>(row.weight);
  return log_sum - target;
}

}  // namespace

template <class M, class V>
void cross_entropy(const M& math, double* losses, V* dw, std::span<const HeadRow<V>> rows,
                   std::type_identity_t<Weight<V>> w, const CrossEntropy& s) {
  const bool backward = dw != nullptr || s.frozen;
  const int64_t rows_min = w.frozen == nullptr ? kRowsMin : kFrozenRowsMin;
  const int64_t at_once = std::clamp(kLogitsAtOnce / s.vocab, rows_min, kRowsMax);
  const auto count = static_cast<int64_t>(rows.size());
  Buffer<V> hidden(std::min(at_once, count) * s.dim), logits(std::min(at_once, count) * s.vocab);
  Buffer<V> d_hidden(!backward ? 0 : std::min(at_once, count) * s.dim);
  for (int64_t first = 0; first < count; first += at_once) {
    const auto part = rows.subspan(static_cast<size_t>(first), static_cast<size_t>(std::min(at_once, count - first)));
    const Linear size{static_cast<int64_t>(part.size()), s.vocab, s.dim};
    for (size_t i = 0; i < part.size(); ++i) {
      std::copy_n(part[i].hidden, s.dim, hidden.data() + static_cast<int64_t>(i) * s.dim);
    }
    linear(math, logits.data(), hidden.data(), w, size);
    math.pool.for_ranges(size.rows, 1, [&](int64_t i, int64_t, int) {
      losses[first + i] = row_loss(math, logits.data() + i * s.vocab, part[static_cast<size_t>(i)], s);
    });
    if (!backward) continue;
    linear_backward_input(math, d_hidden.data(), logits.data(), w, size, Into::kZero);
    if (dw != nullptr) linear_backward_weight(math, dw, logits.data(), hidden.data(), size);
    for (size_t i = 0; i < part.size(); ++i) {
      const V* const from = d_hidden.data() + static_cast<int64_t>(i) * s.dim;
      for (int64_t c = 0; c < s.dim; ++c) part[i].d_hidden[c] += from[c];
    }
  }
}

#define OPERATIONS(M, V) \
  template void cross_entropy<M, V>(const M&, double*, V*, std::span<const HeadRow<V>>, Weight<V>, const CrossEntropy&);
TRAIN_FOR_BOTH(OPERATIONS)
#undef OPERATIONS

}  // namespace capy::train
