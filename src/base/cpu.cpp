// SPDX-License-Identifier: Apache-2.0
#include "base/cpu.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "base/concat.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#if defined(__aarch64__)
#include <sys/auxv.h>
#endif

namespace capy {
namespace {

#if defined(__x86_64__)
struct Registers {
  uint32_t eax = 0, ebx = 0, ecx = 0, edx = 0;
};

Registers cpuid(uint32_t leaf, uint32_t subleaf) {
  Registers r;
  if (__get_cpuid_count(leaf, subleaf, &r.eax, &r.ebx, &r.ecx, &r.edx) == 0) return {};
  return r;
}

bool bit(uint32_t word, int index) { return (word >> index & 1) != 0; }

// XCR0: which register sets the operating system saves.
uint64_t enabled_state() {
  if (!bit(cpuid(1, 0).ecx, 27)) return 0;
  uint32_t low = 0;
  uint32_t high = 0;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return uint64_t{high} << 32 | low;
}
#endif

CpuFeatures detect() {
  CpuFeatures f;
#if defined(__x86_64__)
  const uint64_t state = enabled_state();
  const bool ymm = (state & 0x6) == 0x6;
  const bool zmm = (state & 0xe6) == 0xe6;
  const bool tiles = (state & 0x60000) == 0x60000;
  const Registers one = cpuid(1, 0);
  const Registers seven = cpuid(7, 0);
  const Registers seven_one = cpuid(7, 1);
  f.avx2 = ymm && bit(seven.ebx, 5) && bit(one.ecx, 12) && bit(one.ecx, 29);
  f.avx512 = f.avx2 && zmm && bit(seven.ebx, 16) && bit(seven.ebx, 17) && bit(seven.ebx, 30) && bit(seven.ebx, 31);
  f.avx512_vnni = f.avx512 && bit(seven.ecx, 11);
  f.avx512_bf16 = f.avx512 && bit(seven_one.eax, 5);
  f.avx_vnni = f.avx2 && bit(seven_one.eax, 4);
  f.amx_int8 = f.avx512 && tiles && bit(seven.edx, 24) && bit(seven.edx, 25);
  f.amx_bf16 = f.avx512 && tiles && bit(seven.edx, 24) && bit(seven.edx, 22);
#elif defined(__aarch64__)
  f.neon = true;
  f.dotprod = (getauxval(AT_HWCAP) & (1UL << 20)) != 0;
  f.i8mm = (getauxval(AT_HWCAP2) & (1UL << 13)) != 0;
#endif
  return f;
}

// The first number of kB after `key` in a /proc file, in bytes; -1 where it is missing.
int64_t proc_kilobytes(const char* file, std::string_view key) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.compare(0, key.size(), key) == 0) return std::atoll(line.c_str() + key.size()) * 1024;
  }
  return -1;
}

// The number after `key` at the start of a line; -1 where it is missing.
int64_t stat_number(const char* file, std::string_view key) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.compare(0, key.size(), key) == 0) return std::atoll(line.c_str() + key.size());
  }
  return -1;
}

// A number in a cgroup file; -1 where it is missing or "max".
int64_t cgroup_number(const char* file) {
  std::ifstream in(file);
  int64_t value = -1;
  return in >> value ? value : -1;
}

}  // namespace

const CpuFeatures& cpu_features() {
  static const CpuFeatures features = detect();
  return features;
}

bool request_amx() {
  static const bool granted = [] {
#if defined(__x86_64__) && defined(__linux__)
    constexpr long kArchReqXcompPerm = 0x1023;
    constexpr long kTileData = 18;
    return cpu_features().amx_int8 && ::syscall(SYS_arch_prctl, kArchReqXcompPerm, kTileData) == 0;
#else
    return false;
#endif
  }();
  return granted;
}

std::string cpu_name() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    if (line.compare(0, 10, "model name") != 0) continue;
    const size_t colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown CPU";
}

std::string cpu_flags() {
  const CpuFeatures& f = cpu_features();
  const std::pair<const char*, bool> flags[] = {{"avx2", f.avx2},
                                                {"avx512", f.avx512},
                                                {"avx512_vnni", f.avx512_vnni},
                                                {"avx512_bf16", f.avx512_bf16},
                                                {"avx_vnni", f.avx_vnni},
                                                {"amx_int8", f.amx_int8},
                                                {"amx_bf16", f.amx_bf16},
                                                {"neon", f.neon},
                                                {"dotprod", f.dotprod},
                                                {"i8mm", f.i8mm}};
  std::string out;
  for (const auto& [name, set] : flags) {
    if (set) out += concat(out.empty() ? "" : " ", name);
  }
  return out.empty() ? "none" : out;
}

int physical_cores() {
  // The kernel refuses a set that is smaller than its own, and does not say how large that is.
  constexpr size_t kSetsMax = 64;
  std::vector<cpu_set_t> allowed(1);
  while (::sched_getaffinity(0, allowed.size() * sizeof(cpu_set_t), allowed.data()) != 0) {
    if (errno != EINVAL || allowed.size() >= kSetsMax) return 1;
    allowed.resize(2 * allowed.size());
  }
  const size_t set_bytes = allowed.size() * sizeof(cpu_set_t);
  std::set<std::pair<int64_t, int64_t>> cores;
  int counted = 0;
  for (size_t cpu = 0; cpu < 8 * set_bytes; ++cpu) {
    if (!CPU_ISSET_S(cpu, set_bytes, allowed.data())) continue;
    ++counted;
    const std::string base = concat("/sys/devices/system/cpu/cpu", cpu, "/topology/");
    const int64_t package = cgroup_number((base + "physical_package_id").c_str());
    const int64_t core = cgroup_number((base + "core_id").c_str());
    cores.insert(core < 0 ? std::pair{int64_t{-1}, static_cast<int64_t>(cpu)} : std::pair{package, core});
  }
  return std::max(1, std::min(counted, static_cast<int>(cores.size())));
}

int64_t memory_total_bytes() {
  int64_t bytes = proc_kilobytes("/proc/meminfo", "MemTotal:");
  for (const char* file : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    const int64_t limit = cgroup_number(file);
    if (limit > 0 && (bytes < 0 || limit < bytes)) bytes = limit;
  }
  return std::max<int64_t>(bytes, 0);
}

int64_t memory_available_bytes() {
  int64_t bytes = proc_kilobytes("/proc/meminfo", "MemAvailable:");
  const int64_t limit = cgroup_number("/sys/fs/cgroup/memory.max");
  const int64_t used = cgroup_number("/sys/fs/cgroup/memory.current");
  // `current` counts page cache too, which gives way when memory is wanted.
  const int64_t cache = std::max<int64_t>(0, stat_number("/sys/fs/cgroup/memory.stat", "inactive_file "));
  if (limit > 0 && used >= 0) bytes = std::min(bytes, std::max<int64_t>(0, limit - used + cache));
  return std::max<int64_t>(bytes, 0);
}

int64_t resident_bytes() { return std::max<int64_t>(0, proc_kilobytes("/proc/self/status", "VmRSS:")); }

int64_t resident_peak_bytes() { return std::max<int64_t>(0, proc_kilobytes("/proc/self/status", "VmHWM:")); }

}  // namespace capy
