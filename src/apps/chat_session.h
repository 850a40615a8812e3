// SPDX-License-Identifier: Apache-2.0
// One chat: its messages, its settings, and the engine's sequence, which is kept between turns so that only what is new
// is computed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/answer.h"
#include "apps/chat.h"
#include "apps/conversation.h"
#include "base/result.h"
#include "engine/engine.h"

namespace capy {

enum class ChatStep { kGoOn, kLeave };

class ChatSession {
 public:
  static Result<ChatSession> open(ChatSettings settings);

  // Adds the user's message and writes the answer to stdout. An error leaves the messages as they were.
  Result<ChatStep> ask(const std::string& text);
  // The last answer is given up and another one written.
  Result<ChatStep> retry();
  // Forgets the last question and its answer; false when there is none.
  bool undo();
  void clear();  // all but the system message

  const Engine& engine() const { return *engine_; }
  const std::string& title() const { return title_; }
  ChatSettings& settings() { return settings_; }
  const std::string& system() const { return settings_.system; }
  // Without the system message.
  const std::vector<ChatMessage>& messages() const { return messages_; }
  // With it; for /save.
  std::vector<ChatMessage> all_messages() const;
  void replace_messages(std::vector<ChatMessage> messages);

  // The sampling of the next answer, as far as it is known before the prompt is rendered.
  SamplingOptions sampling(bool thinking) const;
  // Tokens of the conversation so far, with the beginning of an answer.
  Result<int64_t> prompt_tokens() const;
  const std::optional<Response>& last_response() const { return last_response_; }

 private:
  ChatSession() = default;
  Result<ChatStep> answer();
  Status write_ending(const Response& response) const;

  ChatSettings settings_;
  std::string title_;
  SamplingWishes recommended_;
  std::unique_ptr<Engine> engine_;
  std::vector<ChatMessage> messages_;
  std::optional<SequenceId> sequence_;  // what the engine has computed; its tokens may go beyond the messages
  std::optional<Response> last_response_;
};

}  // namespace capy
