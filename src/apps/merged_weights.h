// SPDX-License-Identifier: Apache-2.0
// A model's weights with adapters put into them: W + s B A, of DoRA m (W + s B A) / |W + s B A| by row, in f32.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "base/thread_pool.h"
#include "formats/lora.h"
#include "model/weight_source.h"
#include "tensor/dtype.h"

namespace capy {

struct MergePart {
  LoraAdapter adapter;
  float scale = 1;  // times the adapter's own
};

struct MergeOptions {
  std::optional<DType> type;  // of the matrices: kF32, kBF16 or kF16; else the one that they are stored in
  // Called as values are done; return false to stop (kCancelled).
  std::function<bool(int64_t done, int64_t total)> on_progress;
};

struct MergeReport {
  int64_t modules = 0;  // that were changed
  int64_t values = 0;
  int64_t bytes = 0;
};

// A safetensors file, whole or not at all. Several adapters are put in one after the other. kInvalid names what an
// adapter wants to change and the model does not have, or has in another shape.
Result<MergeReport> write_merged(const WeightSource& source, std::span<const MergePart> parts, const std::string& path,
                                 const MergeOptions& options, ThreadPool& pool);

}  // namespace capy
