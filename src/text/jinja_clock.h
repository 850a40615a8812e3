// SPDX-License-Identifier: Apache-2.0
// strftime_now(format): the date in a prompt.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace capy::jinja {

class Clock {
 public:
  Clock() = default;
  // Stands still at this many seconds since 1970-01-01 00:00, counted in local time: for tests.
  explicit Clock(std::optional<int64_t> local_seconds) : local_seconds_(local_seconds) {}

  // Python's datetime.now().strftime(format) in the C locale.
  Result<std::string> now(std::string_view format) const;

 private:
  std::optional<int64_t> local_seconds_;
};

}  // namespace capy::jinja
