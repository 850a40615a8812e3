// SPDX-License-Identifier: Apache-2.0
// Time for measuring: never set back, from an arbitrary beginning. Safe from any thread.
#pragma once

#include <chrono>

namespace capy {

inline double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace capy
