// SPDX-License-Identifier: Apache-2.0
// The weights of a product as its operations take them: values in memory, or a frozen matrix, of which some rows at a
// time are made values.
#pragma once

#include <algorithm>

#include "train/arithmetic.h"
#include "train/frozen_matrix.h"

namespace capy::train {

template <class V>
struct Weight {
  const V* values = nullptr;
  const FrozenMatrix* frozen = nullptr;

  Weight(const V* in_memory) : values(in_memory) {}
  Weight(V* in_memory) : values(in_memory) {}
  explicit Weight(const FrozenMatrix& matrix) : frozen(&matrix) {}
};

// Rows first .. first + count - 1 of a frozen matrix as values of the arithmetic.
template <class V>
void read_values(const FrozenMatrix& matrix, int64_t first, int64_t count, V* out) {
  if constexpr (std::is_same_v<V, float>) {
    matrix.read(first, count, out);
  } else {
    Buffer<float> rows(count * matrix.columns());
    matrix.read(first, count, rows.data());
    std::copy_n(rows.data(), count * matrix.columns(), out);
  }
}

// Calls body(first, count, rows) for blocks of rows, ascending; what lies in memory is one block. Blocks depend on the
// matrix's width alone: sums over its rows are the same for any number of threads.
template <class M, class V, class Body>
void for_row_blocks(const M& math, const Weight<V>& w, int64_t rows, int64_t columns, Body body) {
  if (w.frozen == nullptr) return body(0, rows, w.values);
  constexpr int64_t kBlockValues = int64_t{1} << 18;  // 1 MiB of floats: stays in the cache until it is multiplied with
  constexpr int64_t kBlockRows = 64;
  const int64_t step = std::max(kBlockValues / columns / kBlockRows * kBlockRows, kBlockRows);
  Buffer<V> block(std::min(step, rows) * columns);
  for (int64_t first = 0; first < rows; first += step) {
    const int64_t count = std::min(step, rows - first);
    math.pool.for_ranges(count, 8, [&](int64_t begin, int64_t end, int) {
      read_values(*w.frozen, first + begin, end - begin, block.data() + begin * columns);
    });
    body(first, count, static_cast<const V*>(block.data()));
  }
}

}  // namespace capy::train
