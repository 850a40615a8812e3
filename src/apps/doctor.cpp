// SPDX-License-Identifier: Apache-2.0
// capy doctor: what this machine has, whether all is well, and which models would fit.
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/command.h"
#include "apps/command_line.h"
#include "apps/figures.h"
#include "apps/kernel_check.h"
#include "apps/machine_limits.h"
#include "apps/model_summary.h"
#include "apps/random_weights.h"
#include "apps/streams.h"
#include "base/concat.h"
#include "base/cpu.h"
#include "base/json.h"
#include "base/thread_pool.h"
#include "formats/packed_cache.h"
#include "hub/registry.h"
#include "kernels/kernels.h"
#include "tensor/matrix.h"

namespace capy {
namespace {

namespace fs = std::filesystem;

// The sizes of Qwen3.5 (SPEC 1), for "what fits".
struct KnownSize {
  const char* name;
  int64_t dim, hidden, layers, heads, kv_heads, value_heads;
  bool tied;
};
constexpr KnownSize kSizes[] = {{"Qwen3.5-0.8B", 1024, 3584, 24, 8, 2, 16, true},
                                {"Qwen3.5-2B", 2048, 6144, 24, 8, 2, 16, true},
                                {"Qwen3.5-4B", 2560, 9216, 32, 16, 4, 32, true},
                                {"Qwen3.5-9B", 4096, 12288, 32, 16, 4, 32, false}};

ModelSummary summary_of(const KnownSize& size) {
  ModelSummary summary;
  ModelConfig& config = summary.config;
  config.vocab = 248'320;
  config.dim = size.dim;
  config.hidden = size.hidden;
  config.layers = size.layers;
  config.context = 262'144;
  config.tied = size.tied;
  for (int64_t i = 0; i < size.layers; ++i) config.full_attention.push_back((i + 1) % 4 == 0);
  config.heads = size.heads;
  config.kv_heads = size.kv_heads;
  config.head_dim = 256;
  config.output_gate = true;
  config.key_heads = 16;
  config.value_heads = size.value_heads;
  config.key_dim = config.value_dim = 128;
  config.taps = 4;
  config.mtp_layers = 1;
  for (const RandomTensor& tensor : qwen35_tensors(config, "model."))
    summary.tensor_bytes += tensor.description.bytes();
  summary.parameters.mtp = 1;  // there is one: its keys and values count
  return summary;
}

struct Fit {
  std::string model;
  std::string type;
  int64_t weight_bytes = 0;
  int64_t step_bytes = 0;  // of them, what a decoded token reads
  std::optional<int64_t> context;
};

// How the loader holds a matrix of such a model: attention and the delta net's output keep 8 bits beside int4.
MatrixFormat format_of(const std::string& name, ComputeType type) {
  if (type == ComputeType::kBF16) return MatrixFormat::kBF16;
  const bool keeps8 =
      name.find(".self_attn.") != std::string::npos || name.find(".linear_attn.out_proj.") != std::string::npos;
  return type == ComputeType::kInt8 || keeps8 ? MatrixFormat::kInt8Packed : MatrixFormat::kInt4Packed;
}

// bf16 is mapped as it is. Otherwise the embedding stays beside a tied head that is packed.
Fit fit_of(const KnownSize& size, const ModelSummary& summary, ComputeType type) {
  Fit fit{size.name, compute_type_name(type), 0, 0, {}};
  for (const RandomTensor& tensor : qwen35_tensors(summary.config, "model.")) {
    const TensorDescription& d = tensor.description;
    const bool matrix = d.shape.size() == 2;
    const int64_t bytes = matrix ? matrix_bytes(format_of(d.name, type), d.shape[0], d.shape[1]) : d.bytes();
    const bool embedding = d.name.find("embed_tokens") != std::string::npos;
    fit.weight_bytes += embedding && type != ComputeType::kBF16 ? d.bytes() : bytes;
    if (embedding && type != ComputeType::kBF16 && size.tied) fit.weight_bytes += bytes;
    if (!d.name.starts_with("mtp.") && (!embedding || size.tied)) fit.step_bytes += bytes;
  }
  fit.context = context_that_fits(summary, fit.weight_bytes, usual_kv_type(type, summary.config.head_dim));
  return fit;
}

std::vector<Fit> what_fits() {
  std::vector<Fit> fits;
  for (const KnownSize& size : kSizes) {
    const ModelSummary summary = summary_of(size);
    for (const ComputeType type : {ComputeType::kBF16, ComputeType::kInt8, ComputeType::kInt4})
      fits.push_back(fit_of(size, summary, type));
  }
  return fits;
}

struct Home {
  std::string path;
  std::string trouble;  // why it cannot be used; "" when all is well
  int64_t free_bytes = 0;
  int64_t models = 0;
};

Home look_at_home() {
  Home home;
  const Result<std::string> path = capy_home();
  if (!path.ok()) {
    home.trouble = path.error().message;
    return home;
  }
  home.path = path.value();
  std::error_code failed;
  fs::path there = home.path;  // not made yet is fine: its nearest existing parent must be writable
  while (!fs::exists(there, failed) && there.has_relative_path()) there = there.parent_path();
  if (!fs::is_directory(there, failed)) {
    home.trouble = concat(there.string(), " is not a directory");
  } else if (::access(there.c_str(), W_OK) != 0) {
    home.trouble = concat(there.string(), " is not writable");
  }
  const fs::space_info space = fs::space(there, failed);
  if (!failed) home.free_bytes = static_cast<int64_t>(space.available);
  home.models = static_cast<int64_t>(list_models().size());
  for (const KnownModel& known : known_models()) {
    const Result<std::string> file = find_model_by_name(known.name);
    const Status verified = file.ok() ? verify_file(file.value(), known) : Status();
    if (!verified.ok() && home.trouble.empty()) home.trouble = verified.error().message;
  }
  return home;
}

// Converted weights that are kept for the next start (formats/packed_cache.h).
struct CachedWeights {
  std::string path;
  int64_t bytes = 0;
  int64_t matrices = 0;
  std::string trouble;  // "" when all checksums are right
};

std::vector<CachedWeights> look_at_cached_weights() {
  std::vector<CachedWeights> found;
  const Result<std::string> directory = packed_directory();
  if (!directory.ok()) return found;
  for (const std::string& path : list_packed_files(directory.value())) {
    CachedWeights cached{path, 0, 0, ""};
    const Result<PackedFile> file = PackedFile::open(path);
    const Status verified = file.ok() ? file.value().verify() : Status(file.error());
    if (file.ok()) {
      cached.bytes = file.value().file_bytes();
      cached.matrices = static_cast<int64_t>(file.value().directory().matrices.size());
    }
    if (!verified.ok()) cached.trouble = verified.error().message;
    found.push_back(std::move(cached));
  }
  return found;
}

struct DefaultModel {
  std::string path;     // "" when it is not here
  std::string trouble;  // it is not here, or cannot be read
};

DefaultModel look_at_default_model() {
  DefaultModel model;
  const Result<std::string> path = find_model("");
  if (!path.ok()) {
    model.trouble = path.error().message;
    return model;
  }
  model.path = path.value();
  const Result<Checkpoint> checkpoint = Checkpoint::open(model.path);
  if (!checkpoint.ok()) model.trouble = checkpoint.error().message;
  return model;
}

struct Findings {
  std::vector<KernelCheck> kernels;
  std::string kernel_trouble;  // CAPY_ISA names what is not there
  Home home;
  DefaultModel model;
  std::vector<CachedWeights> cached;
  std::vector<Fit> fits;
  double memory_bytes_s = 0;  // 0: not known

  double most_tokens_s(const Fit& fit) const { return memory_bytes_s / static_cast<double>(fit.step_bytes); }
  bool well() const {
    bool equal = true;
    for (const KernelCheck& check : kernels) equal &= check.different.empty();
    for (const CachedWeights& file : cached) equal &= file.trouble.empty();
    return equal && kernel_trouble.empty() && home.trouble.empty() && model.trouble.empty();
  }
};

Findings examine() {
  Findings findings;
  findings.kernels = check_kernels();
  const Result<const KernelTable*> chosen = choose_kernels();
  if (!chosen.ok()) findings.kernel_trouble = chosen.error().message;
  findings.home = look_at_home();
  findings.model = look_at_default_model();
  findings.cached = look_at_cached_weights();
  findings.fits = what_fits();
  ThreadPool pool(ThreadPool::default_threads());
  const Result<MachineLimits> limits = measure_limits(pool, "generic", ComputeType::kInt8);
  if (limits.ok()) findings.memory_bytes_s = limits.value().bytes_per_second;
  return findings;
}

std::string line(std::string_view name, std::string_view what) {
  constexpr size_t kColumn = 16;
  return concat(name, std::string(name.size() < kColumn ? kColumn - name.size() : 1, ' '), what, "\n");
}

std::string describe_kernels(const Findings& findings) {
  std::string text;
  for (const KernelCheck& check : findings.kernels) {
    std::string result = check.different.empty() ? "same bytes as generic" : "DIFFERS from generic in";
    for (const std::string& name : check.different) result += " " + name;
    text += line(text.empty() ? "kernels" : "", concat(check.isa, ": ", result, check.chosen ? "  (in use)" : ""));
  }
  if (!findings.kernel_trouble.empty()) text += line("", concat("TROUBLE: ", findings.kernel_trouble));
  return text;
}

std::string describe_home(const Findings& findings) {
  const Home& home = findings.home;
  std::string text =
      line("home", home.trouble.empty() ? concat(home.path, ", ", readable_bytes(home.free_bytes), " free, ",
                                                 home.models, home.models == 1 ? " model" : " models")
                                        : concat("TROUBLE: ", home.trouble));
  const DefaultModel& model = findings.model;
  return text + line("default model", model.trouble.empty() ? model.path : concat("TROUBLE: ", model.trouble));
}

std::string describe_cached(const Findings& findings) {
  int64_t bytes = 0;
  std::string troubles;
  for (const CachedWeights& file : findings.cached) {
    bytes += file.bytes;
    if (!file.trouble.empty()) troubles += line("", concat("TROUBLE: ", file.trouble));
  }
  const size_t count = findings.cached.size();
  const std::string what = count == 0 ? "nothing is kept"
                                      : concat(count, count == 1 ? " file, " : " files, ", readable_bytes(bytes),
                                               troubles.empty() ? ", checksums are right" : "");
  return line("cached weights", what) + troubles;
}

std::string as_text(const Findings& findings) {
  std::string text = line("capy", CAPY_VERSION);
  text += line("processor", cpu_name());
  text += line("instructions", cpu_flags());
  text += line("cores", concat(physical_cores()));
  text += line("memory",
               concat(readable_bytes(memory_total_bytes()), ", ", readable_bytes(memory_available_bytes()), " free"));
  text += describe_kernels(findings);
  text += describe_home(findings);
  text += describe_cached(findings);
  text += concat("\nWhat fits, and how fast it could write at best: memory reads ",
                 fixed(findings.memory_bytes_s / 1e9, 1), " GB/s\n");
  for (const Fit& fit : findings.fits) {
    const std::string context = fit.context
                                    ? concat(", context up to ", readable_count(*fit.context), " tokens, at most ",
                                             fixed(findings.most_tokens_s(fit), 1), " tokens/s")
                                    : ": too large";
    text += line(concat("  ", fit.model), concat(fit.type, "  ", readable_bytes(fit.weight_bytes), context));
  }
  return text + (findings.well() ? "\nAll is well.\n" : "\nSomething is wrong: see TROUBLE and DIFFERS above.\n");
}

std::string as_json(const Findings& findings) {
  JsonWriter json;
  json.begin_object();
  json.member("version", CAPY_VERSION);
  json.member("ok", findings.well());
  json.member("cpu", cpu_name());
  json.member("flags", cpu_flags());
  json.member("cores", physical_cores());
  json.member("memory_total_bytes", memory_total_bytes());
  json.member("memory_available_bytes", memory_available_bytes());
  json.key("kernels");
  json.begin_array();
  for (const KernelCheck& check : findings.kernels) {
    json.begin_object();
    json.member("isa", check.isa);
    json.member("in_use", check.chosen);
    json.key("differs");
    json.begin_array();
    for (const std::string& name : check.different) json.value(name);
    json.end_array();
    json.end_object();
  }
  json.end_array();
  if (!findings.kernel_trouble.empty()) json.member("kernel_error", findings.kernel_trouble);
  json.member("home", findings.home.path);
  json.member("home_free_bytes", findings.home.free_bytes);
  if (!findings.home.trouble.empty()) json.member("home_error", findings.home.trouble);
  json.key("default_model");
  json.begin_object();
  json.member("name", kDefaultModel);
  json.member("present", !findings.model.path.empty());
  json.member("path", findings.model.path);
  if (!findings.model.trouble.empty()) json.member("error", findings.model.trouble);
  json.end_object();
  json.key("cached_weights");
  json.begin_array();
  for (const CachedWeights& file : findings.cached) {
    json.begin_object();
    json.member("path", file.path);
    json.member("bytes", file.bytes);
    json.member("matrices", file.matrices);
    json.member("checksum_ok", file.trouble.empty());
    json.end_object();
  }
  json.end_array();
  json.member("memory_bytes_s", findings.memory_bytes_s);
  json.key("fits");
  json.begin_array();
  for (const Fit& fit : findings.fits) {
    json.begin_object();
    json.member("model", fit.model);
    json.member("type", fit.type);
    json.member("weight_bytes", fit.weight_bytes);
    json.member("fits", fit.context.has_value());
    json.member("context_tokens", fit.context.value_or(0));
    json.member("decode_tok_s_limit", findings.most_tokens_s(fit));
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.text() + "\n";
}

}  // namespace

Result<int> doctor_command(int argc, const char* const* argv) {
  CommandLine line(
      "capy doctor",
      "Tell what this machine has, which kernels run and whether they compute rightly, whether the default model and\n"
      "the weights that were converted for the next start are whole, what fits, and how fast that could be. Ends with "
      "1 when something is "
      "wrong.",
      "  capy doctor\n  capy doctor --json | jq .ok\n");
  bool json = false;
  line.add_flag("--json", json, "one JSON object");
  if (const auto ended = TRY(line.read(argc, argv))) return *ended;
  const Findings findings = examine();
  TRY(write_output(json ? as_json(findings) : as_text(findings)));
  return findings.well() ? 0 : 1;
}

}  // namespace capy
