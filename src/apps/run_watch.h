// SPDX-License-Identifier: Apache-2.0
// All that looks at a training run and changes nothing of it: the log, held-out text, what the model writes, the lines
// on the terminal, the report. What fails here (a disk that is full, a held-out file that is gone) is a warning: a run
// of days does not end for it. Only the log is sure, since a run that goes on reads it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "apps/held_out.h"
#include "apps/run_directory.h"
#include "apps/run_report.h"
#include "apps/text_sampler.h"
#include "apps/train_history.h"
#include "apps/train_run.h"
#include "apps/train_view.h"
#include "base/result.h"

namespace capy {

class RunWatch {
 public:
  // Both must outlive the watch. The directory's log holds what had happened by the state's step.
  static Result<std::unique_ptr<RunWatch>> open(TrainRun& run, RunDirectory& directory);

  // Behind each step and before its checkpoint: measures what is due, writes the log's line, shows how far it is.
  Status step_taken(const train::StepReport& report, double seconds);
  // report.html in the run's directory, whole or not at all.
  void write_report();
  // Takes the terminal's lines away, for a message.
  void clear() { view_.clear(); }

 private:
  RunWatch(TrainRun& run, RunDirectory& directory);
  StepRecord record_of(const train::StepReport& report, double seconds) const;
  bool is_due(int64_t step, int64_t every) const;
  std::optional<HeldOutLoss> measure_held_out();
  std::vector<TextSample> write_texts();
  Result<std::vector<TextSample>> texts_of_model();
  void warn(const std::string& what, const Error& error);

  TrainRun& run_;
  RunDirectory& directory_;
  std::optional<HeldOut> held_out_;
  std::optional<TextSampler> sampler_;
  double peak_ = 0;  // operations a second
  RunFacts facts_;
  TrainHistory history_;
  TrainView view_;
};

}  // namespace capy
