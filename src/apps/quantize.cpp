// SPDX-License-Identifier: Apache-2.0
// capy quantize: a model with weights of fewer bits, and what that cost, tensor by tensor.
#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "apps/calibration.h"
#include "apps/command.h"
#include "apps/command_line.h"
#include "apps/figures.h"
#include "apps/interrupt.h"
#include "apps/model_choice.h"
#include "apps/model_directory.h"
#include "apps/progress.h"
#include "apps/streams.h"
#include "apps/tensor_divergence.h"
#include "base/concat.h"
#include "base/json.h"
#include "base/thread_pool.h"
#include "engine/text_model.h"
#include "hub/registry.h"
#include "quantize/gguf.h"
#include "quantize/quantize.h"

namespace capy {
namespace {

namespace fs = std::filesystem;

struct Order {
  ModelChoice choice;  // IN
  std::string out;
  std::string type;
  bool all_int4 = false;
  std::string calibrate;
  int64_t calibrate_tokens = 16'384;
  double max_kl = 0.5;
  bool kl_by_tensor = false;
  int64_t kl_tokens = 128;
  int64_t threads = 0;
  bool json = false;

  bool to_gguf() const { return out.ends_with(".gguf"); }
};

Result<WeightType> read_weight_type(const Order& order) {
  struct Name {
    const char* name;
    WeightType type;
  };
  constexpr Name kNames[] = {
      {"f32", WeightType::kF32}, {"bf16", WeightType::kBF16}, {"int8", WeightType::kInt8}, {"int4", WeightType::kInt4}};
  for (const Name& name : kNames) {
    if (order.type == name.name) return name.type;
  }
  return Error{ErrorCode::kUsage, concat("--type: '", order.type, "' is not one of f32, bf16, int8, int4")};
}

Status check_order(const Order& order, WeightType type) {
  if (order.to_gguf() && type == WeightType::kInt4) {
    return Error{ErrorCode::kUsage,
                 "GGUF has no type that holds capy's int4: write a directory, or --type int8 (Q8_0) or bf16"};
  }
  if (order.all_int4 && type != WeightType::kInt4) return Error{ErrorCode::kUsage, "--all-int4 is for --type int4"};
  if (order.kl_by_tensor && order.calibrate.empty()) {
    return Error{ErrorCode::kUsage, "--kl-by-tensor needs --calibrate FILE, a text to measure on"};
  }
  return {};
}

std::string shape_of(const TensorReport& tensor) {
  std::string text;
  for (const int64_t extent : tensor.shape) text += concat(text.empty() ? "" : " x ", extent);
  return text;
}

std::string percent(double part) { return part < 0 ? "" : concat(fixed(100 * part, 2), " %"); }

double bits_of(const TensorReport& tensor) {
  return 8.0 * static_cast<double>(tensor.bytes) / static_cast<double>(std::max<int64_t>(tensor.values, 1));
}

std::string nats(const TensorReport& tensor) { return tensor.divergence < 0 ? "-" : fixed(tensor.divergence, 6); }

std::vector<const TensorReport*> measured_tensors(const QuantizeReport& report) {
  std::vector<const TensorReport*> measured;
  for (const TensorReport& tensor : report.tensors) {
    if (tensor.divergence >= 0) measured.push_back(&tensor);
  }
  return measured;
}

double sum_of_divergences(const QuantizeReport& report) {
  double sum = 0;
  for (const TensorReport* const tensor : measured_tensors(report)) sum += tensor->divergence;
  return sum;
}

std::string worst_tensors(const Order& order, const QuantizeReport& report) {
  constexpr size_t kShown = 10;
  std::vector<const TensorReport*> worst = measured_tensors(report);
  std::ranges::stable_sort(worst, [](const auto* a, const auto* b) { return a->divergence > b->divergence; });
  std::string text =
      concat("\nKL divergence where one tensor alone is quantised, in nats per token over the text's last ",
             order.kl_tokens - kUnscoredTokens, " tokens:\n");
  for (size_t i = 0; i < std::min(kShown, worst.size()); ++i) {
    const TensorReport& tensor = *worst[i];
    text += concat("  ", padded(concat(nats(tensor), " +- ", fixed(tensor.divergence_error, 6)), 24),
                   padded(tensor.to, 6), tensor.name, "\n");
  }
  return text +
         concat("  ", padded(fixed(sum_of_divergences(report), 6), 24), "the sum over ", worst.size(), " tensors\n");
}

size_t name_width(const QuantizeReport& report) {
  size_t width = 6;
  for (const TensorReport& tensor : report.tensors) width = std::max(width, tensor.name.size());
  return width + 2;
}

std::string report_text(const Order& order, const QuantizeReport& report, const Calibration* calibration) {
  const size_t width = name_width(report);
  const bool measured = calibration != nullptr;
  const bool by_tensor = !measured_tensors(report).empty();
  std::string text =
      concat(padded("tensor", width), padded("shape", 16), padded("stored", 8), padded("now", 6), padded("bits", 7),
             padded("error", 9), by_tensor ? padded("KL alone", 11) : "", measured ? "of its output" : "", "\n");
  for (const TensorReport& tensor : report.tensors) {
    text += concat(padded(tensor.name, width), padded(shape_of(tensor), 16), padded(tensor.from, 8),
                   padded(tensor.to, 6), padded(fixed(bits_of(tensor), 2), 7),
                   tensor.relative_error > 0 ? padded(percent(tensor.relative_error), 9) : padded("-", 9),
                   by_tensor ? padded(nats(tensor), 11) : "", percent(tensor.output_error), "\n");
  }
  text += concat("\n", order.out, ": ", readable_parameters(report.values), " parameters in ",
                 readable_bytes(report.bytes), ", ", fixed(report.bits_per_weight(), 2), " bits each\n");
  if (measured && calibration->divergence) {
    const Comparison& both = *calibration->divergence;
    text += concat("KL divergence from the original ", fixed(both.divergence.mean, 5), " +- ",
                   fixed(both.divergence.standard_error, 5), " nats per token, same top token ",
                   fixed(100 * both.same_top.mean, 1), " %, perplexity ", fixed(both.model.perplexity(), 3),
                   " (original ", fixed(both.reference.perplexity(), 3), ") over ",
                   readable_count(both.model.tokens_scored), " tokens of the text\n");
  }
  return by_tensor ? text + worst_tensors(order, report) : text;
}

std::string report_json(const Order& order, const QuantizeReport& report, const Calibration* calibration) {
  JsonWriter json;
  json.begin_object();
  json.member("out", order.out);
  json.member("type", order.type);
  json.member("parameters", report.values);
  json.member("bytes", report.bytes);
  json.member("bits_per_weight", report.bits_per_weight());
  if (calibration != nullptr && calibration->divergence) {
    json.member("kl_divergence", calibration->divergence->divergence.mean);
    json.member("kl_divergence_error", calibration->divergence->divergence.standard_error);
    json.member("top1_agreement", calibration->divergence->same_top.mean);
    json.member("perplexity", calibration->divergence->model.perplexity());
    json.member("reference_perplexity", calibration->divergence->reference.perplexity());
  }
  if (!measured_tensors(report).empty()) {
    json.member("kl_by_tensor_sum", sum_of_divergences(report));
    json.member("kl_by_tensor_tokens", order.kl_tokens - kUnscoredTokens);
  }
  json.key("tensors");
  json.begin_array();
  for (const TensorReport& tensor : report.tensors) {
    json.begin_object();
    json.member("name", tensor.name);
    json.key("shape");
    json.begin_array();
    for (const int64_t extent : tensor.shape) json.value(extent);
    json.end_array();
    json.member("from", tensor.from);
    json.member("to", tensor.to);
    json.member("bytes", tensor.bytes);
    json.member("relative_error", tensor.relative_error);
    if (tensor.output_error >= 0) json.member("output_error", tensor.output_error);
    if (tensor.divergence >= 0) {
      json.member("kl_divergence", tensor.divergence);
      json.member("kl_divergence_error", tensor.divergence_error);
    }
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.text() + "\n";
}

// The new model is taken away again where it is too far from the original.
Status check_divergence(const Order& order, const Calibration& calibration) {
  const double divergence = calibration.divergence->divergence.mean;
  if (divergence <= order.max_kl) return {};
  std::error_code ignored;
  if (order.to_gguf()) {
    fs::remove(order.out, ignored);
  } else {
    for (const char* const name : {"config.json", "model.safetensors"}) fs::remove(fs::path(order.out) / name, ignored);
  }
  return Error{ErrorCode::kInvalid, concat("the KL divergence from the original is ", fixed(divergence, 4),
                                           " nats per token, above --max-kl ", fixed(order.max_kl, 4),
                                           ": the new model was removed. Try --type int8, leave out --all-int4, or "
                                           "raise --max-kl")};
}

Status write_model(const Order& order, const Checkpoint& checkpoint, const WeightSource& source,
                   const QuantizeOptions& options, ThreadPool& pool, QuantizeReport& report) {
  if (order.to_gguf()) {
    const std::optional<std::string> text = TRY(chat_template_text(checkpoint));
    const auto chat_template = text ? std::optional<std::string_view>(*text) : std::nullopt;
    report = TRY(write_gguf(checkpoint, source, chat_template, order.out, options, pool));
    return {};
  }
  report = TRY(write_safetensors(source, (fs::path(order.out) / "model.safetensors").string(), options, pool));
  TRY(write_text_files(checkpoint, order.out));
  return write_config(checkpoint, source.config(), quantization_entry(options), order.out);
}

Result<int> answer(Order& order) {
  QuantizeOptions options;
  options.type = TRY(read_weight_type(order));
  options.all_int4 = order.all_int4;
  TRY(check_order(order, options.type));
  order.choice.model = TRY(find_model(order.choice.model));
  const Checkpoint checkpoint = TRY(Checkpoint::open(order.choice.model));
  const ModelConfig config = TRY(read_config(checkpoint));
  const WeightSource source = TRY(WeightSource::open(checkpoint, config));
  if (!order.to_gguf()) TRY(prepare_model_directory(order.out, 0));
  const InterruptScope scope;
  ThreadPool pool(order.threads > 0 ? static_cast<int>(order.threads) : ThreadPool::default_threads());
  std::optional<Calibration> calibration;
  if (!order.calibrate.empty()) {
    order.choice.threads = order.threads;
    Result<Calibration> observed = observe_inputs(order.choice, order.calibrate, order.calibrate_tokens, source, pool);
    if (!observed.ok()) abandon_model_directory(order.out);
    calibration = TRY(std::move(observed));
    options.moments = &calibration->moments;
  }
  QuantizeReport report;
  {
    Progress progress("writing " + order.out);
    options.on_progress = [&progress](int64_t done, int64_t total) {
      progress.update(done, total);
      return !interrupted();
    };
    const Status written = write_model(order, checkpoint, source, options, pool, report);
    if (!written.ok()) {
      abandon_model_directory(order.out);
      return written.error().code == ErrorCode::kCancelled ? interruption() : written.error();
    }
  }
  if (calibration) {
    TRY(measure_divergence(order.choice, order.out, *calibration));
    TRY(check_divergence(order, *calibration));
  }
  // The new model is whole by now: where the rest cannot be measured, what is known is told all the same.
  Status by_tensor;
  if (order.kl_by_tensor) {
    const std::span<const int32_t> text(calibration->held_out);
    by_tensor =
        measure_tensors(order.choice, order.out, source, text.last(static_cast<size_t>(order.kl_tokens)), pool, report);
  }
  const Calibration* const told = calibration ? &*calibration : nullptr;
  TRY(write_output(order.json ? report_json(order, report, told) : report_text(order, report, told)));
  if (by_tensor.ok()) return 0;
  return by_tensor.error().code == ErrorCode::kCancelled ? interruption() : by_tensor.error();
}

}  // namespace

Result<int> quantize_command(int argc, const char* const* argv) {
  CommandLine line(
      "capy quantize",
      "Write the model IN with weights of fewer bits. OUT is a directory, whose int8 and int4 weights are computed "
      "with\n"
      "as they lie, or a .gguf file for other programs (bf16, or int8 as Q8_0). int4 is a mix: what suffers most "
      "keeps\n"
      "8 bits. The report tells for each tensor how far it is from the original.\n"
      "With --calibrate the model reads a text first: codes are chosen for what the matrices see on it, and the\n"
      "distance between both models is measured on the text's end. A text like those the model is for is best.\n"
      "With --kl-by-tensor each tensor is also quantised alone in the original, which is computed in f32: the report\n"
      "tells what each costs and which ten cost most.",
      "  capy quantize ./Qwen3.5-0.8B ./small --type int4 --calibrate chats.txt\n"
      "  capy run -m ./small \"Why is the sky blue?\"\n"
      "  capy quantize ./Qwen3.5-0.8B model.gguf --type int8\n");
  Order order;
  line.add_option("IN", order.choice.model, "a name of `capy list`, a directory, a .safetensors or a .gguf file")
      ->required()
      ->check(not_empty())
      ->type_name("");
  line.add_option("OUT", order.out, "the directory to make, or a file that ends in .gguf")
      ->required()
      ->check(not_empty())
      ->type_name("");
  line.add_option("--type", order.type, "f32, bf16, int8 or int4")->required()->type_name("TYPE");
  line.add_flag("--all-int4", order.all_int4, "4 bits for every matrix instead of the mix");
  line.add_option("--calibrate", order.calibrate, "a text to choose codes for and to measure with")->type_name("FILE");
  line.add_option("--calibrate-tokens", order.calibrate_tokens, "how much of the text is read; 16,384 when left out")
      ->check(in_range(1024, int64_t{1} << 24))
      ->type_name("N");
  line.add_option("--max-kl", order.max_kl,
                  "with --calibrate: the KL divergence, in nats per token, above which the new model is refused; 0.5 "
                  "when left out")
      ->check(CLI::Range(0.0, 100.0).description(""))
      ->type_name("X");
  line.add_flag(
      "--kl-by-tensor", order.kl_by_tensor,
      "with --calibrate: also the KL divergence of each tensor by itself; reads the text's end once for each");
  line.add_option("--kl-tokens", order.kl_tokens, "how many tokens of it --kl-by-tensor reads; 128 when left out")
      ->check(in_range(2 * kUnscoredTokens, 512))
      ->type_name("N");
  line.add_option("--threads", order.threads, "processor cores to use; all physical ones when left out")
      ->check(in_range(1, ThreadPool::kThreadsMax))
      ->type_name("N");
  line.add_flag("--json", order.json, "the report as one JSON object");
  if (const auto ended = TRY(line.read(argc, argv))) return *ended;
  return answer(order);
}

}  // namespace capy
