// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_operators.h"

#include <cmath>
#include <limits>

#include "text/jinja_characters.h"
#include "text/jinja_format.h"
#include "text/jinja_print.h"

namespace capy::jinja {
namespace {

std::string_view spelling(Operator op) {
  switch (op) {
    case Operator::kAdd: return "+";
    case Operator::kSubtract: return "-";
    case Operator::kMultiply: return "*";
    case Operator::kDivide: return "/";
    case Operator::kFloorDivide: return "//";
    case Operator::kModulo: return "%";
    case Operator::kPower: return "**";
    default: return "comparison";
  }
}

Error unsupported(Operator op, const Value& a, const Value& b) {
  if (a.is(Kind::kUndefined)) return undefined_error(a.undefined());
  if (b.is(Kind::kUndefined)) return undefined_error(b.undefined());
  return Error{ErrorCode::kInvalid, concat("unsupported operand types for ", spelling(op), ": '", type_name(a),
                                           "' and '", type_name(b), "'")};
}

Error too_large() { return Error{ErrorCode::kLimit, "an integer beyond 64 bits"}; }
Error by_zero() { return Error{ErrorCode::kInvalid, "division by zero"}; }

// Python rounds quotients down, and a remainder has the sign of its divisor.
Result<Value> divide_integers(Operator op, int64_t a, int64_t b) {
  if (b == 0) return by_zero();
  if (a == std::numeric_limits<int64_t>::min() && b == -1) {
    if (op == Operator::kModulo) return Value(int64_t{0});
    return too_large();
  }
  const int64_t remainder = a % b;
  const bool is_adjusted = remainder != 0 && (remainder < 0) != (b < 0);
  if (op == Operator::kModulo) return Value(is_adjusted ? remainder + b : remainder);
  return Value(a / b - (is_adjusted ? 1 : 0));
}

Result<Value> power_of_integers(int64_t base, int64_t exponent) {
  if (exponent < 0) {
    if (base == 0) return by_zero();
    return Value(std::pow(static_cast<double>(base), static_cast<double>(exponent)));
  }
  if (base == 1 || exponent == 0) return Value(int64_t{1});
  if (base == 0) return Value(int64_t{0});
  if (base == -1) return Value(exponent % 2 == 0 ? int64_t{1} : int64_t{-1});
  int64_t product = 1;
  for (; exponent > 0; --exponent) {  // at most 63 turns before it is too large
    if (__builtin_mul_overflow(product, base, &product)) return too_large();
  }
  return Value(product);
}

Result<Value> on_integers(Operator op, int64_t a, int64_t b) {
  int64_t result = 0;
  switch (op) {
    case Operator::kAdd: return __builtin_add_overflow(a, b, &result) ? Result<Value>(too_large()) : Value(result);
    case Operator::kSubtract: return __builtin_sub_overflow(a, b, &result) ? Result<Value>(too_large()) : Value(result);
    case Operator::kMultiply: return __builtin_mul_overflow(a, b, &result) ? Result<Value>(too_large()) : Value(result);
    case Operator::kDivide:
      if (b == 0) return by_zero();
      return Value(static_cast<double>(a) / static_cast<double>(b));
    case Operator::kPower: return power_of_integers(a, b);
    default: return divide_integers(op, a, b);
  }
}

Result<Value> on_floats(Operator op, double a, double b) {
  switch (op) {
    case Operator::kAdd: return Value(a + b);
    case Operator::kSubtract: return Value(a - b);
    case Operator::kMultiply: return Value(a * b);
    case Operator::kPower: {
      if (a == 0 && b < 0) return by_zero();
      if (a < 0 && b != std::floor(b)) return Error{ErrorCode::kUnsupported, "a complex number"};
      const double result = std::pow(a, b);
      if (std::isinf(result) && std::isfinite(a) && std::isfinite(b)) {
        return Error{ErrorCode::kLimit, "a number that is too large"};
      }
      return Value(result);
    }
    default: break;
  }
  if (b == 0) return by_zero();
  if (op == Operator::kDivide) return Value(a / b);
  double remainder = std::fmod(a, b);
  const double quotient = (a - remainder) / b;
  const bool is_adjusted = remainder != 0 && (remainder < 0) != (b < 0);
  if (op == Operator::kFloorDivide) return Value(std::floor((is_adjusted ? quotient - 1 : quotient) + 0.5));
  if (remainder == 0) return Value(std::copysign(0.0, b));
  return Value(is_adjusted ? remainder + b : remainder);
}

Result<Value> joined_strings(Budget& budget, const Value& a, const Value& b) {
  const bool is_markup = a.is_markup() || b.is_markup();
  const bool escape_a = is_markup && !a.is_markup();
  const bool escape_b = is_markup && !b.is_markup();
  TRY(budget.take_string(a.text().size() + b.text().size()));
  Text out;
  out.reserve(a.text().size() + b.text().size());
  out.append(escape_a ? escape_html(a.text()) : a.text());
  out.append(escape_b ? escape_html(b.text()) : b.text());
  return Value(std::move(out), is_markup);
}

bool is_list_or_tuple(const Value& value) {
  if (!value.is(Kind::kList)) return false;
  const Shape shape = value.list().shape;
  return shape == Shape::kList || shape == Shape::kTuple || shape == Shape::kGroup;
}

Shape plain_shape(const Value& row) { return row.list().shape == Shape::kList ? Shape::kList : Shape::kTuple; }

Result<Value> joined_rows(Budget& budget, const Value& a, const Value& b) {
  std::vector<Value> items = a.list().items;
  items.insert(items.end(), b.list().items.begin(), b.list().items.end());
  return make_list(budget, std::move(items), plain_shape(a));
}

// "ab" * 3 and [1] * 3.
Result<Value> repeated(Budget& budget, const Value& value, int64_t times) {
  if (times < 0) times = 0;
  const size_t size = value.is(Kind::kString) ? value.text().size() : value.list().items.size();
  const int64_t limit = value.is(Kind::kString) ? budget.limits().string_bytes_max : budget.limits().list_items_max;
  if (size > 0 && times > limit / static_cast<int64_t>(size)) {
    return Error{ErrorCode::kLimit,
                 concat("repeating ", times, " times gives more than ", limit, " bytes or elements")};
  }
  if (size == 0) times = 1;
  if (value.is(Kind::kString)) {
    TRY(budget.take_string(size * static_cast<size_t>(times)));
    if (!budget.charge(times)) return budget.spent_error();
    Text out;
    for (int64_t i = 0; i < times; ++i) out.append(value.text());
    return Value(std::move(out), value.is_markup());
  }
  TRY(budget.take_items(size * static_cast<size_t>(times)));
  std::vector<Value> items;
  const std::vector<Value>& once = value.list().items;
  for (int64_t i = 0; i < times; ++i) items.insert(items.end(), once.begin(), once.end());
  return make_list(budget, std::move(items), plain_shape(value));
}

}  // namespace

Result<Value> arithmetic(Budget& budget, Operator op, const Value& a, const Value& b) {
  if (a.is_integral() && b.is_integral()) return on_integers(op, a.integer(), b.integer());
  if (a.is_number() && b.is_number()) return on_floats(op, a.number(), b.number());
  if (op == Operator::kAdd && a.is(Kind::kString) && b.is(Kind::kString)) return joined_strings(budget, a, b);
  if (op == Operator::kAdd && is_list_or_tuple(a) && is_list_or_tuple(b) && plain_shape(a) == plain_shape(b)) {
    return joined_rows(budget, a, b);
  }
  if (op == Operator::kModulo && a.is(Kind::kString)) {
    if (b.is(Kind::kUndefined)) return undefined_error(b.undefined());
    return format_percent(budget, a, b);
  }
  const auto repeats = [](const Value& row) { return row.is(Kind::kString) || is_list_or_tuple(row); };
  if (op == Operator::kMultiply && repeats(a) && b.is_integral()) return repeated(budget, a, b.integer());
  if (op == Operator::kMultiply && repeats(b) && a.is_integral()) return repeated(budget, b, a.integer());
  return unsupported(op, a, b);
}

Result<Value> negated(const Value& value) {
  if (value.is_integral()) return on_integers(Operator::kSubtract, 0, value.integer());
  if (value.is(Kind::kFloat)) return Value(-value.number());
  if (value.is(Kind::kUndefined)) return undefined_error(value.undefined());
  return Error{ErrorCode::kInvalid, concat("bad operand type for unary -: '", type_name(value), "'")};
}

Result<bool> contains(Budget& budget, const Value& container, const Value& item) {
  switch (container.kind()) {
    case Kind::kString:
      if (item.is(Kind::kUndefined)) return undefined_error(item.undefined());
      if (!item.is(Kind::kString)) {
        return Error{ErrorCode::kInvalid,
                     concat("'in <string>' requires a string as left operand, not ", type_name(item))};
      }
      if (!budget.charge_bytes(container.text().size() + item.text().size())) return budget.spent_error();
      return find_first(container.view(), item.view()) != std::string_view::npos;
    case Kind::kDict: {
      if (!budget.charge(static_cast<int64_t>(container.dict().entries.size()) / 4)) return budget.spent_error();
      if (item.is(Kind::kString)) return container.dict().find(item.view()) != nullptr;
      for (const auto& [key, value] : container.dict().entries) {
        if (equal(budget, key, item)) return true;
      }
      return false;
    }
    case Kind::kUndefined:
    case Kind::kList: {
      const std::vector<Value> items = TRY(elements_of(budget, container));
      for (const Value& candidate : items) {
        if (equal(budget, candidate, item)) return true;
      }
      if (budget.is_spent()) return budget.spent_error();
      return false;
    }
    default: return Error{ErrorCode::kInvalid, concat("argument of type '", type_name(container), "' is not iterable")};
  }
}

Result<bool> holds(Budget& budget, Operator op, const Value& a, const Value& b) {
  const bool has_nan = (a.is(Kind::kFloat) && std::isnan(a.number())) || (b.is(Kind::kFloat) && std::isnan(b.number()));
  switch (op) {
    case Operator::kEqual:
    case Operator::kNotEqual: {
      const bool is_equal = equal(budget, a, b);
      if (budget.is_spent()) return budget.spent_error();
      return is_equal == (op == Operator::kEqual);
    }
    case Operator::kIn: return contains(budget, b, a);
    case Operator::kNotIn: return !TRY(contains(budget, b, a));
    default: break;
  }
  const int order = TRY(compare(budget, a, b));
  if (has_nan) return false;
  switch (op) {
    case Operator::kLess: return order < 0;
    case Operator::kLessEqual: return order <= 0;
    case Operator::kGreater: return order > 0;
    default: return order >= 0;
  }
}

}  // namespace capy::jinja
