// SPDX-License-Identifier: Apache-2.0
// One step's rows: consecutive runs of tokens of several sequences, stacked. A row's result depends on its own sequence
// alone; the batch only decides what is computed together.
#pragma once

#include <cstdint>
#include <span>

#include "cache/kv_pool.h"
#include "cache/state_pool.h"

namespace capy {

// One sequence's part of a batch. The caches have been grown for these rows already; the layers fill them in.
struct BatchSlice {
  int64_t row_begin = 0;
  int64_t rows = 0;
  int64_t position = 0;  // of the first row in its sequence
  KvSequence* kv = nullptr;
  StateAppend state;               // unused by models without linear attention
  std::span<const int32_t> loras;  // adapters of these rows, in the order of their side paths
};

struct Batch {
  std::span<const int32_t> tokens;  // [rows]
  std::span<const BatchSlice> slices;
  StatePool* states = nullptr;
  // Rotary angles of each row, [rows][rope dims / 2]; set by Model::forward.
  const float* cos = nullptr;
  const float* sin = nullptr;

  int64_t rows() const { return static_cast<int64_t>(tokens.size()); }
};

}  // namespace capy
