// SPDX-License-Identifier: Apache-2.0
// Breaks streamed text between words where a terminal would break within them. A word is held back until it is
// complete, or too long for any line. Code between ``` fences is left alone: its lines are to be copied.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace capy {

class WordWrap {
 public:
  // What can be shown now of the text so far.
  std::string feed(std::string_view text, int columns);
  // The word that is held back.
  std::string finish(int columns);

  int64_t column() const { return column_; }  // where the next character goes

 private:
  void place_word(std::string& out, int columns);
  void end_line(std::string& out);

  std::string word_;
  std::string spaces_;      // before the word: left out where the line is broken there
  int64_t column_ = 0;      // after what has been given out
  std::string line_start_;  // the line's first characters: is it a fence?
  bool in_code_ = false;
};

// Columns that a text takes on a terminal; 2 for wide characters, 0 for marks.
int64_t display_columns(std::string_view text);

}  // namespace capy
