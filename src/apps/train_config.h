// SPDX-License-Identifier: Apache-2.0
// The settings of `capy train`: what its TOML file and --set say.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "apps/settings_file.h"
#include "apps/watch_config.h"
#include "base/result.h"
#include "data/stream.h"
#include "train/train.h"

namespace capy {

struct TrainConfig {
  std::string model;               // the directory to start from
  std::string out;                 // the run's directory, and the finished model's
  std::vector<StreamSource> data;  // with weights
  int64_t sample_tokens = 256;     // T
  int64_t step_tokens = 0;         // a multiple of T
  int64_t steps = 0;
  std::string optimizer = "adamw";  // muon: for the matrices, AdamW for all others
  double learning_rate = 1e-3;      // the peak
  std::string schedule = "cosine";
  int64_t warmup_steps = 0;
  int64_t decay_steps = 0;  // of wsd; a tenth of the steps when left out
  double weight_decay = 0.1;
  double clip = 1;  // norm of the gradients; 0: none
  double mtp_weight = 0;
  int64_t seed = 0;     // of the data's order
  int64_t threads = 0;  // 0: as many as there are cores; changes no byte
  int64_t checkpoint_steps = 100;
  int64_t checkpoints_kept = 2;
  WatchConfig watch;                       // changes no byte
  std::optional<train::LoraOptions> lora;  // adapters are trained, not the model
  std::string data_key;                    // whatever else the data's bytes depend on

  int64_t step_samples() const { return step_tokens / sample_tokens; }
  train::TrainOptions options() const;
};

constexpr int64_t kStepsMax = int64_t{1} << 40;
constexpr int64_t kStepTokensMax = int64_t{1} << 30;

// What every run that learns is told alike, whatever command began it: how it learns but for the course of its rate;
// seed, threads and checkpoints. What is not there stays as it is.
Status read_learning(SettingReader& reader, TrainConfig& config);
Status read_keeping(SettingReader& reader, TrainConfig& config);

// Names in the file are relative to the file's directory, those of --set to the current one. Errors name key and line.
Result<TrainConfig> read_train_config(const std::string& path, std::span<const std::string> changes);

}  // namespace capy
