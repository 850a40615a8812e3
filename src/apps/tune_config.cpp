// SPDX-License-Identifier: Apache-2.0
#include "apps/tune_config.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/concat.h"
#include "base/thread_pool.h"

namespace capy {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kDataMax = 1000;  // files and data sets
constexpr int64_t kTargetsMax = 100;
constexpr double kEpochsMax = 1e6;
// Conversations are short, and a step of eight samples is small enough for a data set of a few hundred of them.
constexpr int64_t kSampleTokens = 512;
constexpr int64_t kStepSamples = 8;
constexpr int64_t kCheckpointSteps = 50;
// Weights that know something already are moved gently; adapters begin at nothing and may be moved faster.
constexpr double kLearningRate = 1e-5;
constexpr double kLoraLearningRate = 2e-4;
constexpr int64_t kRankMax = 4096;

constexpr std::string_view kLearns[] = {"answers", "all"};

class ConfigReader {
 public:
  ConfigReader(const SettingTable& table, fs::path directory)
      : table_(table), directory_(std::move(directory)), top_(table) {}

  Result<TuneConfig> read() {
    TRY(read_path("model", config_.run.model));
    TRY(read_path("out", config_.run.out));
    TRY(read_data());
    TRY(read_amounts());
    TRY(read_lora());
    TRY(read_optimizer());
    TRY(read_course());
    TRY(top_.finish());
    return std::move(config_);
  }

 private:
  std::string resolved(const Setting& setting, const std::string& path) const {
    return setting.path_of(path, directory_.string());
  }

  const Setting* find(std::string_view key) const {
    const auto at = std::find_if(table_.settings.begin(), table_.settings.end(),
                                 [&](const Setting& setting) { return setting.key == key; });
    return at == table_.settings.end() ? nullptr : &*at;
  }

  Error missing(std::string_view what) const {
    return Error{
        table_.where.empty() ? ErrorCode::kUsage : ErrorCode::kInvalid,
        concat(table_.where.empty() ? "capy tune" : table_.where, ": ", what, " is missing (capy tune --help)")};
  }

  Status read_path(std::string_view key, std::string& to) {
    const Setting* const setting = top_.take(key);
    if (setting == nullptr) return missing(key);
    if (setting->kind != Setting::Kind::kString || setting->text.empty()) return setting->must_be("a path in quotes");
    to = resolved(*setting, setting->text);
    return {};
  }

  Status read_data() {
    TRY(top_.read("data", config_.data, kDataMax));
    if (config_.data.empty()) return missing("data");
    for (std::string& path : config_.data) path = resolved(*find("data"), path);
    TRY(top_.read("template", config_.template_file));
    if (!config_.template_file.empty()) config_.template_file = resolved(*find("template"), config_.template_file);
    TRY(top_.read_choice("learn", config_.learn, kLearns));
    return top_.read("skip_broken", config_.skip_broken);
  }

  Status read_amounts() {
    TrainConfig& run = config_.run;
    run.sample_tokens = kSampleTokens;
    TRY(top_.read("sample_tokens", run.sample_tokens, 2, SampleStream::kSampleTokensMax));
    run.step_tokens =
        std::min(kStepSamples * run.sample_tokens, kStepTokensMax / run.sample_tokens * run.sample_tokens);
    TRY(top_.read("step_tokens", run.step_tokens, 1, kStepTokensMax));
    if (run.step_tokens % run.sample_tokens != 0) {
      return Error{ErrorCode::kInvalid, concat("step_tokens (", run.step_tokens,
                                               ") must be a multiple of sample_tokens (", run.sample_tokens, ")")};
    }
    TRY(top_.read("epochs", config_.epochs, 1e-6, kEpochsMax));
    return top_.read("steps", run.steps, 1, kStepsMax);
  }

  Status read_lora() {
    train::LoraOptions lora;
    lora.rank = 0;
    TRY(top_.read("lora", lora.rank, 1, kRankMax));
    lora.alpha = 2 * static_cast<double>(lora.rank);
    TRY(top_.read("alpha", lora.alpha, 1e-6, 1e6));
    TRY(top_.read("rslora", lora.rank_stabilised));
    TRY(top_.read("dora", lora.dora));
    TRY(top_.read("targets", lora.targets, kTargetsMax));
    for (const char* key : {"alpha", "rslora", "dora", "targets"}) {
      const Setting* const setting = find(key);
      if (lora.rank == 0 && setting != nullptr) return setting->must_be("left out without lora, the adapters' rank");
    }
    if (lora.rank > 0) config_.run.lora = std::move(lora);
    return {};
  }

  Status read_optimizer() {
    TrainConfig& run = config_.run;
    run.learning_rate = run.lora ? kLoraLearningRate : kLearningRate;
    run.weight_decay = 0;
    TRY(read_learning(top_, run));
    if (run.lora && run.mtp_weight > 0) {
      return Error{ErrorCode::kUsage,
                   "mtp_weight: adapters beside the MTP head are not trained; leave it out with lora"};
    }
    TRY(read_steps("warmup_steps", config_.warmup_steps));
    return read_steps("decay_steps", config_.decay_steps);
  }

  Status read_steps(std::string_view key, std::optional<int64_t>& to) {
    int64_t steps = -1;
    TRY(top_.read(key, steps, 0, kStepsMax));
    if (steps >= 0) to = steps;
    return {};
  }

  Status read_course() {
    TrainConfig& run = config_.run;
    run.checkpoint_steps = kCheckpointSteps;
    TRY(read_keeping(top_, run));
    if (run.lora) run.lora->seed = static_cast<uint64_t>(run.seed);
    // What is looked at on the way is looked at with the model's own weights.
    return run.lora ? Status() : read_watch_config(top_, directory_.string(), run.checkpoint_steps, run.watch);
  }

  const SettingTable& table_;
  fs::path directory_;
  SettingReader top_;
  TuneConfig config_;
};

}  // namespace

Status TuneConfig::set_course(int64_t samples) {
  if (run.steps == 0) {
    const double steps = std::ceil(epochs * static_cast<double>(samples) / static_cast<double>(run.step_samples()));
    run.steps = static_cast<int64_t>(std::clamp(steps, 1.0, static_cast<double>(kStepsMax)));
  }
  run.warmup_steps = warmup_steps.value_or(run.steps / 30);
  run.decay_steps = decay_steps.value_or(std::max<int64_t>(run.steps / 10, 1));
  const int64_t decay = run.schedule == "wsd" ? run.decay_steps : 0;
  if (run.warmup_steps < run.steps && run.warmup_steps + decay <= run.steps) return {};
  return Error{ErrorCode::kInvalid,
               concat("warmup_steps (", run.warmup_steps, ") must be fewer than steps (", run.steps, ")",
                      decay > 0 ? concat(", and with decay_steps (", decay, ") not more") : "")};
}

Result<TuneConfig> read_tune_config(const std::string& path, std::span<const Setting> flags) {
  SettingTable table;
  if (!path.empty()) table = TRY(read_settings(path, {}));
  for (const Setting& flag : flags) replace_or_add(table, flag);
  return ConfigReader(table, fs::path(path).parent_path()).read();
}

}  // namespace capy
