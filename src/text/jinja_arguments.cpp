// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_arguments.h"

#include <algorithm>

#include "base/check.h"

namespace capy::jinja {

Result<Bound> bind(std::string_view callee, const Arguments& arguments,
                   std::initializer_list<std::string_view> parameters, size_t required) {
  CHECK(parameters.size() <= kParametersMax);
  Bound bound;
  bound.callee_ = callee;
  if (arguments.positional.size() > parameters.size()) {
    return Error{ErrorCode::kInvalid, concat(callee, " takes at most ", parameters.size(), " arguments")};
  }
  for (size_t i = 0; i < arguments.positional.size(); ++i) bound.values_[i] = &arguments.positional[i];
  for (const auto& [name, value] : arguments.named) {
    const auto place = std::find(parameters.begin(), parameters.end(), name);
    if (place == parameters.end()) return Error{ErrorCode::kInvalid, concat(callee, " takes no argument '", name, "'")};
    const Value*& taken = bound.values_[static_cast<size_t>(place - parameters.begin())];
    if (taken != nullptr) return Error{ErrorCode::kInvalid, concat(callee, " got two values for '", name, "'")};
    taken = &value;
  }
  for (size_t i = 0; i < required; ++i) {
    if (bound.values_[i] == nullptr) {
      return Error{ErrorCode::kInvalid, concat(callee, " needs its argument '", *(parameters.begin() + i), "'")};
    }
  }
  return bound;
}

Result<int64_t> Bound::integer(size_t index, int64_t fallback) const {
  const Value* value = values_[index];
  if (value == nullptr) return fallback;
  if (value->is_integral()) return value->integer();
  if (value->is(Kind::kUndefined)) return undefined_error(value->undefined());
  return Error{ErrorCode::kInvalid, concat(callee_, " needs an integer, not ", type_name(*value))};
}

bool Bound::truth(size_t index, bool fallback) const {
  return values_[index] == nullptr ? fallback : is_true(*values_[index]);
}

Result<std::optional<std::string_view>> Bound::string(size_t index) const {
  const Value* value = values_[index];
  if (value == nullptr || value->is(Kind::kNone)) return std::optional<std::string_view>();
  if (value->is(Kind::kString)) return std::optional(value->view());
  if (value->is(Kind::kUndefined)) return undefined_error(value->undefined());
  return Error{ErrorCode::kInvalid, concat(callee_, " needs a string, not ", type_name(*value))};
}

Result<std::string_view> Bound::required_string(size_t index) const {
  const std::optional<std::string_view> text = TRY(string(index));
  if (!text) return Error{ErrorCode::kInvalid, concat(callee_, " needs a string")};
  return *text;
}

}  // namespace capy::jinja
