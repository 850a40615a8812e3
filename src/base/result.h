// SPDX-License-Identifier: Apache-2.0
// Errors as values. Whatever comes from outside (files, requests, model output, the machine) returns Result<T>; the
// message names the thing and says what to do. Programmer errors are CHECK (check.h). Nothing of ours throws.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace capy {

enum class ErrorCode {
  kInvalid,      // the input says something that cannot be
  kCorrupt,      // a file is damaged, cut short or lies about its sizes
  kNotFound,     // a file, model, tensor or tool is missing
  kUnsupported,  // valid, but capy cannot do it
  kLimit,        // a named limit or the memory budget is reached
  kIo,           // the operating system refused
  kCancelled,    // the user or the client stopped it
  kUsage,        // wrong command line; the program exits with 2
};

struct Error {
  ErrorCode code = ErrorCode::kInvalid;
  std::string message;
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : value_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return value_.index() == 0; }
  // Only when ok(); otherwise std::get ends the program through std::bad_variant_access: a programming error.
  T& value() & { return std::get<0>(value_); }
  const T& value() const& { return std::get<0>(value_); }
  T take() && { return std::get<0>(std::move(value_)); }
  // Only when !ok().
  const Error& error() const { return std::get<1>(value_); }
  Error take_error() && { return std::get<1>(std::move(value_)); }

 private:
  std::variant<T, Error> value_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const { return !error_.has_value(); }
  void take() && {}
  const Error& error() const { return *error_; }
  Error take_error() && { return *std::move(error_); }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace capy

// The value of a Result, or a return of its error from the calling function.
#define TRY(expression)                                                \
  __extension__({                                                      \
    auto&& try_result_ = (expression);                                 \
    if (!try_result_.ok()) return std::move(try_result_).take_error(); \
    std::move(try_result_).take();                                     \
  })
