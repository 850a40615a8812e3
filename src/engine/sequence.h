// SPDX-License-Identifier: Apache-2.0
// One sequence: its tokens, how many of them are computed, and its caches. Inside the engine room.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "cache/kv_pool.h"
#include "cache/state_pool.h"
#include "engine/draft_policy.h"
#include "engine/engine.h"

namespace capy {

class Generation;

// Guesses for the step under way: they are rows of the batch, but not tokens of the sequence.
struct Drafts {
  std::array<int32_t, kMaxDraft> tokens{};
  int64_t count = 0;
  int64_t accepted = 0;
  int64_t rows_before = 0;  // of the step, when these were made
  Drafter drafter = Drafter::kNgram;
};

// Hidden rows of the last computed positions that the MTP head has not seen: its next input.
struct MtpTail {
  static constexpr int64_t kRowsMax = 32;
  std::vector<float> rows;  // [kRowsMax][dim]; empty where the head does not draft
  int64_t count = 0;        // the last one is the sequence's last computed position
};

struct Sequence {
  Sequence(SequenceId number, KvPool& kv_pool, StatePool* state_pool, int64_t context, int64_t snapshots)
      : id(number), kv(kv_pool, context) {
    if (state_pool != nullptr) state.emplace(*state_pool, snapshots);
    tokens.reserve(static_cast<size_t>(context));  // address space: a decoding step allocates nothing
  }
  ~Sequence() { clear(); }
  Sequence(const Sequence&) = delete;
  Sequence& operator=(const Sequence&) = delete;

  void clear() {
    kv.clear();
    if (state) state->clear();
  }
  int64_t length() const { return static_cast<int64_t>(tokens.size()); }
  int64_t pending() const { return length() - computed; }

  SequenceId id;
  std::vector<int32_t> tokens;
  int64_t computed = 0;
  int64_t logits_from = 0;  // positions before this were delivered already: a replay does not deliver them again
  KvSequence kv;
  std::optional<StateSequence> state;  // none for models without linear attention
  std::vector<int32_t> loras;
  LogitsWanted wanted = LogitsWanted::kNone;
  LogitsSink sink;
  Drafts drafts;
  MtpTail tail;
  Generation* generation = nullptr;  // the request that this sequence answers, if one does
};

}  // namespace capy
