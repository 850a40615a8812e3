// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_budget.h"

#include "base/concat.h"

namespace capy::jinja {

Error Budget::spent_error() const {
  return Error{ErrorCode::kLimit, concat("the template needs more than ", limits_.steps_max, " steps")};
}

Error Budget::string_error(size_t bytes) const {
  if (is_spent()) return spent_error();
  return Error{ErrorCode::kLimit, concat("a string of ", bytes, " bytes; at most ", limits_.string_bytes_max)};
}

Error Budget::list_error(size_t items) const {
  if (is_spent()) return spent_error();
  return Error{ErrorCode::kLimit, concat("a list of ", items, " elements; at most ", limits_.list_items_max)};
}

}  // namespace capy::jinja
