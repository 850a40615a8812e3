// SPDX-License-Identifier: Apache-2.0
// Time for measuring: never set back, from an arbitrary beginning. Safe from any thread.
#pragma once

#include <time.h>

#include <chrono>

namespace capy {

inline double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// That the calling thread has run: what other processes take away does not count.
inline double thread_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

}  // namespace capy
