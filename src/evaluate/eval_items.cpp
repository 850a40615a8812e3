// SPDX-License-Identifier: Apache-2.0
#include "evaluate/eval_items.h"

#include <algorithm>
#include <optional>

#include "base/concat.h"

namespace capy {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

Error invalid(std::string_view where, std::string_view what) {
  return Error{ErrorCode::kInvalid, concat(where, ": ", what)};
}

// The text of the first of the members that is there.
Result<std::string> text_of(Json root, std::initializer_list<const char*> names, std::string_view where) {
  for (const char* const name : names) {
    if (!root[name].exists()) continue;
    const auto text = root[name].as_string();
    if (!text) return invalid(where, concat("\"", name, "\" must be a text"));
    return std::string(*text);
  }
  return invalid(where, concat("there is no \"", *names.begin(), "\""));
}

Result<std::string> group_of(Json root, std::string_view where) {
  if (!root["group"].exists() && !root["UID"].exists()) return std::string();
  return text_of(root, {"group", "UID"}, where);
}

Result<std::vector<std::string>> texts_of(Json list, const char* name, std::string_view where) {
  std::vector<std::string> texts;
  for (int64_t i = 0; i < list.size(); ++i) {
    const auto text = list[i].as_string();
    if (!list.is_array() || !text) return invalid(where, concat("\"", name, "\" must be a list of texts"));
    texts.emplace_back(*text);
  }
  return texts;
}

// item(document, where) for each line that is not empty.
template <class Item, class Make>
Result<std::vector<Item>> parse_lines(std::string_view text, std::string_view name, const ItemLimits& limits,
                                      Make&& make) {
  std::vector<Item> items;
  int64_t number = 0;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::string where = concat(name, ", line ", ++number);
    if (std::all_of(line.begin(), line.end(), is_space)) continue;
    JsonDocument document = TRY(JsonDocument::parse(line, where));
    if (!document.root().is_object()) return invalid(where, "must be a JSON object: {...}");
    if (static_cast<int64_t>(items.size()) >= limits.items_max) {
      return Error{ErrorCode::kLimit, concat(where, ": more than ", limits.items_max, " lines are not read")};
    }
    Item item = TRY(make(std::move(document), where));
    item.where = where;
    items.push_back(std::move(item));
  }
  if (items.empty()) return invalid(name, "has no line; there must be a JSON object in each");
  return items;
}

Result<PairItem> make_pair_item(const JsonDocument& document, std::string_view where) {
  const Json root = document.root();
  PairItem item;
  item.good = TRY(text_of(root, {"good", "sentence_good"}, where));
  item.bad = TRY(text_of(root, {"bad", "sentence_bad"}, where));
  item.group = TRY(group_of(root, where));
  if (item.good.empty() || item.bad.empty()) return invalid(where, "a text to compare is empty");
  if (item.good == item.bad) return invalid(where, "good and bad are the same text");
  return item;
}

Result<size_t> answer_of(Json answer, const std::vector<std::string>& choices, std::string_view where) {
  if (const auto index = answer.as_int()) {
    if (*index >= 0 && *index < static_cast<int64_t>(choices.size())) return static_cast<size_t>(*index);
    return invalid(where, concat("\"answer\" is ", *index, ", and the choices are numbered 0 to ", choices.size() - 1));
  }
  const auto text = answer.as_string();
  if (!text) return invalid(where, "\"answer\" must be the number of a choice, from 0, or its text");
  const auto found = std::find(choices.begin(), choices.end(), *text);
  if (found == choices.end()) return invalid(where, "\"answer\" is none of the choices");
  return static_cast<size_t>(found - choices.begin());
}

Result<ChoiceItem> make_choice_item(const JsonDocument& document, std::string_view where, const ItemLimits& limits) {
  const Json root = document.root();
  ChoiceItem item;
  if (root["question"].exists()) {
    item.prompt = concat("Question: ", TRY(text_of(root, {"question"}, where)), "\nAnswer:");
  } else {
    item.prompt = TRY(text_of(root, {"prompt", "question"}, where));
  }
  item.choices = TRY(texts_of(root["choices"], "choices", where));
  if (item.choices.size() < 2 || static_cast<int64_t>(item.choices.size()) > limits.choices_max) {
    return invalid(where, concat("\"choices\" must be a list of 2 to ", limits.choices_max, " texts"));
  }
  if (std::count(item.choices.begin(), item.choices.end(), "") > 0) return invalid(where, "a choice is empty");
  item.answer = TRY(answer_of(root["answer"], item.choices, where));
  item.group = TRY(group_of(root, where));
  return item;
}

Result<ExactItem> make_exact_item(JsonDocument document, std::string_view where) {
  const Json root = document.root();
  ExactItem item;
  item.group = TRY(group_of(root, where));
  if (root["answer"].is_array()) {
    item.answers = TRY(texts_of(root["answer"], "answer", where));
    if (item.answers.empty()) return invalid(where, "\"answer\" is an empty list");
  } else {
    item.answers.push_back(TRY(text_of(root, {"answer"}, where)));
  }
  if (!root["messages"].exists()) {
    item.prompt = TRY(text_of(root, {"prompt", "messages"}, where));
    if (item.prompt.empty()) return invalid(where, "\"prompt\" is empty");
    return item;
  }
  if (root["prompt"].exists()) return invalid(where, "give \"prompt\" or \"messages\", not both");
  if (!root["messages"].is_array() || root["messages"].size() == 0) {
    return invalid(where, "\"messages\" must be a list of messages");
  }
  item.record = std::make_unique<JsonDocument>(std::move(document));
  return item;
}

}  // namespace

std::string ChoiceItem::continuation(size_t choice) const {
  const std::string& text = choices[choice];
  const bool joined = prompt.empty() || is_space(prompt.back()) || is_space(text.front());
  return joined ? text : " " + text;
}

Result<std::vector<PairItem>> parse_pairs(std::string_view text, std::string_view name, const ItemLimits& limits) {
  return parse_lines<PairItem>(text, name, limits, [](const JsonDocument& document, const std::string& where) {
    return make_pair_item(document, where);
  });
}

Result<std::vector<ChoiceItem>> parse_choices(std::string_view text, std::string_view name, const ItemLimits& limits) {
  return parse_lines<ChoiceItem>(text, name, limits, [&](const JsonDocument& document, const std::string& where) {
    return make_choice_item(document, where, limits);
  });
}

Result<std::vector<ExactItem>> parse_exact(std::string_view text, std::string_view name, const ItemLimits& limits) {
  return parse_lines<ExactItem>(text, name, limits, [](JsonDocument document, const std::string& where) {
    return make_exact_item(std::move(document), where);
  });
}

}  // namespace capy
