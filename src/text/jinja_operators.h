// SPDX-License-Identifier: Apache-2.0
// Python's operators on template values.
#pragma once

#include "text/jinja_ast.h"
#include "text/jinja_value.h"

namespace capy::jinja {

// a + b and the other arithmetic ones. Integers beyond 64 bits are an error (kLimit), never a wrong number.
Result<Value> arithmetic(Budget& budget, Operator op, const Value& a, const Value& b);
Result<Value> negated(const Value& value);
// a < b, a in b and the other comparisons.
Result<bool> holds(Budget& budget, Operator op, const Value& a, const Value& b);
// item in container.
Result<bool> contains(Budget& budget, const Value& container, const Value& item);

}  // namespace capy::jinja
