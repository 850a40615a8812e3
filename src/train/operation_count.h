// SPDX-License-Identifier: Apache-2.0
// The operations of a training step by its shapes, for MFU: what the mathematics asks for, whatever the code does (what
// is computed again for the backward counts nothing). A multiplication and an addition are two.
#pragma once

#include <span>

#include "model/config.h"
#include "train/text_model.h"

namespace capy::train {

// Forward and backward of these samples; with_mtp: the MTP head too, of which `parameters` must know. Counted are the
// products, attention (each token with those before it in its document), the recurrence of the delta rule and its
// convolutions; what goes over the values one by one is left out. The backward is twice the forward.
double step_operations(const ModelConfig& config, const ParameterList& parameters, std::span<const Sample> samples,
                       bool with_mtp);

}  // namespace capy::train
