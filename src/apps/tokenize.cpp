// SPDX-License-Identifier: Apache-2.0
// capy tokenize and capy detokenize: text to ids and back, without loading the weights.
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/command.h"
#include "apps/command_line.h"
#include "apps/model_choice.h"
#include "apps/streams.h"
#include "base/concat.h"
#include "engine/text_model.h"
#include "hub/registry.h"
#include "text/tokenizer.h"

namespace capy {
namespace {

constexpr int64_t kTextBytesMax = int64_t{1} << 30;
constexpr size_t kPieceBytes = 1 << 20;  // of output, written at once

Result<Tokenizer> tokenizer_of(const ModelChoice& choice) {
  const std::string path = TRY(find_model(choice.model));
  std::error_code ignored;
  const bool has_no_model = !std::filesystem::exists(path + "/config.json", ignored);
  if (has_no_model && std::filesystem::exists(path + "/tokenizer.json", ignored)) {
    return Tokenizer::open_directory(path);  // made by `capy tokenizer train`, and no model yet
  }
  const Checkpoint checkpoint = TRY(Checkpoint::open(path));
  std::optional<Tokenizer> tokenizer = TRY(open_tokenizer(checkpoint));
  if (!tokenizer) return Error{ErrorCode::kNotFound, concat(path, ": this model has no tokenizer")};
  return *std::move(tokenizer);
}

Status write_ids(const std::vector<int32_t>& ids, bool json) {
  std::string text = json ? "[" : "";
  for (size_t i = 0; i < ids.size(); ++i) {
    text += concat(i == 0 ? "" : (json ? "," : " "), ids[i]);
    if (text.size() < kPieceBytes) continue;
    TRY(write_output(text));
    text.clear();
  }
  return write_output(text + (json ? "]\n" : "\n"));
}

}  // namespace

Result<int> tokenize_command(int argc, const char* const* argv) {
  CommandLine line(
      "capy tokenize",
      "Turn the text on standard input into token ids. The text is taken as it is, its last line break too\n"
      "(bytes for which the vocabulary has no token are left out);\n"
      "nothing is put before or after it.",
      "  echo -n \"Hello\" | capy tokenize ./model\n"
      "  capy tokenize model.gguf --json < text.txt\n"
      "  capy tokenize model.gguf --no-special < message.txt      as a chat message is read\n");
  ModelChoice choice;
  bool no_special = false;
  bool json = false;
  add_model_argument(line, choice)->required();
  line.add_flag("--no-special", no_special, "read <|im_start|> and its like as ordinary text");
  line.add_flag("--json", json, "one JSON array");
  if (const auto ended = TRY(line.read(argc, argv))) return *ended;

  const Tokenizer tokenizer = TRY(tokenizer_of(choice));
  const std::string text = TRY(read_input(kTextBytesMax));
  std::vector<int32_t> ids;
  if (no_special) {
    tokenizer.encode(text, ids);
  } else {
    tokenizer.encode_with_special(text, ids);
  }
  TRY(write_ids(ids, json));
  return 0;
}

Result<int> detokenize_command(int argc, const char* const* argv) {
  CommandLine line(
      "capy detokenize",
      "Turn the token ids on standard input (with spaces, commas or line breaks between, or a JSON array) into\n"
      "their text, byte for byte; no line break is added.",
      "  echo 504 1185 | capy detokenize ./model\n"
      "  capy tokenize model.gguf < text.txt | capy detokenize model.gguf | cmp - text.txt\n");
  ModelChoice choice;
  add_model_argument(line, choice)->required();
  if (const auto ended = TRY(line.read(argc, argv))) return *ended;

  const Tokenizer tokenizer = TRY(tokenizer_of(choice));
  Result<std::vector<int32_t>> ids = parse_token_ids(TRY(read_input(kTextBytesMax)), "standard input");
  if (!ids.ok()) return Error{ErrorCode::kInvalid, ids.error().message};
  for (const int32_t id : ids.value()) {
    if (id >= tokenizer.token_count()) {
      return Error{ErrorCode::kInvalid, concat("standard input: ", id, " is not a token: this model has ids from 0 to ",
                                               tokenizer.token_count() - 1)};
    }
  }
  TRY(write_output(tokenizer.decode_bytes(ids.value())));
  return 0;
}

}  // namespace capy
