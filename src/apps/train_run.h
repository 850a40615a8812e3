// SPDX-License-Identifier: Apache-2.0
// What a training run is made of: the model that it starts from, the stream of data, the state, and the samples of the
// next step. Step s takes the samples from s * step_samples() on, so the state's number of steps says where in the data
// the run is.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/train_config.h"
#include "base/result.h"
#include "base/thread_pool.h"
#include "data/stream.h"
#include "formats/checkpoint.h"
#include "model/config.h"
#include "model/names.h"
#include "train/train.h"

namespace capy {

class TrainRun {
 public:
  // Opens and checks everything; weights are loaded, nothing is written.
  static Result<std::unique_ptr<TrainRun>> open(const TrainConfig& config, int threads);

  const TrainConfig& config() const { return config_; }
  train::TrainState& state() { return *state_; }
  int64_t parameters() const { return trained().parameters(); }  // that are trained
  const ModelConfig& model() const { return model_; }
  const SampleStream& stream() const { return stream_; }
  ThreadPool& pool() { return pool_; }
  // Of the last step, by its shapes.
  double step_operations() const {
    return train::step_operations(model_, parameters_, samples_, config_.mtp_weight != 0);
  }

  // All that the run's bytes depend on, as JSON: two runs with the same text give the same model.
  Result<std::string> identity() const;
  int64_t state_bytes() const;  // of a checkpoint

  // kInvalid when the loss is no number any more.
  Result<train::StepReport> step();

  // config.json, tokenizer and template, then model.safetensors: every tensor of the model that the run started from,
  // in its type; what was not trained as it was. Of a run that trains adapters these alone.
  Status write_model(const std::string& out) const;

 private:
  TrainRun(const TrainConfig& config, Checkpoint checkpoint, ModelConfig model, TensorNames names,
           train::ParameterList parameters, SampleStream stream, int threads);
  Status check_data() const;
  Status load_state();
  Status load_adapters(const train::TrainOptions& options, const KernelTable& kernels);
  Status check_undamaged() const;
  const train::ParameterList& trained() const { return adapters_ ? adapters_->parameters() : parameters_; }
  Status write_weights(const std::string& path) const;

  TrainConfig config_;
  Checkpoint checkpoint_;
  ModelConfig model_;
  TensorNames names_;
  train::ParameterList parameters_;
  SampleStream stream_;
  ThreadPool pool_;
  std::optional<train::FrozenBase> base_;  // with adapters_
  std::optional<train::AdapterList> adapters_;
  std::optional<train::TrainState> state_;
  Sample sample_;
  std::vector<train::PackedSample> packed_;  // of a step
  std::vector<train::Sample> samples_;
};

}  // namespace capy
