// SPDX-License-Identifier: Apache-2.0
#include "text/chat_template.h"

#include "text/jinja_interpreter.h"

namespace capy {

using jinja::Value;

Result<ChatTemplate> ChatTemplate::parse(std::string_view source, std::string_view name, const jinja::Limits& limits) {
  std::shared_ptr<const jinja::Tree> tree = TRY(jinja::parse_template(source, name, limits));
  ChatTemplate chat(std::move(tree), limits);
  chat.takes_parts_ = chat.shows_parts();
  return chat;
}

// Tried out with a message of one part: it should print the text and nothing of the list around it.
bool ChatTemplate::shows_parts() const {
  static const JsonDocument kProbe =
      JsonDocument::parse(R"([{"role": "user", "content": [{"type": "text", "text": "PROBE"}]}])", "probe").take();
  ChatTemplate hurried = *this;
  hurried.limits_.steps_max /= 100;
  const Result<RenderedPrompt> shown = hurried.render(kProbe.root(), Json(), {});
  if (!shown.ok()) return false;
  const std::string_view text = shown.value().text;
  const auto has = [&](std::string_view part) { return text.find(part) != std::string_view::npos; };
  return has("PROBE") && !has("'PROBE'") && !has("\"PROBE\"");
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
  using Order = Conversation::Order;
  if (!takes_parts_ && messages.has_lists_of_text()) {
    Result<RenderedPrompt> prompt = render_tolerant(messages.normalised(Order::kText), tools, options);
    if (!prompt.ok() || !prompt.value().note.empty()) return prompt;
    RenderedPrompt joined = std::move(prompt).take();
    joined.note = "the chat template takes no lists of parts; their texts were joined";
    return joined;
  }
  Result<RenderedPrompt> exact = render(messages, tools, options);
  // Whatever the template stumbles over (its own refusal, a missing first message, content that is null) may be cured
  // by another order; a limit may not.
  if (exact.ok() || exact.error().code != ErrorCode::kInvalid) return exact;
  static constexpr std::pair<Order, std::string_view> kForms[] = {
      {Order::kText, "their content was written as text"},
      {Order::kGentle, "they were put in order"},
      {Order::kPlain, "they were rewritten as plain user and assistant turns"}};
  for (const auto& [order, what] : kForms) {
    Result<RenderedPrompt> again = render(messages.normalised(order), tools, options);
    if (!again.ok()) continue;
    RenderedPrompt prompt = std::move(again).take();
    prompt.note = concat("the chat template refused the messages (", exact.error().message, "); ", what);
    return prompt;
  }
  return exact;
}

}  // namespace capy
