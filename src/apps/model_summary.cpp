// SPDX-License-Identifier: Apache-2.0
#include "apps/model_summary.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "engine/memory_plan.h"
#include "model/model.h"
#include "model/names.h"
#include "model/packed_tensor.h"
#include "model/tensor_list.h"

namespace capy {
namespace {

bool starts_with_any(std::string_view name, std::initializer_list<std::string_view> beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(), [&](std::string_view b) { return name.starts_with(b); });
}

// "blk.24.attn_q.weight" -> 24; -1 for other names.
int64_t gguf_block(std::string_view name) {
  constexpr std::string_view kPrefix = "blk.";
  if (!name.starts_with(kPrefix)) return -1;
  int64_t block = -1;
  std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), block);
  return block;
}

void count_part(ModelPart part, int64_t count, ParameterCounts& counts) {
  switch (part) {
    case ModelPart::kEmbedding: counts.embedding += count; break;
    case ModelPart::kDecoder: counts.decoder += count; break;
    case ModelPart::kHead: counts.head += count; break;
    case ModelPart::kMtp: counts.mtp += count; break;
    case ModelPart::kVision: counts.vision += count; break;
    case ModelPart::kScales: break;
  }
}

// What a type is called, and how many values a tensor holds: packed ones are bytes of a matrix in the file.
struct Stored {
  const char* type = "";
  int64_t values = 0;
};

using MatrixSizes = std::unordered_map<std::string, Stored>;

// By the names that packed matrices of this model would have.
MatrixSizes packed_sizes(const Checkpoint& checkpoint, const ModelConfig& config) {
  MatrixSizes sizes;
  const Result<TensorNames> names = TensorNames::of(checkpoint, config);
  if (!names.ok() || checkpoint.kind() == Checkpoint::Kind::kGguf) return sizes;
  for (const ModelTensor& tensor : model_tensors(config)) {
    if (tensor.shape.size() != 2) continue;
    const std::string name = names.value().of(tensor);
    const int64_t values = tensor.count();
    sizes.emplace(packed_tensor_name(name, MatrixFormat::kInt4Packed), Stored{"int4", values});
    sizes.emplace(packed_tensor_name(name, MatrixFormat::kInt8Packed), Stored{"int8", values});
  }
  return sizes;
}

}  // namespace

ModelPart part_of(const Tensor& tensor, const ModelConfig& config) {
  const std::string_view name = tensor.name;
  if (name.ends_with("weight_scale_inv") || name.starts_with("rope_freqs")) return ModelPart::kScales;
  if (starts_with_any(name, {"model.visual.", "visual.", "v.", "mm."})) return ModelPart::kVision;
  if (name.starts_with("mtp.") || gguf_block(name) >= config.layers) return ModelPart::kMtp;
  if (name.find("embed_tokens") != std::string_view::npos || name.starts_with("token_embd"))
    return ModelPart::kEmbedding;
  if (starts_with_any(name, {"lm_head.", "output.weight"})) return ModelPart::kHead;
  return ModelPart::kDecoder;
}

KvLayout ModelSummary::kv_layout(KvType type) const {
  return {config.full_layers(), config.kv_heads, config.head_dim, type};
}

StateLayout ModelSummary::state_layout() const {
  if (config.linear_layers() == 0) return {.taps = 1};
  return {config.linear_layers(), config.key_heads,       config.value_heads, config.key_dim,
          config.value_dim,       config.conv_channels(), config.taps};
}

Result<ModelSummary> summarize(const Checkpoint& checkpoint) {
  ModelSummary summary;
  summary.config = TRY(read_config(checkpoint));
  summary.natural_type = compute_type_of(Model::natural_product(checkpoint, summary.config));
  const MatrixSizes packed = packed_sizes(checkpoint, summary.config);
  for (const Tensor& tensor : checkpoint.tensors()) {
    const auto bytes = static_cast<int64_t>(tensor.bytes.size());
    const ModelPart part = part_of(tensor, summary.config);
    const auto found = packed.find(tensor.name);
    const Stored stored = found != packed.end() ? found->second : Stored{dtype_info(tensor.type).name, tensor.count()};
    summary.is_packed |= found != packed.end();
    count_part(part, stored.values, summary.parameters);
    auto known = std::find_if(summary.types.begin(), summary.types.end(),
                              [&](const StoredType& t) { return t.type == std::string_view(stored.type); });
    if (known == summary.types.end()) known = summary.types.insert(known, StoredType{stored.type});
    known->tensors += 1;
    known->parameters += part == ModelPart::kScales ? 0 : stored.values;
    known->bytes += bytes;
    summary.tensor_bytes += bytes;
  }
  std::sort(summary.types.begin(), summary.types.end(),
            [](const StoredType& a, const StoredType& b) { return a.bytes > b.bytes; });
  return summary;
}

Result<int64_t> weight_bytes(const Checkpoint& checkpoint, const ModelConfig& config, ComputeType type) {
  return Model::estimated_bytes(checkpoint, config, {.product = product_of(type)});
}

std::optional<int64_t> context_that_fits(const ModelSummary& summary, int64_t weights, KvType kv) {
  MemoryNeeds needs;
  needs.budget_bytes = memory_budget(EngineOptions{});
  needs.weight_bytes = weights;
  needs.kv = summary.kv_layout(kv);
  if (summary.parameters.mtp > 0) needs.kv.layers += 1;
  needs.state = summary.state_layout();
  needs.model_context = summary.config.context;
  // Rows of a step: some ten vectors of the widest kind each, and the logits of a few.
  const int64_t widest =
      std::max({summary.config.hidden, summary.config.conv_channels(), summary.config.query_width() * 2});
  needs.activation_bytes = 4 * (EngineOptions{}.chunk_tokens * 10 * widest + 32 * summary.config.vocab);
  const Result<MemoryPlan> plan = plan_memory(needs, EngineOptions{});
  if (!plan.ok()) return std::nullopt;
  return plan.value().context_tokens;
}

std::span<const KvType> kv_types(const ModelConfig& config) {
  static constexpr KvType kTypes[] = {KvType::kF32, KvType::kBF16, KvType::kInt8, KvType::kInt4};
  return {kTypes, config.head_dim <= KvLayout::kIntegerHeadMax ? std::size(kTypes) : 2};
}

}  // namespace capy
