// SPDX-License-Identifier: Apache-2.0
#include "apps/train_history.h"

#include <algorithm>
#include <fstream>

namespace capy {
namespace {

// The share of a new loss in the smoothed one: large in the beginning, when the loss falls steeply.
constexpr double kShareMin = 0.02;
double share_of(int64_t records) { return std::max(kShareMin, 4 / (4 + static_cast<double>(records))); }

}  // namespace

void TrainHistory::add(const StepRecord& record) {
  smoothed_loss_ += share_of(records_++) * (record.loss - smoothed_loss_);
  seconds_ += record.seconds;
  tokens_ += record.seconds * record.tokens_per_second;
  loss_.add(record.step, record.loss);
  smoothed_.add(record.step, smoothed_loss_);
  learning_rate_.add(record.step, record.learning_rate);
  gradient_norm_.add(record.step, record.gradient_norm);
  tokens_per_second_.add(record.step, record.tokens_per_second);
  if (record.mtp_loss) mtp_loss_.add(record.step, *record.mtp_loss);
  if (record.mfu) {
    mfu_.add(record.step, *record.mfu);
    weighted_mfu_ += record.seconds * *record.mfu;
    mfu_seconds_ += record.seconds;
  }
  if (record.held_out) {
    held_out_ = HeldOutAt{record.step, *record.held_out};
    if (!best_held_out_ || record.held_out->loss < best_held_out_->loss.loss) best_held_out_ = held_out_;
    held_out_loss_.add(record.step, record.held_out->loss);
    if (record.held_out->bits_per_byte) bits_per_byte_.add(record.step, *record.held_out->bits_per_byte);
  }
  if (!record.samples.empty()) keep_samples(record);
  last_ = record;
}

// The newest ones are there always, on top of those that are kept.
void TrainHistory::keep_samples(const StepRecord& record) {
  const bool replaces = !samples_.empty() && (sample_times_ - 1) % sample_stride_ != 0;
  if (replaces) samples_.pop_back();
  samples_.push_back({record.step, record.samples});
  ++sample_times_;
  if (samples_.size() <= kSampleTimesMax) return;
  std::vector<SamplesAt> kept;
  for (size_t i = 0; i < samples_.size(); i += 2) kept.push_back(std::move(samples_[i]));
  samples_ = std::move(kept);
  sample_stride_ *= 2;
}

void TrainHistory::load(const std::string& path, int64_t steps) {
  std::ifstream log(path);
  for (std::string line; std::getline(log, line);) {
    const std::optional<StepRecord> record = StepRecord::parse(line);
    if (record && record->step <= steps) add(*record);
  }
}

std::optional<double> TrainHistory::mean_mfu() const {
  return mfu_seconds_ > 0 ? std::optional(weighted_mfu_ / mfu_seconds_) : std::nullopt;
}

}  // namespace capy
