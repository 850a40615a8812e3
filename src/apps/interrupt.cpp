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
std::atomic<int> g_termination_scopes{0};
std::atomic<int> g_interrupts{0};

void on_signal(int signal) {
  const bool somebody_asks = (signal == SIGTERM ? g_termination_scopes : g_scopes).load() > 0;
  if (somebody_asks && g_interrupts.fetch_add(1) + 1 < kPatience) return;
  QuietInput::show_input_again();
  if (signal == SIGINT) ::_exit(kInterruptedExit);
  ::signal(signal, SIG_DFL);  // and dies of it, so that who waits sees why
  ::raise(signal);
}

void install(int signal) {
  struct sigaction action = {};
  struct sigaction inherited = {};
  // Started in the background of a script, SIGINT is ignored: it stays so.
  if (::sigaction(signal, nullptr, &inherited) == 0 && inherited.sa_handler == SIG_IGN) return;
  action.sa_handler = on_signal;  // without SA_RESTART: a waiting read or write returns
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

void install_interrupt_handler() {
  install(SIGINT);
  install(SIGTERM);
}

InterruptScope::InterruptScope(Termination termination) : marks_termination_(termination == Termination::kMarks) {
  g_interrupts.store(0);
  g_scopes.fetch_add(1);
  if (marks_termination_) g_termination_scopes.fetch_add(1);
}

InterruptScope::~InterruptScope() {
  if (marks_termination_) g_termination_scopes.fetch_sub(1);
  g_scopes.fetch_sub(1);
  g_interrupts.store(0);
}

bool interrupted() { return g_interrupts.load() > 0; }

Error interruption() { return Error{ErrorCode::kCancelled, "interrupted"}; }

}  // namespace capy
