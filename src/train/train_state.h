// SPDX-License-Identifier: Apache-2.0
// A training run between two steps: weights, the optimizer's moments, their average, and how far it is. A step is a
// function of the state, its samples and the options, the same bytes for any number of threads; a saved state goes on
// exactly as if it had never stopped.
//
// A step's samples are cut into leaves of `samples_per_leaf`, in order. Samples of a leaf add to one vector of
// gradients in turn, leaves are joined in a tree (gradient_sum.h). So leaves may be computed anywhere, a few at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "train/adamw.h"
#include "train/gradient_sum.h"
#include "train/muon.h"
#include "train/schedule.h"
#include "train/text_model.h"

namespace capy::train {

struct TrainOptions {
  Schedule schedule;
  AdamWOptions adamw;
  bool use_muon = false;  // for the matrices of products; AdamW for all others
  MuonOptions muon;
  double norm_max = 1;    // of the gradients; 0: never clipped
  double mtp_weight = 0;  // of the MTP head's mean loss
  double z_loss = 0;
  double average_decay = 0;  // of the moving average of the weights; 0: none is kept
  int64_t samples_per_leaf = 1;
  Keep keep = Keep::kAll;  // changes no byte
};

struct StepReport {
  int64_t step = 0;
  double loss = 0;  // mean over the step's targets, before the step
  double mtp_loss = 0;
  double gradient_norm = 0;  // before clipping
  double learning_rate = 0;
  int64_t tokens = 0;
};

class TrainState {
 public:
  // weights[parameters.values()]. `config` and `parameters` must outlive the state.
  TrainState(const ModelConfig& config, const ParameterList& parameters, std::vector<float> weights,
             const TrainOptions& options, const KernelTable& kernels, ThreadPool& pool);
  // Adapters on a frozen model: weights are the adapters'. No MTP head.
  TrainState(const ModelConfig& config, const AdaptedModel& model, std::vector<float> weights,
             const TrainOptions& options, const KernelTable& kernels, ThreadPool& pool);
  ~TrainState();

  // One step of the optimizer on these samples. kInvalid when none of their tokens is a target.
  Result<StepReport> step(std::span<const Sample> samples);

  // What the samples would lose, without a step: the state stays as it is.
  Losses losses(std::span<const Sample> samples);

  int64_t steps() const;
  const std::vector<float>& weights() const;
  std::span<const float> average() const;  // empty when none is kept

  // A safetensors file that appears whole or not at all, with a checksum over everything in it.
  Status save(std::string_view path) const;
  // kCorrupt where the checksum does not hold, kInvalid where the file is of another model or other options; then the
  // state is what it was.
  Status load(std::string_view path);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace capy::train
