// SPDX-License-Identifier: Apache-2.0
#include "apps/conversation.h"

#include "apps/thinking.h"
#include "base/concat.h"
#include "base/json.h"
#include "engine/text_model.h"

namespace capy {
namespace {

Result<RenderedPrompt> render(const Engine& engine, std::span<const ChatMessage> messages, std::optional<bool> think) {
  return engine.chat_template()->render_tolerant(Conversation::from_messages(messages), Json(),
                                                 template_options(engine.tokenizer(), think));
}

}  // namespace

Result<PreparedPrompt> prepare_chat(const Engine& engine, std::span<const ChatMessage> messages,
                                    std::optional<bool> think) {
  if (engine.tokenizer() == nullptr) {
    return Error{ErrorCode::kUnsupported, "this model has no tokenizer: give the prompt by --tokens"};
  }
  if (engine.chat_template() == nullptr) {
    return Error{ErrorCode::kUnsupported,
                 "this model has no chat template: it continues texts (--raw) and does not chat"};
  }
  const RenderedPrompt prompt = TRY(render(engine, messages, think));
  PreparedPrompt prepared;
  prepared.begins_in_thinking = ends_in_thinking(prompt.text);
  // Where nothing changes, the wish was not heard.
  if (think == true && !prepared.begins_in_thinking && TRY(render(engine, messages, false)).text == prompt.text) {
    return Error{ErrorCode::kUnsupported,
                 "this model's chat template cannot be told to think: leave --think out (in a chat: /think auto)"};
  }
  prepared.tokens = TRY(engine.tokenize_prompt(prompt));
  prepared.note = prompt.note;
  return prepared;
}

std::string conversation_to_json(std::span<const ChatMessage> messages) {
  JsonWriter json;
  json.begin_array();
  for (const ChatMessage& message : messages) {
    json.begin_object();
    json.member("role", message.role);
    json.member("content", message.content);
    if (message.reasoning) json.member("reasoning_content", *message.reasoning);
    json.end_object();
  }
  json.end_array();
  return json.text() + "\n";
}

Result<std::vector<ChatMessage>> conversation_from_json(std::string_view text, std::string_view name) {
  const JsonDocument document = TRY(JsonDocument::parse(text, name));
  const Json root = document.root();
  const Json list = root.is_object() ? root["messages"] : root;
  if (!list.is_array()) return Error{ErrorCode::kInvalid, concat(name, ": not an array of messages")};
  std::vector<ChatMessage> messages;
  for (int64_t i = 0; i < list.size(); ++i) {
    const auto role = list[i]["role"].as_string();
    const auto content = list[i]["content"].as_string();
    if (!role || !content)
      return Error{ErrorCode::kInvalid, concat(name, ": message ", i, " has no role or no text as content")};
    ChatMessage message{std::string(*role), std::string(*content), std::nullopt};
    if (const auto reasoning = list[i]["reasoning_content"].as_string()) message.reasoning = std::string(*reasoning);
    messages.push_back(std::move(message));
  }
  return messages;
}

}  // namespace capy
