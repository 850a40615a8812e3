// SPDX-License-Identifier: Apache-2.0
// A line from the terminal, with libedit's editing keys and a history. Reads its own characters, so that Ctrl-C, a
// resized window and a pasted text of several lines behave.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace capy {

class LineEditor {
 public:
  enum class Outcome { kLine, kInterrupted, kEnd };  // Enter, Ctrl-C, Ctrl-D on an empty line

  LineEditor();
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  // Shows `prompt` (may hold control sequences) and reads one line, without its line break. A text that is pasted is
  // one line whose own line breaks and tabs are kept; while it is edited they are shown as signs. After kInterrupted
  // `line` is what stood there.
  Outcome read(std::string_view prompt, std::string& line);

  // Arrow-up finds it; empty lines and repetitions of the last one are left out.
  void remember(std::string_view entry);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace capy
