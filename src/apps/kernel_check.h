// SPDX-License-Identifier: Apache-2.0
// A quick look at whether this machine's kernels give the generic ones' bytes: a broken processor, hypervisor or build
// shows here and not as a strange answer. (The full harness is kernels_test.)
#pragma once

#include <string>
#include <vector>

namespace capy {

struct KernelCheck {
  std::string isa;
  bool chosen = false;
  std::vector<std::string> different;  // names of operations whose bytes differ from generic's
};

// Every table that this machine can run; some milliseconds.
std::vector<KernelCheck> check_kernels();

}  // namespace capy
