// SPDX-License-Identifier: Apache-2.0
#include "data/document_encoder.h"

#include <algorithm>

#include "base/concat.h"

namespace capy {
namespace {

// Words that no template writes by itself.
constexpr const char* kQuestion = "capyprobequestion";
constexpr const char* kAnswer = "capyprobeanswer";

std::string common_prefix(const std::string& a, const std::string& b) {
  size_t count = 0;
  while (count < std::min(a.size(), b.size()) && a[count] == b[count]) ++count;
  return a.substr(0, count);
}

// Whether the template itself has written the bytes [begin, end).
bool is_template(const RenderedPrompt& prompt, size_t begin, size_t end) {
  auto span = std::upper_bound(prompt.spans.begin(), prompt.spans.end(), begin,
                               [](size_t at, const Span& s) { return at < s.end; });
  for (; span != prompt.spans.end() && span->begin < end; ++span) {
    if (!span->is_template) return false;
  }
  return true;
}

// Of `what` in the template's own bytes, from `from` on.
size_t find_template(const RenderedPrompt& prompt, const std::string& what, size_t from) {
  for (size_t at = prompt.text.find(what, from); at != std::string::npos; at = prompt.text.find(what, at + 1)) {
    if (is_template(prompt, at, at + what.size())) return at;
  }
  return std::string::npos;
}

std::vector<TextRange> template_ranges(const RenderedPrompt& prompt) {
  std::vector<TextRange> ranges;
  for (const Span& span : prompt.spans) {
    if (span.is_template) ranges.push_back({span.begin, span.end});
  }
  return ranges;
}

// The parts of `ranges` in [begin, end), counted from `begin`.
std::vector<TextRange> clipped(const std::vector<TextRange>& ranges, size_t begin, size_t end) {
  std::vector<TextRange> parts;
  for (const TextRange& range : ranges) {
    const size_t from = std::max(range.begin, begin);
    const size_t to = std::min(range.end, end);
    if (from < to) parts.push_back({from - begin, to - begin});
  }
  return parts;
}

}  // namespace

DocumentEncoder::DocumentEncoder(const Tokenizer& tokenizer, const ChatTemplate* chat_template, Learn learn)
    : tokenizer_(&tokenizer), template_(chat_template), learn_(learn) {
  options_.add_generation_prompt = false;
  const auto name = [&](const char* variable, std::optional<int32_t> token) {
    if (token) options_.special_tokens.emplace_back(variable, tokenizer.token_bytes(*token));
  };
  name("bos_token", tokenizer.bos());
  name("eos_token", tokenizer.eos());
  end_of_text_ = tokenizer.find("<|endoftext|>");
  if (!end_of_text_) end_of_text_ = tokenizer.eos();
}

Result<DocumentEncoder> DocumentEncoder::make(const Tokenizer& tokenizer, const ChatTemplate* chat_template,
                                              Learn learn) {
  DocumentEncoder encoder(tokenizer, chat_template, learn);
  if (chat_template != nullptr && learn == Learn::kAnswers) TRY(encoder.find_marks());
  return encoder;
}

Result<std::string> DocumentEncoder::probe(const std::vector<ChatMessage>& messages, bool prompt,
                                           std::optional<bool> think) const {
  TemplateOptions options = options_;
  options.add_generation_prompt = prompt;
  options.enable_thinking = think;
  return TRY(template_->render_tolerant(Conversation::from_messages(messages), Json(), options)).text;
}

Status DocumentEncoder::find_marks() {
  const ChatMessage question{"user", kQuestion, std::nullopt};
  const ChatMessage answer{"assistant", kAnswer, std::nullopt};
  const Conversation asked = Conversation::from_messages(std::vector{question, answer});
  const RenderedPrompt marked = TRY(template_->render_tolerant(asked, Json(), options_));
  has_generation_blocks_ =
      std::any_of(marked.spans.begin(), marked.spans.end(), [](const Span& span) { return span.in_generation; });
  if (has_generation_blocks_) return {};

  const Error hidden{ErrorCode::kUnsupported,
                     "the chat template does not show where answers begin and end; put {% generation %} and "
                     "{% endgeneration %} around them in it, or learn everything (--learn all)"};
  const std::string before = TRY(probe({question}, false, std::nullopt));
  for (const std::optional<bool> think : {std::optional<bool>(), std::optional(true), std::optional(false)}) {
    const std::string prompt = TRY(probe({question}, true, think));
    if (!prompt.starts_with(before)) return hidden;
    openings_.push_back(prompt.substr(before.size()));
  }
  const std::string old = TRY(probe({question, answer, question}, false, std::nullopt));
  const size_t old_answer = old.find(kAnswer);
  const size_t last_answer = marked.text.find(kAnswer);
  if (old_answer == std::string::npos || last_answer == std::string::npos || !old.starts_with(before)) return hidden;
  openings_.push_back(old.substr(before.size(), old_answer - before.size()));
  end_ = marked.text.substr(last_answer + std::string_view(kAnswer).size());

  header_ = openings_[0];
  for (const std::string& opening : openings_) header_ = common_prefix(header_, opening);
  if (header_.empty() || end_.empty()) return hidden;
  std::sort(openings_.begin(), openings_.end(),
            [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
  // The model writes the token that ends its turn, and no line break behind it.
  end_learned_ = end_.size();
  for (size_t bytes = end_.size(); bytes > 0; --bytes) {
    const auto token = tokenizer_->find(end_.substr(0, bytes));
    if (!token || !tokenizer_->is_special(*token)) continue;
    end_learned_ = bytes;
    break;
  }
  return {};
}

Result<EncodedDocument> DocumentEncoder::encode(const Document& document, const std::string& name) const {
  if (document.is_conversation()) return encode_conversation(document, name);
  EncodedDocument encoded;
  tokenizer_->encode(document.text, encoded.tokens);
  if (!encoded.tokens.empty() && end_of_text_) encoded.tokens.push_back(*end_of_text_);
  return encoded;
}

std::vector<TextRange> DocumentEncoder::answers_in(const RenderedPrompt& prompt) const {
  const size_t size = prompt.text.size();
  std::vector<TextRange> answers;
  if (learn_ == Learn::kEverything) return {{0, size}};
  if (has_generation_blocks_) {
    for (const Span& span : prompt.spans) {
      if (!span.in_generation) continue;
      if (!answers.empty() && answers.back().end == span.begin) {
        answers.back().end = span.end;
      } else {
        answers.push_back({span.begin, span.end});
      }
    }
    return answers;
  }
  for (size_t at = find_template(prompt, header_, 0); at != std::string::npos;) {
    const auto opening = std::find_if(openings_.begin(), openings_.end(), [&](const std::string& text) {
      return std::string_view(prompt.text).substr(at).starts_with(text) && is_template(prompt, at, at + text.size());
    });
    const size_t begin = at + (opening == openings_.end() ? header_.size() : opening->size());
    const size_t found = find_template(prompt, end_, begin);
    const size_t end = found == std::string::npos ? size : found + end_learned_;
    if (begin < end) answers.push_back({begin, end});
    at = find_template(prompt, header_, end);
  }
  return answers;
}

Result<EncodedDocument> DocumentEncoder::encode_conversation(const Document& document, const std::string& name) const {
  if (template_ == nullptr) {
    return Error{ErrorCode::kInvalid,
                 concat(name, ": a conversation, and there is no chat template (--template FILE)")};
  }
  const auto of_document = [&](const Error& error) { return Error{error.code, concat(name, ": ", error.message)}; };
  const Result<Conversation> conversation = Conversation::from_json(document.messages);
  if (!conversation.ok()) return of_document(conversation.error());
  if (conversation.value().size() == 0) return Error{ErrorCode::kInvalid, concat(name, ": no messages")};
  const Result<RenderedPrompt> rendered = template_->render_tolerant(conversation.value(), document.tools, options_);
  if (!rendered.ok()) return of_document(rendered.error());
  const RenderedPrompt& prompt = rendered.value();
  const std::vector<TextRange> trusted = template_ranges(prompt);

  EncodedDocument encoded;
  const auto add = [&](size_t begin, size_t end) {
    tokenizer_->encode_trusting(std::string_view(prompt.text).substr(begin, end - begin), clipped(trusted, begin, end),
                                encoded.tokens);
  };
  const auto add_silent = [&](size_t begin, size_t end) {
    const auto first = static_cast<int64_t>(encoded.tokens.size());
    add(begin, end);
    const auto last = static_cast<int64_t>(encoded.tokens.size());
    if (last > first) encoded.silences.push_back({first, last});
  };
  size_t done = 0;
  for (const TextRange& answer : answers_in(prompt)) {
    add_silent(done, answer.begin);
    add(answer.begin, answer.end);
    done = answer.end;
  }
  add_silent(done, prompt.text.size());
  return encoded;
}

}  // namespace capy
