// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_value.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "text/jinja_characters.h"
#include "text/jinja_loop.h"

namespace capy::jinja {

const Value* Dict::find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.first.is(Kind::kString) && entry.first.view() == key) return &entry.second;
  }
  return nullptr;
}

Value* Namespace::find(std::string_view name) {
  for (auto& [key, value] : entries) {
    if (key == name) return &value;
  }
  return nullptr;
}

int depth_of(const Value& value) {
  switch (value.kind()) {
    case Kind::kList: return value.list().depth;
    case Kind::kDict: return value.dict().depth;
    case Kind::kLoop: return value.loop().depth_of_items + 1;
    case Kind::kMethod: return depth_of(value.method().self) + 1;
    default: return 0;
  }
}

namespace {

Error too_deep(const Budget& budget) {
  return Error{ErrorCode::kLimit, concat("a value is nested more than ", budget.limits().value_depth_max, " deep")};
}

bool is_hashable(const Value& key) {
  if (key.is(Kind::kDict)) return false;
  if (!key.is(Kind::kList)) return true;
  const List& list = key.list();
  return list.shape == Shape::kTuple && std::all_of(list.items.begin(), list.items.end(), is_hashable);
}

}  // namespace

Result<Value> make_list(Budget& budget, std::vector<Value> items, Shape shape) {
  TRY(budget.take_items(items.size()));
  auto list = std::make_shared<List>();
  for (const Value& item : items) list->depth = std::max(list->depth, depth_of(item) + 1);
  if (list->depth > budget.limits().value_depth_max) return too_deep(budget);
  list->items = std::move(items);
  list->shape = shape;
  return Value(std::shared_ptr<const List>(std::move(list)));
}

Result<Value> make_dict(Budget& budget, std::vector<Dict::Entry> entries) {
  TRY(budget.take_items(entries.size()));
  auto dict = std::make_shared<Dict>();
  for (const auto& [key, value] : entries)
    dict->depth = std::max({dict->depth, depth_of(key) + 1, depth_of(value) + 1});
  if (dict->depth > budget.limits().value_depth_max) return too_deep(budget);
  dict->entries = std::move(entries);
  return Value(std::shared_ptr<const Dict>(std::move(dict)));
}

Status put(Budget& budget, std::vector<Dict::Entry>& entries, Value key, Value value) {
  if (!is_hashable(key)) return Error{ErrorCode::kInvalid, concat("unhashable type: '", type_name(key), "'")};
  for (auto& [present, old] : entries) {
    if (equal(budget, present, key)) {
      old = std::move(value);
      return {};
    }
  }
  if (budget.is_spent()) return budget.spent_error();
  entries.emplace_back(std::move(key), std::move(value));
  return {};
}

Result<Value> value_from_json(Budget& budget, const Json& json) {
  switch (json.kind()) {
    case Json::Kind::kMissing: return Value(Undefined{});
    case Json::Kind::kNull: return Value(None{});
    case Json::Kind::kBool: return Value(*json.as_bool());
    case Json::Kind::kInteger:
      if (const auto integer = json.as_int()) return Value(*integer);
      return Value(*json.as_double());
    case Json::Kind::kFloat: return Value(*json.as_double());
    case Json::Kind::kString: return value_string(*json.as_string());
    case Json::Kind::kArray: {
      std::vector<Value> items;
      items.reserve(static_cast<size_t>(json.size()));
      for (int64_t i = 0; i < json.size(); ++i) items.push_back(TRY(value_from_json(budget, json[i])));
      return make_list(budget, std::move(items));
    }
    case Json::Kind::kObject: {
      std::vector<Dict::Entry> entries;
      entries.reserve(static_cast<size_t>(json.size()));
      for (int64_t i = 0; i < json.size(); ++i) {
        entries.emplace_back(value_string(json.key(i)), TRY(value_from_json(budget, json[i])));
      }
      return make_dict(budget, std::move(entries));
    }
  }
  return Value(None{});
}

bool is_true(const Value& value) {
  switch (value.kind()) {
    case Kind::kUndefined:
    case Kind::kNone: return false;
    case Kind::kBool: return value.truth();
    case Kind::kInt: return value.integer() != 0;
    case Kind::kFloat: return value.number() != 0;
    case Kind::kString: return !value.text().empty();
    case Kind::kList: return value.list().shape == Shape::kGenerator || !value.list().items.empty();
    case Kind::kDict: return !value.dict().entries.empty();
    case Kind::kLoop: return value.loop().items.size() > 0;
    default: return true;
  }
}

std::string_view type_name(const Value& value) {
  switch (value.kind()) {
    case Kind::kUndefined: return "Undefined";
    case Kind::kNone: return "NoneType";
    case Kind::kBool: return "bool";
    case Kind::kInt: return "int";
    case Kind::kFloat: return "float";
    case Kind::kString: return value.is_markup() ? "Markup" : "str";
    case Kind::kList:
      switch (value.list().shape) {
        case Shape::kList: return "list";
        case Shape::kTuple: return "tuple";
        case Shape::kGroup: return "_GroupTuple";
        case Shape::kRange: return "range";
        case Shape::kKeys: return "dict_keys";
        case Shape::kValues: return "dict_values";
        case Shape::kItems: return "dict_items";
        case Shape::kGenerator: return "generator";
      }
      return "list";
    case Kind::kDict: return "dict";
    case Kind::kNamespace: return "Namespace";
    case Kind::kMacro: return "Macro";
    case Kind::kLoop: return "LoopContext";
    case Kind::kFunction: return "function";
    case Kind::kMethod: return "builtin_function_or_method";
  }
  return "object";
}

namespace {

std::string_view owner_name(Kind kind) {
  switch (kind) {
    case Kind::kNone: return "None";
    case Kind::kBool: return "bool object";
    case Kind::kInt: return "int object";
    case Kind::kFloat: return "float object";
    case Kind::kString: return "str object";
    case Kind::kList: return "list object";
    case Kind::kDict: return "dict object";
    default: return "object";
  }
}

}  // namespace

std::string describe(const Undefined& undefined) {
  const std::string_view name = undefined.name;
  switch (undefined.reason) {
    case Undefined::Reason::kVariable:
      return name.empty() ? "a value is undefined" : concat("'", name, "' is undefined");
    case Undefined::Reason::kAttribute:
      return concat("'", owner_name(undefined.owner), "' has no attribute '", name, "'");
    case Undefined::Reason::kElement: return concat("'", owner_name(undefined.owner), "' has no such element");
    case Undefined::Reason::kUnsafe:
      return concat("access to attribute '", name, "' of '", owner_name(undefined.owner), "' is unsafe");
    case Undefined::Reason::kMissingElse: return "an inline if without else was false, and its value is undefined";
  }
  return "undefined";
}

Error undefined_error(const Undefined& undefined) { return Error{ErrorCode::kInvalid, describe(undefined)}; }

namespace {

int order(int64_t a, int64_t b) { return a < b ? -1 : a > b ? 1 : 0; }

bool equal_rows(Budget& budget, const List& a, const List& b) {
  const auto family = [](Shape shape) { return shape == Shape::kGroup ? Shape::kTuple : shape; };
  if (&a == &b) return true;
  if (family(a.shape) != family(b.shape) || a.shape == Shape::kGenerator || a.shape == Shape::kValues) return false;
  if (a.items.size() != b.items.size()) return false;
  for (size_t i = 0; i < a.items.size(); ++i) {
    if (!equal(budget, a.items[i], b.items[i])) return false;
  }
  return true;
}

bool equal_dicts(Budget& budget, const Dict& a, const Dict& b) {
  if (&a == &b) return true;
  if (a.entries.size() != b.entries.size()) return false;
  return std::all_of(a.entries.begin(), a.entries.end(), [&](const Dict::Entry& mine) {
    return std::any_of(b.entries.begin(), b.entries.end(), [&](const Dict::Entry& other) {
      return equal(budget, mine.first, other.first) && equal(budget, mine.second, other.second);
    });
  });
}

}  // namespace

bool equal(Budget& budget, const Value& a, const Value& b) {
  if (!budget.charge(1)) return false;
  if (a.is_number() && b.is_number()) {
    if (a.is_integral() && b.is_integral()) return a.integer() == b.integer();
    return a.number() == b.number();
  }
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::kUndefined:
    case Kind::kNone: return true;
    case Kind::kString:
      if (a.text().size() != b.text().size()) return false;
      return budget.charge_bytes(a.text().size()) && a.view() == b.view();
    case Kind::kList: return equal_rows(budget, a.list(), b.list());
    case Kind::kDict: return equal_dicts(budget, a.dict(), b.dict());
    case Kind::kNamespace: return a.space() == b.space();
    case Kind::kMacro: return a.macro() == b.macro();
    case Kind::kLoop: return &a.loop() == &b.loop();
    case Kind::kFunction: return a.function() == b.function();
    default: return false;
  }
}

Result<int> compare(Budget& budget, const Value& a, const Value& b) {
  if (!budget.charge(1)) return budget.spent_error();
  if (a.is_number() && b.is_number()) {
    if (a.is_integral() && b.is_integral()) return order(a.integer(), b.integer());
    return a.number() < b.number() ? -1 : a.number() > b.number() ? 1 : 0;
  }
  if (a.is(Kind::kString) && b.is(Kind::kString)) {
    if (!budget.charge_bytes(std::min(a.text().size(), b.text().size()))) return budget.spent_error();
    return order(a.view().compare(b.view()), 0);  // the order of UTF-8 bytes is that of code points
  }
  if (a.is(Kind::kUndefined)) return undefined_error(a.undefined());
  if (b.is(Kind::kUndefined)) return undefined_error(b.undefined());
  if (a.is(Kind::kList) && b.is(Kind::kList) && a.list().shape == b.list().shape) {
    const auto& left = a.list().items;
    const auto& right = b.list().items;
    for (size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
      if (!equal(budget, left[i], right[i])) return compare(budget, left[i], right[i]);
    }
    return order(static_cast<int64_t>(left.size()), static_cast<int64_t>(right.size()));
  }
  return Error{ErrorCode::kInvalid, concat("'", type_name(a), "' and '", type_name(b), "' cannot be put in order")};
}

Result<std::vector<Value>> elements_of(Budget& budget, const Value& value) {
  switch (value.kind()) {
    case Kind::kUndefined:
      if (value.undefined().reason == Undefined::Reason::kUnsafe) return undefined_error(value.undefined());
      return std::vector<Value>();
    case Kind::kList: {
      const List& list = value.list();
      if (list.is_used_up) return std::vector<Value>();
      list.is_used_up = list.shape == Shape::kGenerator;
      TRY(budget.take_items(list.items.size()));
      return list.items;
    }
    case Kind::kDict: {
      TRY(budget.take_items(value.dict().entries.size()));
      std::vector<Value> keys;
      for (const auto& entry : value.dict().entries) keys.push_back(entry.first);
      return keys;
    }
    case Kind::kString: {
      const Text& text = value.text();
      TRY(budget.take_items(text.size()));
      std::vector<Value> characters;
      for (size_t at = 0; at < text.size();) {
        const size_t bytes = character_bytes(text.view(), at);
        characters.emplace_back(text.slice(at, at + bytes), value.is_markup());
        at += bytes;
      }
      return characters;
    }
    case Kind::kLoop: return Error{ErrorCode::kUnsupported, "walking over the loop object is not supported"};
    default: return Error{ErrorCode::kInvalid, concat("'", type_name(value), "' object is not iterable")};
  }
}

Result<int64_t> length_of(const Value& value) {
  switch (value.kind()) {
    case Kind::kUndefined: return int64_t{0};
    case Kind::kString: return static_cast<int64_t>(count_characters(value.view()));
    case Kind::kDict: return static_cast<int64_t>(value.dict().entries.size());
    case Kind::kLoop: return static_cast<int64_t>(value.loop().items.size());
    case Kind::kList:
      if (value.list().shape != Shape::kGenerator) return static_cast<int64_t>(value.list().items.size());
      [[fallthrough]];
    default: return Error{ErrorCode::kInvalid, concat("object of type '", type_name(value), "' has no len()")};
  }
}

}  // namespace capy::jinja
