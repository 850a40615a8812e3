// SPDX-License-Identifier: Apache-2.0
// What this machine has. Read once; cheap afterwards; safe from any thread.
#pragma once

#include <cstdint>
#include <string>

namespace capy {

struct CpuFeatures {
  // x86: a flag is set only when the operating system saves the registers too.
  bool avx2 = false;    // with fma and f16c
  bool avx512 = false;  // f, bw, dq, vl
  bool avx512_vnni = false;
  bool avx512_bf16 = false;
  bool avx_vnni = false;
  bool amx_int8 = false;  // by CPUID; using it needs request_amx()
  bool amx_bf16 = false;
  // ARM
  bool neon = false;
  bool dotprod = false;
  bool i8mm = false;
};

const CpuFeatures& cpu_features();

// Asks the kernel once for AMX tile state (arch_prctl), before threads start. False where refused or absent.
bool request_amx();

std::string cpu_name();            // "AMD EPYC ..."; "unknown CPU" where nobody tells
std::string cpu_flags();           // the flags above that are set, separated by spaces
int physical_cores();              // that this process may run on; at least 1; SMT siblings counted once
int64_t memory_total_bytes();      // of the machine or of the cgroup, whichever is less
int64_t memory_available_bytes();  // what could be taken now without swapping
int64_t resident_bytes();          // of this process
int64_t resident_peak_bytes();

}  // namespace capy
