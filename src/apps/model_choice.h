// SPDX-License-Identifier: Apache-2.0
// The options that every command with a model shares, and the way from them to an open engine.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/command_line.h"
#include "base/result.h"
#include "engine/engine.h"

namespace capy {

struct ModelChoice {
  std::string model;  // a name, a directory or a file; "" is the default model
  std::string type;
  std::string kv;
  int64_t threads = 0;
  int64_t context = 0;
  int64_t chunk = 0;
  std::vector<std::string> loras;  // DIR or DIR:SCALE
};

// -m MODEL, or MODEL as the first argument.
void add_model_flag(CommandLine& line, ModelChoice& choice);
CLI::Option* add_model_argument(CommandLine& line, ModelChoice& choice);
// --type --kv --threads --chunk --lora
void add_engine_options(CommandLine& line, ModelChoice& choice);
// --context; `purpose` because perplexity means its windows.
void add_context_option(CommandLine& line, ModelChoice& choice, const std::string& purpose);

// "DIR:0.5": the part behind the last colon is a scale when it is a number and no directory has the whole name. `where`
// is what messages call the argument.
Result<LoraSource> read_lora(const std::string& text, const std::string& where);

// kUsage where a value is not one; CAPY_THREADS counts where --threads is not given.
Result<EngineOptions> engine_options(const ModelChoice& choice);

// Opens the model with a progress bar on a terminal.
Result<std::unique_ptr<Engine>> open_engine(const ModelChoice& choice);
Result<std::unique_ptr<Engine>> open_engine(const std::string& path, EngineOptions options);

// All adapters of the engine: what a command that knows only one set applies.
std::vector<int32_t> all_loras(const ModelChoice& choice);

// "SmolLM2-135M-Instruct.Q4_1" of ".../SmolLM2-135M-Instruct.Q4_1.gguf": for people.
std::string model_title(const std::string& path);

}  // namespace capy
