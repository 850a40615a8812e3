// SPDX-License-Identifier: Apache-2.0
// Expressions. (The interpreter's map is in jinja_interpreter.h.)
#include <iterator>

#include "text/jinja_filters.h"
#include "text/jinja_interpreter.h"
#include "text/jinja_lookup.h"
#include "text/jinja_operators.h"
#include "text/jinja_print.h"

namespace capy::jinja {

Interpreter::Evaluated Interpreter::evaluate(const Expression& node) {
  TRY(enter());
  ++depth_;
  Evaluated value = evaluate_by_type(node);
  --depth_;
  if (!value.ok()) remember_line(node.line);
  return value;
}

Interpreter::Evaluated Interpreter::evaluate_by_type(const Expression& node) {
  using Type = Expression::Type;
  switch (node.type) {
    case Type::kConstant: return node.constant;
    case Type::kName: return variable(node);
    case Type::kList: return row(node, Shape::kList);
    case Type::kTuple: return row(node, Shape::kTuple);
    case Type::kDict: return dict(node);
    case Type::kAttribute: return attribute(TRY(evaluate(*node.operands[0])), node.name);
    case Type::kSubscript: return subscript(node);
    case Type::kSlice: return Error{ErrorCode::kInvalid, "a slice stands alone"};
    case Type::kCall: return called(node);
    case Type::kFilter: return filtered(node);
    case Type::kTest: return tested(node);
    case Type::kNot: return Value(!is_true(TRY(evaluate(*node.operands[0]))));
    case Type::kNegative: return negated(TRY(evaluate(*node.operands[0])));
    case Type::kPositive: {
      Value value = TRY(evaluate(*node.operands[0]));
      if (value.is(Kind::kBool)) return Value(value.integer());
      if (!value.is_number()) return negated(value);  // which fails
      return value;
    }
    case Type::kAnd:
    case Type::kOr: return logical(node);
    case Type::kConditional: return conditional(node);
    case Type::kCompare: return comparison(node);
    case Type::kArithmetic: return arithmetic(node);
    case Type::kConcat: return concat_strings(node);
    case Type::kBlockText: return block_text_;
  }
  return Value();
}

Interpreter::Evaluated Interpreter::variable(const Expression& node) const {
  if (const Value* value = scope_->find(node.symbol)) return *value;
  static constexpr std::pair<std::string_view, Function> kFunctions[] = {
      {"range", Function::kRange},   {"namespace", Function::kNamespace},
      {"dict", Function::kDict},     {"raise_exception", Function::kRaiseException},
      {"cycler", Function::kCycler}, {"strftime_now", Function::kStrftimeNow},
      {"joiner", Function::kJoiner}};
  for (const auto& [name, function] : kFunctions) {
    if (name == node.name) return Value(function);
  }
  return Value(Undefined{Undefined::Reason::kVariable, Kind::kUndefined, node.name});
}

Interpreter::Evaluated Interpreter::row(const Expression& node, Shape shape) {
  std::vector<Value> items;
  items.reserve(node.operands.size());
  for (const ExpressionPtr& operand : node.operands) items.push_back(TRY(evaluate(*operand)));
  return make_list(budget_, std::move(items), shape);
}

Interpreter::Evaluated Interpreter::dict(const Expression& node) {
  std::vector<Dict::Entry> entries;
  for (size_t i = 0; i + 1 < node.operands.size(); i += 2) {
    Value key = TRY(evaluate(*node.operands[i]));
    Value value = TRY(evaluate(*node.operands[i + 1]));
    TRY(put(budget_, entries, std::move(key), std::move(value)));
  }
  return make_dict(budget_, std::move(entries));
}

Interpreter::Evaluated Interpreter::subscript(const Expression& node) {
  const Value object = TRY(evaluate(*node.operands[0]));
  const Expression& index = *node.operands[1];
  if (index.type == Expression::Type::kSlice) return slice(object, index);
  return element(object, TRY(evaluate(index)));
}

Interpreter::Evaluated Interpreter::slice(const Value& object, const Expression& node) {
  std::optional<int64_t> bounds[3];
  for (size_t i = 0; i < 3; ++i) {
    if (node.operands[i] == nullptr) continue;
    const Value bound = TRY(evaluate(*node.operands[i]));
    if (bound.is(Kind::kNone)) continue;
    if (bound.is(Kind::kUndefined)) return undefined_error(bound.undefined());
    if (!bound.is_integral()) return Error{ErrorCode::kInvalid, "slice indices must be integers or none"};
    bounds[i] = bound.integer();
  }
  return slice_of(budget_, object, bounds[0], bounds[1], bounds[2]);
}

// Python's: the value that decided, not just true or false.
Interpreter::Evaluated Interpreter::logical(const Expression& node) {
  const bool decides = node.type == Expression::Type::kOr;
  for (size_t i = 0; i + 1 < node.operands.size(); ++i) {
    Value value = TRY(evaluate(*node.operands[i]));
    if (is_true(value) == decides) return value;
  }
  return evaluate(*node.operands.back());
}

Interpreter::Evaluated Interpreter::conditional(const Expression& node) {
  if (is_true(TRY(evaluate(*node.operands[0])))) return evaluate(*node.operands[1]);
  if (node.operands[2] != nullptr) return evaluate(*node.operands[2]);
  return Value(Undefined{Undefined::Reason::kMissingElse, Kind::kUndefined, {}});
}

Interpreter::Evaluated Interpreter::comparison(const Expression& node) {
  Value left = TRY(evaluate(*node.operands[0]));
  for (size_t i = 0; i < node.operators.size(); ++i) {
    Value right = TRY(evaluate(*node.operands[i + 1]));
    if (!TRY(holds(budget_, node.operators[i], left, right))) return Value(false);
    left = std::move(right);
  }
  return Value(true);
}

Interpreter::Evaluated Interpreter::arithmetic(const Expression& node) {
  Value left = TRY(evaluate(*node.operands[0]));
  for (size_t i = 0; i < node.operators.size(); ++i) {
    const Value right = TRY(evaluate(*node.operands[i + 1]));
    left = TRY(jinja::arithmetic(budget_, node.operators[i], left, right));
  }
  return left;
}

Interpreter::Evaluated Interpreter::concat_strings(const Expression& node) {
  Text text;
  for (const ExpressionPtr& operand : node.operands) {
    const Value value = TRY(evaluate(*operand));
    TRY(print_value(budget_, value, text));
  }
  return Value(std::move(text));
}

Result<Arguments> Interpreter::arguments_of(const Expression& node) {
  Arguments arguments;
  for (size_t i = 1; i < node.operands.size(); ++i) arguments.positional.push_back(TRY(evaluate(*node.operands[i])));
  for (const auto& [name, expression] : node.named) arguments.named.emplace_back(name, TRY(evaluate(*expression)));
  if (node.star != nullptr) {
    const Value rest = TRY(evaluate(*node.star));
    std::vector<Value> values = TRY(elements_of(budget_, rest));
    std::move(values.begin(), values.end(), std::back_inserter(arguments.positional));
  }
  if (node.star_star != nullptr) {
    arguments.spread = TRY(evaluate(*node.star_star));  // its keys name the arguments: keep them alive
    if (!arguments.spread.is(Kind::kDict)) return Error{ErrorCode::kInvalid, "what follows ** must be a mapping"};
    for (const auto& [key, value] : arguments.spread.dict().entries) {
      if (!key.is(Kind::kString)) return Error{ErrorCode::kInvalid, "keywords must be strings"};
      arguments.named.emplace_back(key.view(), value);
    }
  }
  return arguments;
}

Interpreter::Evaluated Interpreter::filtered(const Expression& node) {
  const Value input = TRY(evaluate(*node.operands[0]));
  return apply_filter(*this, node.name, input, TRY(arguments_of(node)));
}

Interpreter::Evaluated Interpreter::tested(const Expression& node) {
  const Value input = TRY(evaluate(*node.operands[0]));
  const Arguments arguments = TRY(arguments_of(node));
  return Value(TRY(apply_test(*this, node.name, input, arguments)));
}

Interpreter::Evaluated Interpreter::called(const Expression& node) {
  const Expression& callee = *node.operands[0];
  if (callee.type == Expression::Type::kAttribute) {
    // text.strip(): without making a bound method first.
    const Value object = TRY(evaluate(*callee.operands[0]));
    if (has_method(object, callee.name)) return call_method(object, callee.name, TRY(arguments_of(node)));
    const Value function = TRY(attribute(object, callee.name));
    return call(function, TRY(arguments_of(node)));
  }
  const Value function = TRY(evaluate(callee));
  return call(function, TRY(arguments_of(node)));
}

}  // namespace capy::jinja
