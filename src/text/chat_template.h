// SPDX-License-Identifier: Apache-2.0
// Chat templates: from messages to the prompt that a checkpoint was trained on. A checkpoint brings its template as a
// Jinja program; it is run as transformers runs it (jinja2 with trim_blocks, lstrip_blocks, loop controls, generation
// blocks and the immutable sandbox), and the text is the same byte for byte.
//
// What jinja2 cannot do: every byte of the prompt is known to come from the template or from a value (a message, a
// tool, a variable). Special tokens may be made of template bytes only, so no message can forge <|im_start|>. The names
// of the usual roles (system, user, assistant, tool ...) count as template, whoever sends them: they hold no marker,
// and some templates build their markers of them ('<|' + message.role + '|>'). Any other role is a value.
//
// A template is somebody else's program: it is bounded in time, memory and depth (jinja::Limits) and reaches nothing.
//
// Differences from Python, all deliberate: integers are 64 bits (beyond is an error; in JSON they become floats);
// upper(), lower() and isalpha() know the Latin, Greek and Cyrillic scripts; include, import, extends and block are
// refused; objects print without their addresses.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "text/jinja_budget.h"

namespace capy {

namespace jinja {
class Value;
struct Tree;
}  // namespace jinja

// Bytes [begin, end) of a prompt.
struct Span {
  size_t begin = 0;
  size_t end = 0;
  bool is_template = false;    // written by the template; otherwise by a value, or not known for sure
  bool in_generation = false;  // inside {% generation %}: what the assistant says, for training masks
  bool operator==(const Span&) const = default;
};

struct RenderedPrompt {
  std::string text;
  std::vector<Span> spans;  // cover the text in order; neighbours differ in one of their marks
  std::string note;         // by render_tolerant: what was changed so that the template accepts the messages; or empty
};

// Calls visit(text, is_template) for the longest pieces of one kind, in order.
// To encode a prompt: special tokens are looked for in template pieces only; what stands between two special tokens is
// one text for the tokenizer, whatever pieces it consists of.
template <class Visit>
void for_each_piece(const RenderedPrompt& prompt, Visit&& visit) {
  for (size_t i = 0; i < prompt.spans.size();) {
    size_t last = i;
    while (last + 1 < prompt.spans.size() && prompt.spans[last + 1].is_template == prompt.spans[i].is_template) ++last;
    const size_t begin = prompt.spans[i].begin;
    visit(std::string_view(prompt.text).substr(begin, prompt.spans[last].end - begin), prompt.spans[i].is_template);
    i = last + 1;
  }
}

struct ChatMessage {
  std::string role;
  std::string content;
  std::optional<std::string> reasoning;
};

// Messages as a template sees them: immutable, cheap to copy, safe to share between threads.
class Conversation {
 public:
  // An array of objects, as in OpenAI's interface. `arguments` of tool calls that are JSON text become objects ("" the
  // empty one); other texts stay. Reasoning under the names reasoning_content, thinking or reasoning is given to the
  // template as reasoning_content and thinking (as transformers does). kInvalid for anything else than such an array.
  static Result<Conversation> from_json(const Json& messages);
  static Conversation from_messages(std::span<const ChatMessage> messages);

  int64_t size() const;

  // The same talk in a form that strict templates take. Texts are kept; nothing is invented but empty user turns.
  //   kText    content that is a list of texts becomes one text, with a newline between; null content becomes ""
  //   kGentle  also: unknown roles get known names; system messages become one at the front (images in it move to a
  //            user message); consecutive user messages and consecutive assistant messages become one; a user message
  //            stands in front of everything else
  //   kPlain   also: system text becomes part of the first user message, tool results become user messages, and tool
  //            calls become text
  enum class Order { kText, kGentle, kPlain };
  Conversation normalised(Order order) const;

 private:
  friend class ChatTemplate;
  bool has_lists_of_text() const;
  explicit Conversation(std::shared_ptr<const jinja::Value> messages) : messages_(std::move(messages)) {}
  std::shared_ptr<const jinja::Value> messages_;  // a list of dictionaries
};

struct TemplateOptions {
  bool add_generation_prompt = true;
  std::optional<bool> enable_thinking;  // left undefined for the template when not given
  // bos_token, eos_token and their kin, by name: they count as written by the template.
  std::vector<std::pair<std::string, std::string>> special_tokens;
  // Further variables, by name; they count as values. They may replace any of the above.
  std::vector<std::pair<std::string, Json>> variables;
  // For tests: strftime_now stands still at this many seconds since 1970-01-01 00:00 local time.
  std::optional<int64_t> local_seconds;
};

class ChatTemplate {
 public:
  // `name` is what error messages call the template ("chat_template.jinja"). kInvalid for a syntax error,
  // kUnsupported for a tag that capy lacks, kLimit for a template that is too large or too deep.
  static Result<ChatTemplate> parse(std::string_view source, std::string_view name, const jinja::Limits& limits = {});

  // `tools`: an array of OpenAI's tool objects; missing or null: none. Errors begin with "<name>:<line>: ": kInvalid
  // with the template's own words when it refuses the messages, kLimit when it needs too much.
  // Safe to call from several threads.
  Result<RenderedPrompt> render(const Conversation& messages, const Json& tools, const TemplateOptions& options) const;
  Result<RenderedPrompt> render(const Json& messages, const Json& tools, const TemplateOptions& options) const;

  // Whether the template reads content that is a list of parts. Those that don't would print such a list as Python
  // does, or refuse it.
  bool takes_parts() const { return takes_parts_; }

  // As render; where the template refuses the messages, again with normalised ones (kText, kGentle, kPlain: the first
  // that helps), which `note` then tells. Lists of texts become texts at once where the template takes no parts.
  // The error, if nothing helps, is that of the messages as they came.
  Result<RenderedPrompt> render_tolerant(const Conversation& messages, const Json& tools,
                                         const TemplateOptions& options) const;

 private:
  ChatTemplate(std::shared_ptr<const jinja::Tree> tree, const jinja::Limits& limits)
      : tree_(std::move(tree)), limits_(limits) {}
  bool shows_parts() const;

  std::shared_ptr<const jinja::Tree> tree_;
  jinja::Limits limits_;
  bool takes_parts_ = false;
};

}  // namespace capy
