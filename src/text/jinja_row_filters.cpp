// SPDX-License-Identifier: Apache-2.0
// Filters on lists, dictionaries and whatever can be walked.
#include <algorithm>
#include <charconv>

#include "text/jinja_characters.h"
#include "text/jinja_filters.h"
#include "text/jinja_lookup.h"
#include "text/jinja_methods.h"
#include "text/jinja_operators.h"
#include "text/jinja_print.h"

namespace capy::jinja {

Result<Value> follow_path(Interpreter& interpreter, Value item, const Value& path, const Value* fallback) {
  const bool has_fallback = fallback != nullptr && !fallback->is(Kind::kNone);
  if (path.is(Kind::kInt)) {
    Value found = TRY(interpreter.element(item, path));
    return has_fallback && found.is(Kind::kUndefined) ? *fallback : found;
  }
  if (!path.is(Kind::kString)) return Error{ErrorCode::kInvalid, "an attribute's name must be a string"};
  std::string_view rest = path.view();
  while (true) {
    const std::string_view part = rest.substr(0, rest.find('.'));
    int64_t index = 0;
    const auto end = std::from_chars(part.data(), part.data() + part.size(), index);
    const bool is_index =
        !part.empty() && end.ec == std::errc() && end.ptr == part.data() + part.size() && part[0] != '-';
    item = TRY(interpreter.element(item, is_index ? Value(index) : template_string(part)));
    if (has_fallback && item.is(Kind::kUndefined)) item = *fallback;
    if (part.size() == rest.size()) return item;
    rest.remove_prefix(part.size() + 1);
  }
}

namespace {

std::optional<Value> given(Value value) { return std::optional<Value>(std::move(value)); }

Result<Value> undefined_or(const std::vector<Value>& items, bool first) {
  if (items.empty()) return Value(Undefined{Undefined::Reason::kElement, Kind::kList, {}});
  return first ? items.front() : items.back();
}

Result<Value> join_filter(Interpreter& interpreter, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(bind("join", arguments, {"d", "attribute"}));
  Budget& budget = interpreter.budget();
  std::vector<Value> items = TRY(elements_of(budget, input));
  if (bound[1] != nullptr && !bound[1]->is(Kind::kNone)) {
    for (Value& item : items) item = TRY(follow_path(interpreter, item, *bound[1]));
  }
  const Text separator = bound[0] == nullptr ? Text() : TRY(text_of(budget, *bound[0]));
  return joined(budget, separator, items, false);
}

Result<Value> sum_filter(Interpreter& interpreter, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(bind("sum", arguments, {"attribute", "start"}));
  Value total = bound[1] == nullptr ? Value(int64_t{0}) : *bound[1];
  if (total.is(Kind::kString)) return Error{ErrorCode::kInvalid, "sum() can't sum strings"};
  for (Value& item : TRY(elements_of(interpreter.budget(), input))) {
    if (bound[0] != nullptr && !bound[0]->is(Kind::kNone)) item = TRY(follow_path(interpreter, item, *bound[0]));
    total = TRY(arithmetic(interpreter.budget(), Operator::kAdd, total, item));
  }
  return total;
}

// batch(n): rows of n; slice(n): n columns of as equal lengths as possible.
Result<Value> batch_filter(Budget& budget, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(bind("batch", arguments, {"linecount", "fill_with"}, 1));
  const int64_t width = TRY(bound.integer(0, 1));
  if (width < 1) return Error{ErrorCode::kInvalid, "batch: a size above zero is needed"};
  if (width > budget.limits().list_items_max) return Error{ErrorCode::kLimit, "batch: the rows are too long"};
  std::vector<Value> rows, row;
  for (const Value& item : TRY(elements_of(budget, input))) {
    row.push_back(item);
    if (static_cast<int64_t>(row.size()) == width) rows.push_back(TRY(make_list(budget, std::exchange(row, {}))));
  }
  if (!row.empty()) {
    if (bound[1] != nullptr && !bound[1]->is(Kind::kNone)) row.resize(static_cast<size_t>(width), *bound[1]);
    rows.push_back(TRY(make_list(budget, std::move(row))));
  }
  return make_list(budget, std::move(rows), Shape::kGenerator);
}

Result<Value> slice_filter(Budget& budget, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(bind("slice", arguments, {"slices", "fill_with"}, 1));
  const std::vector<Value> items = TRY(elements_of(budget, input));
  const int64_t count = TRY(bound.integer(0, 1));
  if (count < 1) return Error{ErrorCode::kInvalid, "slice: a number above zero is needed"};
  if (count > budget.limits().list_items_max) return Error{ErrorCode::kLimit, "slice: there are too many"};
  const size_t columns = static_cast<size_t>(count);
  const size_t length = items.size() / columns;
  const size_t longer = items.size() % columns;
  std::vector<Value> slices;
  size_t begin = 0;
  for (size_t i = 0; i < columns; ++i) {
    const size_t end = begin + length + (i < longer ? 1 : 0);
    std::vector<Value> column(items.begin() + static_cast<std::ptrdiff_t>(begin),
                              items.begin() + static_cast<std::ptrdiff_t>(end));
    if (bound[1] != nullptr && !bound[1]->is(Kind::kNone) && i >= longer) column.push_back(*bound[1]);
    slices.push_back(TRY(make_list(budget, std::move(column))));
    begin = end;
  }
  return make_list(budget, std::move(slices), Shape::kGenerator);
}

Result<Value> reversed(Budget& budget, const Value& input) {
  if (input.is(Kind::kString)) return slice_of(budget, input, {}, {}, -1);
  std::vector<Value> items = TRY(elements_of(budget, input));
  std::reverse(items.begin(), items.end());
  return make_list(budget, std::move(items), Shape::kGenerator);
}

Result<Value> items_filter(Budget& budget, const Value& input) {
  if (input.is(Kind::kUndefined)) return make_list(budget, {}, Shape::kGenerator);
  if (!input.is(Kind::kDict)) return Error{ErrorCode::kInvalid, "Can only get item pairs from a mapping."};
  const Value row = TRY(call_dict_method(budget, input, "items", {}));
  return make_list(budget, row.list().items, Shape::kGenerator);
}

}  // namespace

Filtered apply_row_filter(Interpreter& interpreter, std::string_view name, const Value& input,
                          const Arguments& arguments) {
  Budget& budget = interpreter.budget();
  if (name == "join") return given(TRY(join_filter(interpreter, input, arguments)));
  if (name == "sum") return given(TRY(sum_filter(interpreter, input, arguments)));
  if (name == "batch") return given(TRY(batch_filter(budget, input, arguments)));
  if (name == "slice") return given(TRY(slice_filter(budget, input, arguments)));
  if (name == "attr") {
    const Bound bound = TRY(bind(name, arguments, {"name"}, 1));
    const std::string_view attribute = TRY(bound.required_string(0));
    // Only the object's own attributes, not a dictionary's keys.
    if (input.is(Kind::kDict) && !has_method(input, attribute)) {
      return given(Value(Undefined{Undefined::Reason::kElement, Kind::kDict, {}}));
    }
    return given(TRY(interpreter.element(input, *bound[0])));
  }
  const bool is_plain = name == "length" || name == "count" || name == "first" || name == "last" || name == "list" ||
                        name == "reverse" || name == "items";
  if (!is_plain) return std::optional<Value>();
  TRY(bind(name, arguments, {}));
  if (name == "length" || name == "count") {
    if (input.is(Kind::kString) && !budget.charge_bytes(input.text().size())) return budget.spent_error();
    return given(Value(TRY(length_of(input))));
  }
  if (name == "last" && input.is(Kind::kList) && input.list().shape == Shape::kGenerator) {
    return Error{ErrorCode::kInvalid, "'generator' object is not reversible"};
  }
  if (name == "reverse") return given(TRY(reversed(budget, input)));
  if (name == "items") return given(TRY(items_filter(budget, input)));
  std::vector<Value> items = TRY(elements_of(budget, input));
  if (name == "first" || name == "last") return given(TRY(undefined_or(items, name == "first")));
  return given(TRY(make_list(budget, std::move(items))));
}

namespace {

// select, reject, selectattr, rejectattr: what a test says of each element (or of an attribute of it).
Result<Value> chosen(Interpreter& interpreter, const Value& input, const Arguments& arguments, bool wanted,
                     bool by_attribute) {
  const size_t test_index = by_attribute ? 1 : 0;
  if (by_attribute && arguments.positional.empty())
    return Error{ErrorCode::kInvalid, "Missing parameter for attribute name"};
  Arguments rest;
  std::string_view test;
  if (arguments.positional.size() > test_index) {
    if (!arguments.positional[test_index].is(Kind::kString))
      return Error{ErrorCode::kInvalid, "a test's name is needed"};
    test = arguments.positional[test_index].view();
    rest.positional.assign(arguments.positional.begin() + static_cast<std::ptrdiff_t>(test_index) + 1,
                           arguments.positional.end());
    rest.named = arguments.named;
  }
  std::vector<Value> kept;
  for (const Value& item : TRY(elements_of(interpreter.budget(), input))) {
    const Value value = by_attribute ? TRY(follow_path(interpreter, item, arguments.positional[0])) : item;
    const bool passes = test.empty() ? is_true(value) : TRY(apply_test(interpreter, test, value, rest));
    if (passes == wanted) kept.push_back(item);
  }
  return make_list(interpreter.budget(), std::move(kept), Shape::kGenerator);
}

Result<Value> mapped(Interpreter& interpreter, const Value& input, const Arguments& arguments) {
  const Value* path = nullptr;
  const Value* fallback = nullptr;
  Arguments rest;
  for (const auto& [name, value] : arguments.named) {
    if (name == "attribute") {
      path = &value;
    } else if (name == "default" && arguments.positional.empty()) {
      fallback = &value;
    } else {
      rest.named.emplace_back(name, value);
    }
  }
  if (path == nullptr) {
    if (arguments.positional.empty()) return Error{ErrorCode::kInvalid, "map requires a filter argument"};
    if (!arguments.positional[0].is(Kind::kString)) return Error{ErrorCode::kInvalid, "a filter's name is needed"};
    rest.positional.assign(arguments.positional.begin() + 1, arguments.positional.end());
  } else if (!rest.named.empty()) {
    return Error{ErrorCode::kInvalid, concat("Unexpected keyword argument '", rest.named[0].first, "'")};
  }
  std::vector<Value> items = TRY(elements_of(interpreter.budget(), input));
  for (Value& item : items) {
    if (path == nullptr) {
      item = TRY(apply_filter(interpreter, arguments.positional[0].view(), item, rest));
      continue;
    }
    item = TRY(follow_path(interpreter, item, *path, fallback));
  }
  return make_list(interpreter.budget(), std::move(items), Shape::kGenerator);
}

}  // namespace

Filtered apply_choosing_filter(Interpreter& interpreter, std::string_view name, const Value& input,
                               const Arguments& arguments) {
  static constexpr std::string_view kNames[] = {"map", "select", "reject", "selectattr", "rejectattr"};
  if (std::find(std::begin(kNames), std::end(kNames), name) == std::end(kNames)) return std::optional<Value>();
  // None, too, gives nothing here: jinja2 looks at the elements only if there are some, and templates rely on it.
  if (!is_true(input)) return given(TRY(make_list(interpreter.budget(), {}, Shape::kGenerator)));
  if (name == "map") return given(TRY(mapped(interpreter, input, arguments)));
  if (name == "select") return given(TRY(chosen(interpreter, input, arguments, true, false)));
  if (name == "reject") return given(TRY(chosen(interpreter, input, arguments, false, false)));
  if (name == "selectattr") return given(TRY(chosen(interpreter, input, arguments, true, true)));
  return given(TRY(chosen(interpreter, input, arguments, false, true)));
}

}  // namespace capy::jinja
