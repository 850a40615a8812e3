// SPDX-License-Identifier: Apache-2.0
// Tests: value is name(arguments).
#include <algorithm>

#include "text/jinja_filters.h"
#include "text/jinja_methods.h"
#include "text/jinja_operators.h"
#include "text/jinja_print.h"

namespace capy::jinja {
namespace {

bool is_iterable(const Value& value) {
  switch (value.kind()) {
    case Kind::kUndefined:
    case Kind::kString:
    case Kind::kList:
    case Kind::kDict:
    case Kind::kLoop: return true;
    default: return false;
  }
}

bool is_sequence(const Value& value) {
  if (!value.is(Kind::kList)) {
    return value.is(Kind::kString) || value.is(Kind::kDict) || value.is(Kind::kUndefined);
  }
  const Shape shape = value.list().shape;
  return shape == Shape::kList || shape == Shape::kTuple || shape == Shape::kGroup || shape == Shape::kRange;
}

bool is_callable(const Value& value) {
  return value.is(Kind::kMacro) || value.is(Kind::kFunction) || value.is(Kind::kMethod) || value.is(Kind::kLoop) ||
         value.is(Kind::kUndefined) || (value.is(Kind::kNamespace) && value.space()->role == Namespace::Role::kJoiner);
}

bool is_same(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::kNone: return true;
    case Kind::kBool: return a.truth() == b.truth();
    case Kind::kInt: return a.integer() == b.integer();
    case Kind::kString: return a.view() == b.view();
    case Kind::kList: return &a.list() == &b.list();
    case Kind::kDict: return &a.dict() == &b.dict();
    case Kind::kNamespace: return a.space() == b.space();
    default: return false;
  }
}

// Tests without an argument.
std::optional<bool> plain_test(std::string_view name, const Value& value) {
  if (name == "defined") return !value.is(Kind::kUndefined);
  if (name == "undefined") return value.is(Kind::kUndefined);
  if (name == "none") return value.is(Kind::kNone);
  if (name == "string") return value.is(Kind::kString);
  if (name == "mapping") return value.is(Kind::kDict);
  if (name == "iterable") return is_iterable(value);
  if (name == "sequence") return is_sequence(value);
  if (name == "boolean") return value.is(Kind::kBool);
  if (name == "true") return value.is(Kind::kBool) && value.truth();
  if (name == "false") return value.is(Kind::kBool) && !value.truth();
  if (name == "integer") return value.is(Kind::kInt);
  if (name == "float") return value.is(Kind::kFloat);
  if (name == "number") return value.is_number();
  if (name == "callable") return is_callable(value);
  if (name == "escaped") return value.is_markup();
  return std::nullopt;
}

std::optional<Operator> comparing_test(std::string_view name) {
  static constexpr std::pair<std::string_view, Operator> kNames[] = {{"==", Operator::kEqual},
                                                                     {"eq", Operator::kEqual},
                                                                     {"equalto", Operator::kEqual},
                                                                     {"!=", Operator::kNotEqual},
                                                                     {"ne", Operator::kNotEqual},
                                                                     {"<", Operator::kLess},
                                                                     {"lt", Operator::kLess},
                                                                     {"lessthan", Operator::kLess},
                                                                     {"<=", Operator::kLessEqual},
                                                                     {"le", Operator::kLessEqual},
                                                                     {">", Operator::kGreater},
                                                                     {"gt", Operator::kGreater},
                                                                     {"greaterthan", Operator::kGreater},
                                                                     {">=", Operator::kGreaterEqual},
                                                                     {"ge", Operator::kGreaterEqual},
                                                                     {"in", Operator::kIn}};
  for (const auto& [known, meaning] : kNames) {
    if (known == name) return meaning;
  }
  return std::nullopt;
}

Result<bool> divides(Budget& budget, const Value& value, const Value& divisor) {
  const Value remainder = TRY(arithmetic(budget, Operator::kModulo, value, divisor));
  return equal(budget, remainder, Value(int64_t{0}));
}

Result<bool> case_test(Budget& budget, const Value& value, Case wanted) {
  const Text text = TRY(text_of(budget, value));
  return TRY(call_string_method(budget, Value(text), wanted == Case::kUpper ? "isupper" : "islower", {})).truth();
}

bool is_known(std::string_view name);

}  // namespace

Result<bool> apply_test(Interpreter& interpreter, std::string_view name, const Value& input,
                        const Arguments& arguments) {
  Budget& budget = interpreter.budget();
  if (const std::optional<bool> answer = plain_test(name, input)) {
    TRY(bind(name, arguments, {}));
    return *answer;
  }
  if (name == "odd" || name == "even") {
    const bool is_even = TRY(divides(budget, input, Value(int64_t{2})));
    return is_even == (name == "even");
  }
  if (name == "upper" || name == "lower")
    return case_test(budget, input, name == "upper" ? Case::kUpper : Case::kLower);
  if (name == "filter" || name == "test") return input.is(Kind::kString) && is_known(input.view());
  const std::optional<Operator> comparison = comparing_test(name);
  if (!comparison && name != "divisibleby" && name != "sameas") {
    return Error{ErrorCode::kInvalid, concat("no test named '", name, "'")};
  }
  const Bound bound = TRY(bind(name, arguments, {"other"}, 1));
  if (name == "sameas") return is_same(input, *bound[0]);
  if (name == "divisibleby") return divides(budget, input, *bound[0]);
  return holds(budget, *comparison, input, *bound[0]);
}

namespace {

// "is filter" and "is test" ask for what the engine has; only templates made for several engines do, to choose a way.
bool is_known(std::string_view name) {
  static constexpr std::string_view kNames[] = {
      "tojson",  "trim", "items", "defined", "default", "join",    "length",   "string", "upper",   "lower",
      "replace", "list", "first", "last",    "map",     "mapping", "sequence", "none",   "iterable"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

}  // namespace
}  // namespace capy::jinja
