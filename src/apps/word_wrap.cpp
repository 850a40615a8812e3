// SPDX-License-Identifier: Apache-2.0
#include "apps/word_wrap.h"

#include <wchar.h>

#include <algorithm>

#include "base/utf8.h"

namespace capy {
namespace {

constexpr std::string_view kFence = "```";

}  // namespace

int64_t display_columns(std::string_view text) {
  int64_t columns = 0;
  while (!text.empty()) {
    const size_t bytes = utf8_sequence_bytes(text);
    if (bytes > 0) columns += std::max(::wcwidth(static_cast<wchar_t>(utf8_code_point(text, bytes))), 0);
    text.remove_prefix(std::max<size_t>(bytes, 1));
  }
  return columns;
}

std::string WordWrap::feed(std::string_view text, int columns) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      place_word(out, columns);
      end_line(out);
    } else if (c == ' ') {
      if (!word_.empty()) place_word(out, columns);
      spaces_ += c;
    } else {
      word_ += c;
      if (line_start_.size() < kFence.size()) line_start_ += c;
    }
  }
  // Longer than any line, or code: nothing to wait for. (Only at a whole character: the text has no others.)
  if (in_code_ || display_columns(word_) >= columns) place_word(out, columns);
  return out;
}

std::string WordWrap::finish(int columns) {
  std::string out;
  place_word(out, columns);
  return out;
}

void WordWrap::place_word(std::string& out, int columns) {
  const int64_t spaces = static_cast<int64_t>(spaces_.size());
  const int64_t width = display_columns(word_);
  const bool breaks = !in_code_ && column_ > 0 && width > 0 && width < columns && column_ + spaces + width > columns;
  if (breaks) {
    out += '\n';
    column_ = 0;
  } else {
    out += spaces_;
    column_ += spaces;
  }
  out += word_;
  column_ += width;
  spaces_.clear();
  word_.clear();
}

void WordWrap::end_line(std::string& out) {
  if (line_start_ == kFence) in_code_ = !in_code_;
  line_start_.clear();
  out += '\n';
  column_ = 0;
}

}  // namespace capy
