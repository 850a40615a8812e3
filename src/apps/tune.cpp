// SPDX-License-Identifier: Apache-2.0
// capy tune: a model learns from conversations what its assistant shall say.
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "apps/command.h"
#include "apps/command_line.h"
#include "apps/model_choice.h"
#include "apps/model_directory.h"
#include "apps/train_course.h"
#include "apps/train_run.h"
#include "apps/tune_config.h"
#include "apps/tune_data.h"
#include "base/concat.h"
#include "hub/registry.h"

namespace capy {
namespace {

namespace fs = std::filesystem;

struct Order {
  std::string config;
  std::string model;
  std::vector<std::string> data;
  std::string out;
  std::string template_file;
  std::string targets;
  bool rslora = false;
  bool dora = false;
  bool skip_broken = false;
  std::map<std::string, std::string> values;  // of the other flags, by the settings' names
  bool dry_run = false;
  bool json = false;
};

struct ValueFlag {
  const char* setting;  // the flag is --setting, with hyphens
  const char* type;
  const char* purpose;
};

constexpr ValueFlag kValueFlags[] = {
    {"lora", "RANK", "train adapters of this rank beside the matrices (LoRA) and not the model: far less memory"},
    {"alpha", "X", "adapters count alpha / rank; twice the rank when left out"},
    {"learn", "WHAT", "of conversations: answers (the default) or all"},
    {"sample_tokens", "N", "tokens of a sample, the longest conversation that is not cut; 512 when left out"},
    {"step_tokens", "N", "tokens of a step, a multiple of the sample's; eight samples when left out"},
    {"epochs", "X", "passes over the data; 3 when left out"},
    {"steps", "N", "instead of epochs"},
    {"optimizer", "NAME", "adamw (the default) or muon: for the matrices, with AdamW for all others"},
    {"learning_rate", "X", "the highest; 1e-5 when left out, 2e-4 with --lora"},
    {"schedule", "NAME", "cosine (the default), wsd or constant"},
    {"warmup_steps", "N", "up to that rate; a thirtieth of the steps when left out"},
    {"decay_steps", "N", "down from it with wsd; a tenth of the steps when left out"},
    {"weight_decay", "X", "0 when left out"},
    {"clip", "X", "the norm that gradients may have; 1 when left out, 0: any"},
    {"mtp_weight", "X", "of the MTP head's loss; 0 when left out, which leaves the head as it is"},
    {"seed", "N", "of the data's order; 0 when left out"},
    {"threads", "N", "processor cores to use; changes no byte"},
    {"checkpoint_steps", "N", "a checkpoint is written each so many steps; 50 when left out"},
    {"checkpoints_kept", "N", "the last so many stay; 2 when left out"},
};

std::string flag_of(std::string setting) {
  for (char& c : setting) c = c == '_' ? '-' : c;
  return "--" + setting;
}

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

Setting given(const char* where, const char* key, Setting::Kind kind) {
  Setting setting;
  setting.key = key;
  setting.kind = kind;
  setting.where = where;
  setting.from_command_line = true;
  return setting;
}

Setting list_setting(const char* where, const char* key, std::vector<std::string> texts) {
  Setting setting = given(where, key, Setting::Kind::kTexts);
  setting.texts = std::move(texts);
  return setting;
}

Setting text_setting(const char* where, const char* key, const std::string& text) {
  Setting setting = given(where, key, Setting::Kind::kString);
  setting.text = text;
  return setting;
}

std::vector<Setting> settings_of(const Order& order) {
  std::vector<Setting> settings;
  if (!order.model.empty()) settings.push_back(text_setting("MODEL", "model", order.model));
  if (!order.out.empty()) settings.push_back(text_setting("--out", "out", order.out));
  if (!order.template_file.empty()) settings.push_back(text_setting("--template", "template", order.template_file));
  if (!order.data.empty()) settings.push_back(list_setting("DATA", "data", order.data));
  if (!order.targets.empty()) {
    settings.push_back(list_setting("--targets", "targets", split_at_commas(order.targets)));
  }
  if (order.rslora) settings.push_back(flag_setting("--rslora", "rslora", "true"));
  if (order.dora) settings.push_back(flag_setting("--dora", "dora", "true"));
  if (order.skip_broken) settings.push_back(flag_setting("--skip-broken", "skip_broken", "true"));
  for (const ValueFlag& flag : kValueFlags) {
    const auto given = order.values.find(flag.setting);
    if (given == order.values.end()) continue;
    settings.push_back(flag_setting(flag_of(flag.setting), flag.setting, given->second));
  }
  return settings;
}

// A folder that is gone when the program has done with it.
class TemporaryFolder {
 public:
  static Result<TemporaryFolder> make() {
    std::error_code failed;
    std::string name = (fs::temp_directory_path(failed) / "capy-tune-XXXXXX").string();
    if (failed || ::mkdtemp(name.data()) == nullptr) {
      return Error{ErrorCode::kIo, concat(name, ": a folder for the dry run's data cannot be made")};
    }
    return TemporaryFolder(std::move(name));
  }
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, "")) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

// The run's own folder of data. The run itself is not in OUT yet, but whatever else is there must be no model.
Result<std::string> data_folder(const std::string& out) {
  std::error_code ignored;
  if (!fs::exists(fs::path(out) / "run.json", ignored)) TRY(prepare_model_directory(out, 0));
  return (fs::path(out) / "data").string();
}

Result<int> tune(TuneConfig& config, const Order& order, int threads) {
  config.run.model = TRY(find_model(config.run.model));
  std::optional<TemporaryFolder> scratch;
  if (order.dry_run) scratch.emplace(TRY(TemporaryFolder::make()));
  TuneData data;
  {
    ThreadPool pool(threads);
    const Checkpoint checkpoint = TRY(Checkpoint::open(config.run.model));
    const std::string folder = scratch ? scratch->path() : TRY(data_folder(config.run.out));
    data = TRY(prepare_tune_data(config, checkpoint, folder, pool));
  }
  TRY(config.set_course(data.samples));
  config.run.data = std::move(data.sources);
  config.run.data_key = data.key;
  const std::unique_ptr<TrainRun> run = TRY(TrainRun::open(config.run, threads));
  return order.dry_run ? try_out(*run, order.json) : train_model(*run, order.json);
}

void add_flags(CommandLine& line, Order& order) {
  line.add_option("MODEL", order.model, "the directory of a model that chats already, or not yet")->type_name("");
  line.add_option("DATA", order.data, "conversations (JSON lines, .zst too) or data sets (capy data build)")
      ->type_name("");
  line.add_option("--out", order.out, "the directory to make")->check(not_empty())->type_name("DIR");
  line.add_option("--config", order.config,
                  "a TOML file with settings of the flags' names (model, data, out, steps ...)")
      ->check(not_empty())
      ->type_name("FILE");
  line.add_option("--template", order.template_file, "the chat template; the model's own when left out")
      ->check(not_empty())
      ->type_name("FILE");
  for (const ValueFlag& flag : kValueFlags) {
    const auto keep = [&order, name = flag.setting](const std::string& value) { order.values[name] = value; };
    line.add_option_function<std::string>(flag_of(flag.setting), keep, flag.purpose)->type_name(flag.type);
  }
  line.add_option("--targets", order.targets,
                  "what gets adapters (q_proj,v_proj: with commas between); every projection when left out")
      ->check(not_empty())
      ->type_name("NAMES");
  line.add_flag("--rslora", order.rslora, "adapters count alpha / sqrt(rank)");
  line.add_flag("--dora", order.dora, "train the length of each row apart from its direction (DoRA); slower");
  line.add_flag("--skip-broken", order.skip_broken, "leave out records that cannot be read, instead of stopping");
  line.add_flag("--dry-run", order.dry_run, "write nothing: tell memory, speed and time, by one step that is timed");
  line.add_flag("--json", order.json, "the result as one JSON object");
}

}  // namespace

Result<int> tune_command(int argc, const char* const* argv) {
  CommandLine line(
      "capy tune",
      "Teach a model what its assistant shall say. DATA holds conversations, one a line: {\"messages\": [{\"role\":\n"
      "\"user\", \"content\": ...}, {\"role\": \"assistant\", ...}], \"tools\": ...}. They are written down by the\n"
      "chat template, and what the assistant says is learned: its text, reasoning and tool calls and the end of its\n"
      "turn, in every turn. The directory DIR gets a log (log.jsonl), checkpoints and, at the end, the model. Ctrl-C\n"
      "writes a checkpoint; the same command goes on from the last one, also after a crash, and comes to the same\n"
      "bytes. With --lora the model stays as it is (bf16, int8 or int4 weights too) and DIR gets an adapter, for\n"
      "capy run -m MODEL --lora DIR, for capy merge, and for PEFT.",
      "  capy tune ./Qwen3.5-0.8B chats.jsonl --out ./tuned --dry-run\n"
      "  capy tune ./model chats.jsonl.zst more.jsonl --out ./tuned --epochs 2 --learning-rate 2e-5\n"
      "  capy tune ./Qwen3.5-0.8B chats.jsonl --lora 16 --out ./adapter\n"
      "  capy tune --config tune.toml --seed 5\n");
  Order order;
  add_flags(line, order);
  if (const auto ended = TRY(line.read(argc, argv))) return *ended;
  TuneConfig config = TRY(read_tune_config(order.config, settings_of(order)));
  ModelChoice choice;
  choice.threads = config.run.threads;
  const int threads = TRY(engine_options(choice)).threads;
  return tune(config, order, threads > 0 ? threads : ThreadPool::default_threads());
}

}  // namespace capy
