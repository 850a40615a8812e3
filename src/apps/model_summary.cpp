// SPDX-License-Identifier: Apache-2.0
#include "apps/model_summary.h"

#include <algorithm>
#include <charconv>

#include "engine/memory_plan.h"
#include "model/model.h"
#include "tensor/matrix.h"

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

// Bytes of a matrix as the engine holds it: formats that it computes with directly stay as they are.
int64_t matrix_bytes(const Tensor& tensor, ComputeType type) {
  const int64_t columns = tensor.shape.back();
  const int64_t rows = tensor.count() / columns;
  const bool plain = tensor.type == DType::kF32 || tensor.type == DType::kF16 || tensor.type == DType::kBF16;
  switch (type) {
    case ComputeType::kF32: return tensor.count() * (plain ? dtype_info(tensor.type).bytes : 4);
    case ComputeType::kBF16: return tensor.count() * 2;
    case ComputeType::kInt8: return matrix_bytes(MatrixFormat::kInt8Packed, rows, columns);
    case ComputeType::kInt4: return matrix_bytes(MatrixFormat::kInt4Packed, rows, columns);
  }
  return 0;
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
  for (const Tensor& tensor : checkpoint.tensors()) {
    const auto bytes = static_cast<int64_t>(tensor.bytes.size());
    const ModelPart part = part_of(tensor, summary.config);
    count_part(part, tensor.count(), summary.parameters);
    auto known = std::find_if(summary.types.begin(), summary.types.end(),
                              [&](const StoredType& t) { return t.type == tensor.type; });
    if (known == summary.types.end()) known = summary.types.insert(known, StoredType{tensor.type});
    known->tensors += 1;
    known->parameters += part == ModelPart::kScales ? 0 : tensor.count();
    known->bytes += bytes;
    summary.tensor_bytes += bytes;
  }
  std::sort(summary.types.begin(), summary.types.end(),
            [](const StoredType& a, const StoredType& b) { return a.bytes > b.bytes; });
  return summary;
}

int64_t weight_bytes(const Checkpoint& checkpoint, const ModelConfig& config, ComputeType type) {
  int64_t total = 0;
  const Tensor* embedding = nullptr;
  bool has_head = false;
  for (const Tensor& tensor : checkpoint.tensors()) {
    const ModelPart part = part_of(tensor, config);
    if (part == ModelPart::kVision || part == ModelPart::kScales) continue;
    if (part == ModelPart::kEmbedding) embedding = &tensor;
    has_head |= part == ModelPart::kHead;
    if (part == ModelPart::kEmbedding) continue;
    const bool is_matrix = tensor.shape.size() == 2;
    total += is_matrix ? matrix_bytes(tensor, type) : tensor.count() * 4;
  }
  if (embedding == nullptr) return total;
  // Rows of the embedding are read from the file; a tied head that has to be converted exists besides.
  const auto stored = static_cast<int64_t>(embedding->bytes.size());
  if (has_head) return total + stored;
  const int64_t head = matrix_bytes(*embedding, type);
  return total + (head == stored ? head : head + stored);
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
