// SPDX-License-Identifier: Apache-2.0
// The tensors of a model, with the names and shapes of Hugging Face's files (SPEC 9): what a checkpoint of this
// configuration holds. For those who write models.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/config.h"
#include "model/weight_mix.h"

namespace capy {

enum class TensorKind : uint8_t {
  kEmbedding,
  kMatrix,       // of a product; `role` says which
  kGate,         // in_proj_a and in_proj_b: matrices whose products are always f32
  kCentredNorm,  // applied as 1 + w where the configuration has zero-centred norms, as w elsewhere
  kPlainNorm,    // the delta net's own: always applied as w
  kConvolution,
  kDecayLog,      // A_log
  kTimeStepBias,  // dt_bias
  kBias,
};

struct ModelTensor {
  static constexpr int64_t kTop = -1;   // embedding, last norm
  static constexpr int64_t kHead = -2;  // the output head of its own
  static constexpr int64_t kMtp = -3;   // the MTP head's parts outside its layer

  int64_t layer = kTop;  // 0 .. layers - 1; `layers` is the MTP head's layer
  std::string part;      // "self_attn.q_proj.weight"
  TensorKind kind = TensorKind::kMatrix;
  MatrixRole role = MatrixRole::kMlp;
  std::vector<int64_t> shape;
  bool may_be_missing = false;  // biases; the MTP head, which conversions often drop (SPEC 3)

  int64_t width() const {  // values of a row: everything but the first extent
    int64_t values = 1;
    for (size_t i = 1; i < shape.size(); ++i) values *= shape[i];
    return values;
  }
  int64_t count() const { return shape[0] * width(); }
};

// In the order of the computation: embedding, layers, norm, head, MTP head.
std::vector<ModelTensor> model_tensors(const ModelConfig& config);

// Its full name in a Hugging Face file; `prefix` is that of the decoder, "model.language_model." or "model.".
std::string hugging_face_name(const ModelTensor& tensor, const ModelConfig& config, std::string_view prefix);

}  // namespace capy
