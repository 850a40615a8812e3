// SPDX-License-Identifier: Apache-2.0
#include "apps/interrupt.h"

#include <unistd.h>

#include <atomic>
#include <csignal>

#include "apps/terminal.h"

namespace capy {
namespace {

constexpr int kInterruptedExit = 130;
constexpr int kPatience = 3;

std::atomic<int> g_scopes{0};
std::atomic<int> g_interrupts{0};

void on_interrupt(int) {
  const bool somebody_asks = g_scopes.load() > 0;
  if (somebody_asks && g_interrupts.fetch_add(1) + 1 < kPatience) return;
  QuietInput::show_input_again();
  ::_exit(kInterruptedExit);
}

}  // namespace

void install_interrupt_handler() {
  struct sigaction action = {};
  struct sigaction inherited = {};
  // Started in the background of a script, SIGINT is ignored: it stays so.
  if (::sigaction(SIGINT, nullptr, &inherited) == 0 && inherited.sa_handler == SIG_IGN) return;
  action.sa_handler = on_interrupt;  // without SA_RESTART: a waiting read or write returns
  ::sigaction(SIGINT, &action, nullptr);
}

InterruptScope::InterruptScope() {
  g_interrupts.store(0);
  g_scopes.fetch_add(1);
}

InterruptScope::~InterruptScope() {
  g_scopes.fetch_sub(1);
  g_interrupts.store(0);
}

bool interrupted() { return g_interrupts.load() > 0; }

Error interruption() { return Error{ErrorCode::kCancelled, "interrupted"}; }

}  // namespace capy
