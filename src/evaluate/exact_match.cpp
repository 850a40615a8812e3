// SPDX-License-Identifier: Apache-2.0
#include "evaluate/exact_match.h"

#include <algorithm>

#include "base/concat.h"
#include "engine/text_model.h"
#include "evaluate/evaluate.h"
#include "text/chat_template.h"

namespace capy {
namespace {

constexpr std::string_view kEndOfThoughts = "</think>";
constexpr std::string_view kSpace = " \n\t\r\f\v";

std::string trimmed(const std::string& text) {
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin);
}

Error at(const ExactItem& item, const Error& error) {
  return Error{error.code, concat(item.where, ": ", error.message)};
}

class Asker {
 public:
  Asker(Engine& engine, const ExactOptions& options) : engine_(engine), options_(options) {}

  Result<RequestId> ask(const ExactItem& item) {
    Request request;
    Result<std::vector<int32_t>> tokens = tokens_of(item);
    if (!tokens.ok()) return at(item, tokens.error());
    request.tokens = std::move(tokens).take();
    request.sampling.temperature = 0;
    request.max_tokens = options_.max_tokens;
    request.stop_strings = options_.stops;
    request.loras = options_.loras;
    Result<RequestId> submitted = engine_.submit(std::move(request));
    if (!submitted.ok()) return at(item, submitted.error());
    return submitted;
  }

 private:
  Result<std::vector<int32_t>> tokens_of(const ExactItem& item) const {
    const Tokenizer* const tokenizer = engine_.tokenizer();
    if (tokenizer == nullptr) return Error{ErrorCode::kUnsupported, "the model has no tokenizer: it cannot be asked"};
    if (item.messages().exists()) return chat_tokens(item, *tokenizer);
    return tokens_of_text(engine_, item.prompt);
  }

  Result<std::vector<int32_t>> chat_tokens(const ExactItem& item, const Tokenizer& tokenizer) const {
    const ChatTemplate* const chat_template = engine_.chat_template();
    if (chat_template == nullptr) {
      return Error{ErrorCode::kUnsupported, "the model has no chat template: give \"prompt\", not \"messages\""};
    }
    const Conversation messages = TRY(Conversation::from_json(item.messages()));
    const TemplateOptions wanted = template_options(&tokenizer, options_.think);
    return engine_.tokenize_prompt(TRY(chat_template->render_tolerant(messages, Json(), wanted)));
  }

  Engine& engine_;
  const ExactOptions& options_;
};

}  // namespace

std::string plain_answer(const std::string& text) {
  const size_t thought = text.rfind(kEndOfThoughts);
  return trimmed(thought == std::string::npos ? text : text.substr(thought + kEndOfThoughts.size()));
}

Result<ExactMatch> match_exactly(Engine& engine, std::span<const ExactItem> items, const ExactOptions& options) {
  Asker asker(engine, options);
  ExactMatch result;
  const auto total = static_cast<int64_t>(items.size());
  for (size_t first = 0; first < items.size(); first += static_cast<size_t>(options.batch)) {
    const auto part = items.subspan(first, std::min(static_cast<size_t>(options.batch), items.size() - first));
    std::vector<RequestId> requests;
    for (const ExactItem& item : part) requests.push_back(TRY(asker.ask(item)));
    const auto finished = [&] {
      return std::count_if(requests.begin(), requests.end(), [&](RequestId id) { return engine.finished(id); });
    };
    while (finished() < static_cast<int64_t>(requests.size())) {
      TRY(engine.step());
      if (options.on_progress && !options.on_progress(static_cast<int64_t>(first) + finished(), total)) {
        return Error{ErrorCode::kCancelled, "interrupted"};
      }
    }
    for (size_t i = 0; i < part.size(); ++i) {
      const Response response = engine.take(requests[i]);
      if (response.finish == FinishReason::kError) return at(part[i], response.error);
      const std::string answer = plain_answer(response.text);
      const auto is_same = [&](const std::string& right) { return trimmed(right) == answer; };
      const bool is_right = std::any_of(part[i].answers.begin(), part[i].answers.end(), is_same);
      result.all.add(is_right);
      if (!part[i].group.empty()) result.groups[part[i].group].add(is_right);
      if (options.on_answer) options.on_answer(part[i], answer, is_right);
    }
  }
  return result;
}

}  // namespace capy
