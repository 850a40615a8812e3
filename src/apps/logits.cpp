// SPDX-License-Identifier: Apache-2.0
// capy logits: the model's raw output for given tokens. Row i of the file holds the logits after token i.
#include <string>
#include <vector>

#include "apps/command.h"
#include "apps/command_line.h"
#include "apps/interrupt.h"
#include "apps/model_choice.h"
#include "apps/progress.h"
#include "base/concat.h"
#include "formats/npy.h"

namespace capy {
namespace {

constexpr int64_t kPieceTokens = 256;  // between two looks at Ctrl-C; results do not depend on it

Status write_logits(Engine& engine, std::span<const int32_t> tokens, const ModelChoice& choice,
                    const std::string& out) {
  NpyWriter file = TRY(NpyWriter::create(out, static_cast<int64_t>(tokens.size()), engine.vocab()));
  Status written;
  const SequenceId sequence = TRY(engine.create_sequence(all_loras(choice)));
  engine.set_logits(sequence, LogitsWanted::kAll, [&](int64_t, std::span<const float> logits) {
    if (written.ok()) written = file.write(logits);
  });
  Progress progress("computing", Progress::Unit::kTokens);
  for (size_t at = 0; at < tokens.size(); at += kPieceTokens) {
    TRY(engine.append(sequence, tokens.subspan(at, std::min<size_t>(kPieceTokens, tokens.size() - at))));
    while (TRY(engine.step())) {
    }
    TRY(written);
    if (interrupted()) return interruption();
    progress.update(engine.computed(sequence), static_cast<int64_t>(tokens.size()));
  }
  engine.drop(sequence);
  return file.finish();
}

}  // namespace

Result<int> logits_command(int argc, const char* const* argv) {
  CommandLine line(
      "capy logits",
      "Write what the model gives after each token: a NumPy file of float32 [tokens, vocabulary], row i after\n"
      "token i. Needs no tokenizer.",
      "  capy logits ./model --tokens 1,2,3 --out logits.npy\n"
      "  capy logits model.gguf --tokens \"$(capy tokenize model.gguf --json < text.txt)\" --type f32 --out f32.npy\n");
  ModelChoice choice;
  std::string tokens_text;
  std::vector<std::string> images;
  std::string out;
  add_model_argument(line, choice)->required();
  line.add_option("--tokens", tokens_text, "the tokens, as ids with commas between")->required()->type_name("IDS");
  line.add_option("--out", out, "the .npy file to write")->required()->type_name("FILE");
  line.add_repeatable("--image", images, "not in this version yet")->type_name("FILE");
  add_engine_options(line, choice);
  if (const auto ended = TRY(line.read(argc, argv))) return *ended;

  const std::vector<int32_t> tokens = TRY(parse_token_ids(tokens_text, "--tokens"));
  if (tokens.empty()) return Error{ErrorCode::kUsage, "--tokens: at least one id is needed"};
  if (!images.empty()) return Error{ErrorCode::kUsage, "--image: images are not in this version yet"};
  std::unique_ptr<Engine> engine = TRY(open_engine(choice));
  const InterruptScope scope;
  TRY(write_logits(*engine, tokens, choice, out));
  return 0;
}

}  // namespace capy
