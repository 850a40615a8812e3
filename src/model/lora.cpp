// SPDX-License-Identifier: Apache-2.0
// PEFT adapters beside the base weights (SPEC 11): W x + s B (A x), never merged, so that requests of one batch may
// differ.
#include <algorithm>

#include "base/concat.h"
#include "formats/lora.h"
#include "model/gguf_order.h"
#include "model/model.h"
#include "model/row_source.h"
#include "model/weights.h"

namespace capy {
namespace {

struct Target {
  std::string path;  // as PEFT writes it, from "layers." on: "layers.3.self_attn.q_proj"
  Matrix* matrix;
};

void collect_layer(LayerWeights& w, int64_t index, std::vector<Target>& out) {
  const std::string layer = concat("layers.", index, ".");
  if (w.attention) {
    FullAttentionWeights& a = *w.attention;
    out.push_back({layer + "self_attn.q_proj", &a.q_proj});
    out.push_back({layer + "self_attn.k_proj", &a.k_proj});
    out.push_back({layer + "self_attn.v_proj", &a.v_proj});
    out.push_back({layer + "self_attn.o_proj", &a.o_proj});
  } else {
    DeltaNetWeights& d = *w.delta_net;
    out.push_back({layer + "linear_attn.in_proj_qkv", &d.in_proj_qkv});
    out.push_back({layer + "linear_attn.in_proj_z", &d.in_proj_z});
    out.push_back({layer + "linear_attn.in_proj_b", &d.in_proj_b});
    out.push_back({layer + "linear_attn.in_proj_a", &d.in_proj_a});
    out.push_back({layer + "linear_attn.out_proj", &d.out_proj});
  }
  out.push_back({layer + "mlp.gate_proj", &w.mlp.gate_proj});
  out.push_back({layer + "mlp.up_proj", &w.mlp.up_proj});
  out.push_back({layer + "mlp.down_proj", &w.mlp.down_proj});
}

// Adapters are made for Hugging Face's order of rows; where a GGUF base has another, the adapter follows it.
LoraPath make_path(const LoraModule& module, const Matrix& matrix, const GgufOrder& order, int32_t adapter,
                   float scale) {
  const int64_t rank = module.rank;
  const int64_t rows = matrix.rows();
  const int64_t columns = matrix.columns();
  LoraPath path;
  path.adapter = adapter;
  path.scale = scale * module.scale;
  path.memory = allocate_aligned((rank * columns + rows * rank) * 4);
  auto* const a = reinterpret_cast<float*>(path.memory.get());
  float* const b = a + rank * columns;
  Vector row(static_cast<size_t>(columns));
  for (int64_t r = 0; r < rank; ++r) {
    decode_tensor_row(*module.a, r, row.data());
    for (int64_t i = 0; i < columns; ++i) a[r * columns + i] = row[static_cast<size_t>(order.column_at(i))];
  }
  for (int64_t i = 0; i < rows; ++i) decode_tensor_row(*module.b, order.row_at(i), b + i * rank);
  path.a = MatrixView{MatrixFormat::kF32, rank, columns, columns, a, nullptr};
  path.b = MatrixView{MatrixFormat::kF32, rows, rank, rank, b, nullptr};
  return path;
}

}  // namespace

Status Model::attach_lora(std::string_view directory, int32_t adapter, float scale) {
  const LoraAdapter loaded = TRY(LoraAdapter::open(directory));
  lora_identities_.push_back(loaded.identity());
  std::vector<Target> targets;
  for (size_t i = 0; i < weights_->layers.size(); ++i)
    collect_layer(weights_->layers[i], static_cast<int64_t>(i), targets);
  for (const LoraModule& module : loaded.modules()) {
    const auto found =
        std::find_if(targets.begin(), targets.end(), [&](const Target& target) { return module.path == target.path; });
    if (found == targets.end()) {
      return Error{ErrorCode::kUnsupported, concat(directory, ": the adapter changes ", module.path,
                                                   ", which this model does not have or capy does not adapt")};
    }
    if (module.magnitude != nullptr) {
      return Error{ErrorCode::kUnsupported, concat(directory,
                                                   ": a DoRA adapter is not applied beside a model; make one "
                                                   "model of the two with capy merge")};
    }
    Matrix& matrix = *found->matrix;
    const int64_t rows = module.b->shape[0];
    const int64_t columns = module.a->shape[1];
    if (module.rank > std::max(rows, columns)) {  // the arena is sized for that (activation_bytes)
      return Error{ErrorCode::kInvalid, concat(directory, ": the rank ", module.rank, " of ", module.path,
                                               " is larger than the matrix it changes")};
    }
    if (columns != matrix.columns() || rows != matrix.rows()) {
      return Error{ErrorCode::kInvalid, concat(directory, ": the adapter's ", module.path, " is for a matrix of ", rows,
                                               " x ", columns, "; this model's is ", matrix.rows(), " x ",
                                               matrix.columns(), ". Was it made for another model?")};
    }
    matrix.loras.push_back(make_path(module, matrix, GgufOrder(config_, module.path), adapter, scale));
  }
  if (loaded.damaged()) {
    return Error{ErrorCode::kCorrupt, concat(directory, ": the adapter was cut short while it was read")};
  }
  return {};
}

}  // namespace capy
