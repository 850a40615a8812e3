// SPDX-License-Identifier: Apache-2.0
// One answer: the engine is stepped until the request has ended, and what it writes goes to a printer as it comes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/thinking.h"
#include "base/result.h"
#include "engine/engine.h"

namespace capy {

struct Answer {
  std::string thinking;
  std::string text;  // without the thinking
  Response response;
};

// Text that came after the last token: what could have become a stop string or a tag.
constexpr int32_t kNoToken = -1;

// Where an answer goes while it is written.
class AnswerPrinter {
 public:
  virtual ~AnswerPrinter() = default;
  // What one token completed, divided; both may be empty.
  virtual Status token(int32_t token, const ThinkingSplitter::Pieces& pieces) = 0;
  virtual Status finish(const Answer& answer) = 0;
};

// Text for people and pipes: the answer on stdout; thinking on stdout too, dimmed, where `shows_thinking`.
std::unique_ptr<AnswerPrinter> text_printer(bool shows_thinking);
// Ids with spaces between, for models without a tokenizer.
std::unique_ptr<AnswerPrinter> id_printer();
// One JSON object a line and token. What comes at the end is the caller's.
std::unique_ptr<AnswerPrinter> json_printer();

struct AnswerQuestion {
  Request request;               // its on_token is set here
  bool divides_thinking = true;  // false: everything is the answer (--raw)
  bool begins_in_thinking = false;
  std::optional<SequenceId> prefix;  // begins as the request does; used and dropped
  SequenceId* kept = nullptr;        // takes the grown sequence, whatever the outcome (-1: none); else it is dropped
};

// Ctrl-C ends the answer with FinishReason::kCancelled; an error of the printer is the result.
Result<Answer> give_answer(Engine& engine, AnswerQuestion question, AnswerPrinter& printer);

// kLimit with the counts where prompt and answer cannot fit the context. max_tokens -1: at least one token must fit.
Status check_fits(const Engine& engine, int64_t prompt_tokens, int64_t max_tokens);
// kLimit with the counts where the answer was cut because the context is full; ok for every other end.
Status check_finished(const Engine& engine, const Response& response, int64_t max_tokens);

// A few lines for --stats and /stats.
std::string describe_speed(const Engine& engine, const Response& response);

double tokens_per_second(int64_t tokens, double seconds);
int64_t computed_prompt_tokens(const Response& response);
int64_t decoded_tokens(const Response& response);  // after the first

}  // namespace capy
