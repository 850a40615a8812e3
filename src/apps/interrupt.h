// SPDX-License-Identifier: Apache-2.0
// Ctrl-C. Without a scope, SIGINT ends the program at once with exit code 130. Within one it only leaves a mark, and
// the work asks for it: an answer stops and the chat goes on; a half-written file is cleared away. Who presses it three
// times in one scope means it: the program ends.
#pragma once

#include "base/result.h"

namespace capy {

void install_interrupt_handler();

class InterruptScope {
 public:
  InterruptScope();  // clears the mark
  ~InterruptScope();
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;
};

bool interrupted();  // since the innermost scope began

Error interruption();  // kCancelled: main ends with 130 and says nothing more

}  // namespace capy
