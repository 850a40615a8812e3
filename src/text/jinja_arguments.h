// SPDX-License-Identifier: Apache-2.0
// Takes the arguments of filters, tests, methods and functions apart.
#pragma once

#include <array>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "text/jinja_value.h"

namespace capy::jinja {

constexpr size_t kParametersMax = 6;

// What a callee got, by the order of its parameters; null where nothing was given.
class Bound {
 public:
  const Value* operator[](size_t index) const { return values_[index]; }

  // The argument in the type wanted, or the fallback where it was not given; an error where it has another type.
  Result<int64_t> integer(size_t index, int64_t fallback) const;
  bool truth(size_t index, bool fallback) const;
  // A string, or nothing where it was not given or is none.
  Result<std::optional<std::string_view>> string(size_t index) const;
  // As above, but it must be there.
  Result<std::string_view> required_string(size_t index) const;

 private:
  friend Result<Bound> bind(std::string_view callee, const Arguments& arguments,
                            std::initializer_list<std::string_view> parameters, size_t required);
  std::string_view callee_;
  std::array<const Value*, kParametersMax> values_{};
};

// Puts arguments to parameters: in order, then by name. An error for too many, for unknown names, and when one of the
// first `required` is missing. `arguments` must outlive the result.
Result<Bound> bind(std::string_view callee, const Arguments& arguments,
                   std::initializer_list<std::string_view> parameters, size_t required = 0);

}  // namespace capy::jinja
