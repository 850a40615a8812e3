// SPDX-License-Identifier: Apache-2.0
#include "apps/run_watch.h"

#include <filesystem>

#include "apps/figures.h"
#include "apps/instruction_peak.h"
#include "apps/interrupt.h"
#include "apps/machine_limits.h"
#include "apps/run_facts.h"
#include "base/atomic_file.h"
#include "base/concat.h"
#include "base/log.h"
#include "formats/writer.h"
#include "kernels/kernels.h"

namespace capy {
namespace {

namespace fs = std::filesystem;

// The model as it is now, for as long as it writes.
class ModelOfNow {
 public:
  explicit ModelOfNow(std::string path) : path_(std::move(path)) { remove(); }
  ~ModelOfNow() { remove(); }
  ModelOfNow(const ModelOfNow&) = delete;
  ModelOfNow& operator=(const ModelOfNow&) = delete;

  Status write(const TrainRun& run) const {
    TRY(make_directories(path_));
    return run.write_model(path_);
  }
  const std::string& path() const { return path_; }

 private:
  void remove() const {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  std::string path_;
};

}  // namespace

RunWatch::RunWatch(TrainRun& run, RunDirectory& directory)
    : run_(run),
      directory_(directory),
      view_({run.config().steps, run.state().steps(), run.config().checkpoint_steps}) {}

Result<std::unique_ptr<RunWatch>> RunWatch::open(TrainRun& run, RunDirectory& directory) {
  const WatchConfig& config = run.config().watch;
  std::unique_ptr<RunWatch> watch(new RunWatch(run, directory));
  if (!config.held_out.empty()) {
    watch->held_out_.emplace(TRY(HeldOut::open(config.held_out, config.held_out_tokens, run.stream())));
  }
  if (!config.sample_prompts.empty()) {
    watch->sampler_.emplace(TRY(TextSampler::make(config.sample_prompts, config.sample_text_tokens, run.stream())));
  }
  const KernelTable* const kernels = TRY(choose_kernels());
  watch->peak_ = measure_operation_peak(run.pool(), kernels->isa, ComputeType::kF32);
  watch->facts_ = TRY(run_facts(run, watch->peak_, instruction_peak(kernels->isa, ComputeType::kF32).name));
  watch->history_.load(directory.log_path(), run.state().steps());
  return watch;
}

StepRecord RunWatch::record_of(const train::StepReport& report, double seconds) const {
  const TrainConfig& config = run_.config();
  StepRecord record;
  record.step = report.step + 1;
  record.loss = report.loss;
  if (config.mtp_weight != 0) record.mtp_loss = report.mtp_loss;
  record.gradient_norm = report.gradient_norm;
  record.learning_rate = report.learning_rate;
  record.tokens = record.step * config.step_tokens;
  record.seconds = seconds;
  record.tokens_per_second = static_cast<double>(report.tokens) / seconds;
  if (peak_ > 0) record.mfu = run_.step_operations() / seconds / peak_;
  return record;
}

bool RunWatch::is_due(int64_t step, int64_t every) const { return step % every == 0 || step == run_.config().steps; }

Status RunWatch::step_taken(const train::StepReport& report, double seconds) {
  StepRecord record = record_of(report, seconds);
  if (held_out_ && is_due(record.step, run_.config().watch.held_out_steps)) record.held_out = measure_held_out();
  if (sampler_ && is_due(record.step, run_.config().watch.sample_steps)) record.samples = write_texts();
  TRY(directory_.log(record.json()));
  history_.add(record);
  view_.show(history_);
  return {};
}

std::optional<HeldOutLoss> RunWatch::measure_held_out() {
  const auto measured = held_out_->measure(run_.state(), [this](double share) {
    view_.set_work(history_, concat("reading held-out text, ", fixed(100 * share, 0), " %"));
    return !interrupted();
  });
  view_.set_work(history_, "");
  if (measured.ok()) return measured.value();
  warn("the held-out loss is left out", measured.error());
  return std::nullopt;
}

std::vector<TextSample> RunWatch::write_texts() {
  view_.set_work(history_, "writing samples");
  Result<std::vector<TextSample>> texts = texts_of_model();
  view_.set_work(history_, "");
  if (texts.ok()) return std::move(texts).take();
  warn("the samples are left out", texts.error());
  return {};
}

Result<std::vector<TextSample>> RunWatch::texts_of_model() {
  const ModelOfNow model(directory_.sampling_path());
  TRY(model.write(run_));
  return sampler_->write(model.path(), run_.pool().threads(), [] { return !interrupted(); });
}

void RunWatch::write_report() {
  const std::string path = (fs::path(directory_.path()) / "report.html").string();
  const Status written = write_text(path, run_report_html(facts_, history_));
  if (!written.ok()) warn("there is no new report", written.error());
}

void RunWatch::warn(const std::string& what, const Error& error) {
  view_.clear();
  log_warning(concat(error.message, "; ", what));
}

}  // namespace capy
