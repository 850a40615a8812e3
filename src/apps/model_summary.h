// SPDX-License-Identifier: Apache-2.0
// What a checkpoint's headers tell without reading the weights: for show, list and doctor.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "cache/kv_pool.h"
#include "cache/state_pool.h"
#include "engine/engine.h"
#include "formats/checkpoint.h"
#include "model/config.h"

namespace capy {

enum class ModelPart { kEmbedding, kDecoder, kHead, kMtp, kVision, kScales };

// Which part a tensor belongs to, by its name in either format. kScales: block scales of FP8 and the like, no
// parameters.
ModelPart part_of(const Tensor& tensor, const ModelConfig& config);

struct ParameterCounts {
  int64_t embedding = 0;
  int64_t decoder = 0;
  int64_t head = 0;  // 0 when tied
  int64_t mtp = 0;
  int64_t vision = 0;
  int64_t total() const { return embedding + decoder + head + mtp + vision; }
};

struct StoredType {
  std::string_view type;  // "BF16", "Q4_K"; "int4" and "int8" of packed matrices
  int64_t tensors = 0;
  int64_t parameters = 0;
  int64_t bytes = 0;
};

struct ModelSummary {
  ModelConfig config;
  ParameterCounts parameters;
  std::vector<StoredType> types;  // most bytes first
  int64_t tensor_bytes = 0;
  bool is_packed = false;  // `capy quantize` made it: it is computed with as it is
  ComputeType natural_type = ComputeType::kF32;

  KvLayout kv_layout(KvType type) const;  // the decoder's layers; the MTP layer has a cache of its own
  StateLayout state_layout() const;
  int64_t conv_state_bytes() const { return state_layout().columns_bytes(); }
};

Result<ModelSummary> summarize(const Checkpoint& checkpoint);

// What the weights take in memory when computed with as `type`: mapped parts count as well.
Result<int64_t> weight_bytes(const Checkpoint& checkpoint, const ModelConfig& config, ComputeType type);

// The context that the engine would allow now; nothing where the model does not fit at all.
std::optional<int64_t> context_that_fits(const ModelSummary& summary, int64_t weight_bytes, KvType kv);

// The KV types that its heads can have.
std::span<const KvType> kv_types(const ModelConfig& config);

}  // namespace capy
