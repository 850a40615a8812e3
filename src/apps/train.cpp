// SPDX-License-Identifier: Apache-2.0
// capy train: a model learns from data sets, step after step, and goes on where it was when it is killed.
#include <algorithm>
#include <string>
#include <vector>

#include "apps/command.h"
#include "apps/command_line.h"
#include "apps/figures.h"
#include "apps/interrupt.h"
#include "apps/model_choice.h"
#include "apps/run_directory.h"
#include "apps/run_watch.h"
#include "apps/streams.h"
#include "apps/train_config.h"
#include "apps/train_course.h"
#include "apps/train_run.h"
#include "base/clock.h"
#include "base/concat.h"
#include "base/cpu.h"
#include "base/json.h"
#include "base/log.h"

namespace capy {
namespace {

struct Order {
  std::string config;
  std::vector<std::string> changes;
  bool dry_run = false;
  bool json = false;
};

// What this process has done of the run.
struct Course {
  int64_t first_step = 0;
  int64_t tokens = 0;
  double seconds = 0;
  train::StepReport last;

  double tokens_per_second() const { return seconds > 0 ? static_cast<double>(tokens) / seconds : 0; }
};

// To the last step, or until SIGINT: then kCancelled, behind a checkpoint.
Result<Course> take_steps(TrainRun& run, RunDirectory& directory) {
  const TrainConfig& config = run.config();
  const InterruptScope scope;
  const std::unique_ptr<RunWatch> watch = TRY(RunWatch::open(run, directory));
  Course course;
  course.first_step = run.state().steps();
  while (run.state().steps() < config.steps) {
    const double begun = seconds_now();
    course.last = TRY(run.step());
    const double seconds = seconds_now() - begun;
    course.tokens += course.last.tokens;
    course.seconds += seconds;
    TRY(watch->step_taken(course.last, seconds));
    const int64_t done = run.state().steps();
    const bool stopped = interrupted() && done < config.steps;
    if (stopped || done == config.steps || done % config.checkpoint_steps == 0) {
      TRY(directory.save(run.state(), config.checkpoints_kept));
      watch->write_report();
    }
    if (stopped) {
      watch->clear();
      log_info(concat("stopped behind step ", done, " of ", config.steps, "; the same command goes on from there"));
      return interruption();
    }
  }
  return course;
}

std::string report(const TrainRun& run, const Course& course, bool as_json) {
  const TrainConfig& config = run.config();
  const bool learned = course.tokens > 0;
  if (!as_json) {
    std::string text =
        concat(config.out, ": ", readable_parameters(run.parameters()), " parameters, ", readable_count(config.steps),
               " steps of ", readable_count(config.step_tokens), " tokens");
    if (course.first_step > 0) text += concat(", gone on from step ", readable_count(course.first_step));
    if (learned) {
      text +=
          concat("; last loss ", fixed(course.last.loss, 4), ", ", fixed(course.tokens_per_second(), 0), " tokens/s");
    }
    return text + "\n";
  }
  JsonWriter json;
  json.begin_object();
  json.member("model", config.out);
  json.member("parameters", run.parameters());
  json.member("steps", config.steps);
  json.member("resumed_from", course.first_step);
  json.member("tokens", config.steps * config.step_tokens);
  if (learned) {
    json.member("loss", course.last.loss);
    json.member("tokens_per_second", course.tokens_per_second());
  }
  json.end_object();
  return json.text() + "\n";
}

}  // namespace

Result<int> train_model(TrainRun& run, bool json) {
  const std::string identity = TRY(run.identity());
  // The checkpoints, one more while it is written, the model and the one that writes samples: no larger than one each.
  const int64_t bytes = (run.config().checkpoints_kept + 3) * run.state_bytes();
  RunDirectory directory = TRY(RunDirectory::open(run.config().out, identity, bytes));
  TRY(directory.resume(run.state()));
  if (run.state().steps() > 0) {
    log_info(concat("going on behind step ", run.state().steps(), " of ", run.config().steps));
  }
  const Course course = TRY(take_steps(run, directory));
  TRY(run.write_model(run.config().out));
  TRY(write_output(report(run, course, json)));
  return 0;
}

// Two steps are taken in memory; the second is timed, since the first one also makes the memory.
Result<int> try_out(TrainRun& run, bool as_json) {
  const TrainConfig& config = run.config();
  TRY(run.step());
  const double begun = seconds_now();
  const train::StepReport step = TRY(run.step());
  const double seconds = seconds_now() - begun;
  const double rate = static_cast<double>(step.tokens) / seconds;
  const double whole = seconds * static_cast<double>(config.steps);
  if (!as_json) {
    TRY(write_output(concat(
        "model       ", readable_parameters(run.parameters()), " parameters\n", "data        ",
        readable_count(config.steps * config.step_tokens), " tokens in ", readable_count(config.steps), " steps\n",
        "memory      ", readable_bytes(resident_peak_bytes()), "\n", "checkpoint  ", readable_bytes(run.state_bytes()),
        "\n", "speed       ", fixed(rate, 0), " tokens/s\n", "time        ", readable_duration(whole), "\n")));
    return 0;
  }
  JsonWriter json;
  json.begin_object();
  json.member("parameters", run.parameters());
  json.member("tokens", config.steps * config.step_tokens);
  json.member("memory_bytes", resident_peak_bytes());
  json.member("checkpoint_bytes", run.state_bytes());
  json.member("tokens_per_second", rate);
  json.member("seconds", whole);
  json.end_object();
  TRY(write_output(json.text() + "\n"));
  return 0;
}

Result<int> train_command(int argc, const char* const* argv) {
  CommandLine line(
      "capy train",
      "Train a model as the TOML file CONFIG says. The directory `out` gets a log (log.jsonl), a report for a browser\n"
      "(report.html), checkpoints and, at the end, the model. Ctrl-C writes a checkpoint; the same command goes on\n"
      "from the last one, also after a crash, and comes to the same bytes.\n\n"
      "The settings, those without a value must be there:\n\n"
      "  model              the directory to start from (capy init makes one)\n"
      "  out                the directory to make\n"
      "  [[data]]           directory: a data set (capy data build); weight = 1: its share. Any number of them\n"
      "  step_tokens        tokens of a step, a multiple of sample_tokens\n"
      "  steps\n"
      "  sample_tokens = 256\n"
      "  optimizer = \"adamw\"       or \"muon\": for the matrices, with AdamW for all others\n"
      "  learning_rate = 0.001\n"
      "  schedule = \"cosine\"       or \"wsd\" or \"constant\"\n"
      "  warmup_steps = 0\n"
      "  decay_steps              the way down of wsd; a tenth of the steps when left out\n"
      "  weight_decay = 0.1\n"
      "  clip = 1                 the norm that gradients may have; 0: any\n"
      "  mtp_weight = 0           of the MTP head's loss; 0 leaves the head as it is\n"
      "  seed = 0                 of the data's order\n"
      "  threads                  all cores when left out; changes no byte\n"
      "  checkpoint_steps = 100   a checkpoint is written each so many steps\n"
      "  checkpoints_kept = 2     the last so many stay\n\n"
      "What is looked at on the way; it changes no byte of the model:\n\n"
      "  held_out                 a data set that is not learned: its loss is measured\n"
      "  held_out_steps           each so many steps; with each checkpoint when left out\n"
      "  held_out_tokens = 65536  of it, at most\n"
      "  sample_prompts = []      texts to go on with, into log and report; \"\" is from nothing\n"
      "  sample_steps             each so many steps; with each checkpoint when left out\n"
      "  sample_text_tokens = 100 that a text may have\n\n"
      "Paths in the file are relative to the file.",
      "  capy train small.toml --dry-run\n"
      "  capy train small.toml\n"
      "  capy train small.toml --set out=./warm --set learning_rate=3e-3 --json\n");
  Order order;
  line.add_option("CONFIG", order.config, "the TOML file")->required()->check(not_empty())->type_name("");
  line.add_repeatable("--set", order.changes, "a setting, instead of the file's; may be given again and again")
      ->type_name("KEY=VALUE");
  line.add_flag("--dry-run", order.dry_run, "write nothing: tell memory, speed and time, by one step that is timed");
  line.add_flag("--json", order.json, "the result as one JSON object");
  if (const auto ended = TRY(line.read(argc, argv))) return *ended;

  const TrainConfig config = TRY(read_train_config(order.config, order.changes));
  ModelChoice choice;
  choice.threads = config.threads;
  const int threads = TRY(engine_options(choice)).threads;
  const std::unique_ptr<TrainRun> run =
      TRY(TrainRun::open(config, threads > 0 ? threads : ThreadPool::default_threads()));
  return order.dry_run ? try_out(*run, order.json) : train_model(*run, order.json);
}

}  // namespace capy
