// SPDX-License-Identifier: Apache-2.0
#include "apps/chat_session.h"

#include <cstdio>

#include "apps/interrupt.h"
#include "apps/model_choice.h"
#include "apps/streams.h"
#include "apps/terminal.h"
#include "base/concat.h"
#include "hub/registry.h"

namespace capy {

Result<ChatSession> ChatSession::open(ChatSettings settings) {
  ChatSession session;
  const std::string path = TRY(find_model(settings.choice.model));
  EngineOptions options = TRY(engine_options(settings.choice));
  session.engine_ = TRY(open_engine(path, std::move(options)));
  if (session.engine_->chat_template() == nullptr || session.engine_->tokenizer() == nullptr) {
    return Error{ErrorCode::kUnsupported,
                 concat(path,
                        ": this model has no chat template: it continues texts (capy run --raw "
                        "\"...\") and does not chat")};
  }
  session.recommended_ = TRY(recommended_by_checkpoint(path));
  session.title_ = model_title(path);
  session.settings_ = std::move(settings);
  return session;
}

std::vector<ChatMessage> ChatSession::all_messages() const {
  std::vector<ChatMessage> all;
  if (!settings_.system.empty()) all.push_back({"system", settings_.system, std::nullopt});
  all.insert(all.end(), messages_.begin(), messages_.end());
  return all;
}

void ChatSession::replace_messages(std::vector<ChatMessage> messages) {
  settings_.system.clear();
  if (!messages.empty() && messages.front().role == "system") {
    settings_.system = messages.front().content;
    messages.erase(messages.begin());
  }
  messages_ = std::move(messages);
}

SamplingOptions ChatSession::sampling(bool thinking) const {
  return sampling_for(*engine_, thinking, recommended_, settings_.wishes);
}

Result<int64_t> ChatSession::prompt_tokens() const {
  if (messages_.empty()) return int64_t{0};
  const PreparedPrompt prompt = TRY(prepare_chat(*engine_, all_messages(), settings_.think));
  return static_cast<int64_t>(prompt.tokens.size());
}

Result<ChatStep> ChatSession::ask(const std::string& text) {
  messages_.push_back({"user", text, std::nullopt});
  Result<ChatStep> step = answer();
  if (!step.ok()) messages_.pop_back();
  return step;
}

Result<ChatStep> ChatSession::retry() {
  if (messages_.empty()) return Error{ErrorCode::kInvalid, "there is nothing to retry"};
  std::optional<ChatMessage> given_up;
  if (messages_.back().role == "assistant") {
    given_up = std::move(messages_.back());
    messages_.pop_back();
  }
  Result<ChatStep> step = answer();
  if (!step.ok() && given_up) messages_.push_back(*std::move(given_up));
  return step;
}

bool ChatSession::undo() {
  const size_t before = messages_.size();
  while (!messages_.empty()) {
    const bool question = messages_.back().role == "user";
    messages_.pop_back();
    if (question) break;
  }
  return messages_.size() < before;
}

void ChatSession::clear() { messages_.clear(); }

// What stands below an answer.
Status ChatSession::write_ending(const Response& response) const {
  if (response.finish == FinishReason::kCancelled) {
    TRY(write_output(styled("(stopped)", Style::kDim, Stream::kOutput) + "\n"));
  } else if (response.finish == FinishReason::kLength) {
    const std::string why =
        settings_.max_tokens >= 0 && static_cast<int64_t>(response.tokens.size()) >= settings_.max_tokens
            ? "(cut: --max-tokens)"
            : "(cut: the context is full; /undo or /clear makes room)";
    TRY(write_output(styled(why, Style::kDim, Stream::kOutput) + "\n"));
  }
  if (settings_.shows_stats) {
    TRY(write_output(styled(describe_speed(*engine_, response), Style::kDim, Stream::kOutput)));
  }
  return write_output("\n");
}

// The engine's sequence goes along as a prefix: what it shares with the new prompt is not computed again. Taken with
// the answer, it is the next turn's prefix, also when Ctrl-C cut the answer.
Result<ChatStep> ChatSession::answer() {
  PreparedPrompt prompt = TRY(prepare_chat(*engine_, all_messages(), settings_.think));
  const auto prompt_tokens = static_cast<int64_t>(prompt.tokens.size());
  const Status fits = check_fits(*engine_, prompt_tokens, settings_.max_tokens);
  if (!fits.ok()) return Error{fits.error().code, fits.error().message + "; /undo or /clear makes room"};

  AnswerQuestion question;
  question.request.tokens = std::move(prompt.tokens);
  question.request.sampling = sampling(prompt.begins_in_thinking);
  question.request.max_tokens = settings_.max_tokens;
  question.request.ignore_eos = settings_.ignore_eos;
  question.request.loras = all_loras(settings_.choice);
  question.begins_in_thinking = prompt.begins_in_thinking;
  question.prefix = std::exchange(sequence_, std::nullopt);
  SequenceId kept = -1;
  question.kept = &kept;
  const std::unique_ptr<AnswerPrinter> printer = text_printer(true);
  const InterruptScope scope(Termination::kAtOnce);
  const QuietInput quiet;
  Result<Answer> answer = give_answer(*engine_, std::move(question), *printer);
  if (kept >= 0) sequence_ = kept;
  if (!answer.ok()) return answer.error();

  const Response& response = answer.value().response;
  ChatMessage message{"assistant", answer.value().text, std::nullopt};
  if (!answer.value().thinking.empty()) message.reasoning = answer.value().thinking;
  last_response_ = response;
  const Status ended = write_ending(response);
  // Ctrl-C in these last writes: the answer is there, and the user wants the prompt back.
  if (!ended.ok() && ended.error().code != ErrorCode::kCancelled) return ended.error();
  messages_.push_back(std::move(message));  // last, so that after an error the messages are what they were
  return ChatStep::kGoOn;
}

}  // namespace capy
