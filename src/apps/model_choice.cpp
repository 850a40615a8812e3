// SPDX-License-Identifier: Apache-2.0
#include "apps/model_choice.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "apps/progress.h"
#include "base/concat.h"
#include "base/thread_pool.h"
#include "hub/registry.h"

namespace capy {
namespace {

constexpr int64_t kThreadsMax = ThreadPool::kThreadsMax;

Result<std::optional<ComputeType>> read_type(const std::string& name) {
  if (name.empty()) return std::optional<ComputeType>();
  const std::optional<ComputeType> type = compute_type_named(name);
  if (type) return type;
  return Error{ErrorCode::kUsage, concat("--type: '", name, "' is not one of f32, bf16, int8, int4")};
}

Result<std::optional<KvType>> read_kv(const std::string& name) {
  if (name.empty()) return std::optional<KvType>();
  const std::optional<KvType> type = kv_type_named(name);
  if (type) return type;
  return Error{ErrorCode::kUsage, concat("--kv: '", name, "' is not one of f32, bf16, int8, int4")};
}

Result<int> read_threads(int64_t given) {
  if (given > 0) return static_cast<int>(given);
  const char* wanted = std::getenv("CAPY_THREADS");
  if (wanted == nullptr || *wanted == '\0') return 0;
  const std::string_view text = wanted;
  int threads = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), threads);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || threads < 1 || threads > kThreadsMax) {
    return Error{ErrorCode::kUsage,
                 concat("CAPY_THREADS: '", text.substr(0, 40), "' is not a number from 1 to ", kThreadsMax)};
  }
  return threads;
}

// Where converted weights are kept: nowhere with CAPY_CACHE=off, or without a home.
Result<std::string> read_cache_directory() {
  const char* wanted = std::getenv("CAPY_CACHE");
  const std::string_view text = wanted == nullptr ? "" : wanted;
  if (text == "off") return std::string();
  if (!text.empty() && text != "on")
    return Error{ErrorCode::kUsage, concat("CAPY_CACHE: '", text.substr(0, 40), "' is neither on nor off")};
  const Result<std::string> directory = packed_directory();
  return directory.ok() ? directory.value() : std::string();
}

}  // namespace

void add_model_flag(CommandLine& line, ModelChoice& choice) {
  line.add_option("-m,--model", choice.model,
                  "a name of `capy list`, a Hugging Face directory, a .safetensors or a .gguf file; the default model "
                  "when left out")
      ->check(not_empty())
      ->type_name("MODEL");
}

CLI::Option* add_model_argument(CommandLine& line, ModelChoice& choice) {
  return line
      .add_option("MODEL", choice.model,
                  "a name of `capy list`, a Hugging Face directory, a .safetensors or a .gguf file")
      ->type_name("");
}

void add_engine_options(CommandLine& line, ModelChoice& choice) {
  constexpr const char* kGroup = "Computing";
  line.add_option("--type", choice.type,
                  "compute with weights as f32, bf16, int8 or int4; what the file holds when left out")
      ->type_name("TYPE")
      ->group(kGroup);
  line.add_option("--kv", choice.kv, "keep attention's keys and values as f32, bf16, int8 or int4")
      ->type_name("TYPE")
      ->group(kGroup);
  line.add_option("--threads", choice.threads, "processor cores to use; all physical ones when left out")
      ->check(in_range(1, kThreadsMax))
      ->type_name("N")
      ->group(kGroup);
  line.add_option("--chunk", choice.chunk, "tokens of the prompt computed at once (results do not depend on it)")
      ->check(in_range(1, EngineLimits{}.chunk_tokens_max))
      ->type_name("N")
      ->group(kGroup);
  line.add_repeatable("--lora", choice.loras, "a LoRA adapter beside the weights, and how strong; may be repeated")
      ->type_name("DIR[:SCALE]")
      ->group(kGroup);
}

void add_context_option(CommandLine& line, ModelChoice& choice, const std::string& purpose) {
  line.add_option("--context", choice.context, purpose)
      ->check(in_range(1, EngineLimits{}.context_tokens_max))
      ->type_name("N");
}

Result<LoraSource> read_lora(const std::string& text, const std::string& where) {
  LoraSource source{text, 1.0F};
  std::error_code ignored;
  const size_t colon = text.rfind(':');
  if (colon != std::string::npos && !std::filesystem::exists(text, ignored)) {
    const char* begin = text.data() + colon + 1;
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(begin, end, source.scale);
    if (read.ec != std::errc() || read.ptr != end || !std::isfinite(source.scale)) {
      return Error{ErrorCode::kUsage, concat(where, ": '", text, "': no such directory, and '", text.substr(colon + 1),
                                             "' is not a scale (DIR or DIR:0.5)")};
    }
    source.directory = text.substr(0, colon);
  }
  if (!std::filesystem::is_directory(source.directory, ignored)) {
    return Error{ErrorCode::kNotFound, concat(where, ": ", source.directory, ": no such directory")};
  }
  return source;
}

Result<EngineOptions> engine_options(const ModelChoice& choice) {
  EngineOptions engine;
  engine.type = TRY(read_type(choice.type));
  engine.kv = TRY(read_kv(choice.kv));
  engine.threads = TRY(read_threads(choice.threads));
  engine.cache_directory = TRY(read_cache_directory());
  engine.context_tokens = choice.context;
  if (choice.chunk > 0) engine.chunk_tokens = choice.chunk;
  for (const std::string& lora : choice.loras) engine.loras.push_back(TRY(read_lora(lora, "--lora")));
  return engine;
}

Result<std::unique_ptr<Engine>> open_engine(const ModelChoice& choice) {
  EngineOptions engine = TRY(engine_options(choice));
  return open_engine(TRY(find_model(choice.model)), std::move(engine));
}

Result<std::unique_ptr<Engine>> open_engine(const std::string& path, EngineOptions options) {
  Progress progress("loading " + model_title(path));
  options.on_progress = [&progress](double fraction) { progress.update(fraction); };
  return Engine::open(path, std::move(options));
}

std::vector<int32_t> all_loras(const ModelChoice& choice) {
  std::vector<int32_t> indices;
  for (size_t i = 0; i < choice.loras.size(); ++i) indices.push_back(static_cast<int32_t>(i));
  return indices;
}

std::string model_title(const std::string& path) {
  std::filesystem::path file(path);
  if (file.filename().empty()) file = file.parent_path();
  std::string name = file.filename().string();
  for (const std::string_view ending : {".gguf", ".safetensors"}) {
    if (name.size() > ending.size() && name.ends_with(ending)) name.resize(name.size() - ending.size());
  }
  return name.empty() ? path : name;
}

}  // namespace capy
