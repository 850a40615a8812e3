// SPDX-License-Identifier: Apache-2.0
// The parameters of a text model: what each one is called in a checkpoint, its shape, what kind it is, and where it
// lies in one flat vector. Weights, gradients and the optimizer's moments are all such vectors, so that sums, norms and
// steps need to know nothing of the model. `slots` says which offsets a layer computes with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "formats/checkpoint.h"
#include "model/config.h"
#include "model/names.h"

namespace capy::train {

enum class ParameterKind {
  kMatrix,       // of a product
  kEmbedding,    // the table of tokens, which is the head too when tied
  kHead,         // an untied output head
  kNorm,         // factors of a norm
  kConvolution,  // taps
  kDecay,        // A_log
  kTimeStep,     // dt_bias
};

struct Parameter {
  std::string name;
  std::vector<int64_t> shape;
  ParameterKind kind = ParameterKind::kMatrix;
  int64_t offset = 0;  // in the flat vectors, a multiple of 16
  int64_t count = 0;
};

struct DeltaNetSlots {
  int64_t qkv, z, b, a, conv, dt_bias, A_log, norm, out;
};

struct AttentionSlots {
  int64_t q, k, v, o;
  int64_t q_norm = -1;  // -1: none
  int64_t k_norm = -1;
};

struct LayerSlots {
  int64_t input_norm, post_norm, gate, up, down;
  std::optional<AttentionSlots> attention;
  std::optional<DeltaNetSlots> delta_net;  // exactly one of the two
};

struct MtpSlots {
  int64_t fc, embedding_norm, hidden_norm, norm;
  LayerSlots layer;
};

struct ModelSlots {
  int64_t embedding = 0, norm = 0;
  int64_t head = 0;     // the embedding's when tied
  int64_t lookups = 0;  // of gradients: where rows that were looked up are added. Behind all parameters when tied,
                        // since head and look-ups must each keep one order of their own; fold_lookups() joins them
  std::vector<LayerSlots> layers;
  std::optional<MtpSlots> mtp;
};

class ParameterList {
 public:
  // kUnsupported for models whose training is not known: biases, GGUF's layouts.
  static Result<ParameterList> of(const ModelConfig& config, const TensorNames& names, bool with_mtp);
  // With the matrices of products, embedding and head apart: their slots are indices into matrices(), and they have no
  // place in the vectors. No MTP head.
  static Result<ParameterList> without_matrices(const ModelConfig& config, const TensorNames& names);

  // One more parameter, for lists of other things than a model; returns its offset.
  int64_t add(std::string name, std::vector<int64_t> shape, ParameterKind kind);

  const std::vector<Parameter>& all() const { return all_; }
  const std::vector<Parameter>& matrices() const { return matrices_; }  // without_matrices()
  const ModelSlots& slots() const { return slots_; }
  int64_t values() const { return values_; }              // floats of a vector of weights, padding included
  int64_t gradient_values() const { return gradients_; }  // floats of a vector of gradients
  int64_t parameters() const;                             // without padding

 private:
  int64_t add_matrix(std::string name, std::vector<int64_t> shape, ParameterKind kind);
  LayerSlots add_layer(const ModelConfig& config, const TensorNames& names, int64_t index, bool full);
  void add_model(const ModelConfig& config, const TensorNames& names, bool with_mtp);

  std::vector<Parameter> all_;
  std::vector<Parameter> matrices_;
  bool keeps_matrices_apart_ = false;
  ModelSlots slots_;
  int64_t values_ = 0;
  int64_t gradients_ = 0;
};

// The checkpoint's tensor of this name and shape; errors name it.
Result<const Tensor*> find_parameter(const Checkpoint& checkpoint, const Parameter& parameter);
// values[list.values()], padding zero.
Status load_parameters(float* values, const ParameterList& list, const Checkpoint& checkpoint);

// Adds the look-ups' gradients of a tied table to the table's and clears them.
template <class V>
void fold_lookups(V* gradients, const ParameterList& list) {
  const ModelSlots& slots = list.slots();
  if (slots.lookups == slots.embedding) return;
  const int64_t count = list.gradient_values() - slots.lookups;
  for (int64_t i = 0; i < count; ++i) {
    gradients[slots.embedding + i] += gradients[slots.lookups + i];
    gradients[slots.lookups + i] = 0;
  }
}

}  // namespace capy::train
