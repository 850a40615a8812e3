// SPDX-License-Identifier: Apache-2.0
#include "engine/draft_policy.h"

#include <algorithm>

namespace capy {
namespace {

constexpr double kFirstAcceptance = 0.6;  // until something was measured
constexpr double kRowShare = 0.1;         // of a step, for each further row: the first guess
constexpr double kDraftShare = 0.1;       // of a step, for a token of the MTP head: the first guess
constexpr double kMustGain = 1.03;        // a draft has to promise more than the noise of the measurements

double drafting_seconds(Drafter drafter, int64_t drafts, const DraftCosts& costs) {
  return drafter == Drafter::kMtp ? static_cast<double>(drafts) * costs.draft_seconds() : 0;
}

// What drafts add to a step, in tokens of one without them.
double tokens_lost(Drafter drafter, int64_t drafts, int64_t rows, const DraftCosts& costs) {
  const double plain = costs.step_seconds(rows);
  const double more = costs.step_seconds(rows + drafts) - plain + drafting_seconds(drafter, drafts, costs);
  return more / plain * static_cast<double>(rows);
}

}  // namespace

void DraftCosts::step_took(int64_t rows, double seconds) {
  if (rows < 1 || rows > kRowsMax || seconds <= 0) return;
  double& mean = steps_[static_cast<size_t>(rows)];
  if (mean == 0) mean = seconds;
  mean += 0.15 * (std::min(seconds, 2 * mean) - mean);  // bounded: a busy machine's outlier should not count for long
}

void DraftCosts::draft_took(double seconds) {
  if (draft_seconds_ == 0) draft_seconds_ = seconds;
  draft_seconds_ += 0.15 * (std::min(seconds, 2 * draft_seconds_) - draft_seconds_);
}

double DraftCosts::draft_seconds() const { return draft_seconds_ > 0 ? draft_seconds_ : kDraftShare * step_seconds(1); }

double DraftCosts::step_seconds(int64_t rows) const {
  const int64_t at = std::clamp<int64_t>(rows, 1, kRowsMax);
  int64_t below = at;
  while (below > 0 && steps_[static_cast<size_t>(below)] == 0) --below;
  int64_t above = at;
  while (above < kRowsMax && steps_[static_cast<size_t>(above)] == 0) ++above;
  const double low = steps_[static_cast<size_t>(below)];  // entry 0 is always 0
  const double high = steps_[static_cast<size_t>(above)];
  if (low > 0 && high > 0 && above > below) {
    return low + (high - low) * static_cast<double>(at - below) / static_cast<double>(above - below);
  }
  if (low > 0) return low * (1 + kRowShare * static_cast<double>(rows - below));
  const double one = high > 0 ? high / (1 + kRowShare * static_cast<double>(above - 1)) : 1.0;
  return one * (1 + kRowShare * static_cast<double>(rows - 1));
}

int64_t DraftPolicy::best(const Record& record, Drafter drafter, int64_t most, int64_t rows,
                          const DraftCosts& costs) const {
  int64_t chosen = 0;
  double best_rate = kMustGain * static_cast<double>(rows) / costs.step_seconds(rows);
  double tokens = static_cast<double>(rows);
  double reached = 1;
  double accepted = kFirstAcceptance;
  for (int64_t k = 1; k <= most; ++k) {
    const auto place = static_cast<size_t>(k - 1);
    if (record.seen[place] > 0) accepted = record.accepted[place];  // else as the one before
    reached *= accepted;
    tokens += reached;
    const double rate = tokens / (costs.step_seconds(rows + k) + drafting_seconds(drafter, k, costs));
    if (rate <= best_rate) continue;
    best_rate = rate;
    chosen = k;
  }
  return chosen;
}

int64_t DraftPolicy::choose(Drafter drafter, int64_t most, int64_t rows, const DraftCosts& costs) {
  most = std::min(most, kMaxDraft);
  if (most < 1 || !costs.knows(rows)) return 0;
  while (most > 1 && !costs.knows(rows + most - 1)) --most;                        // no leap beyond what was measured
  while (most > 0 && tokens_lost(drafter, most, rows, costs) > may_lose_) --most;  // should all be wrong
  if (most < 1) return 0;
  Record& record = records_[static_cast<size_t>(drafter)];
  const int64_t chosen = best(record, drafter, most, rows, costs);
  if (chosen > 0) {
    record.waited = 0;
    return chosen;
  }
  if (++record.waited < record.pause) return 0;
  record.waited = 0;
  record.pause = std::min(record.pause * 2, kPauseMax);
  return 1;
}

void DraftPolicy::verified(Drafter drafter, int64_t drafted, int64_t accepted, int64_t rows, const DraftCosts& costs) {
  if (drafted < 1) return;
  Record& record = records_[static_cast<size_t>(drafter)];
  may_lose_ += static_cast<double>(accepted) - tokens_lost(drafter, drafted, rows, costs);
  if (accepted > 0) record.pause = kPauseMin;
  for (int64_t i = 0; i < std::min(drafted, accepted + 1); ++i) {
    const auto place = static_cast<size_t>(i);
    double& mean = record.accepted[place];
    int64_t& seen = record.seen[place];
    if (seen == 0) mean = kFirstAcceptance;
    ++seen;
    mean += std::max(0.08, 1.0 / static_cast<double>(seen + 2)) * ((i < accepted ? 1.0 : 0.0) - mean);
  }
}

}  // namespace capy
