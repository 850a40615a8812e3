// SPDX-License-Identifier: Apache-2.0
// Documents to tokens, with what is to be learned of them. Of a text: all, and the end-of-text token behind it. Of a
// conversation: what the assistant would have to write itself.
//
// What that is, the chat template says. One with {% generation %} blocks marks it. Otherwise the template is asked
// once, with messages of known content: how an answer begins after a generation prompt (with thinking and without), how
// an older answer stands, and what ends it. In a rendered conversation these are looked for in the template's own bytes
// only, so no message can pretend to be an answer. What the prompt would already hold when the model is asked
// (`<|im_start|>assistant\n<think>\n`) is not learned; reasoning, text, tool calls and the end of the turn are.
//
// Prompt and answer are encoded apart, as they are when the model is used: no token crosses the border.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "data/document.h"
#include "data/shard.h"
#include "text/chat_template.h"
#include "text/tokenizer.h"

namespace capy {

struct EncodedDocument {
  std::vector<int32_t> tokens;
  std::vector<TokenRange> silences;  // ascending, none touching another: read, not learned
};

enum class Learn {
  kAnswers,     // of a conversation: what the assistant says
  kEverything,  // conversations as texts
};

// Thread safety: constant once made. Tokenizer and template must outlive it.
class DocumentEncoder {
 public:
  // kUnsupported where a template is given, answers are to be learned, and it does not show where they are.
  static Result<DocumentEncoder> make(const Tokenizer& tokenizer, const ChatTemplate* chat_template, Learn learn);

  // `name` is what messages call the document.
  Result<EncodedDocument> encode(const Document& document, const std::string& name) const;

 private:
  DocumentEncoder(const Tokenizer& tokenizer, const ChatTemplate* chat_template, Learn learn);
  Status find_marks();
  Result<std::string> probe(const std::vector<ChatMessage>& messages, bool prompt, std::optional<bool> think) const;
  Result<EncodedDocument> encode_conversation(const Document& document, const std::string& name) const;
  std::vector<TextRange> answers_in(const RenderedPrompt& prompt) const;

  const Tokenizer* tokenizer_;
  const ChatTemplate* template_;
  Learn learn_;
  TemplateOptions options_;
  std::optional<int32_t> end_of_text_;
  bool has_generation_blocks_ = false;
  std::string header_;                 // how every answer begins
  std::vector<std::string> openings_;  // what the prompt may hold of an answer, the longest first
  std::string end_;                    // what stands behind an answer
  size_t end_learned_ = 0;             // bytes of it that the model writes
};

}  // namespace capy
