// SPDX-License-Identifier: Apache-2.0
// Quantised files of others are computed with after re-encoding. This measures what that costs: for each stored type,
// how far the re-encoded weights are from the file's own.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/result.h"
#include "formats/checkpoint.h"
#include "model/config.h"

namespace capy {

struct ReencodingLoss {
  double relative_rms = 0;        // root of sum (w' - w)^2 / sum w^2 over all matrices of the type
  double worst_relative_rms = 0;  // of one matrix
  std::string worst_name;
};

struct ReencodingError {
  DType type = DType::kF32;
  int64_t matrices = 0;
  ReencodingLoss int8;
  ReencodingLoss int4;
};

// Into kInt8Packed and kInt4Packed, by stored type. Reads all weights once. `on_progress` returns false to stop
// (kCancelled).
Result<std::vector<ReencodingError>> reencoding_errors(const Checkpoint& checkpoint, const ModelConfig& config,
                                                       const std::function<bool(double fraction)>& on_progress);

}  // namespace capy
