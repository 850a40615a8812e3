// SPDX-License-Identifier: Apache-2.0
// A string in which every byte knows where it came from: from the template's own source, or from a value (a message, a
// tool, a variable). The template engine computes with these strings, so that a prompt can say which of its parts may
// become special tokens. Positions are in bytes; jinja_methods.cpp does the counting of characters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace capy::jinja {

// Bits. A byte of the template has kFromValue clear; what is not known for sure is kFromValue.
using Origin = uint8_t;
inline constexpr Origin kFromTemplate = 0;
inline constexpr Origin kFromValue = 1;
inline constexpr Origin kInGeneration = 2;  // printed inside {% generation %}: what the assistant is trained to say

class Text {
 public:
  // bytes [previous end, end) have this origin
  struct Run {
    size_t end = 0;
    Origin origin = kFromTemplate;
  };

  Text() = default;
  Text(std::string_view text, Origin origin) { append(text, origin); }

  std::string_view view() const { return bytes_; }
  size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }
  // In order; neighbours differ; the last one ends at size(). Empty for an empty text.
  const std::vector<Run>& runs() const { return runs_; }

  void append(std::string_view text, Origin origin);
  void append(const Text& other) { append(other, 0, other.size()); }
  void append(const Text& other, size_t begin, size_t end);
  Text slice(size_t begin, size_t end) const;

  // The origin of the byte at `position` (of the last byte where position == size(); kFromValue where there is none).
  Origin origin_at(size_t position) const;
  // Sets bits in every byte from `begin` on.
  void mark(size_t begin, Origin bits);
  void truncate(size_t size);
  void reserve(size_t size) { bytes_.reserve(size); }

  std::string take_bytes() && { return std::move(bytes_); }

 private:
  size_t run_at(size_t position) const;
  void extend(size_t end, Origin origin);

  std::string bytes_;
  std::vector<Run> runs_;
};

}  // namespace capy::jinja
