// SPDX-License-Identifier: Apache-2.0
// How many tokens to draft: as many as give the most tokens a second, by what was measured. Text does not depend on it
// (DESIGN 2), so the choice may depend on the clock. Inside the engine room.
#pragma once

#include <array>
#include <cstdint>

#include "engine/request.h"

namespace capy {

// Who drafts. kGiven: EngineOptions::draft.source.
enum class Drafter { kNgram, kMtp, kGiven };
inline constexpr size_t kDrafters = 3;

// What decoding steps cost on this machine, by their number of rows: exponential means.
class DraftCosts {
 public:
  void step_took(int64_t rows, double seconds);
  void draft_took(double seconds);  // one token of the MTP head
  bool knows(int64_t rows) const { return rows <= kRowsMax && steps_[static_cast<size_t>(rows)] > 0; }
  // Of a step of `rows`; where none was measured yet, from its neighbours or, at first, a guess.
  double step_seconds(int64_t rows) const;
  double draft_seconds() const;  // a guess where none was measured yet

 private:
  static constexpr int64_t kRowsMax = 64;
  std::array<double, kRowsMax + 1> steps_{};  // 0: not measured
  double draft_seconds_ = 0;
};

// One request's acceptance, for each drafter and place in the draft; and an account of what drafting has cost the
// request, so that it can never cost much: costs and gains are counted in tokens, which is what a step without drafts
// would have yielded in the same time.
class DraftPolicy {
 public:
  void step_begins() { may_lose_ += kMayLoseShare; }
  // How many of at most `most` to draft in a step that has `rows` rows without them. Now and then a short draft is made
  // although none pays, ever more rarely: texts change.
  int64_t choose(Drafter drafter, int64_t most, int64_t rows, const DraftCosts& costs);
  // What became of a draft that was made in such a step.
  void verified(Drafter drafter, int64_t drafted, int64_t accepted, int64_t rows, const DraftCosts& costs);

 private:
  // A request may lose this many tokens' time to drafts at its beginning, and this share of its time later: with it,
  // 64 tokens take at most 2.2 % longer.
  static constexpr double kMayLoseFirst = 0.75;
  static constexpr double kMayLoseShare = 0.01;
  static constexpr int64_t kPauseMin = 16;  // steps without a draft before one is tried again
  static constexpr int64_t kPauseMax = 1024;
  struct Record {
    std::array<double, kMaxDraft> accepted{};  // mean, of the drafts whose predecessors were accepted
    std::array<int64_t, kMaxDraft> seen{};
    int64_t pause = kPauseMin;
    int64_t waited = 0;
  };
  int64_t best(const Record& record, Drafter drafter, int64_t most, int64_t rows, const DraftCosts& costs) const;

  std::array<Record, kDrafters> records_;
  double may_lose_ = kMayLoseFirst;
};

}  // namespace capy
