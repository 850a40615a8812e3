// SPDX-License-Identifier: Apache-2.0
// Ctrl-C, and SIGTERM, by which schedulers end a job. Without a scope, SIGINT ends the program at once with exit code
// 130. Within one it only leaves a mark, and the work asks for it: an answer stops and the chat goes on; a half-written
// file is cleared away. Who presses it three times in one scope means it: the program ends. SIGTERM does the same,
// and without a scope the program dies of it; a scope may say that there is nothing to put away.
#pragma once

#include "base/result.h"

namespace capy {

void install_interrupt_handler();

enum class Termination {
  kMarks,   // SIGTERM is as Ctrl-C
  kAtOnce,  // SIGTERM ends the program
};

class InterruptScope {
 public:
  explicit InterruptScope(Termination termination = Termination::kMarks);  // clears the mark
  ~InterruptScope();
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;

 private:
  const bool marks_termination_;
};

bool interrupted();  // since the innermost scope began

Error interruption();  // kCancelled: main ends with 130 and says nothing more

}  // namespace capy
