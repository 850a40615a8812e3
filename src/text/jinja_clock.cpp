// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_clock.h"

#include <chrono>
#include <ctime>

#include "base/concat.h"

namespace capy::jinja {
namespace {

constexpr size_t kFormatBytesMax = 1024;

// "%B" with its flags and width at `at`: where it ends. A width is refused: "%999999999d" would be an attack.
size_t conversion_end(std::string_view format, size_t at) {
  size_t end = at + 1;
  while (end < format.size() &&
         (format[end] == '-' || format[end] == '_' || format[end] == '^' || format[end] == '#')) {
    ++end;
  }
  return end + 1;
}

}  // namespace

Result<std::string> Clock::now(std::string_view format) const {
  if (format.size() > kFormatBytesMax) return Error{ErrorCode::kLimit, "strftime_now: the format is too long"};
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  int64_t microseconds = std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count();
  if (local_seconds_) microseconds = *local_seconds_ * 1'000'000;
  const std::time_t seconds = static_cast<std::time_t>(microseconds / 1'000'000);
  std::tm fields{};
  if (local_seconds_) {
    gmtime_r(&seconds, &fields);
  } else {
    localtime_r(&seconds, &fields);
  }
  std::string out;
  for (size_t at = 0; at < format.size();) {
    if (format[at] != '%') {
      out += format[at++];
      continue;
    }
    const size_t end = conversion_end(format, at);
    const std::string one(format.substr(at, end - at));
    at = end;
    if (one == "%f") {
      const std::string digits = concat(microseconds % 1'000'000);
      out += std::string(6 - digits.size(), '0') + digits;
      continue;
    }
    if (one.size() < 2 || (one.back() >= '0' && one.back() <= '9')) {
      return Error{ErrorCode::kInvalid, concat("strftime_now: '", one, "' is no conversion")};
    }
    char buffer[128];
    out.append(buffer, std::strftime(buffer, sizeof buffer, one.c_str(), &fields));
  }
  return out;
}

}  // namespace capy::jinja
