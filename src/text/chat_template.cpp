// SPDX-License-Identifier: Apache-2.0
#include "text/chat_template.h"

#include "text/jinja_interpreter.h"

namespace capy::text {

using jinja::Value;

Result<ChatTemplate> ChatTemplate::parse(std::string_view source, std::string_view name, const jinja::Limits& limits) {
  std::shared_ptr<const jinja::Tree> tree = TRY(jinja::parse_template(source, name, limits));
  return ChatTemplate(std::move(tree), limits);
}

namespace {

RenderedPrompt with_spans(jinja::Text text) {
  RenderedPrompt prompt;
  size_t begin = 0;
  for (const jinja::Text::Run& run : text.runs()) {
    const bool is_template = (run.origin & jinja::kFromValue) == 0;
    prompt.spans.push_back({begin, run.end, is_template, (run.origin & jinja::kInGeneration) != 0});
    begin = run.end;
  }
  prompt.text = std::move(text).take_bytes();
  return prompt;
}

Status set_variables(jinja::Interpreter& interpreter, const Value& messages, const Json& tools,
                     const TemplateOptions& options) {
  interpreter.set_variable("messages", messages);
  const bool has_tools = tools.exists() && !tools.is_null();
  interpreter.set_variable("tools",
                           has_tools ? TRY(value_from_json(interpreter.budget(), tools)) : Value(jinja::None{}));
  interpreter.set_variable("documents", Value(jinja::None{}));
  interpreter.set_variable("add_generation_prompt", Value(options.add_generation_prompt));
  if (options.enable_thinking) interpreter.set_variable("enable_thinking", Value(*options.enable_thinking));
  for (const auto& [name, token] : options.special_tokens) {
    interpreter.set_variable(name, jinja::template_string(token));
  }
  for (const auto& [name, json] : options.variables) {
    interpreter.set_variable(name, TRY(value_from_json(interpreter.budget(), json)));
  }
  return {};
}

}  // namespace

Result<RenderedPrompt> ChatTemplate::render(const Conversation& messages, const Json& tools,
                                            const TemplateOptions& options) const {
  jinja::Interpreter interpreter(*tree_, limits_, jinja::Clock(options.local_seconds));
  TRY(set_variables(interpreter, *messages.messages_, tools, options));
  return with_spans(TRY(interpreter.run()));
}

Result<RenderedPrompt> ChatTemplate::render(const Json& messages, const Json& tools,
                                            const TemplateOptions& options) const {
  return render(TRY(Conversation::from_json(messages)), tools, options);
}

Result<RenderedPrompt> ChatTemplate::render_tolerant(const Conversation& messages, const Json& tools,
                                                     const TemplateOptions& options) const {
  Result<RenderedPrompt> exact = render(messages, tools, options);
  // Whatever the template stumbles over (its own refusal, a missing first message, content that is null) may be cured
  // by another order; a limit may not.
  if (exact.ok() || exact.error().code != ErrorCode::kInvalid) return exact;
  for (const Conversation::Order order : {Conversation::Order::kGentle, Conversation::Order::kPlain}) {
    Result<RenderedPrompt> again = render(messages.normalised(order), tools, options);
    if (!again.ok()) continue;
    RenderedPrompt prompt = std::move(again).take();
    prompt.note =
        concat("the chat template refused the messages (", exact.error().message, "); ",
               order == Conversation::Order::kGentle ? "they were put in order"
                                                     : "they were rewritten as plain user and assistant turns");
    return prompt;
  }
  return exact;
}

}  // namespace capy::text
