// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/check.h"
#include "model/model.h"
#include "model/weights.h"

namespace capy {
namespace {

void collect_layer(LayerWeights& w, std::vector<Matrix*>& out) {
  if (w.attention) {
    FullAttentionWeights& a = *w.attention;
    out.insert(out.end(), {&a.q_proj, &a.k_proj, &a.v_proj, &a.o_proj});
  } else {
    DeltaNetWeights& d = *w.delta_net;
    out.insert(out.end(), {&d.in_proj_qkv, &d.in_proj_z, &d.in_proj_b, &d.in_proj_a, &d.out_proj});
  }
  out.insert(out.end(), {&w.mlp.gate_proj, &w.mlp.up_proj, &w.mlp.down_proj});
}

// The matrix whose weights lie there. None where the tensor is an embedding alone.
Matrix* find_matrix(ModelWeights& w, const void* data) {
  std::vector<Matrix*> all = {&w.head};
  for (LayerWeights& layer : w.layers) collect_layer(layer, all);
  if (w.mtp) {
    all.push_back(&w.mtp->fc);
    collect_layer(w.mtp->layer, all);
  }
  const auto found = std::ranges::find_if(all, [&](const Matrix* matrix) { return matrix->view.data == data; });
  return found == all.end() ? nullptr : *found;
}

}  // namespace

bool Model::substitute(const std::string& tensor, std::span<const float> values) {
  ModelWeights& w = *weights_;
  CHECK(!w.substitution && product_ == Product::kF32);
  Substitution own;
  const auto named = std::ranges::find(w.matrices, tensor, &NamedMatrix::name);
  if (named != w.matrices.end()) own.matrix = find_matrix(w, named->view.data);
  if (own.matrix != nullptr) {
    own.view = own.matrix->view;
    CHECK(static_cast<int64_t>(values.size()) == own.view.rows * own.view.columns);
    own.matrix->view = MatrixView{MatrixFormat::kF32, own.view.rows, own.view.columns, own.view.columns, values.data()};
  }
  own.is_embedding = w.embedding.packed.data == nullptr && w.embedding.tensor.name == tensor;
  if (own.is_embedding) {
    CHECK(static_cast<int64_t>(values.size()) == w.embedding.tensor.count());
    own.embedding = w.embedding.tensor;
    w.embedding.tensor.type = DType::kF32;
    w.embedding.tensor.bytes = std::as_bytes(values);
  }
  if (own.matrix == nullptr && !own.is_embedding) return false;
  w.substitution = std::move(own);
  return true;
}

void Model::end_substitution() {
  ModelWeights& w = *weights_;
  if (!w.substitution) return;
  if (w.substitution->matrix != nullptr) w.substitution->matrix->view = w.substitution->view;
  if (w.substitution->is_embedding) w.embedding.tensor = w.substitution->embedding;
  w.substitution.reset();
}

}  // namespace capy
