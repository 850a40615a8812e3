// SPDX-License-Identifier: Apache-2.0
#include "apps/answer.h"

#include <algorithm>

#include "apps/figures.h"
#include "apps/interrupt.h"
#include "apps/streams.h"
#include "apps/terminal.h"
#include "apps/word_wrap.h"
#include "base/concat.h"
#include "base/cpu.h"
#include "base/json.h"

namespace capy {
namespace {

// On a terminal words are not broken at its edge; a pipe gets the text as it is.
class TextPrinter : public AnswerPrinter {
 public:
  explicit TextPrinter(bool shows_thinking)
      : shows_thinking_(shows_thinking), on_terminal_(is_terminal(Stream::kOutput)) {
    if (on_terminal_) use_utf8_locale();
  }

  Status token(int32_t, const ThinkingSplitter::Pieces& pieces) override {
    if (shows_thinking_ && !pieces.thinking.empty()) {
      if (!dimmed_) TRY(write_output(begin_style(Style::kDim, Stream::kOutput)));
      dimmed_ = true;
      TRY(show(pieces.thinking));
    }
    if (pieces.answer.empty()) return {};
    TRY(end_thinking(pieces.answer.starts_with('\n') ? "" : "\n\n"));
    return show(pieces.answer);
  }

  Status finish(const Answer&) override {
    TRY(end_thinking(""));
    if (!on_terminal_) return {};
    const std::string rest = wrap_.finish(terminal_columns());
    return write_output(wrap_.column() > 0 ? rest + "\n" : rest);
  }

 private:
  Status show(const std::string& text) {
    if (!on_terminal_) return write_output(text);
    const std::string shown = wrap_.feed(harmless(text), terminal_columns());
    return shown.empty() ? Status() : write_output(shown);
  }

  Status end_thinking(std::string_view gap) {
    if (!dimmed_) return {};
    dimmed_ = false;
    const std::string rest = on_terminal_ ? wrap_.finish(terminal_columns()) : "";
    TRY(write_output(concat(rest, end_style(Style::kDim, Stream::kOutput))));
    return show(std::string(gap));
  }

  bool shows_thinking_;
  bool on_terminal_;
  bool dimmed_ = false;
  WordWrap wrap_;
};

class JsonPrinter : public AnswerPrinter {
 public:
  Status token(int32_t token, const ThinkingSplitter::Pieces& pieces) override {
    JsonWriter json;
    json.begin_object();
    if (token != kNoToken) json.member("token", static_cast<int64_t>(token));
    if (!pieces.thinking.empty()) json.member("thinking", pieces.thinking);
    json.member("text", pieces.answer);
    json.end_object();
    return write_output(json.text() + "\n");
  }
  Status finish(const Answer&) override { return {}; }
};

class IdPrinter : public AnswerPrinter {
 public:
  Status token(int32_t token, const ThinkingSplitter::Pieces&) override {
    if (token == kNoToken) return {};
    const std::string text = concat(first_ ? "" : " ", token);
    first_ = false;
    return write_output(text);
  }
  Status finish(const Answer&) override { return write_output("\n"); }

 private:
  bool first_ = true;
};

// Takes the engine's events, divides the text, and remembers the first error of the printer.
class Receiver {
 public:
  Receiver(const AnswerQuestion& question, AnswerPrinter& printer)
      : printer_(printer), splitter_(question.begins_in_thinking), divides_(question.divides_thinking) {}

  bool take(const TokenEvent& event) {
    seen_ += event.text.size();
    return give(event.token, divide(event.text)) && !interrupted();
  }

  // The end of the stream: what the splitter holds back, and what came after the last token's event.
  Result<Answer> finish(Response response) {
    TRY(status_);
    ThinkingSplitter::Pieces rest =
        divide(std::string_view(response.text).substr(std::min(seen_, response.text.size())));
    const ThinkingSplitter::Pieces held = splitter_.finish();
    rest.thinking += held.thinking;
    rest.answer += held.answer;
    const bool any = !rest.thinking.empty() || !rest.answer.empty();
    if (any) give(kNoToken, rest);
    TRY(status_);
    answer_.response = std::move(response);
    keep(printer_.finish(answer_));
    TRY(status_);
    if (stopped_) answer_.response.finish = FinishReason::kCancelled;
    return std::move(answer_);
  }

 private:
  ThinkingSplitter::Pieces divide(std::string_view text) {
    if (divides_) return splitter_.feed(text);
    return {"", std::string(text)};
  }

  bool give(int32_t token, const ThinkingSplitter::Pieces& pieces) {
    answer_.thinking += pieces.thinking;
    answer_.text += pieces.answer;
    if (status_.ok() && !stopped_) keep(printer_.token(token, pieces));
    return status_.ok() && !stopped_;
  }

  // Ctrl-C finds the program in a write where the terminal is slow: the answer was stopped, it did not fail.
  void keep(Status printed) {
    if (!printed.ok() && printed.error().code == ErrorCode::kCancelled) {
      stopped_ = true;
    } else {
      status_ = std::move(printed);
    }
  }

  AnswerPrinter& printer_;
  ThinkingSplitter splitter_;
  bool divides_;
  size_t seen_ = 0;  // bytes of the response's text
  Answer answer_;
  Status status_;
  bool stopped_ = false;
};

Status step_to_end(Engine& engine, RequestId id) {
  while (!engine.finished(id)) {
    if (interrupted()) engine.cancel(id);
    if (engine.finished(id)) break;
    TRY(engine.step());
  }
  return {};
}

}  // namespace

std::unique_ptr<AnswerPrinter> text_printer(bool shows_thinking) {
  return std::make_unique<TextPrinter>(shows_thinking);
}
std::unique_ptr<AnswerPrinter> id_printer() { return std::make_unique<IdPrinter>(); }
std::unique_ptr<AnswerPrinter> json_printer() { return std::make_unique<JsonPrinter>(); }

Result<Answer> give_answer(Engine& engine, AnswerQuestion question, AnswerPrinter& printer) {
  Receiver receiver(question, printer);
  question.request.on_token = [&receiver](const TokenEvent& event) { return receiver.take(event); };
  if (question.kept != nullptr) *question.kept = question.prefix.value_or(-1);
  const RequestId id = TRY(engine.submit(std::move(question.request), question.prefix.value_or(-1)));
  // The request has begun as a copy of the prefix; the prefix's memory goes to the answer.
  if (question.prefix) engine.drop(*question.prefix);
  Status stepped = step_to_end(engine, id);
  if (!stepped.ok()) engine.cancel(id);
  SequenceId grown = -1;
  Response response = engine.take(id, stepped.ok() && question.kept != nullptr ? &grown : nullptr);
  if (question.kept != nullptr) *question.kept = grown;
  TRY(std::move(stepped));
  if (response.finish == FinishReason::kError) return response.error;
  return receiver.finish(std::move(response));
}

Status check_fits(const Engine& engine, int64_t prompt_tokens, int64_t max_tokens) {
  const int64_t context = engine.context_tokens();
  const int64_t answer = std::max<int64_t>(max_tokens, 1);
  if (prompt_tokens <= context - std::min(answer, context)) return {};
  const std::string wanted = max_tokens > 0 ? concat("and ", max_tokens, " of an answer do") : "and an answer do";
  return Error{ErrorCode::kLimit,
               concat("the prompt's ", prompt_tokens, " tokens ", wanted, " not fit the context of ", context,
                      " tokens: a shorter prompt, fewer --max-tokens or a larger --context is needed")};
}

Status check_finished(const Engine& engine, const Response& response, int64_t max_tokens) {
  const auto answered = static_cast<int64_t>(response.tokens.size());
  if (response.finish != FinishReason::kLength || (max_tokens >= 0 && answered >= max_tokens)) return {};
  return Error{ErrorCode::kLimit,
               concat("the answer is cut: the context of ", engine.context_tokens(), " tokens is full (prompt ",
                      response.prompt_tokens, ", answer ", answered, "); a larger --context leaves more room")};
}

double tokens_per_second(int64_t tokens, double seconds) {
  return seconds > 0 ? static_cast<double>(tokens) / seconds : 0;
}

int64_t computed_prompt_tokens(const Response& response) { return response.prompt_tokens - response.cached_tokens; }

int64_t decoded_tokens(const Response& response) {
  return std::max<int64_t>(static_cast<int64_t>(response.tokens.size()) - 1, 0);
}

std::string describe_speed(const Engine& engine, const Response& response) {
  const Timings& timings = response.timings;
  const int64_t prompt = computed_prompt_tokens(response);
  const int64_t decoded = decoded_tokens(response);
  const std::string cached =
      response.cached_tokens > 0 ? concat(" (and ", response.cached_tokens, " known before)") : "";
  std::string text;
  text += concat("prompt       ", prompt, " tokens", cached, " in ", fixed(timings.prefill_seconds, 3), " s, ",
                 fixed(tokens_per_second(prompt, timings.prefill_seconds), 1), " tokens/s\n");
  text += concat("answer       ", response.tokens.size(), " tokens in ", fixed(timings.decode_seconds, 3), " s, ",
                 fixed(tokens_per_second(decoded, timings.decode_seconds), 1), " tokens/s, ended by ",
                 finish_reason_name(response.finish), "\n");
  if (response.drafted_tokens > 0) {
    text += concat("drafted      ", response.drafted_tokens, " tokens ahead, ", response.accepted_tokens,
                   " of them accepted\n");
  }
  text += concat("first token  after ", fixed(timings.first_token_seconds, 3), " s\n");
  text += concat("memory       ", readable_bytes(resident_bytes()), " (peak ", readable_bytes(resident_peak_bytes()),
                 ")\n");
  text += concat("computed as  ", compute_type_name(engine.compute_type()), ", kv ", kv_type_name(engine.kv_type()),
                 ", ", engine.threads(), engine.threads() == 1 ? " thread, " : " threads, ", engine.isa(), "\n");
  return text;
}

}  // namespace capy
