// SPDX-License-Identifier: Apache-2.0
#include "apps/train_config.h"

#include <algorithm>
#include <filesystem>

#include "apps/settings_file.h"
#include "base/concat.h"
#include "base/thread_pool.h"

namespace capy {
namespace {

namespace fs = std::filesystem;

// What a vector of gradients is made for (train_state.h): small samples share one, or zeroing and adding would cost as
// much as computing. A part of the result's bytes, so it depends on the sample's length alone.
constexpr int64_t kLeafTokens = 8192;

constexpr std::string_view kOptimizers[] = {"adamw", "muon"};
constexpr std::string_view kSchedules[] = {"cosine", "wsd", "constant"};

class ConfigReader {
 public:
  ConfigReader(const SettingTable& table, fs::path directory)
      : table_(table), directory_(std::move(directory)), top_(table) {}

  Result<TrainConfig> read() {
    TRY(read_path("model", config_.model));
    TRY(read_path("out", config_.out));
    TRY(read_data());
    TRY(read_amounts());
    TRY(read_optimizer());
    TRY(read_course());
    TRY(top_.finish());
    TRY(check());
    return std::move(config_);
  }

 private:
  std::string resolved(const Setting& setting) const { return setting.path(directory_.string()); }

  Status read_path(std::string_view key, std::string& to) {
    const Setting* const setting = top_.take(key);
    if (setting == nullptr) return missing(key);
    if (setting->kind != Setting::Kind::kString || setting->text.empty()) {
      return setting->must_be("a path in quotes");
    }
    to = resolved(*setting);
    return {};
  }

  Status read_data() {
    const Setting* const setting = top_.take("data");
    if (setting == nullptr) return missing("data");
    if (setting->kind != Setting::Kind::kTables) {
      return setting->must_be("tables: [[data]], each with directory and weight");
    }
    for (const SettingTable& table : setting->tables) {
      SettingReader reader(table);
      StreamSource source;
      source.weight = 1;
      const Setting* const directory = reader.take("directory");
      if (directory == nullptr) {
        return Error{ErrorCode::kInvalid, concat(table.where, ": this [[data]] has no directory")};
      }
      if (directory->kind != Setting::Kind::kString || directory->text.empty()) {
        return directory->must_be("a path in quotes");
      }
      source.directory = resolved(*directory);
      TRY(reader.read("weight", source.weight, 1e-9, 1e9));
      TRY(reader.finish());
      config_.data.push_back(std::move(source));
    }
    return config_.data.empty() ? missing("data") : Status();
  }

  Status read_amounts() {
    TRY(top_.read("sample_tokens", config_.sample_tokens, 1, SampleStream::kSampleTokensMax));
    TRY(top_.read("step_tokens", config_.step_tokens, 1, kStepTokensMax));
    TRY(top_.read("steps", config_.steps, 1, kStepsMax));
    if (config_.step_tokens == 0) return missing("step_tokens");
    return config_.steps == 0 ? missing("steps") : Status();
  }

  Status read_optimizer() {
    TRY(read_learning(top_, config_));
    TRY(top_.read("warmup_steps", config_.warmup_steps, 0, kStepsMax));
    config_.decay_steps = std::max<int64_t>(config_.steps / 10, 1);
    return top_.read("decay_steps", config_.decay_steps, 0, kStepsMax);
  }

  Status read_course() {
    TRY(read_keeping(top_, config_));
    return read_watch_config(top_, directory_, config_.checkpoint_steps, config_.watch);
  }

  Status check() const {
    if (config_.step_tokens % config_.sample_tokens != 0) {
      return Error{ErrorCode::kInvalid, concat(table_.where, ": step_tokens (", config_.step_tokens,
                                               ") must be a multiple of sample_tokens (", config_.sample_tokens, ")")};
    }
    if (config_.warmup_steps >= config_.steps) {
      return Error{ErrorCode::kInvalid, concat(table_.where, ": warmup_steps (", config_.warmup_steps,
                                               ") must be fewer than steps (", config_.steps, ")")};
    }
    if (config_.schedule == "wsd" && config_.warmup_steps + config_.decay_steps > config_.steps) {
      return Error{ErrorCode::kInvalid, concat(table_.where, ": warmup_steps and decay_steps (", config_.decay_steps,
                                               ") are more than steps (", config_.steps, ")")};
    }
    return {};
  }

  Error missing(std::string_view key) const {
    return Error{ErrorCode::kInvalid, concat(table_.where, ": the setting '", key, "' is missing")};
  }

  const SettingTable& table_;
  fs::path directory_;
  SettingReader top_;
  TrainConfig config_;
};

}  // namespace

Status read_learning(SettingReader& reader, TrainConfig& config) {
  TRY(reader.read_choice("optimizer", config.optimizer, kOptimizers));
  TRY(reader.read("learning_rate", config.learning_rate, 0.0, 1e3));
  TRY(reader.read_choice("schedule", config.schedule, kSchedules));
  TRY(reader.read("weight_decay", config.weight_decay, 0.0, 1e3));
  TRY(reader.read("clip", config.clip, 0.0, 1e9));
  return reader.read("mtp_weight", config.mtp_weight, 0.0, 1e3);
}

Status read_keeping(SettingReader& reader, TrainConfig& config) {
  TRY(reader.read("seed", config.seed, 0, INT64_MAX));
  TRY(reader.read("threads", config.threads, 1, ThreadPool::kThreadsMax));
  TRY(reader.read("checkpoint_steps", config.checkpoint_steps, 1, kStepsMax));
  return reader.read("checkpoints_kept", config.checkpoints_kept, 1, 1000);
}

train::TrainOptions TrainConfig::options() const {
  train::TrainOptions options;
  options.schedule.shape = schedule == "wsd"      ? train::Schedule::Shape::kWsd
                           : schedule == "cosine" ? train::Schedule::Shape::kCosine
                                                  : train::Schedule::Shape::kConstant;
  options.schedule.peak = learning_rate;
  options.schedule.warmup = warmup_steps;
  options.schedule.steps = steps;
  options.schedule.decay = decay_steps;
  options.adamw.weight_decay = weight_decay;
  options.use_muon = optimizer == "muon";
  options.muon.weight_decay = weight_decay;
  options.norm_max = clip;
  options.mtp_weight = mtp_weight;
  options.samples_per_leaf = std::max<int64_t>(kLeafTokens / sample_tokens, 1);
  return options;
}

Result<TrainConfig> read_train_config(const std::string& path, std::span<const std::string> changes) {
  const SettingTable table = TRY(read_settings(path, changes));
  return ConfigReader(table, fs::path(path).parent_path()).read();
}

}  // namespace capy
