// SPDX-License-Identifier: Apache-2.0
// The course of a training run, whatever command began it: from its last checkpoint to the end, or two steps that only
// tell what it would cost. Prints the result on stdout.
#pragma once

#include "apps/train_run.h"
#include "base/result.h"

namespace capy {

// kCancelled after SIGINT, behind a checkpoint.
Result<int> train_model(TrainRun& run, bool json);
// Writes nothing.
Result<int> try_out(TrainRun& run, bool json);

}  // namespace capy
