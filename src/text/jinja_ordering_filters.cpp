// SPDX-License-Identifier: Apache-2.0
// Filters that put in order or compare: sort, dictsort, groupby, unique, min, max.
#include <algorithm>

#include "text/jinja_filters.h"
#include "text/jinja_methods.h"
#include "text/jinja_sort.h"

namespace capy::jinja {
namespace {

// An element with what it is compared by.
struct Keyed {
  Value key;
  Value item;
};

// Unless `case_sensitive`, strings are compared in lower case.
Result<Value> folded(Budget& budget, Value key, bool case_sensitive) {
  if (case_sensitive || !key.is(Kind::kString)) return key;
  return with_case(budget, key, Case::kLower);
}

Result<Value> key_of(Interpreter& interpreter, const Value& item, const Value* path, bool case_sensitive) {
  if (path == nullptr || path->is(Kind::kNone)) return folded(interpreter.budget(), item, case_sensitive);
  const Value key = TRY(follow_path(interpreter, item, *path));
  return folded(interpreter.budget(), key, case_sensitive);
}

// For sort: `path` may name several attributes, with commas. The key is a list also for one, so that equal keys are
// never put in order, and undefined ones are no error as long as they are alone.
Result<Value> keys_of(Interpreter& interpreter, const Value& item, const Value* path, bool case_sensitive) {
  std::vector<Value> keys;
  if (path == nullptr || !path->is(Kind::kString)) {
    keys.push_back(TRY(key_of(interpreter, item, path, case_sensitive)));
  } else {
    std::string_view rest = path->view();
    while (true) {
      const std::string_view part = rest.substr(0, rest.find(','));
      const Value name = template_string(part);
      keys.push_back(TRY(key_of(interpreter, item, &name, case_sensitive)));
      if (part.size() == rest.size()) break;
      rest.remove_prefix(part.size() + 1);
    }
  }
  return make_list(interpreter.budget(), std::move(keys));
}

using KeyOf = Result<Value> (*)(Interpreter&, const Value&, const Value*, bool);
Result<std::vector<Keyed>> keyed(Interpreter& interpreter, const Value& input, const Value* path, bool case_sensitive,
                                 KeyOf key_function = key_of) {
  std::vector<Keyed> pairs;
  for (Value& item : TRY(elements_of(interpreter.budget(), input))) {
    Value key = TRY(key_function(interpreter, item, path, case_sensitive));
    pairs.push_back({std::move(key), std::move(item)});
  }
  return pairs;
}

Status sort_pairs(Budget& budget, std::vector<Keyed>& pairs, bool reverse) {
  return sort_stably(pairs, [&](const Keyed& a, const Keyed& b) {
    return reverse ? compare(budget, b.key, a.key) : compare(budget, a.key, b.key);
  });
}

Result<Value> items_of(Budget& budget, std::vector<Keyed> pairs, Shape shape = Shape::kList) {
  std::vector<Value> items;
  for (Keyed& pair : pairs) items.push_back(std::move(pair.item));
  return make_list(budget, std::move(items), shape);
}

Result<Value> sorted(Interpreter& interpreter, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(bind("sort", arguments, {"reverse", "case_sensitive", "attribute"}));
  std::vector<Keyed> pairs = TRY(keyed(interpreter, input, bound[2], bound.truth(1, false), keys_of));
  TRY(sort_pairs(interpreter.budget(), pairs, bound.truth(0, false)));
  return items_of(interpreter.budget(), std::move(pairs));
}

Result<Value> sorted_items(Interpreter& interpreter, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(bind("dictsort", arguments, {"case_sensitive", "by", "reverse"}));
  Budget& budget = interpreter.budget();
  if (!input.is(Kind::kDict)) {
    if (input.is(Kind::kUndefined)) return undefined_error(input.undefined());
    return Error{ErrorCode::kInvalid, "dictsort needs a mapping"};
  }
  const std::string_view by = TRY(bound.string(1)).value_or("key");
  if (by != "key" && by != "value")
    return Error{ErrorCode::kInvalid, "You can only sort by either \"key\" or \"value\""};
  const Value rows = TRY(call_dict_method(budget, input, "items", {}));
  const Value path(int64_t{by == "key" ? 0 : 1});
  std::vector<Keyed> pairs = TRY(keyed(interpreter, rows, &path, bound.truth(0, false)));
  TRY(sort_pairs(budget, pairs, bound.truth(2, false)));
  return items_of(budget, std::move(pairs));
}

Result<Value> unique(Interpreter& interpreter, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(bind("unique", arguments, {"case_sensitive", "attribute"}));
  Budget& budget = interpreter.budget();
  std::vector<Value> seen, kept;
  for (Keyed& pair : TRY(keyed(interpreter, input, bound[1], bound.truth(0, false)))) {
    const bool is_known =
        std::any_of(seen.begin(), seen.end(), [&](const Value& known) { return equal(budget, known, pair.key); });
    if (budget.is_spent()) return budget.spent_error();
    if (is_known) continue;
    seen.push_back(std::move(pair.key));
    kept.push_back(std::move(pair.item));
  }
  return make_list(budget, std::move(kept), Shape::kGenerator);
}

Result<Value> extreme(Interpreter& interpreter, const Value& input, const Arguments& arguments, bool largest) {
  const Bound bound = TRY(bind(largest ? "max" : "min", arguments, {"case_sensitive", "attribute"}));
  std::vector<Keyed> pairs = TRY(keyed(interpreter, input, bound[1], bound.truth(0, false)));
  if (pairs.empty()) return Value(Undefined{Undefined::Reason::kElement, Kind::kList, {}});
  size_t best = 0;
  for (size_t i = 1; i < pairs.size(); ++i) {
    const int order = TRY(compare(interpreter.budget(), pairs[i].key, pairs[best].key));
    if (largest ? order > 0 : order < 0) best = i;
  }
  return pairs[best].item;
}

Result<Value> grouped(Interpreter& interpreter, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(bind("groupby", arguments, {"attribute", "default", "case_sensitive"}, 1));
  Budget& budget = interpreter.budget();
  const bool case_sensitive = bound.truth(2, false);
  std::vector<Keyed> pairs;
  std::vector<Value> names;
  for (Value& item : TRY(elements_of(budget, input))) {
    const Value name = TRY(follow_path(interpreter, item, *bound[0], bound[1]));
    pairs.push_back({TRY(folded(budget, name, case_sensitive)), TRY(make_list(budget, {name, item}))});
  }
  TRY(sort_pairs(budget, pairs, false));
  std::vector<Value> groups;
  for (size_t begin = 0; begin < pairs.size();) {
    std::vector<Value> members;
    size_t end = begin;
    for (; end < pairs.size() && equal(budget, pairs[end].key, pairs[begin].key); ++end) {
      members.push_back(pairs[end].item.list().items[1]);
    }
    if (budget.is_spent()) return budget.spent_error();
    // The group is named by its first member, in the member's own case.
    const Value name = pairs[begin].item.list().items[0];
    Value list = TRY(make_list(budget, std::move(members)));
    groups.push_back(TRY(make_list(budget, {name, std::move(list)}, Shape::kGroup)));
    begin = std::max(end, begin + 1);
  }
  return make_list(budget, std::move(groups));
}

}  // namespace

Filtered apply_ordering_filter(Interpreter& interpreter, std::string_view name, const Value& input,
                               const Arguments& arguments) {
  const auto given = [](Value value) { return std::optional<Value>(std::move(value)); };
  if (name == "sort") return given(TRY(sorted(interpreter, input, arguments)));
  if (name == "dictsort") return given(TRY(sorted_items(interpreter, input, arguments)));
  if (name == "unique") return given(TRY(unique(interpreter, input, arguments)));
  if (name == "min" || name == "max") return given(TRY(extreme(interpreter, input, arguments, name == "max")));
  if (name == "groupby") return given(TRY(grouped(interpreter, input, arguments)));
  return std::optional<Value>();
}

}  // namespace capy::jinja
