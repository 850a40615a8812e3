// SPDX-License-Identifier: Apache-2.0
#include "engine/memory_plan.h"

#include <algorithm>

#include "base/concat.h"
#include "base/cpu.h"

namespace capy {
namespace {

// Windows of one sequence at once: its current and previous one, and the one that an append leaves behind.
constexpr int64_t kWindowsPerSequence = 3;

std::string gibibytes(int64_t bytes) {
  const int64_t tenths = (bytes / 1024 * 10 + (512 << 10)) >> 20;  // bytes are below 2^50
  return concat(tenths / 10, ".", tenths % 10, " GiB");
}

}  // namespace

int64_t state_bytes_per_sequence(const StateLayout& layout, int64_t snapshots) {
  return kWindowsPerSequence * (layout.state_bytes() + layout.log_bytes()) +
         snapshots * (layout.state_bytes() + layout.columns_bytes());
}

int64_t memory_budget(const EngineOptions& options) {
  if (options.memory_bytes > 0) return options.memory_bytes;
  const int64_t available = memory_available_bytes();
  constexpr int64_t kUnknown = int64_t{4} << 30;  // a system that does not tell: assume a small machine
  return available > 0 ? available / 100 * 85 : kUnknown;
}

Status check_weights_fit(int64_t weight_bytes, int64_t budget_bytes) {
  if (weight_bytes <= budget_bytes) return {};
  return Error{ErrorCode::kLimit,
               concat("the weights alone need ", gibibytes(weight_bytes), " and the memory budget is ",
                      gibibytes(budget_bytes), "; use a smaller model, --type int8, or a larger --memory")};
}

Result<MemoryPlan> plan_memory(const MemoryNeeds& needs, const EngineOptions& options) {
  MemoryPlan plan;
  plan.budget_bytes = needs.budget_bytes;
  const int64_t page_bytes = needs.kv.page_bytes();
  const int64_t per_sequence =
      needs.state.layers > 0 ? state_bytes_per_sequence(needs.state, options.limits.snapshots_per_sequence_max) : 0;
  const int64_t fixed = needs.weight_bytes + needs.activation_bytes;
  const int64_t rest = plan.budget_bytes - fixed;
  if (rest < per_sequence + page_bytes) {
    return Error{ErrorCode::kLimit,
                 concat("the model needs ", gibibytes(fixed + per_sequence + page_bytes), " and the memory budget is ",
                        gibibytes(plan.budget_bytes), "; use a smaller model, --type int8, or a larger --memory")};
  }
  const int64_t sequences_max = options.limits.sequences_max;
  // A quarter, or what a short context leaves of it when all sequences fill theirs.
  const int64_t context_pages = (options.context_tokens + KvLayout::kPageTokens - 1) / KvLayout::kPageTokens;
  const int64_t beside_full_contexts =
      options.context_tokens > 0 ? rest - (context_pages + 1) * sequences_max * page_bytes : 0;
  const int64_t for_states = std::max(rest / 4, beside_full_contexts);
  plan.state_sequences =
      per_sequence == 0 ? sequences_max : std::clamp<int64_t>(for_states / per_sequence, 1, sequences_max);
  const int64_t pages_fit = (rest - plan.state_sequences * per_sequence) / std::max<int64_t>(page_bytes, 1);
  const int64_t tokens_fit = std::min(pages_fit, int64_t{1} << 40) * KvLayout::kPageTokens;
  const int64_t model_context = std::min(needs.model_context, options.limits.context_tokens_max);
  const int64_t wanted = options.context_tokens > 0 ? options.context_tokens : std::min(model_context, tokens_fit);
  if (wanted > options.limits.context_tokens_max) {
    return Error{ErrorCode::kLimit,
                 concat("a context of ", wanted, " tokens is above the limit of ", options.limits.context_tokens_max)};
  }
  const int64_t pages_wanted = (wanted + KvLayout::kPageTokens - 1) / KvLayout::kPageTokens;
  if (pages_wanted > pages_fit) {
    return Error{ErrorCode::kLimit,
                 concat("a context of ", wanted, " tokens needs ", gibibytes(pages_wanted * page_bytes),
                        " for keys and values; beside the weights there is room for ", tokens_fit, " tokens")};
  }
  plan.context_tokens = wanted;
  // Every sequence may grow to the full context as long as pages last.
  plan.kv_pages = std::min(pages_fit, pages_wanted * sequences_max + sequences_max);
  return plan;
}

}  // namespace capy
