// SPDX-License-Identifier: Apache-2.0
// Messages of a chat, and their way through the checkpoint's template to tokens.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "text/chat_template.h"

namespace capy {

struct PreparedPrompt {
  std::vector<int32_t> tokens;
  bool begins_in_thinking = false;  // the template has opened a thinking block for the answer
  std::string note;                 // what was changed in the messages so that the template takes them; or empty
};

// The prompt for the assistant's next message. `think` left out: what the template does by itself. Messages that the
// template refuses are given to it in a simpler order; `capy template` never does that.
Result<PreparedPrompt> prepare_chat(const Engine& engine, std::span<const ChatMessage> messages,
                                    std::optional<bool> think);

// A conversation as JSON: an array of {"role", "content"} with "reasoning_content" where there was thinking.
std::string conversation_to_json(std::span<const ChatMessage> messages);
// Also takes an object with "messages"; `name` is what errors call the text.
Result<std::vector<ChatMessage>> conversation_from_json(std::string_view text, std::string_view name);

}  // namespace capy
