// SPDX-License-Identifier: Apache-2.0
// The harness itself: see harness.h.
#include "kernels/harness.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "base/concat.h"
#include "base/cpu.h"
#include "kernels/avx2/operations.h"
#include "kernels/avx512/operations.h"
#include "kernels/neon/operations.h"

namespace capy {

// What kernels/avx2 does with AVX-VNNI, and kernels/avx512, built for AVX2 alone (emulation/CMakeLists.txt).
namespace avx2_emulated {
void matmul_int8_vnni(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin,
                      int64_t end);
void matmul_int4_vnni(float* out, int64_t out_stride, const Int8Rows& x, const MatrixView& w, int64_t begin,
                      int64_t end);
}  // namespace avx2_emulated
namespace avx512_emulated {
const KernelTable& table_with_vnni();
const KernelTable& table_without_vnni();
}  // namespace avx512_emulated

// plain_tiles_test.cpp
namespace amx {
const KernelTable& emulated_table();
}  // namespace amx

namespace kernel_tests {
namespace {

std::string to_string(const Shape& s, Numbers numbers) {
  const char* kinds[] = {"ordinary", "edge", "vanishing", "broken"};
  return concat("n ", s.n, ", rows ", s.rows, ", outputs ", s.outputs, ", range ", s.begin, "..", s.end, ", ",
                kinds[static_cast<int>(numbers)], " numbers");
}

// Empty when equal.
std::string difference(const Written& got, const Written& expected) {
  if (got.floats.size() != expected.floats.size() || got.bytes.size() != expected.bytes.size()) return "sizes differ";
  for (size_t i = 0; i < got.floats.size(); ++i) {
    const float a = got.floats[i];
    const float b = expected.floats[i];
    if (std::isnan(a) && std::isnan(b)) continue;
    if (std::bit_cast<uint32_t>(a) != std::bit_cast<uint32_t>(b)) return concat("float ", i, ": ", a, ", not ", b);
  }
  for (size_t i = 0; i < got.bytes.size(); ++i) {
    if (got.bytes[i] != expected.bytes[i]) {
      return concat("byte ", i, ": ", int{got.bytes[i]}, ", not ", int{expected.bytes[i]});
    }
  }
  return "";
}

Written run(const KernelCase& c, const KernelTable& table, const Shape& shape, Numbers numbers) {
  Random random(static_cast<uint64_t>(shape.n * 1000 + shape.rows), numbers);
  Written written;
  c.run(table, shape, random, written);
  return written;
}

// For machines that take minutes over what this one does in a second (an emulated processor): CAPY_TEST_CASE names one
// operation, CAPY_TEST_EVERY=9 takes every ninth of its shapes, the first and the last among them.
std::vector<Shape> chosen_shapes(const KernelCase& c) {
  const char* name = std::getenv("CAPY_TEST_CASE");
  const char* step_text = std::getenv("CAPY_TEST_EVERY");
  if (name != nullptr && std::string_view(c.name).find(name) == std::string_view::npos) return {};
  const size_t step = step_text == nullptr ? 1 : static_cast<size_t>(std::max(1, std::atoi(step_text)));
  std::vector<Shape> shapes;
  for (size_t i = 0; i < c.shapes.size(); ++i) {
    if (i % step == 0 || i + 1 == c.shapes.size()) shapes.push_back(c.shapes[i]);
  }
  if (name != nullptr || step > 1) std::cout << c.name << ": " << shapes.size() << " shapes" << std::endl;
  return shapes;
}

[[maybe_unused]] KernelTable renamed(KernelTable table, const char* name) {
  table.isa = name;
  return table;
}

#if defined(__x86_64__)
// Another operation with AVX-VNNI in the table would end this test with an illegal instruction.
KernelTable emulated_avx_vnni() {
  KernelTable table = renamed(avx2::table_with_vnni(), "avx2 (emulated VNNI)");
  table.matmul_int8 = avx2_emulated::matmul_int8_vnni;
  table.matmul_int4 = avx2_emulated::matmul_int4_vnni;
  return table;
}
#endif

}  // namespace

std::vector<const KernelTable*> emulated_tables() {
  std::vector<const KernelTable*> tables;
#if defined(__x86_64__)
  if (!cpu_features().avx2) return tables;
  static const KernelTable avx_vnni = emulated_avx_vnni();
  if (!cpu_features().avx_vnni) tables.push_back(&avx_vnni);
#if defined(CAPY_TEST_EMULATED_AVX512)
  static const KernelTable with_vnni = renamed(avx512_emulated::table_with_vnni(), "avx512 (emulated)");
  static const KernelTable without_vnni = renamed(avx512_emulated::table_without_vnni(), "avx512 (emulated, no VNNI)");
  if (!cpu_features().avx512) tables.insert(tables.end(), {&with_vnni, &without_vnni});
#endif
  if (!cpu_features().amx_int8) tables.push_back(&amx::emulated_table());
#endif
  return tables;
}

std::vector<const KernelTable*> tables_to_test() {
  std::vector<const KernelTable*> tables(all_kernels().begin(), all_kernels().end());
#if defined(__x86_64__)
  if (cpu_features().avx_vnni) tables.push_back(&avx2::table_without_vnni());
  if (cpu_features().avx512_vnni) tables.push_back(&avx512::table_without_vnni());
#elif defined(__aarch64__)
  if (cpu_features().dotprod) tables.push_back(&neon::table());
  if (cpu_features().dotprod && cpu_features().i8mm) tables.push_back(&neon::table_with_dotprod());
#endif
  for (const KernelTable* table : emulated_tables()) tables.push_back(table);
  return tables;
}

std::vector<Shape> sizes() {
  std::vector<Shape> shapes;
  for (const int64_t n : {1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 100, 255, 256, 257, 576, 1000, 1536}) {
    shapes.push_back({.n = n});
  }
  return shapes;
}

std::vector<Shape> with_rows(const std::vector<int64_t>& rows) {
  std::vector<Shape> shapes;
  for (const Shape& size : sizes()) {
    for (const int64_t r : rows) shapes.push_back({.n = size.n, .rows = r});
  }
  return shapes;
}

void expect_the_bytes_of_generic(std::span<const KernelCase> cases) {
  const KernelTable& generic = *all_kernels().front();
  const std::vector<const KernelTable*> tables = tables_to_test();
  for (const KernelCase& c : cases) {
    for (const Shape& shape : chosen_shapes(c)) {
      for (const Numbers numbers : kAllNumbers) {
        const Written expected = run(c, generic, shape, numbers);
        for (const KernelTable* table : tables) {
          const std::string wrong = difference(run(c, *table, shape, numbers), expected);
          ASSERT_EQ(wrong, "") << c.name << " on " << table->isa << ", " << to_string(shape, numbers);
        }
      }
    }
  }
}

namespace {

TEST(Kernels, EveryIsaOfThisMachineRan) {
  std::string ran;
  for (const KernelTable* table : all_kernels()) ran += concat(ran.empty() ? "" : " ", table->isa);
  std::cout << "isas: " << ran << std::endl;
  for (const KernelTable* table : emulated_tables()) std::cout << "tested beside them: " << table->isa << std::endl;
  std::string expected = "generic";
  if (cpu_features().avx2) expected += " avx2";
  if (cpu_features().avx512) expected += " avx512";
  if (cpu_features().avx512_vnni && request_amx()) expected += " amx";
  if (cpu_features().neon) expected += " neon";
  EXPECT_EQ(ran, expected);
}

TEST(Kernels, AForcedIsaIsTakenOrRefused) {
  for (const KernelTable* table : all_kernels()) {
    ASSERT_TRUE(kernels_named(table->isa).ok());
    EXPECT_EQ(kernels_named(table->isa).value(), table);
  }
  const Result<const KernelTable*> unknown = kernels_named("sse9");
  ASSERT_FALSE(unknown.ok());
  EXPECT_NE(unknown.error().message.find("generic"), std::string::npos) << unknown.error().message;
}

}  // namespace
}  // namespace kernel_tests
}  // namespace capy
