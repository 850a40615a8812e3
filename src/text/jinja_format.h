// SPDX-License-Identifier: Apache-2.0
// Python's two ways of formatting: "%s and %03d" % values, and "{} and {name:>10}".format(...).
#pragma once

#include "text/jinja_arguments.h"
#include "text/jinja_value.h"

namespace capy::jinja {

class Interpreter;

// `values` is a tuple, a dictionary (for %(name)s) or one value.
Result<Value> format_percent(Budget& budget, const Value& pattern, const Value& values);
// str.format
Result<Value> format_braces(Interpreter& interpreter, const Value& pattern, const Arguments& arguments);

}  // namespace capy::jinja
