// SPDX-License-Identifier: Apache-2.0
// capy init: a Qwen3.5 model with random weights from a config.json, to start a training from or to try a size out.
// Written tensor by tensor: a model larger than memory is fine.
#include <filesystem>
#include <string>
#include <vector>

#include "apps/command.h"
#include "apps/command_line.h"
#include "apps/figures.h"
#include "apps/interrupt.h"
#include "apps/model_directory.h"
#include "apps/progress.h"
#include "apps/random_weights.h"
#include "apps/streams.h"
#include "base/concat.h"
#include "base/cpu.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mapped_file.h"
#include "base/thread_pool.h"
#include "codec/encode.h"

namespace capy {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kConfigBytesMax = 16 << 20;
// Values made at once: 16 MiB of floats.
constexpr int64_t kBlockValues = int64_t{4} << 20;
constexpr int64_t kGrainValues = int64_t{1} << 16;

struct Order {
  std::string config;
  std::string out;
  int64_t seed = 0;
  int64_t threads = 0;
  bool json = false;
};

struct Plan {
  std::string config_text;
  std::vector<RandomTensor> tensors;
  RandomSource source;
  bool leaves_vision_out = false;
  int64_t bytes = 0;
  int64_t parameters = 0;
};

Result<Plan> make_plan(const Order& order) {
  Plan plan;
  plan.config_text = TRY(read_file(order.config, kConfigBytesMax));
  const JsonDocument document = TRY(JsonDocument::parse(plan.config_text, order.config));
  const Json root = document.root();
  const ModelConfig config = TRY(read_hugging_face_config(root));
  if (config.architecture != "qwen3_5") {
    return Error{ErrorCode::kUnsupported,
                 concat(order.config, ": init makes Qwen3.5 models; this is '", config.architecture, "'")};
  }
  if (config.fp8_block_rows > 0) {
    return Error{ErrorCode::kUnsupported,
                 concat(order.config, ": init writes bf16; take quantization_config out of the file")};
  }
  const bool nested = root["text_config"].is_object();
  const Json text = nested ? root["text_config"] : root;
  plan.leaves_vision_out = root["vision_config"].is_object();
  plan.tensors = qwen35_tensors(config, nested ? "model.language_model." : "model.");
  plan.source = {static_cast<uint64_t>(order.seed),
                 static_cast<float>(text["initializer_range"].as_double().value_or(0.02)), config.taps};
  for (const RandomTensor& tensor : plan.tensors) {
    plan.bytes += tensor.description.bytes();
    plan.parameters += tensor.description.bytes() / dtype_info(tensor.description.type).bytes;
  }
  return plan;
}

class WeightWriter {
 public:
  WeightWriter(const Plan& plan, TensorStream stream, int threads)
      : plan_(plan),
        stream_(std::move(stream)),
        pool_(threads),
        values_(kBlockValues),
        encoded_(kBlockValues * sizeof(float)) {}

  Status write_all() {
    Progress progress("writing", Progress::Unit::kBytes);
    for (const RandomTensor& tensor : plan_.tensors) {
      const int64_t count = tensor.description.bytes() / dtype_info(tensor.description.type).bytes;
      for (int64_t first = 0; first < count; first += kBlockValues) {
        if (interrupted()) return interruption();
        TRY(write_block(tensor, first, std::min(kBlockValues, count - first)));
        progress.update(written_, plan_.bytes);
      }
    }
    return stream_.finish();
  }

 private:
  Status write_block(const RandomTensor& tensor, int64_t first, int64_t count) {
    const DType type = tensor.description.type;
    const int64_t size = dtype_info(type).bytes;
    pool_.for_ranges(count, kGrainValues, [&](int64_t begin, int64_t end, int) {
      const auto part = std::span(values_).subspan(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
      random_values(tensor, plan_.source, first + begin, part);
      encode(type, part.data(), end - begin,
             std::span(encoded_).subspan(static_cast<size_t>(begin * size), static_cast<size_t>((end - begin) * size)));
    });
    written_ += count * size;
    return stream_.write(std::span(encoded_).first(static_cast<size_t>(count * size)));
  }

  const Plan& plan_;
  TensorStream stream_;
  ThreadPool pool_;
  std::vector<float> values_;
  std::vector<std::byte> encoded_;
  int64_t written_ = 0;
};

Status write_model(const Plan& plan, const Order& order) {
  std::vector<TensorDescription> descriptions;
  for (const RandomTensor& tensor : plan.tensors) descriptions.push_back(tensor.description);
  TensorStream stream =
      TRY(SafetensorsWriter::create((fs::path(order.out) / "model.safetensors").string(), descriptions));
  WeightWriter writer(plan, std::move(stream),
                      order.threads > 0 ? static_cast<int>(order.threads) : ThreadPool::default_threads());
  TRY(writer.write_all());
  return write_text((fs::path(order.out) / "config.json").string(), plan.config_text);
}

std::string report(const Plan& plan, const Order& order) {
  if (!order.json) {
    return concat(order.out, ": ", readable_parameters(plan.parameters), " parameters in ", plan.tensors.size(),
                  " tensors, ", readable_bytes(plan.bytes), "\n");
  }
  JsonWriter json;
  json.begin_object();
  json.member("model", order.out);
  json.member("parameters", plan.parameters);
  json.member("tensors", static_cast<int64_t>(plan.tensors.size()));
  json.member("bytes", plan.bytes);
  json.end_object();
  return json.text() + "\n";
}

}  // namespace

Result<int> init_command(int argc, const char* const* argv) {
  CommandLine line(
      "capy init",
      "Make a Qwen3.5 model with random weights: the directory OUT gets CONFIG as its config.json and bf16 weights\n"
      "as a model has them before training. The same seed gives the same bytes. It has no tokenizer: what it\n"
      "computes is seen with --tokens.",
      "  capy init config.json ./fresh --seed 1\n"
      "  capy show ./fresh\n"
      "  capy run -m ./fresh --tokens 1,2,3 --max-tokens 8 --json\n");
  Order order;
  line.add_option("CONFIG", order.config, "a config.json of Qwen3.5, nested or text only")->required()->type_name("");
  line.add_option("OUT", order.out, "the directory to make")->required()->check(not_empty())->type_name("");
  line.add_option("--seed", order.seed, "which random weights; 0 when left out")
      ->check(in_range(0, INT64_MAX))
      ->type_name("N");
  line.add_option("--threads", order.threads, "processor cores to use")
      ->check(in_range(1, ThreadPool::kThreadsMax))
      ->type_name("N");
  line.add_flag("--json", order.json, "the result as one JSON object");
  if (const auto ended = TRY(line.read(argc, argv))) return *ended;

  const Plan plan = TRY(make_plan(order));
  TRY(prepare_model_directory(order.out, plan.bytes));
  if (plan.leaves_vision_out) log_info("the vision tower is left out: this version runs text only");
  const InterruptScope scope;
  const Status written = write_model(plan, order);
  if (!written.ok()) {
    abandon_model_directory(order.out);
    return written.error();
  }
  TRY(write_output(report(plan, order)));
  return 0;
}

}  // namespace capy
