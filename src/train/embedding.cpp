// SPDX-License-Identifier: Apache-2.0
#include "train/instantiate.h"
#include "train/operations.h"

namespace capy::train {

template <class M, class V>
void embed(const M& math, V* x, std::type_identity_t<Weight<V>> table, std::span<const int32_t> tokens, int64_t dim) {
  math.pool.for_ranges(static_cast<int64_t>(tokens.size()), 64, [&](int64_t begin, int64_t end, int) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t token = tokens[static_cast<size_t>(i)];
      if (table.frozen != nullptr) {
        read_values(*table.frozen, token, 1, x + i * dim);
      } else {
        std::copy_n(table.values + token * dim, dim, x + i * dim);
      }
    }
  });
}

// Threads share out the columns: a token that occurs twice is added in the order of the text.
template <class M, class V>
void embed_backward(const M& math, V* dtable, const V* dx, std::span<const int32_t> tokens, int64_t dim) {
  math.pool.for_ranges(dim, 64, [&](int64_t begin, int64_t end, int) {
    for (size_t i = 0; i < tokens.size(); ++i) {
      V* const to = dtable + int64_t{tokens[i]} * dim;
      const V* const from = dx + static_cast<int64_t>(i) * dim;
      for (int64_t c = begin; c < end; ++c) to[c] += from[c];
    }
  });
}

#define OPERATIONS(M, V)                                                                 \
  template void embed<M, V>(const M&, V*, Weight<V>, std::span<const int32_t>, int64_t); \
  template void embed_backward<M, V>(const M&, V*, const V*, std::span<const int32_t>, int64_t);
TRAIN_FOR_BOTH(OPERATIONS)
#undef OPERATIONS

}  // namespace capy::train
