// SPDX-License-Identifier: Apache-2.0
// capy merge: one model of a model and its adapters.
#include <filesystem>
#include <string>
#include <vector>

#include "apps/command.h"
#include "apps/command_line.h"
#include "apps/figures.h"
#include "apps/interrupt.h"
#include "apps/merged_weights.h"
#include "apps/model_choice.h"
#include "apps/model_directory.h"
#include "apps/progress.h"
#include "apps/streams.h"
#include "base/concat.h"
#include "base/json.h"
#include "hub/registry.h"

namespace capy {
namespace {

namespace fs = std::filesystem;

struct Order {
  std::vector<std::string> paths;  // MODEL ADAPTER... OUT
  std::string type;
  int64_t threads = 0;
  bool json = false;

  const std::string& out() const { return paths.back(); }
};

Result<std::optional<DType>> read_type(const std::string& name) {
  if (name.empty()) return std::optional<DType>();
  if (name == "f32") return std::optional(DType::kF32);
  if (name == "bf16") return std::optional(DType::kBF16);
  if (name == "f16") return std::optional(DType::kF16);
  return Error{ErrorCode::kUsage, concat("--dtype: '", name, "' is not one of f32, bf16, f16")};
}

Result<std::vector<MergePart>> open_adapters(const Order& order) {
  std::vector<MergePart> parts;
  for (size_t i = 1; i + 1 < order.paths.size(); ++i) {
    const LoraSource source = TRY(read_lora(order.paths[i], "ADAPTER"));
    parts.push_back({TRY(LoraAdapter::open(source.directory)), source.scale});
  }
  return parts;
}

Status check_undamaged(const Checkpoint& checkpoint, const std::vector<MergePart>& parts) {
  bool damaged = checkpoint.damaged();
  for (const MergePart& part : parts) damaged |= part.adapter.damaged();
  if (!damaged) return {};
  return Error{ErrorCode::kIo,
               concat(checkpoint.path(), ": the model or an adapter changed or failed while it was read")};
}

Result<MergeReport> write_model(const Order& order, const Checkpoint& checkpoint, const std::vector<MergePart>& parts,
                                const MergeOptions& options, ThreadPool& pool) {
  const ModelConfig config = TRY(read_config(checkpoint));
  const WeightSource source = TRY(WeightSource::open(checkpoint, config));
  TRY(prepare_model_directory(order.out(), 0));
  const std::string path = (fs::path(order.out()) / "model.safetensors").string();
  const MergeReport report = TRY(write_merged(source, parts, path, options, pool));
  if (const Status whole = check_undamaged(checkpoint, parts); !whole.ok()) {
    std::error_code ignored;
    fs::remove(path, ignored);
    return whole.error();
  }
  TRY(write_text_files(checkpoint, order.out()));
  TRY(write_config(checkpoint, source.config(), "", order.out()));
  return report;
}

std::string report_of(const Order& order, const MergeReport& report) {
  if (!order.json) {
    return concat(order.out(), ": ", readable_parameters(report.values), " parameters, ", readable_bytes(report.bytes),
                  "; ", readable_count(report.modules), " matrices were changed\n");
  }
  JsonWriter json;
  json.begin_object();
  json.member("model", order.out());
  json.member("parameters", report.values);
  json.member("bytes", report.bytes);
  json.member("modules", report.modules);
  json.end_object();
  return json.text() + "\n";
}

Result<int> merge(const Order& order) {
  MergeOptions options;
  options.type = TRY(read_type(order.type));
  const std::string model = TRY(find_model(order.paths[0]));
  const Checkpoint checkpoint = TRY(Checkpoint::open(model));
  const std::vector<MergePart> parts = TRY(open_adapters(order));
  ThreadPool pool(order.threads > 0 ? static_cast<int>(order.threads) : ThreadPool::default_threads());
  const InterruptScope scope;
  Progress progress("writing " + order.out());
  options.on_progress = [&progress](int64_t done, int64_t total) {
    progress.update(done, total);
    return !interrupted();
  };
  const Result<MergeReport> report = write_model(order, checkpoint, parts, options, pool);
  progress.clear();
  if (!report.ok()) {
    abandon_model_directory(order.out());
    return report.error().code == ErrorCode::kCancelled ? interruption() : report.error();
  }
  TRY(write_output(report_of(order, report.value())));
  return 0;
}

}  // namespace

Result<int> merge_command(int argc, const char* const* argv) {
  CommandLine line(
      "capy merge",
      "Put adapters (LoRA, rsLoRA, DoRA, as capy tune and PEFT write them) into the weights of their model.\n"
      "OUT becomes a model of its own. Computed in f32 and written in the types of MODEL; several adapters\n"
      "are put in one after the other, each with its scale.",
      "  capy merge ./Qwen3.5-0.8B ./adapter ./merged\n"
      "  capy merge ./model ./style:0.5 ./facts ./merged --dtype f32\n"
      "  capy quantize ./merged ./small --type int4\n");
  Order order;
  line.add_option("MODEL ADAPTER[:SCALE]... OUT", order.paths,
                  "the model, one adapter's directory or more, and the directory to make")
      ->required()
      ->check(not_empty())
      ->type_name("");
  line.add_option("--dtype", order.type, "f32, bf16 or f16 for the matrices; as MODEL has them when left out")
      ->type_name("TYPE");
  line.add_option("--threads", order.threads, "processor cores to use")
      ->check(in_range(1, ThreadPool::kThreadsMax))
      ->type_name("N");
  line.add_flag("--json", order.json, "the result as one JSON object");
  if (const auto ended = TRY(line.read(argc, argv))) return *ended;
  if (order.paths.size() < 3) {
    return Error{ErrorCode::kUsage, "capy merge MODEL ADAPTER... OUT: at least three names are needed"};
  }
  return merge(order);
}

}  // namespace capy
