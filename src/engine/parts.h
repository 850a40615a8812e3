// SPDX-License-Identifier: Apache-2.0
// What an Engine owns. Inside the engine room: engine.cpp steps, requests.cpp runs requests, sequence_file.cpp saves.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/arena.h"
#include "base/thread_pool.h"
#include "engine/engine.h"
#include "engine/generation.h"
#include "engine/memory_plan.h"
#include "engine/scheduler.h"
#include "engine/sequence.h"
#include "kernels/kernels.h"
#include "model/model.h"

namespace capy {

struct Engine::Parts {
  struct WantedRow {
    Sequence* sequence;
    int64_t row;       // of the batch
    int64_t position;  // in the sequence
  };

  Parts(Model model, std::unique_ptr<ThreadPool> pool, const KernelTable& kernels, KvPool kv,
        std::optional<StatePool> states, const MemoryPlan& plan, EngineOptions options);

  Sequence& sequence(SequenceId id) const;
  Sequence* find(SequenceId id) const;
  Result<Sequence*> add_sequence();
  void remove_sequence(SequenceId id);
  void share(const Sequence& from, Sequence& to);
  Result<int64_t> cut(Sequence& sequence, int64_t length);

  std::vector<uint64_t> sequence_key() const;  // what a saved sequence depends on (sequence_file.cpp)
  Status grow(Sequence& sequence, int64_t tokens, BatchSlice& slice);
  Status gather(std::span<const ScheduledRun> runs);
  Batch batch();
  void accept();
  // Drafting (drafting.cpp): guesses before a step, and what becomes of them after it.
  void propose_drafts();
  int64_t propose(Sequence& sequence, int64_t most, int64_t rows);
  int64_t propose_mtp(Sequence& sequence, int64_t drafts);
  bool shorten_tail(Sequence& sequence);
  bool uses_mtp(const Sequence& sequence) const;
  void settle_drafts(const float* hidden);
  void keep_tail(Sequence& sequence, const BatchSlice& slice, const float* hidden);
  void extend_mtp(Sequence& sequence, int64_t position, int64_t rows, const float* hidden);
  Status check_file() const;
  Status deliver(const float* hidden);
  void compute_logits(float* out, const float* hidden, std::span<const WantedRow> rows);
  BestLogits best_logits_of(const WantedRow& row) const;
  // Gives waiting requests sequences while there is room (requests.cpp).
  void admit();
  Status start(Generation& generation);
  void deliver_row(const WantedRow& row, std::span<const float> logits);

  EngineOptions options;
  Model model;
  std::unique_ptr<ThreadPool> pool;
  const KernelTable& kernels;
  std::optional<Tokenizer> tokenizer;
  std::optional<ChatTemplate> chat_template;
  std::vector<int32_t> stop_tokens;
  KvType kv_type = KvType::kF32;
  KvPool kv;
  std::optional<StatePool> states;
  MemoryPlan plan;
  int64_t activation_bytes = 0;
  Arena arena;
  Compute compute;
  std::unique_ptr<InputWatch> watch;  // with options.on_inputs
  Scheduler scheduler;
  DraftCosts draft_costs;
  double head_seconds = 0;                           // the output head's part of the step under way
  std::vector<std::unique_ptr<Sequence>> sequences;  // after the pools: they go first
  std::map<RequestId, std::unique_ptr<Generation>> requests;
  std::deque<RequestId> waiting;  // submitted, without a sequence yet
  int64_t next_id = 1;
  bool delivering = false;  // inside a caller's callback

  // The step under way.
  std::vector<int32_t> batch_tokens;
  std::vector<BatchSlice> slices;
  std::vector<Sequence*> running;  // beside slices
  std::vector<WantedRow> wanted_rows;
  std::vector<BestLogits> best_logits;  // beside a tile of them
};

// Whether these adapters are loaded, and not too many.
Status check_loras(std::span<const int32_t> loras, const EngineOptions& options);

}  // namespace capy
