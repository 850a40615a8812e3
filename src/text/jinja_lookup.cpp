// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_lookup.h"

#include <algorithm>
#include <array>

#include "text/jinja_characters.h"
#include "text/jinja_interpreter.h"

namespace capy::jinja {
namespace {

// In order: looked up by binary search.
constexpr std::array<std::string_view, 41> kStringMethods = {
    "capitalize",   "casefold",     "center",       "count",      "encode",     "endswith",    "expandtabs",
    "find",         "format",       "format_map",   "index",      "isalnum",    "isalpha",     "isascii",
    "isdecimal",    "isdigit",      "isidentifier", "islower",    "isnumeric",  "isprintable", "isspace",
    "istitle",      "isupper",      "join",         "ljust",      "lower",      "lstrip",      "partition",
    "removeprefix", "removesuffix", "replace",      "rfind",      "rindex",     "rjust",       "rpartition",
    "rsplit",       "rstrip",       "split",        "splitlines", "startswith", "strip"};
constexpr std::array<std::string_view, 6> kMoreStringMethods = {"swapcase", "title", "translate",
                                                                "upper",    "zfill", "maketrans"};
constexpr std::array<std::string_view, 11> kDictMethods = {"clear", "copy",    "fromkeys",   "get",    "items", "keys",
                                                           "pop",   "popitem", "setdefault", "update", "values"};
constexpr std::array<std::string_view, 5> kDictChanges = {"clear", "pop", "popitem", "setdefault", "update"};
constexpr std::array<std::string_view, 11> kListMethods = {"append", "clear", "copy",   "count",   "extend", "index",
                                                           "insert", "pop",   "remove", "reverse", "sort"};
constexpr std::array<std::string_view, 8> kListChanges = {"append", "clear",  "extend",  "insert",
                                                          "pop",    "remove", "reverse", "sort"};

template <size_t kSize>
bool has(const std::array<std::string_view, kSize>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_tuple(const Value& value) { return value.list().shape == Shape::kTuple || value.list().shape == Shape::kGroup; }

// "__class__" and its kin: what Python's objects have and a template must not reach.
bool is_internal(std::string_view name) { return name.size() > 4 && name.starts_with("__") && name.ends_with("__"); }

}  // namespace

bool has_method(const Value& object, std::string_view name) {
  switch (object.kind()) {
    case Kind::kString:
      return std::binary_search(kStringMethods.begin(), kStringMethods.end(), name) || has(kMoreStringMethods, name);
    case Kind::kDict: return has(kDictMethods, name);
    case Kind::kList:
      if (object.list().shape == Shape::kList) return has(kListMethods, name);
      return (is_tuple(object) || object.list().shape == Shape::kRange) && (name == "count" || name == "index");
    case Kind::kLoop: return name == "cycle" || name == "changed";
    case Kind::kNamespace:
      return object.space()->role == Namespace::Role::kCycler && (name == "next" || name == "reset");
    case Kind::kFloat: return name == "is_integer";
    default: return false;
  }
}

bool is_forbidden_method(const Value& object, std::string_view name) {
  if (object.is(Kind::kDict)) return has(kDictChanges, name);
  return object.is(Kind::kList) && object.list().shape == Shape::kList && has(kListChanges, name);
}

Result<Value> Interpreter::attribute(const Value& object, std::string_view name) {
  if (object.is(Kind::kUndefined)) return undefined_error(object.undefined());
  if (is_internal(name) || is_forbidden_method(object, name)) {
    return Value(Undefined{Undefined::Reason::kUnsafe, object.kind(), name});
  }
  if (has_method(object, name)) {
    if (depth_of(object) + 1 >= budget_.limits().value_depth_max) {
      return Error{ErrorCode::kLimit, "a value is nested too deep"};
    }
    return Value(std::make_shared<const BoundMethod>(BoundMethod{object, std::string(name)}));
  }
  const Value missing(Undefined{Undefined::Reason::kAttribute, object.kind(), name});
  switch (object.kind()) {
    case Kind::kDict: {
      if (!budget_.charge(static_cast<int64_t>(object.dict().entries.size()) / 4)) return budget_.spent_error();
      const Value* found = object.dict().find(name);
      return found == nullptr ? missing : *found;
    }
    case Kind::kNamespace: {
      if (!budget_.charge(static_cast<int64_t>(object.space()->entries.size()) / 4)) return budget_.spent_error();
      if (object.space()->role == Namespace::Role::kCycler && name == "current") {
        return object.space()->entries[static_cast<size_t>(object.space()->position)].second;
      }
      const Value* found = object.space()->find(name);
      return found == nullptr ? missing : *found;
    }
    case Kind::kList:
      if (object.list().shape != Shape::kGroup || (name != "grouper" && name != "list")) return missing;
      return object.list().items[name == "grouper" ? 0 : 1];
    case Kind::kLoop: return loop_attribute(object.loop(), name);
    case Kind::kMacro: return name == "name" ? template_string(object.macro()->node->signature.name) : missing;
    default: return missing;
  }
}

Interpreter::Evaluated Interpreter::loop_attribute(Loop& loop, std::string_view name) {
  const int64_t length = static_cast<int64_t>(loop.items.size());
  const auto item = [&](int64_t index) -> Value {
    if (index < 0 || index >= length) return Value(Undefined{Undefined::Reason::kElement, Kind::kLoop, {}});
    return loop.items[static_cast<size_t>(index)];
  };
  if (name == "index0") return Value(loop.index0);
  if (name == "index") return Value(loop.index0 + 1);
  if (name == "first") return Value(loop.index0 == 0);
  if (name == "last") return Value(loop.index0 + 1 == length);
  if (name == "length") return Value(length);
  if (name == "previtem") return item(loop.index0 - 1);
  if (name == "nextitem") return item(loop.index0 + 1);
  if (name == "revindex") return Value(length - loop.index0);
  if (name == "revindex0") return Value(length - loop.index0 - 1);
  if (name == "depth") return Value(loop.depth0 + 1);
  if (name == "depth0") return Value(loop.depth0);
  return Value(Undefined{Undefined::Reason::kAttribute, Kind::kLoop, name});
}

Result<Value> Interpreter::element(const Value& object, const Value& key) {
  if (object.is(Kind::kUndefined)) return undefined_error(object.undefined());
  if (object.is(Kind::kDict)) {
    if (!budget_.charge(static_cast<int64_t>(object.dict().entries.size()) / 4)) return budget_.spent_error();
    for (const auto& [present, value] : object.dict().entries) {
      if (equal(budget_, present, key)) return value;
    }
  }
  if (key.is_integral() && object.is(Kind::kString)) {
    if (!budget_.charge_bytes(object.text().size())) return budget_.spent_error();
    const int64_t count = static_cast<int64_t>(count_characters(object.view()));
    const int64_t index = key.integer() < 0 ? key.integer() + count : key.integer();
    if (index >= 0 && index < count) {
      const size_t at = byte_of_character(object.view(), static_cast<size_t>(index));
      return Value(object.text().slice(at, at + character_bytes(object.view(), at)), object.is_markup());
    }
  }
  if (key.is_integral() && object.is(Kind::kList)) {
    const List& list = object.list();
    const bool is_row = list.shape == Shape::kList || list.shape == Shape::kRange || is_tuple(object);
    const int64_t count = static_cast<int64_t>(list.items.size());
    const int64_t index = key.integer() < 0 ? key.integer() + count : key.integer();
    if (is_row && index >= 0 && index < count) return list.items[static_cast<size_t>(index)];
  }
  Undefined missing{Undefined::Reason::kElement, object.kind(), {}};
  // a["b"] finds attributes too. The key may not outlive the render, so that it is not named in what is missing.
  if (key.is(Kind::kString)) {
    Value found = TRY(attribute(object, key.view()));
    if (!found.is(Kind::kUndefined)) return found;
    if (found.undefined().reason == Undefined::Reason::kUnsafe) missing.reason = Undefined::Reason::kUnsafe;
  }
  return Value(missing);
}

namespace {

struct Steps {
  int64_t begin = 0;
  int64_t step = 1;
  int64_t count = 0;
};

// Which elements of a row of `length` a slice takes: Python's rules for bounds outside and negative ones.
Steps steps_of(int64_t length, std::optional<int64_t> begin, std::optional<int64_t> end, int64_t step) {
  const int64_t lowest = step < 0 ? -1 : 0;
  const int64_t highest = step < 0 ? length - 1 : length;
  const auto clamped = [&](std::optional<int64_t> bound, int64_t fallback) {
    if (!bound) return fallback;
    const int64_t place = *bound < 0 ? (*bound < -length ? lowest : *bound + length) : *bound;
    return std::clamp(place, lowest, highest);
  };
  const int64_t from = clamped(begin, step < 0 ? highest : lowest);
  const int64_t to = clamped(end, step < 0 ? lowest : highest);
  Steps steps{from, step, 0};
  if (step > 0 && to > from) steps.count = (to - from - 1) / step + 1;
  if (step < 0 && from > to) steps.count = (from - to - 1) / -step + 1;
  return steps;
}

Result<Value> slice_of_string(Budget& budget, const Value& object, std::optional<int64_t> begin,
                              std::optional<int64_t> end, int64_t step) {
  const Text& text = object.text();
  TRY(budget.take_string(text.size()));
  const Steps steps = steps_of(static_cast<int64_t>(count_characters(text.view())), begin, end, step);
  Text out;
  if (step == 1) {
    const size_t from = byte_of_character(text.view(), static_cast<size_t>(steps.begin));
    const size_t bytes = byte_of_character(text.view().substr(from), static_cast<size_t>(steps.count));
    return Value(text.slice(from, from + bytes), object.is_markup());
  }
  std::vector<size_t> places;
  for (size_t at = 0; at < text.size(); at += character_bytes(text.view(), at)) places.push_back(at);
  if (!budget.charge(static_cast<int64_t>(places.size()))) return budget.spent_error();
  for (int64_t i = 0; i < steps.count; ++i) {
    const size_t at = places[static_cast<size_t>(steps.begin + i * step)];
    out.append(text, at, at + character_bytes(text.view(), at));
  }
  return Value(std::move(out), object.is_markup());
}

}  // namespace

Result<Value> slice_of(Budget& budget, const Value& object, std::optional<int64_t> begin, std::optional<int64_t> end,
                       std::optional<int64_t> step) {
  if (object.is(Kind::kUndefined)) return undefined_error(object.undefined());
  if (step == 0) return Error{ErrorCode::kInvalid, "slice step cannot be zero"};
  // Beyond this a step takes one element anyway, and sums of it could overflow.
  const int64_t stride = std::clamp<int64_t>(step.value_or(1), -(int64_t{1} << 40), int64_t{1} << 40);
  if (object.is(Kind::kString)) return slice_of_string(budget, object, begin, end, stride);
  const bool is_row = object.is(Kind::kList) &&
                      (object.list().shape == Shape::kList || is_tuple(object) || object.list().shape == Shape::kRange);
  if (!is_row) return Error{ErrorCode::kInvalid, concat("'", type_name(object), "' object cannot be sliced")};
  const std::vector<Value>& all = object.list().items;
  const Steps steps = steps_of(static_cast<int64_t>(all.size()), begin, end, stride);
  std::vector<Value> items;
  items.reserve(static_cast<size_t>(steps.count));
  for (int64_t i = 0; i < steps.count; ++i) items.push_back(all[static_cast<size_t>(steps.begin + i * stride)]);
  return make_list(budget, std::move(items), is_tuple(object) ? Shape::kTuple : Shape::kList);
}

}  // namespace capy::jinja
