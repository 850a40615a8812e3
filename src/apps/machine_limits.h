// SPDX-License-Identifier: Apache-2.0
// What this machine can do at best, measured on the spot in about a second: bytes read from memory, and operations of
// the instructions that the chosen kernels are made of. Neither uses a kernel: a kernel's share of them is its grade.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/thread_pool.h"
#include "engine/engine.h"

namespace capy {

struct MachineLimits {
  double bytes_per_second = 0;       // streaming reads, far more than the caches hold
  double operations_per_second = 0;  // a multiplication and an addition are two; 0 where it is not known
  std::string instruction;           // that they were measured with: "int8 vpmaddubsw"
};

// With all threads of the pool. `isa` is a kernel table's name, `type` what is computed.
Result<MachineLimits> measure_limits(ThreadPool& pool, const std::string& isa, ComputeType type);

// operations_per_second alone, in some 50 ms.
double measure_operation_peak(ThreadPool& pool, const std::string& isa, ComputeType type);

}  // namespace capy
