// SPDX-License-Identifier: Apache-2.0
// Lossless drafting (DESIGN 2): before a step, tokens are guessed for the requests that are decoding; they are computed
// as further rows of the step; each row draws the target's own token, and the first guess that differs from it cuts
// off the rest. So the answer is the undrafted one, whatever is guessed. Rolling back changes lengths only.
//
// The MTP head (SPEC 3) reads the main model's hidden row of position i and token i+1. Its keys and values lie beside
// the main model's, in the MTP layer of the same pages, at position i. Rows that it wrote for guesses are written again
// from the true hidden rows when those are known: MtpTail keeps them until then.
#include <algorithm>

#include "base/check.h"
#include "base/clock.h"
#include "engine/parts.h"

namespace capy {
namespace {

bool is_decoding(const Sequence& sequence) { return sequence.pending() == 1; }

}  // namespace

bool Engine::Parts::uses_mtp(const Sequence& sequence) const {
  return model.has_mtp() && !options.draft.source && sequence.generation != nullptr && sequence.generation->drafts();
}

// No drafts beside a prompt: its rows have filled the step already. Of the rows that a step may have, those that are
// left after one for each decoding sequence are shared out in order.
void Engine::Parts::propose_drafts() {
  int64_t decoding = 0;
  bool prompts = false;
  for (const auto& sequence : sequences) {
    sequence->drafts.count = 0;
    sequence->drafts.accepted = 0;
    decoding += is_decoding(*sequence) ? 1 : 0;
    prompts = prompts || sequence->pending() > 1;
  }
  int64_t rows = decoding;
  for (const auto& sequence : sequences) {
    if (!is_decoding(*sequence) || sequence->generation == nullptr || !sequence->generation->drafts()) continue;
    if (sequence->tail.count > MtpTail::kRowsMax - 1 - kMaxDraft) shorten_tail(*sequence);
    if (prompts) continue;
    const int64_t most = std::min({kMaxDraft, options.chunk_tokens - rows, plan.context_tokens - sequence->length(),
                                   sequence->generation->tokens_left() - 1});
    if (most < 1) continue;
    sequence->drafts.count = propose(*sequence, most, rows);
    rows += sequence->drafts.count;
  }
}

// Fills sequence.drafts; `rows` are in the step already.
int64_t Engine::Parts::propose(Sequence& sequence, int64_t most, int64_t rows) {
  DraftPolicy& policy = sequence.generation->policy();
  Drafts& drafts = sequence.drafts;
  drafts.rows_before = rows;
  policy.step_begins();
  const auto wanted = [&](Drafter drafter) {
    drafts.drafter = drafter;
    if (options.draft.fixed > 0) return std::min(most, options.draft.fixed);
    return policy.choose(drafter, most, rows, draft_costs);
  };
  if (options.draft.source) {
    const int64_t asked = wanted(Drafter::kGiven);
    const int64_t given =
        asked > 0 ? std::min(options.draft.source(sequence.tokens, asked, drafts.tokens.data()), asked) : 0;
    int64_t good = 0;
    while (good < given && drafts.tokens[static_cast<size_t>(good)] >= 0 &&
           drafts.tokens[static_cast<size_t>(good)] < model.config().vocab)
      ++good;
    return good;
  }
  if (!options.draft.revise && sequence.generation->ngrams().propose(sequence.tokens, most, drafts.tokens.data()) > 0) {
    const int64_t asked = wanted(Drafter::kNgram);
    if (asked > 0) return asked;
  }
  if (sequence.tail.count == 0) return 0;
  const int64_t asked = wanted(Drafter::kMtp);
  return asked > 0 ? propose_mtp(sequence, asked) : 0;
}

// Drafts with the MTP head, each token from the one before it. 0 where there is no memory for it.
int64_t Engine::Parts::propose_mtp(Sequence& sequence, int64_t drafts) {
  if (!sequence.kv.grow(drafts).ok()) return 0;  // room for the head's rows; given back below
  const double begun = seconds_now();
  const Arena::Scope scope(arena);
  float* const row = arena.allocate<float>(model.config().dim);
  float* const hidden = arena.allocate<float>(model.config().dim);
  const bool ready = shorten_tail(sequence);
  if (ready) {
    std::copy_n(sequence.tail.rows.data(), model.config().dim, hidden);
    sequence.tail.count = 0;
    int32_t token = sequence.tokens.back();
    for (int64_t i = 0; i < drafts; ++i) {
      BatchSlice slice;
      slice.rows = 1;
      slice.position = sequence.computed - 1 + i;
      slice.kv = &sequence.kv;
      slice.loras = sequence.loras;
      Batch b;
      b.tokens = {&token, 1};
      b.slices = {&slice, 1};
      model.forward_mtp(b, row, hidden, compute);
      std::copy_n(row, model.config().dim, hidden);
      token = model.draft_token(hidden, compute);
      sequence.drafts.tokens[static_cast<size_t>(i)] = token;
    }
    draft_costs.draft_took((seconds_now() - begun) / static_cast<double>(drafts));
    if (options.draft.revise)
      options.draft.revise(sequence.tokens, {sequence.drafts.tokens.data(), static_cast<size_t>(drafts)});
  }
  sequence.kv.truncate(sequence.computed);
  return ready ? drafts : 0;
}

// Shows the head the tail's rows but for the last, which stays: the next draft begins with it. False where a fork
// shares a page that would be written; then there is no tail any more, which costs drafts and nothing else.
bool Engine::Parts::shorten_tail(Sequence& sequence) {
  MtpTail& tail = sequence.tail;
  const int64_t dim = model.config().dim;
  const int64_t begin = sequence.computed - tail.count;
  if (!sequence.kv.is_writable(begin) || !sequence.kv.is_writable(sequence.computed - 1)) {
    tail.count = 0;
    return false;
  }
  const int64_t shown = tail.count - 1;
  if (shown == 0) return true;
  extend_mtp(sequence, begin, shown, tail.rows.data());
  std::copy_n(tail.rows.data() + shown * dim, dim, tail.rows.data());
  tail.count = 1;
  return true;
}

// Cuts off the guesses that were wrong and keeps the hidden rows that the head wants next.
void Engine::Parts::settle_drafts(const float* hidden) {
  for (size_t i = 0; i < slices.size(); ++i) {
    Sequence& sequence = *running[i];
    Drafts& drafts = sequence.drafts;
    if (drafts.count > 0) {
      sequence.kv.truncate(sequence.computed);
      if (sequence.state) {
        const Result<int64_t> cut = sequence.state->truncate(sequence.computed);
        CHECK(cut.ok() && cut.value() == sequence.computed);  // at most the window that this step began
      }
      sequence.logits_from = std::max(sequence.logits_from, sequence.computed);
      Generation& generation = *sequence.generation;
      // An answer that ended says nothing of the guesses behind its end.
      const int64_t judged = generation.finished() ? drafts.accepted : drafts.count;
      generation.policy().verified(drafts.drafter, judged, drafts.accepted, drafts.rows_before, draft_costs);
      generation.response().drafted_tokens += drafts.count;
      generation.response().accepted_tokens += drafts.accepted;
    }
    if (!sequence.tail.rows.empty() && uses_mtp(sequence)) keep_tail(sequence, slices[i], hidden);
    drafts.count = 0;
    drafts.accepted = 0;
  }
}

// Decoded rows wait for the next draft. A prompt's rows the head sees at once, but for the very last one.
void Engine::Parts::keep_tail(Sequence& sequence, const BatchSlice& slice, const float* hidden) {
  const int64_t dim = model.config().dim;
  const int64_t rows = sequence.computed - slice.position;
  const float* const first = hidden + slice.row_begin * dim;
  MtpTail& tail = sequence.tail;
  const bool more_to_come = sequence.pending() > 1;
  int64_t shown = 0;
  if (more_to_come || rows > 1 + kMaxDraft) {
    shown = more_to_come ? rows : rows - 1;
    extend_mtp(sequence, slice.position, shown, first);
    tail.count = 0;
  }
  CHECK(tail.count + rows - shown <= MtpTail::kRowsMax);  // propose_drafts sees to it
  std::copy_n(first + shown * dim, (rows - shown) * dim, tail.rows.data() + tail.count * dim);
  tail.count += rows - shown;
}

void Engine::Parts::extend_mtp(Sequence& sequence, int64_t position, int64_t rows, const float* hidden) {
  for (int64_t row = 0; row < rows; row += options.chunk_tokens) {
    BatchSlice slice;
    slice.rows = std::min(options.chunk_tokens, rows - row);
    slice.position = position + row;
    slice.kv = &sequence.kv;
    slice.loras = sequence.loras;
    Batch b;
    b.tokens = std::span<const int32_t>(sequence.tokens)
                   .subspan(static_cast<size_t>(slice.position + 1), static_cast<size_t>(slice.rows));
    b.slices = {&slice, 1};
    model.extend_mtp(b, hidden + row * model.config().dim, compute);
  }
}

}  // namespace capy
