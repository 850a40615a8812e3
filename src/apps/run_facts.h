// SPDX-License-Identifier: Apache-2.0
// What the report of a training run says of its settings, model, data and machine.
#pragma once

#include "apps/run_report.h"
#include "apps/train_run.h"
#include "base/result.h"

namespace capy {

// Reads the data sets' manifests again. `peak` is the machine's f32 operations a second with the run's threads (0: not
// known), by the instruction of that name.
Result<RunFacts> run_facts(TrainRun& run, double peak, const std::string& instruction);

}  // namespace capy
