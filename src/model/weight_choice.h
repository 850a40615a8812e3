// SPDX-License-Identifier: Apache-2.0
// How each matrix of a checkpoint is held for computing: as it lies in the file, or converted, and into what. Inside
// the model room.
#pragma once

#include <cstdint>

#include "formats/checkpoint.h"
#include "model/config.h"
#include "model/loader.h"
#include "model/names.h"

namespace capy {

bool usable_in_place(DType type, Product product);
MatrixFormat format_of(DType type);  // of a tensor that is usable in place
MatrixFormat converted_format(Product product);

// An int4 model's head stays int8 and gets planes, where there are kernels for them.
bool wants_planes(const LoadOptions& options, const KernelTable& kernels);

// Whether the embedding is the head too. A GGUF says so by having no head.
bool is_tied(const Checkpoint& checkpoint, const ModelConfig& config, const TensorNames& names);

}  // namespace capy
