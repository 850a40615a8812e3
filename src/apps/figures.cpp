// SPDX-License-Identifier: Apache-2.0
#include "apps/figures.h"

#include <cmath>
#include <cstdio>

#include "base/concat.h"

namespace capy {
namespace {

std::string two_digits(int64_t n) { return concat(n < 10 ? "0" : "", n); }

}  // namespace

std::string fixed(double value, int decimals) {
  if (!std::isfinite(value)) return "-";
  char buffer[64];
  const int length = std::snprintf(buffer, sizeof buffer, "%.*f", decimals, value);
  return length > 0 && length < static_cast<int>(sizeof buffer) ? std::string(buffer) : concat(value);
}

std::string readable_bytes(int64_t bytes) {
  static constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB", "PiB"};
  if (bytes < 1024) return concat(bytes, " B");
  double value = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  while (value >= 1024 && unit + 1 < std::size(kUnits)) {
    value /= 1024;
    ++unit;
  }
  return concat(fixed(value, value < 100 ? 1 : 0), " ", kUnits[unit]);
}

std::string readable_count(int64_t count) {
  const std::string digits = concat(count);
  std::string out;
  for (size_t i = 0; i < digits.size(); ++i) {
    const size_t behind = digits.size() - i;
    if (i > 0 && behind % 3 == 0 && digits[i - 1] != '-') out += ',';
    out += digits[i];
  }
  return out;
}

std::string readable_parameters(int64_t count) {
  const auto value = static_cast<double>(count);
  if (count >= 1'000'000'000) return concat(fixed(value / 1e9, 2), " B");
  if (count >= 1'000'000) return concat(fixed(value / 1e6, 1), " M");
  if (count >= 1'000) return concat(fixed(value / 1e3, 1), " K");
  return concat(count);
}

std::string padded(std::string text, size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string readable_duration(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0 || seconds > 1e9) return "-";
  const auto whole = static_cast<int64_t>(std::llround(seconds));
  const int64_t hours = whole / 3600;
  const int64_t minutes = whole / 60 % 60;
  if (hours == 0) return concat(minutes, ":", two_digits(whole % 60));
  return concat(hours, ":", two_digits(minutes), ":", two_digits(whole % 60));
}

}  // namespace capy
