// SPDX-License-Identifier: Apache-2.0
// The methods that cut strings apart or look for parts of them; called through jinja_methods.h.
#pragma once

#include <string_view>
#include <utility>

#include "text/jinja_arguments.h"
#include "text/jinja_value.h"

namespace capy::jinja {

// split, rsplit, splitlines, partition, rpartition, find, rfind, index, rindex, count, expandtabs
Result<Value> call_splitting_method(Budget& budget, const Value& self, std::string_view name,
                                    const Arguments& arguments);

// text[start:end] of a method's second and third arguments: the bytes in front of it, and the part.
Result<std::pair<size_t, std::string_view>> part_of(Budget& budget, std::string_view text, const Bound& bound);

}  // namespace capy::jinja
