// SPDX-License-Identifier: Apache-2.0
// LoRA: a model whose matrices stay as they are, with low-rank matrices beside them that are trained. W x becomes
//   W x + s B (A x)                                 s = alpha / rank, rsLoRA: alpha / sqrt(rank)
//   m / |W + s B A| (W x + s B (A x))               DoRA: m and the norms by row; the norms count as constants
// as PEFT has them. A begins uniform in +-1 / sqrt(inputs), B at zero, m as |W|: so the first step begins at the base
// model.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "train/frozen_matrix.h"
#include "train/parameters.h"
#include "train/weight.h"

namespace capy::train {

struct LoraOptions {
  int64_t rank = 16;
  double alpha = 32;
  bool rank_stabilised = false;
  bool dora = false;
  std::vector<std::string> targets;  // names of modules or their ends ("q_proj"); empty: every projection of the layers
  uint64_t seed = 0;                 // of A's first values

  double scale() const;
};

// The model under the adapters.
class FrozenBase {
 public:
  static Result<FrozenBase> open(const Checkpoint& checkpoint, const ModelConfig& config, const TensorNames& names,
                                 const KernelTable& kernels);

  const ParameterList& parameters() const { return parameters_; }  // what is no matrix
  const std::vector<float>& values() const { return values_; }     // of those
  const FrozenMatrix& matrix(int64_t slot) const { return matrices_[static_cast<size_t>(slot)]; }

 private:
  explicit FrozenBase(ParameterList parameters) : parameters_(std::move(parameters)) {}
  ParameterList parameters_;
  std::vector<float> values_;
  std::vector<FrozenMatrix> matrices_;
};

struct Adapter {
  int64_t matrix = 0;      // its slot in the base
  std::string module;      // "model.layers.3.self_attn.q_proj"
  int64_t a = 0;           // [rank, inputs]: offsets in the vector of trained values
  int64_t b = 0;           // [outputs, rank]
  int64_t magnitude = -1;  // [outputs], of DoRA
};

class AdapterList {
 public:
  // kInvalid names a target that no module has.
  static Result<AdapterList> make(const FrozenBase& base, const LoraOptions& options);

  const LoraOptions& options() const { return options_; }
  const ParameterList& parameters() const { return parameters_; }  // under PEFT's names
  const std::vector<Adapter>& all() const { return all_; }
  const Adapter* of(int64_t matrix) const;  // nullptr: not adapted

  // values[parameters().values()]
  void set_first_values(float* values, const FrozenBase& base, const KernelTable& kernels, ThreadPool& pool) const;

 private:
  LoraOptions options_;
  ParameterList parameters_;
  std::vector<Adapter> all_;
  std::vector<int64_t> of_matrix_;  // index into all_, or -1
};

struct AdaptedModel {
  const FrozenBase& base;
  const AdapterList& adapters;
};

// adapter_model.safetensors and adapter_config.json, which PEFT and `capy run --lora` read.
Status write_adapter(const std::string& directory, const AdapterList& adapters, const float* values,
                     const std::string& base_name);

}  // namespace capy::train
