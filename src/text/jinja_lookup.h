// SPDX-License-Identifier: Apache-2.0
// Elements, slices and methods of values: what a.b, a[b] and a[b:c] find.
#pragma once

#include <optional>

#include "text/jinja_value.h"

namespace capy::jinja {

// True for str, list, tuple and dict methods that templates may see, and for those that the sandbox forbids.
bool has_method(const Value& object, std::string_view name);
// Methods that change a list or a dictionary: looking at them is allowed, calling them is an error.
bool is_forbidden_method(const Value& object, std::string_view name);

// Python's slicing of strings (by characters), lists, tuples and ranges.
Result<Value> slice_of(Budget& budget, const Value& object, std::optional<int64_t> begin, std::optional<int64_t> end,
                       std::optional<int64_t> step);

}  // namespace capy::jinja
