// SPDX-License-Identifier: Apache-2.0
// The door of the room: gradients of a checkpoint, and the parts of a training step.
#pragma once

#include "train/adamw.h"
#include "train/adapters.h"
#include "train/gradient_sum.h"
#include "train/gradients.h"
#include "train/moving_average.h"
#include "train/muon.h"
#include "train/operation_count.h"
#include "train/packed_sample.h"
#include "train/schedule.h"
#include "train/text_model.h"
#include "train/train_state.h"
