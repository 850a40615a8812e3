// SPDX-License-Identifier: Apache-2.0
// capy template: the prompt that a checkpoint's own chat template makes of messages, byte for byte. Nothing is
// normalised here: where the template refuses the messages, that is the answer.
#include <string>
#include <vector>

#include "apps/command.h"
#include "apps/command_line.h"
#include "apps/conversation.h"
#include "apps/model_choice.h"
#include "apps/streams.h"
#include "base/concat.h"
#include "base/json.h"
#include "engine/text_model.h"
#include "hub/registry.h"

namespace capy {
namespace {

constexpr int64_t kMessageBytesMax = int64_t{256} << 20;

// NAME=JSON of --set; the documents must outlive the rendering.
struct Variable {
  std::string name;
  JsonDocument value;
};

Result<Variable> read_variable(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    return Error{ErrorCode::kUsage, concat("--set: '", text.substr(0, 40), "' is not NAME=JSON")};
  }
  std::string name = text.substr(0, equals);
  Result<JsonDocument> value = JsonDocument::parse(std::string_view(text).substr(equals + 1), "--set " + name);
  if (!value.ok()) {
    return Error{ErrorCode::kUsage,
                 concat(value.error().message, " (texts need their own quotes: --set 'name=\"text\"')")};
  }
  return Variable{std::move(name), std::move(value).take()};
}

struct Wanted {
  ModelChoice choice;
  std::string tools_file;
  std::optional<bool> think;
  bool no_generation_prompt = false;
  std::vector<std::string> settings;
};

Result<RenderedPrompt> render(const Wanted& wanted, const std::string& messages_text) {
  std::vector<Variable> variables;
  for (const std::string& text : wanted.settings) variables.push_back(TRY(read_variable(text)));
  const std::string path = TRY(find_model(wanted.choice.model));
  const Checkpoint checkpoint = TRY(Checkpoint::open(path));
  const std::optional<Tokenizer> tokenizer = TRY(open_tokenizer(checkpoint));
  const std::optional<ChatTemplate> chat_template = TRY(open_chat_template(checkpoint));
  if (!chat_template) return Error{ErrorCode::kNotFound, concat(path, ": this model has no chat template")};

  const JsonDocument document = TRY(JsonDocument::parse(messages_text, "standard input"));
  const Json root = document.root();
  Json messages = root;
  Json tools;
  if (root.is_object()) {
    messages = root["messages"];
    tools = root["tools"];
    if (!messages.exists()) return Error{ErrorCode::kInvalid, "standard input: the object has no \"messages\""};
  }
  std::optional<JsonDocument> tools_document;
  if (!wanted.tools_file.empty()) {
    tools_document = TRY(JsonDocument::read(wanted.tools_file));
    tools = tools_document->root();
  }
  TemplateOptions options = template_options(tokenizer ? &*tokenizer : nullptr, wanted.think);
  options.add_generation_prompt = !wanted.no_generation_prompt;
  for (const Variable& variable : variables) options.variables.emplace_back(variable.name, variable.value.root());
  return chat_template->render(messages, tools, options);
}

}  // namespace

Result<int> template_command(int argc, const char* const* argv) {
  CommandLine line(
      "capy template",
      "Turn the messages on standard input into the prompt that the model sees, exactly as the model's own chat\n"
      "template writes it. The input is a JSON array of messages, or an object with \"messages\" and \"tools\".",
      "  echo '[{\"role\":\"user\",\"content\":\"Hi\"}]' | capy template smollm2\n"
      "  capy template ./Qwen3.5-4B --tools tools.json --think off < messages.json\n"
      "  capy template ./model --set preserve_thinking=true < messages.json\n");
  Wanted wanted;
  add_model_argument(line, wanted.choice)->required();
  line.add_option("--tools", wanted.tools_file, "a JSON array of tools that the model may call")->type_name("FILE");
  line.add_on_off("--think", wanted.think, "the template's enable_thinking; undefined when left out");
  line.add_flag("--no-generation-prompt", wanted.no_generation_prompt, "do not begin the assistant's answer");
  line.add_repeatable("--set", wanted.settings, "a further variable of the template; may be repeated")
      ->type_name("NAME=JSON");
  if (const auto ended = TRY(line.read(argc, argv))) return *ended;

  const std::string messages = TRY(read_input(kMessageBytesMax));
  const RenderedPrompt prompt = TRY(render(wanted, messages));
  TRY(write_output(prompt.text));
  return 0;
}

}  // namespace capy
