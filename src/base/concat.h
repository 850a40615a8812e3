// SPDX-License-Identifier: Apache-2.0
// concat("width ", 3, " of ", name): builds messages. (std::format is missing from g++ 12.)
#pragma once

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>

namespace capy {

namespace concat_detail {
inline void append(std::string& out, std::string_view text) { out.append(text); }
inline void append(std::string& out, char c) { out.push_back(c); }
// A template, or else every string literal would come here: pointer to bool beats the conversion to string_view.
template <std::same_as<bool> T>
void append(std::string& out, T value) {
  out.append(value ? "true" : "false");
}
template <class T>
  requires(std::is_arithmetic_v<T> && !std::same_as<T, bool>)
void append(std::string& out, T value) {
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
  out.append(buffer, end.ptr);
}
}  // namespace concat_detail

template <class... Parts>
std::string concat(const Parts&... parts) {
  std::string out;
  (concat_detail::append(out, parts), ...);
  return out;
}

}  // namespace capy
