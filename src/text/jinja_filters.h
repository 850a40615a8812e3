// SPDX-License-Identifier: Apache-2.0
// Filters (value | name) and tests (value is name), by name. Those of jinja2 that make sense for prompts; and tojson as
// transformers defines it.
#pragma once

#include <string_view>

#include "text/jinja_arguments.h"
#include "text/jinja_interpreter.h"

namespace capy::jinja {

Result<Value> apply_filter(Interpreter& interpreter, std::string_view name, const Value& input,
                           const Arguments& arguments);
Result<bool> apply_test(Interpreter& interpreter, std::string_view name, const Value& input,
                        const Arguments& arguments);

// "a.b.0" of an item: what the `attribute` argument of many filters means. `path` may also be an integer. Where a step
// finds nothing, `fallback` takes its place if there is one.
Result<Value> follow_path(Interpreter& interpreter, Value item, const Value& path, const Value* fallback = nullptr);

// The families; each gives nothing for a name that is not its own.
using Filtered = Result<std::optional<Value>>;
Filtered apply_text_filter(Interpreter& interpreter, std::string_view name, const Value& input,
                           const Arguments& arguments);
Filtered apply_number_filter(Interpreter& interpreter, std::string_view name, const Value& input,
                             const Arguments& arguments);
Filtered apply_row_filter(Interpreter& interpreter, std::string_view name, const Value& input,
                          const Arguments& arguments);
Filtered apply_choosing_filter(Interpreter& interpreter, std::string_view name, const Value& input,
                               const Arguments& arguments);
Filtered apply_ordering_filter(Interpreter& interpreter, std::string_view name, const Value& input,
                               const Arguments& arguments);

}  // namespace capy::jinja
