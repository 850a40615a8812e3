// SPDX-License-Identifier: Apache-2.0
// The commands of capy. Each one lives in a file of its own name and parses its own options: starting `capy run` does
// not build the options of eleven other commands.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"

namespace capy {

struct Command {
  const char* name;
  const char* summary;  // its line in `capy --help`
  // argv[0] is the command's name. The answer is the exit code (0, or 1 where the error was already told); an error is
  // printed by main and becomes 1, 2 (kUsage) or 130 (kCancelled).
  Result<int> (*start)(int argc, const char* const* argv);
};

Result<int> run_command(int argc, const char* const* argv);
Result<int> list_command(int argc, const char* const* argv);
Result<int> show_command(int argc, const char* const* argv);
Result<int> logits_command(int argc, const char* const* argv);
Result<int> tokenize_command(int argc, const char* const* argv);
Result<int> detokenize_command(int argc, const char* const* argv);
Result<int> template_command(int argc, const char* const* argv);
Result<int> perplexity_command(int argc, const char* const* argv);
Result<int> bench_command(int argc, const char* const* argv);
Result<int> quantize_command(int argc, const char* const* argv);
Result<int> gradients_command(int argc, const char* const* argv);
Result<int> init_command(int argc, const char* const* argv);
Result<int> train_command(int argc, const char* const* argv);
Result<int> tune_command(int argc, const char* const* argv);
Result<int> merge_command(int argc, const char* const* argv);
Result<int> tokenizer_command(int argc, const char* const* argv);
Result<int> data_command(int argc, const char* const* argv);
Result<int> eval_command(int argc, const char* const* argv);
Result<int> doctor_command(int argc, const char* const* argv);

// Goes on with the part that argv[1] names; its own --help, and kUsage where there is no such part.
Result<int> start_part(std::string_view command, std::string_view purpose, std::string_view examples,
                       std::span<const Command> parts, int argc, const char* const* argv);

// In the order of `capy --help`.
std::span<const Command> all_commands();

}  // namespace capy
