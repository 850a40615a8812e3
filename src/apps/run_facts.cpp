// SPDX-License-Identifier: Apache-2.0
#include "apps/run_facts.h"

#include <filesystem>

#include "apps/figures.h"
#include "base/concat.h"
#include "base/cpu.h"
#include "data/data_set.h"

namespace capy {
namespace {

namespace fs = std::filesystem;

// "stories" of "/data/stories/".
std::string last_name(const std::string& directory) {
  const fs::path path = fs::path(directory).lexically_normal();
  const std::string name = path.filename().string();
  return name.empty() ? path.parent_path().filename().string() : name;
}

NamedTexts settings_of(const TrainConfig& config) {
  NamedTexts list = {{"model", last_name(config.model)},
                     {"sample_tokens", concat(config.sample_tokens)},
                     {"step_tokens", concat(config.step_tokens)},
                     {"steps", concat(config.steps)},
                     {"optimizer", config.optimizer},
                     {"learning_rate", concat(config.learning_rate)},
                     {"schedule", config.schedule},
                     {"warmup_steps", concat(config.warmup_steps)}};
  if (config.schedule == "wsd") list.emplace_back("decay_steps", concat(config.decay_steps));
  list.emplace_back("weight_decay", concat(config.weight_decay));
  list.emplace_back("clip", concat(config.clip));
  list.emplace_back("mtp_weight", concat(config.mtp_weight));
  list.emplace_back("seed", concat(config.seed));
  return list;
}

NamedTexts model_facts(const ModelConfig& model, int64_t parameters) {
  NamedTexts list = {
      {"architecture", model.architecture},
      {"parameters that are trained", readable_count(parameters)},
      {"vocabulary", readable_count(model.vocab)},
      {"width", readable_count(model.dim)},
      {"layers", concat(model.layers, ", ", model.full_layers(), " of them with attention")},
      {"MLP", readable_count(model.hidden)},
      {"attention", concat(model.heads, " heads of ", model.head_dim, ", ", model.kv_heads, " of keys and values")}};
  if (model.linear_layers() > 0) {
    list.emplace_back("delta rule", concat(model.key_heads, " key heads of ", model.key_dim, ", ", model.value_heads,
                                           " value heads of ", model.value_dim));
  }
  list.emplace_back("output head", model.tied ? "the embedding" : "of its own");
  return list;
}

NamedTexts machine_facts(const ThreadPool& pool, double peak, const std::string& instruction) {
  NamedTexts list = {{"processor", cpu_name()},
                     {"threads", concat(pool.threads())},
                     {"memory", readable_bytes(memory_total_bytes())},
                     {"capy", CAPY_VERSION}};
  if (peak > 0) {
    list.emplace_back("peak that MFU is of",
                      concat(fixed(peak / 1e9, 1), " GFLOPS with these threads, measured with ", instruction));
  }
  return list;
}

Result<ReportedData> reported(const std::string& directory, double share) {
  return ReportedData{last_name(directory), share, TRY(DataSet::open(directory)).manifest()};
}

}  // namespace

Result<RunFacts> run_facts(TrainRun& run, double peak, const std::string& instruction) {
  const TrainConfig& config = run.config();
  RunFacts facts;
  facts.title = concat("Training of ", last_name(config.out));
  facts.parameters = run.parameters();
  facts.steps = config.steps;
  facts.step_tokens = config.step_tokens;
  facts.settings = settings_of(config);
  facts.model = model_facts(run.model(), run.parameters());
  facts.machine = machine_facts(run.pool(), peak, instruction);
  double weights = 0;
  for (const StreamSource& source : config.data) weights += source.weight;
  for (const StreamSource& source : config.data) {
    facts.data.push_back(TRY(reported(source.directory, source.weight / weights)));
  }
  if (!config.watch.held_out.empty()) facts.data.push_back(TRY(reported(config.watch.held_out, 0)));
  return facts;
}

}  // namespace capy
