// SPDX-License-Identifier: Apache-2.0
// The course of a training run: curves, the last figures, and what the model wrote along the way. Made of the log's
// records, one after the other; so it is the same whether the run was interrupted or not. Bounded memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/curve.h"
#include "apps/step_record.h"

namespace capy {

class TrainHistory {
 public:
  // As many times that texts are kept of; when there are more, every second one goes.
  static constexpr size_t kSampleTimesMax = 64;

  struct HeldOutAt {
    int64_t step = 0;
    HeldOutLoss loss;
  };
  struct SamplesAt {
    int64_t step = 0;
    std::vector<TextSample> samples;
  };

  void add(const StepRecord& record);
  // All lines of a log.jsonl that are records, as far as `steps`.
  void load(const std::string& path, int64_t steps);

  const std::optional<StepRecord>& last() const { return last_; }
  double smoothed_loss() const { return smoothed_loss_; }  // over some 50 steps, fewer in the beginning
  const std::optional<HeldOutAt>& held_out() const { return held_out_; }
  const std::optional<HeldOutAt>& best_held_out() const { return best_held_out_; }
  const std::vector<SamplesAt>& samples() const { return samples_; }
  double seconds() const { return seconds_; }  // of all steps
  double mean_tokens_per_second() const { return seconds_ > 0 ? tokens_ / seconds_ : 0; }
  std::optional<double> mean_mfu() const;

  const Curve& loss() const { return loss_; }
  const Curve& smoothed() const { return smoothed_; }
  const Curve& mtp_loss() const { return mtp_loss_; }
  const Curve& held_out_loss() const { return held_out_loss_; }
  const Curve& bits_per_byte() const { return bits_per_byte_; }
  const Curve& learning_rate() const { return learning_rate_; }
  const Curve& gradient_norm() const { return gradient_norm_; }
  const Curve& tokens_per_second() const { return tokens_per_second_; }
  const Curve& mfu() const { return mfu_; }

 private:
  void keep_samples(const StepRecord& record);

  std::optional<StepRecord> last_;
  std::optional<HeldOutAt> held_out_;
  std::optional<HeldOutAt> best_held_out_;
  std::vector<SamplesAt> samples_;
  int64_t sample_stride_ = 1;  // of the times that are kept
  int64_t sample_times_ = 0;
  int64_t records_ = 0;
  double smoothed_loss_ = 0;
  double seconds_ = 0;
  double tokens_ = 0;       // of those seconds
  double mfu_seconds_ = 0;  // of the steps whose share is known
  double weighted_mfu_ = 0;
  Curve loss_, smoothed_, mtp_loss_, held_out_loss_, bits_per_byte_, learning_rate_, gradient_norm_, tokens_per_second_,
      mfu_;
};

}  // namespace capy
