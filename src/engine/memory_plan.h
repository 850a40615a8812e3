// SPDX-License-Identifier: Apache-2.0
// One byte budget covers weights, KV pages, states and activations (DESIGN 3). This decides how it is shared out, and
// with that how long a context may be. Inside the engine room.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "cache/kv_pool.h"
#include "cache/state_pool.h"
#include "engine/engine.h"

namespace capy {

struct MemoryNeeds {
  int64_t budget_bytes = 0;  // measured before the weights were read: converted ones are gone from what is available
  int64_t weight_bytes = 0;
  int64_t activation_bytes = 0;
  KvLayout kv;
  StateLayout state;
  int64_t model_context = 0;  // what the model was made for
};

struct MemoryPlan {
  int64_t budget_bytes = 0;
  int64_t context_tokens = 0;
  int64_t kv_pages = 0;
  int64_t state_sequences = 0;  // sequences whose states fit
};

// options.memory_bytes, or 85 % of what is available now.
int64_t memory_budget(const EngineOptions& options);

// kLimit where the weights alone exceed the budget: asked before anything is converted.
Status check_weights_fit(int64_t weight_bytes, int64_t budget_bytes);

// kLimit with the numbers where weights alone exceed
// it or the wanted context does not fit.
Result<MemoryPlan> plan_memory(const MemoryNeeds& needs, const EngineOptions& options);

// Bytes of states, logs and snapshots that one sequence takes.
int64_t state_bytes_per_sequence(const StateLayout& layout, int64_t snapshots);

}  // namespace capy
