// SPDX-License-Identifier: Apache-2.0
// Conversations: messages made ready for templates, and put in order for strict ones.
#include <algorithm>

#include "text/chat_template.h"
#include "text/jinja_print.h"
#include "text/jinja_value.h"

namespace capy {
namespace {

using jinja::Budget;
using jinja::Dict;
using jinja::Kind;
using jinja::None;
using jinja::Value;
using jinja::value_string;

// A role's name: template text for the usual ones (chat_template.h says why).
Value role_name(std::string_view role) {
  static constexpr std::string_view kUsual[] = {"system", "user",     "assistant", "tool",
                                                "model",  "function", "developer", "ipython"};
  const bool is_usual = std::find(std::begin(kUsual), std::end(kUsual), role) != std::end(kUsual);
  return is_usual ? jinja::template_string(role) : value_string(role);
}

// What comes from the client was bounded when it was read as JSON; these are only a second fence.
jinja::Limits input_limits() {
  jinja::Limits limits;
  limits.steps_max = int64_t{1} << 40;
  limits.string_bytes_max = int64_t{1} << 40;
  limits.list_items_max = int64_t{1} << 40;
  return limits;
}

// A message taken apart. Keys keep their order.
class Fields {
 public:
  explicit Fields(const Value& message) : entries_(message.dict().entries) {}
  Fields() = default;

  const Value* find(std::string_view name) const {
    for (const auto& [key, value] : entries_) {
      if (key.view() == name) return &value;
    }
    return nullptr;
  }
  // Null counts as not there.
  const Value* present(std::string_view name) const {
    const Value* value = find(name);
    return value == nullptr || value->is(Kind::kNone) ? nullptr : value;
  }
  std::string_view text(std::string_view name) const {
    const Value* value = find(name);
    return value != nullptr && value->is(Kind::kString) ? value->view() : std::string_view();
  }
  void set(std::string_view name, Value value) {
    for (auto& [key, old] : entries_) {
      if (key.view() == name) {
        old = std::move(value);
        return;
      }
    }
    entries_.emplace_back(value_string(name), std::move(value));
  }
  void set_first(std::string_view name, Value value) {
    if (find(name) == nullptr) entries_.emplace(entries_.begin(), value_string(name), std::move(value));
  }
  void remove(std::string_view name) {
    std::erase_if(entries_, [&](const Dict::Entry& entry) { return entry.first.view() == name; });
  }
  Result<Value> finish(Budget& budget) && { return make_dict(budget, std::move(entries_)); }

 private:
  std::vector<Dict::Entry> entries_;
};

Result<Value> parsed_arguments(Budget& budget, const Value& text) {
  if (text.text().empty()) return make_dict(budget, {});
  const Result<JsonDocument> json = JsonDocument::parse(text.view(), "arguments of a tool call");
  if (!json.ok() || !json.value().root().is_object()) return text;
  return value_from_json(budget, json.value().root());
}

// {"function": {"arguments": "{...}"}} or {"arguments": "{...}"}: the text becomes an object.
Result<Value> with_parsed_arguments(Budget& budget, const Value& call) {
  if (!call.is(Kind::kDict)) return call;
  Fields fields(call);
  if (const Value* function = fields.find("function"); function != nullptr && function->is(Kind::kDict)) {
    fields.set("function", TRY(with_parsed_arguments(budget, Value(*function))));
  } else if (const Value* arguments = fields.find("arguments"); arguments != nullptr && arguments->is(Kind::kString)) {
    fields.set("arguments", TRY(parsed_arguments(budget, Value(*arguments))));
  } else {
    return call;
  }
  return std::move(fields).finish(budget);
}

Result<Value> ready(Budget& budget, const Value& message) {
  Fields fields(message);
  for (const std::string_view name : {"reasoning_content", "thinking", "reasoning"}) {
    const Value* found = fields.present(name);
    if (found == nullptr) continue;
    const Value reasoning = *found;
    fields.set_first("thinking", reasoning);
    fields.set("reasoning_content", reasoning);
    break;
  }
  if (!fields.text("role").empty()) fields.set("role", role_name(fields.text("role")));
  if (const Value* calls = fields.find("tool_calls"); calls != nullptr && calls->is(Kind::kList)) {
    std::vector<Value> items;
    for (const Value& call : calls->list().items) items.push_back(TRY(with_parsed_arguments(budget, call)));
    fields.set("tool_calls", TRY(make_list(budget, std::move(items))));
  }
  return std::move(fields).finish(budget);
}

}  // namespace

Result<Conversation> Conversation::from_json(const Json& messages) {
  if (!messages.is_array()) return Error{ErrorCode::kInvalid, "messages must be an array of objects"};
  Budget budget(input_limits());
  std::vector<Value> ready_messages;
  for (int64_t i = 0; i < messages.size(); ++i) {
    if (!messages[i].is_object()) return Error{ErrorCode::kInvalid, concat("message ", i, " is not an object")};
    const Value message = TRY(value_from_json(budget, messages[i]));
    ready_messages.push_back(TRY(ready(budget, message)));
  }
  return Conversation(std::make_shared<const Value>(TRY(make_list(budget, std::move(ready_messages)))));
}

namespace {

// Of values that are known to fit.
Value must(Result<Value> value) { return std::move(value).take(); }

}  // namespace

Conversation Conversation::from_messages(std::span<const ChatMessage> messages) {
  Budget budget(input_limits());
  std::vector<Value> list;
  for (const ChatMessage& message : messages) {
    Fields fields;
    if (message.reasoning) fields.set("thinking", value_string(*message.reasoning));
    fields.set("role", role_name(message.role));
    fields.set("content", value_string(message.content));
    if (message.reasoning) fields.set("reasoning_content", value_string(*message.reasoning));
    list.push_back(must(std::move(fields).finish(budget)));
  }
  return Conversation(std::make_shared<const Value>(must(make_list(budget, std::move(list)))));
}

int64_t Conversation::size() const { return static_cast<int64_t>(messages_->list().items.size()); }

namespace {

// Content as parts: a string is one text part, null is none.
std::vector<Value> parts_of(Budget& budget, const Value* content) {
  if (content == nullptr || content->is(Kind::kNone)) return {};
  if (content->is(Kind::kList)) return content->list().items;
  Fields part;
  part.set("type", value_string("text"));
  part.set("text", content->is(Kind::kString) ? *content : Value(text_of(budget, *content).take()));
  return {must(std::move(part).finish(budget))};
}

const Value* text_of_part(const Value& part) {
  if (part.is(Kind::kString)) return &part;
  if (!part.is(Kind::kDict)) return nullptr;
  const Value* text = part.dict().find("text");
  return text != nullptr && text->is(Kind::kString) ? text : nullptr;
}

std::string joined(std::string_view a, std::string_view b, std::string_view between = "\n\n") {
  return a.empty() || b.empty() ? concat(a, b) : concat(a, between, b);
}

// The text parts as one string, a line each. `others` gets the parts that are none: images and the like.
std::string plain_text(Budget& budget, const Value* content, std::vector<Value>* others) {
  std::string text;
  for (const Value& part : parts_of(budget, content)) {
    if (const Value* found = text_of_part(part)) {
      text = joined(text, found->view(), "\n");
    } else if (others != nullptr) {
      others->push_back(part);
    }
  }
  return text;
}

std::string_view known_role(std::string_view role) {
  if (role == "developer") return "system";
  if (role == "function") return "tool";
  if (role == "model") return "assistant";
  if (role == "system" || role == "assistant" || role == "tool") return role;
  return "user";
}

// True for null and for a list of nothing but texts.
bool can_be_text(const Value* content) {
  if (content == nullptr || content->is(Kind::kNone)) return true;
  return content->is(Kind::kList) && std::all_of(content->list().items.begin(), content->list().items.end(),
                                                 [](const Value& part) { return text_of_part(part) != nullptr; });
}

// Puts messages in order, one after the other.
class Orderer {
 public:
  explicit Orderer(Conversation::Order order) : is_plain_(order == Conversation::Order::kPlain) {}

  void add(const Value& message) {
    Fields fields(message);
    const std::string role(known_role(fields.text("role")));
    fields.set("role", role_name(role));
    if (role == "system") return add_system(fields);
    if (can_be_text(fields.find("content"))) {
      fields.set("content", value_string(plain_text(budget_, fields.find("content"), nullptr)));
    }
    if (is_plain_ && role == "tool") return add_user(tool_result_as_user(fields));
    if (role == "user") return add_user(std::move(fields));
    if (messages_.empty()) add_user(user_message(""));
    if (role == "assistant") return add_assistant(is_plain_ ? calls_as_text(std::move(fields)) : std::move(fields));
    messages_.push_back(std::move(fields));
  }

  Value finish() {
    if (messages_.empty()) add_user(user_message(""));
    std::vector<Value> list;
    if (!system_.empty() && is_plain_) {
      Fields before = user_message(system_);
      merge_content(before, messages_[0]);
      messages_[0] = std::move(before);
    } else if (!system_.empty()) {
      Fields system;
      system.set("role", role_name("system"));
      system.set("content", value_string(system_));
      list.push_back(must(std::move(system).finish(budget_)));
    }
    for (Fields& message : messages_) list.push_back(must(std::move(message).finish(budget_)));
    return must(make_list(budget_, std::move(list)));
  }

 private:
  static Fields user_message(std::string_view content) {
    Fields fields;
    fields.set("role", role_name("user"));
    fields.set("content", value_string(content));
    return fields;
  }

  void add_system(const Fields& fields) {
    std::vector<Value> images;
    system_ = joined(system_, plain_text(budget_, fields.find("content"), &images));
    if (images.empty()) return;
    Fields user = user_message("");
    user.set("content", must(make_list(budget_, std::move(images))));
    add_user(std::move(user));
  }

  bool follows(std::string_view role) const { return !messages_.empty() && messages_.back().text("role") == role; }

  void add_user(Fields fields) {
    if (follows("user")) return merge_content(messages_.back(), fields);
    messages_.push_back(std::move(fields));
  }

  void add_assistant(Fields fields) {
    if (!follows("assistant")) {
      messages_.push_back(std::move(fields));
      return;
    }
    Fields& before = messages_.back();
    merge_content(before, fields);
    const std::string reasoning = joined(before.text("reasoning_content"), fields.text("reasoning_content"));
    if (!reasoning.empty()) before.set("reasoning_content", value_string(reasoning));
    const Value* calls = fields.present("tool_calls");
    if (calls == nullptr || !calls->is(Kind::kList)) return;
    std::vector<Value> all;
    const Value* earlier = before.present("tool_calls");
    if (earlier != nullptr && earlier->is(Kind::kList)) all = earlier->list().items;
    all.insert(all.end(), calls->list().items.begin(), calls->list().items.end());
    before.set("tool_calls", must(make_list(budget_, std::move(all))));
  }

  // Text and text become one text; with images, one list of parts.
  void merge_content(Fields& into, const Fields& from) {
    std::vector<Value> others;
    const std::string first = plain_text(budget_, into.find("content"), &others);
    const std::string second = plain_text(budget_, from.find("content"), &others);
    if (others.empty()) {
      into.set("content", value_string(joined(first, second)));
      return;
    }
    std::vector<Value> parts = parts_of(budget_, into.find("content"));
    for (Value& part : parts_of(budget_, from.find("content"))) parts.push_back(std::move(part));
    into.set("content", must(make_list(budget_, std::move(parts))));
  }

  Fields tool_result_as_user(const Fields& fields) {
    return user_message(concat("Tool result:\n", plain_text(budget_, fields.find("content"), nullptr)));
  }

  Fields calls_as_text(Fields fields) {
    const Value* calls = fields.present("tool_calls");
    std::string text = plain_text(budget_, fields.find("content"), nullptr);
    if (calls != nullptr && calls->is(Kind::kList)) {
      for (const Value& call : calls->list().items) {
        text = joined(text, concat("Tool call: ", to_json(budget_, call, {}).take()));
      }
    }
    fields.remove("tool_calls");
    fields.set("content", value_string(text));
    return fields;
  }

  bool is_plain_;
  Budget budget_{input_limits()};
  std::string system_;
  std::vector<Fields> messages_;
};

}  // namespace

bool Conversation::has_lists_of_text() const {
  const std::vector<Value>& messages = messages_->list().items;
  return std::any_of(messages.begin(), messages.end(), [](const Value& message) {
    const Value* content = message.dict().find("content");
    return content != nullptr && content->is(Kind::kList) && can_be_text(content);
  });
}

Conversation Conversation::normalised(Order order) const {
  if (order == Order::kText) {
    Budget budget(input_limits());
    std::vector<Value> list;
    for (const Value& message : messages_->list().items) {
      Fields fields(message);
      if (can_be_text(fields.find("content"))) {
        fields.set("content", value_string(plain_text(budget, fields.find("content"), nullptr)));
      }
      list.push_back(must(std::move(fields).finish(budget)));
    }
    return Conversation(std::make_shared<const Value>(must(make_list(budget, std::move(list)))));
  }
  Orderer orderer(order);
  for (const Value& message : messages_->list().items) orderer.add(message);
  return Conversation(std::make_shared<const Value>(orderer.finish()));
}

}  // namespace capy
