// SPDX-License-Identifier: Apache-2.0
// Loops of nothing but the instruction that a kernel's products are made of, on registers: what the processor can do
// when nothing is ever waited for.
#pragma once

#include <string>

#include "engine/engine.h"

namespace capy {

struct InstructionPeak {
  const char* name = "";      // "int8 vpmaddubsw"
  double (*run)() = nullptr;  // a millisecond or so of it on this thread; the answer is the number of operations
};

// The instruction that `isa`'s products of `type` use; nothing (run is null) where we have no loop for it.
InstructionPeak instruction_peak(const std::string& isa, ComputeType type);

}  // namespace capy
