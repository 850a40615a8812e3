// SPDX-License-Identifier: Apache-2.0
// Set-up, choice of the command, and the one place where errors become messages and exit codes:
// 0 done, 1 failed with one message on stderr, 2 wrong usage, 130 interrupted.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "apps/command.h"
#include "apps/interrupt.h"
#include "apps/streams.h"
#include "apps/terminal.h"
#include "base/concat.h"

namespace capy {
namespace {

constexpr Command kCommands[] = {
    {"run", "ask a model: one answer, or a chat on a terminal", run_command},
    {"list", "models that are here", list_command},
    {"show", "what a model is, what it needs, what fits this machine", show_command},
    {"perplexity", "how well a model predicts a text", perplexity_command},
    {"eval", "what a model knows and can do, in figures", eval_command},
    {"tokenize", "text to token ids", tokenize_command},
    {"detokenize", "token ids to text", detokenize_command},
    {"template", "messages to the prompt that the model sees", template_command},
    {"logits", "the model's raw output for given tokens, as a .npy file", logits_command},
    {"gradients", "a loss and the gradient of every parameter, as a .safetensors file", gradients_command},
    {"bench", "how fast a model runs here, and how fast it could", bench_command},
    {"quantize", "a model with weights of 4, 8 or 16 bits", quantize_command},
    {"init", "a model with random weights from a config.json", init_command},
    {"tokenizer", "learn a vocabulary from texts", tokenizer_command},
    {"data", "texts and conversations made ready for training", data_command},
    {"train", "train a model on data sets, as a TOML file says", train_command},
    {"tune", "teach a model by conversations", tune_command},
    {"merge", "one model of a model and its adapters", merge_command},
    {"doctor", "what this machine has, and whether all is well", doctor_command},
};

// Commands of the design that this version does not have: said plainly, instead of "unknown".
constexpr std::string_view kLater[] = {"serve", "pull", "remove"};

std::string overview() {
  std::string text =
      "capy runs language models on your own machine's processor.\n\n"
      "Usage: capy COMMAND [OPTIONS]\n\nCommands:\n";
  for (const Command& command : all_commands()) {
    const std::string_view name = command.name;
    text += concat("  ", name, std::string(14 - name.size(), ' '), command.summary, "\n");
  }
  text +=
      "\nOptions:\n"
      "  --help        this help; `capy COMMAND --help` tells a command's options and gives examples\n"
      "  --version     capy's version\n"
      "\nExamples:\n"
      "  capy run \"Why is the sky blue?\"\n"
      "  capy run                                 a chat with the built-in model\n"
      "  capy run -m ./Qwen3.5-0.8B < question.txt > answer.txt\n"
      "  capy show ./model.gguf\n"
      "\nEnvironment:\n"
      "  CAPY_HOME     where models, caches and the chat's history are kept\n"
      "  CAPY_CACHE    off: keep no converted weights for the next start\n"
      "  CAPY_THREADS  threads to use when --threads is not given\n"
      "  CAPY_ISA      kernels to use (generic, avx2, avx512, ...); the best of the machine otherwise\n"
      "  NO_COLOR      no colours when set\n";
  return text;
}

// Edits that turn a into b; for "did you mean".
size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = above;
    }
  }
  return row[b.size()];
}

Error unknown_command(std::string_view name) {
  if (std::find(std::begin(kLater), std::end(kLater), name) != std::end(kLater)) {
    return Error{ErrorCode::kUsage, concat("'", name, "' is not in this version yet (capy --help lists what is)")};
  }
  const std::string shown(name.substr(0, 40));
  const auto near = std::min_element(
      std::begin(kCommands), std::end(kCommands),
      [&](const Command& a, const Command& b) { return distance(shown, a.name) < distance(shown, b.name); });
  const bool meant = distance(shown, near->name) <= 2;
  return Error{ErrorCode::kUsage, meant ? concat("no command '", shown, "'; did you mean '", near->name, "'?")
                                        : concat("no command '", shown, "' (capy --help lists them)")};
}

Result<int> start_command(std::string_view name, int argc, const char* const* argv) {
  for (const Command& command : all_commands()) {
    if (name == command.name) return command.start(argc, argv);
  }
  return unknown_command(name);
}

Result<int> start(int argc, const char* const* argv) {
  const std::string_view first = argc > 1 ? argv[1] : "--help";
  if (first == "--version" || first == "-V" || first == "version") {
    TRY(write_output("capy " CAPY_VERSION "\n"));
    return 0;
  }
  if (first == "help" && argc > 2) {
    const char* const help[] = {argv[2], "--help"};
    return start_command(argv[2], 2, help);
  }
  if (first == "--help" || first == "-h" || first == "help") {
    TRY(write_output(overview()));
    return argc > 1 ? 0 : 2;
  }
  if (first.starts_with('-')) {
    return Error{ErrorCode::kUsage,
                 concat("the command comes first: capy COMMAND ", first.substr(0, 40), " (capy --help)")};
  }
  return start_command(first, argc - 1, argv + 1);
}

int exit_code(const Error& error) {
  switch (error.code) {
    case ErrorCode::kUsage: return 2;
    case ErrorCode::kCancelled: return 130;
    default: return 1;
  }
}

int finish(const Result<int>& result) {
  if (result.ok()) return result.value();
  const Error& error = result.error();
  if (is_reader_gone(error)) return 0;
  if (error.code != ErrorCode::kCancelled) std::fprintf(stderr, "capy: error: %s\n", harmless(error.message).c_str());
  return exit_code(error);
}

}  // namespace

std::span<const Command> all_commands() { return kCommands; }

}  // namespace capy

int main(int argc, char** argv) {
  capy::secure_standard_streams();
  capy::install_interrupt_handler();
  // Nothing of ours throws, but the standard library does when memory ends.
  try {
    return capy::finish(capy::start(argc, argv));
  } catch (const std::bad_alloc&) {
    std::fputs("capy: error: out of memory: a smaller model, --type int8 or a smaller --context needs less\n", stderr);
  } catch (const std::length_error&) {
    std::fputs("capy: error: out of memory: more was asked for than can exist\n", stderr);
  } catch (const std::exception& thrown) {
    std::fprintf(stderr, "capy: error: internal: %s\n", thrown.what());
  }
  return 1;
}
