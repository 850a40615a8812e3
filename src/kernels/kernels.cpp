// SPDX-License-Identifier: Apache-2.0
// The choice of the table: what this machine can run, and what CAPY_ISA says.
#include "kernels/kernels.h"

#include <array>
#include <cstdlib>

#include "base/concat.h"
#include "base/cpu.h"
#include "kernels/amx/operations.h"
#include "kernels/avx2/operations.h"
#include "kernels/avx512/operations.h"
#include "kernels/generic/operations.h"
#include "kernels/neon/operations.h"

namespace capy {
namespace {

struct Tables {
  std::array<const KernelTable*, 8> list{};
  size_t count = 0;

  void push(const KernelTable& table) { list[count++] = &table; }
};

Tables find_tables() {
  Tables tables;
  tables.push(generic::table());
#if defined(__x86_64__)
  const CpuFeatures& cpu = cpu_features();
  if (cpu.avx2) tables.push(cpu.avx_vnni ? avx2::table_with_vnni() : avx2::table_without_vnni());
  if (cpu.avx512) tables.push(cpu.avx512_vnni ? avx512::table_with_vnni() : avx512::table_without_vnni());
  if (cpu.amx_int8 && cpu.avx512_vnni && request_amx()) tables.push(amx::table());
#elif defined(__aarch64__)
  const CpuFeatures& cpu = cpu_features();
  tables.push(cpu.dotprod && cpu.i8mm ? neon::table_with_i8mm()
              : cpu.dotprod           ? neon::table_with_dotprod()
                                      : neon::table());
#endif
  return tables;
}

std::string names() {
  std::string out;
  for (const KernelTable* table : all_kernels()) out += concat(out.empty() ? "" : ", ", table->isa);
  return out;
}

}  // namespace

std::span<const KernelTable* const> all_kernels() {
  static const Tables tables = find_tables();
  return {tables.list.data(), tables.count};
}

Result<const KernelTable*> kernels_named(std::string_view isa) {
  for (const KernelTable* table : all_kernels()) {
    if (isa == table->isa) return table;
  }
  return Error{ErrorCode::kUnsupported,
               concat("no kernels named \"", isa, "\" for this machine; there are: ", names())};
}

Result<const KernelTable*> choose_kernels() {
  const char* forced = std::getenv("CAPY_ISA");
  if (forced == nullptr || *forced == '\0') return all_kernels().back();
  Result<const KernelTable*> table = kernels_named(forced);
  if (!table.ok()) return Error{table.error().code, concat("CAPY_ISA: ", table.error().message)};
  return table;
}

}  // namespace capy
