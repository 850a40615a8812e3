// SPDX-License-Identifier: Apache-2.0
// From a checkpoint's tensors to weights. Matrices whose format can be used as it is stay views into the mapped file;
// others are converted once, in parallel, written to the cache's file and used from there, now and at every later
// start. Without a cache they are converted into memory. Inside the model room.
#pragma once

#include <functional>
#include <optional>

#include "base/thread_pool.h"
#include "formats/checkpoint.h"
#include "model/config.h"
#include "model/weights.h"

namespace capy {

struct LoadOptions {
  Product product = Product::kF32;
  std::function<void(double)> on_progress;  // fraction of bytes; may be empty
  bool all_int4 = false;                    // int4 for every matrix instead of the usual mix (model/weight_mix.h)
  bool two_plane_head = true;               // the head's planes beside an int8 head of an int4 model
  std::string cache_directory;              // for converted matrices; "": they are converted at every start
};

// What the file holds, as a compute type (DESIGN 6: `--type` left out).
Product natural_product(const Checkpoint& checkpoint, const ModelConfig& config);

// Missing tensors and wrong shapes are errors that name the tensor; tensors that nothing uses are a warning.
Result<ModelWeights> load_weights(const Checkpoint& checkpoint, const ModelConfig& config, const LoadOptions& options,
                                  ThreadPool& pool);

// Bytes of all weights as they would be held, mapped or converted.
Result<int64_t> estimated_weight_bytes(const Checkpoint& checkpoint, const ModelConfig& config,
                                       const LoadOptions& options);

}  // namespace capy
