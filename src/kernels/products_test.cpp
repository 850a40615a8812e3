// SPDX-License-Identifier: Apache-2.0
// Matrix products on every ISA. In a Shape, n is K.
#include <gtest/gtest.h>

#include <cstring>
#include <utility>
#include <vector>

#include "kernels/harness.h"
#include "tensor/int4_levels.h"

namespace capy::kernel_tests {
namespace {

int64_t end_of(const Shape& s) { return s.end == 0 ? s.outputs : s.end; }

// out[rows][outputs + 5], all of it kept, so that a write outside begin .. end shows.
struct Outputs {
  explicit Outputs(const Shape& s) : stride(s.outputs + 5), buffer(s.rows * stride) {}
  int64_t stride;
  Buffer<float> buffer;
};

void run_matmul_f32(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  const int64_t x_stride = s.n + 3;
  const int64_t w_stride = s.n + 1;
  Buffer<float> x((s.rows - 1) * x_stride + s.n);
  fill(x, random);
  Buffer<float> w32((s.outputs - 1) * w_stride + s.n);
  Buffer<uint16_t> w16(w32.size()), wb16(w32.size());
  fill(w32, random);
  for (int64_t i = 0; i < w32.size(); ++i) {
    w16[i] = f32_to_f16(w32[i]);
    wb16[i] = f32_to_bf16(w32[i]);
  }
  const std::pair<MatrixFormat, const void*> formats[] = {
      {MatrixFormat::kF32, w32.data()}, {MatrixFormat::kF16, w16.data()}, {MatrixFormat::kBF16, wb16.data()}};
  for (const auto& [format, data] : formats) {
    Outputs out(s);
    const MatrixView w{format, s.outputs, s.n, w_stride, data, nullptr};
    table.matmul_f32(out.buffer.data(), out.stride, x.data(), x_stride, s.rows, w, s.begin, end_of(s));
    written.take(out.buffer);
  }
}

// With each side by rows and by columns, from zero and going on.
void run_chained_product(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  Buffer<float> a(s.rows * s.n), b(s.n * s.outputs);
  fill(a, random);
  fill(b, random);
  for (const int kind : {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}) {
    const bool a_by_columns = kind % 2 == 1;
    const bool b_by_columns = kind == 4 || kind == 5 || kind == 8;
    Outputs out(s);
    for (int64_t i = 0; i < out.buffer.size(); ++i) out.buffer[i] = random.value(1);
    ChainedProduct p{out.buffer.data(), out.stride, a.data(), a_by_columns ? 1 : s.n, a_by_columns ? s.rows : 1};
    p.b = b.data();
    p.b_k_stride = b_by_columns ? 1 : s.outputs;
    p.b_column_stride = b_by_columns ? s.n : 1;
    p.rows = s.rows;
    p.columns = s.outputs;
    p.k = s.n;
    p.accumulate = kind == 2 || kind == 3 || kind == 6;
    p.short_chains = kind >= 6;
    table.chained_product(p);
    written.take(out.buffer);
  }
}

void run_matmul_bf16(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  const int64_t x_stride = s.n + 3;
  const int64_t w_stride = s.n + 1;
  Buffer<uint16_t> x((s.rows - 1) * x_stride + s.n), w((s.outputs - 1) * w_stride + s.n);
  // Vanishing: products of about 2^-126, or subnormal x with large w.
  const bool subnormal = random.below(2) == 0;
  const auto bits = [&](int exponent) {
    if (random.numbers() != Numbers::kVanishing) return f32_to_bf16(random.value(1));
    return f32_to_bf16(std::ldexp(random.ordinary(1), exponent + static_cast<int>(random.below(8))));
  };
  for (int64_t i = 0; i < x.size(); ++i) x[i] = bits(subnormal ? -133 : -103);
  for (int64_t i = 0; i < w.size(); ++i) w[i] = bits(subnormal ? 8 : -30);
  Outputs out(s);
  const MatrixView view{MatrixFormat::kBF16, s.outputs, s.n, w_stride, w.data(), nullptr};
  table.matmul_bf16(out.buffer.data(), out.stride, x.data(), x_stride, s.rows, view, s.begin, end_of(s));
  written.take(out.buffer);
}

int8_t code(Random& random) {
  const int64_t choice = random.below(6);
  if (choice == 0) return 127;
  if (choice == 1) return -127;
  return static_cast<int8_t>(random.below(255) - 127);
}

// Rows of activations as quantize_int8 leaves them, with any codes: stretches of large ones and of smaller ones, which
// some kernels sum in another way.
struct QuantisedRows {
  QuantisedRows(const Shape& s, Random& random)
      : codes(s.rows * packed_columns(s.n)),
        scales(s.rows * quant_blocks(s.n)),
        sums(s.rows * quant_blocks(s.n)),
        rows{s.rows, s.n, codes.data(), scales.data(), sums.data()} {
    const int64_t columns = packed_columns(s.n);
    int spread = 1;
    for (int64_t i = 0; i < codes.size(); ++i) {
      if (i % 16 == 0) spread = random.below(4) == 0 ? 1 : 3;
      codes[i] = i % columns < s.n ? static_cast<int8_t>(code(random) / spread) : int8_t{0};
    }
    for (int64_t i = 0; i < sums.size(); ++i) {
      scales[i] = random.value(0.01f);
      sums[i] = 0;
    }
    for (int64_t i = 0; i < codes.size(); ++i)
      sums[i / columns * quant_blocks(s.n) + i % columns / kQuantBlock] += codes[i];
  }

  Buffer<int8_t> codes;
  Buffer<float> scales;
  Buffer<int32_t> sums;
  Int8Rows rows;
};

void run_matmul_int8(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  QuantisedRows x(s, random);
  Buffer<int8_t> codes(packed_int8_code_bytes(s.outputs, s.n), /*aligned=*/true);
  Buffer<float> scales(packed_int8_scales(s.outputs, s.n), /*aligned=*/true);
  for (int64_t i = 0; i < codes.size(); ++i) codes[i] = code(random);
  fill(scales, random, 0.01f);
  Outputs out(s);
  const MatrixView w{MatrixFormat::kInt8Packed, s.outputs, s.n, 0, codes.data(), scales.data()};
  table.matmul_int8(out.buffer.data(), out.stride, x.rows, w, s.begin, end_of(s));
  written.take(out.buffer);
}

// Any code with any table, in the padding too; scales as f16 holds them, NaN and infinities among them.
void run_matmul_int4(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  QuantisedRows x(s, random);
  Buffer<uint8_t> panels(packed_int4_bytes(s.outputs, s.n), /*aligned=*/true);
  const int64_t panel_bytes = packed_int4_panel_bytes(s.n);
  const int64_t scales_at = packed_int4_code_bytes(s.n) + packed_int4_table_bytes(s.n);
  for (int64_t i = 0; i < panels.size(); ++i) panels[i] = static_cast<uint8_t>(random.bits());
  for (int64_t panel = 0; panel < packed_panels(s.outputs); ++panel) {
    for (int64_t i = 0; i < quant_blocks(s.n) * kPanelRows; ++i) {
      const uint16_t scale = f32_to_f16(random.value(0.01f));
      std::memcpy(panels.data() + panel * panel_bytes + scales_at + 2 * i, &scale, sizeof scale);
    }
  }
  Outputs out(s);
  const MatrixView w{MatrixFormat::kInt4Packed, s.outputs, s.n, 0, panels.data(), nullptr};
  table.matmul_int4(out.buffer.data(), out.stride, x.rows, w, s.begin, end_of(s));
  written.take(out.buffer);
}

// Planes of any bits: they need not come from the codes. Then the outputs are refined in two runs.
void run_planes(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  const KernelTable& with_planes = table.scan_planes != nullptr ? table : *all_kernels().front();
  QuantisedRows x(s, random);
  Buffer<uint8_t> high(high_plane_bytes(s.outputs, s.n), /*aligned=*/true);
  Buffer<uint8_t> middle(middle_plane_bytes(s.outputs, s.n), /*aligned=*/true);
  Buffer<float> scales(packed_int8_scales(s.outputs, s.n), /*aligned=*/true);
  const bool full = random.below(3) == 0;  // the largest sums
  for (int64_t i = 0; i < high.size(); ++i) high[i] = full ? 0xff : static_cast<uint8_t>(random.bits());
  for (int64_t i = 0; i < middle.size(); ++i) middle[i] = full ? 0xff : static_cast<uint8_t>(random.bits());
  fill(scales, random, 0.01f);
  const CodePlanes w{{MatrixFormat::kInt8Packed, s.outputs, s.n, 0, nullptr, scales.data()},
                     high.data(),
                     middle.data(),
                     nullptr,
                     nullptr};
  Outputs out(s);
  with_planes.scan_planes(out.buffer.data(), out.stride, x.rows, w, s.begin, end_of(s));
  written.take(out.buffer);
  std::vector<int32_t> outputs;
  for (int64_t n = s.begin; n < end_of(s); ++n) {
    if (random.below(3) > 0) outputs.push_back(static_cast<int32_t>(n));
  }
  const auto half = static_cast<int64_t>(outputs.size() / 2);
  for (int64_t row = 0; row < s.rows; ++row) {
    float* const to = out.buffer.data() + row * out.stride;
    with_planes.refine_planes(to, x.rows, row, w, outputs.data(), half);
    with_planes.refine_planes(to, x.rows, row, w, outputs.data() + half, static_cast<int64_t>(outputs.size()) - half);
  }
  written.take(out.buffer);
}

// Every K with a few rows, then every count of rows with a few K; ranges cut inside and at panels.
std::vector<Shape> product_shapes() {
  std::vector<Shape> shapes;
  for (const int64_t k : {1, 2, 7, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 255, 256, 257, 576, 1000}) {
    shapes.push_back({.n = k, .rows = 1, .outputs = 35});
    shapes.push_back({.n = k, .rows = 5, .outputs = 19});
  }
  for (const int64_t rows : {1, 2, 3, 4, 5, 6, 7, 8, 9, 33, 70}) {
    for (const int64_t k : {31, 100, 300}) shapes.push_back({.n = k, .rows = rows, .outputs = 37});
  }
  for (const int64_t outputs : {1, 2, 7, 15, 16, 17, 100, 130})
    shapes.push_back({.n = 70, .rows = 3, .outputs = outputs});
  shapes.push_back({.n = 4500, .rows = 9, .outputs = 19});  // longer than what a kernel unpacks at once
  return shapes;
}

// And some through every block of the products that work in blocks: rows, outputs and K beyond what one holds, and
// parts of it.
std::vector<Shape> blocked_shapes() {
  std::vector<Shape> shapes = product_shapes();
  for (const int64_t rows : {1, 2, 3, 8, 9, 16, 17, 33}) shapes.push_back({.n = 1100, .rows = rows, .outputs = 70});
  for (const int64_t rows : {16, 17, 31, 32, 33, 47, 48}) {
    for (const int64_t k : {1, 65, 300}) shapes.push_back({.n = k, .rows = rows, .outputs = 35});
  }
  for (const int64_t k : {31, 32, 33, 63, 64, 255, 256, 257, 576})
    shapes.push_back({.n = k, .rows = 20, .outputs = 50});
  shapes.push_back({.n = 300, .rows = 300, .outputs = 35});
  shapes.push_back({.n = 2100, .rows = 41, .outputs = 70});
  return shapes;
}

std::vector<Shape> with_ranges(std::vector<Shape> shapes, std::vector<std::pair<int64_t, int64_t>> ranges) {
  for (const auto& [begin, end] : ranges) {
    for (const int64_t rows : {1, 3, 8, 11, 20}) {
      shapes.push_back({.n = 77, .rows = rows, .outputs = 70, .begin = begin, .end = end});
    }
  }
  return shapes;
}

// Parts of tiles and panels, and more than one pack of each.
std::vector<Shape> chained_shapes() {
  std::vector<Shape> shapes;
  for (const int64_t rows : {1, 2, 3, 4, 5, 6, 7, 13, 97}) {
    for (const int64_t columns : {1, 7, 8, 9, 15, 16, 17, 40})
      shapes.push_back({.n = 33, .rows = rows, .outputs = columns});
  }
  for (const int64_t k : {1, 2, 255, 256, 257, 600}) shapes.push_back({.n = k, .rows = 20, .outputs = 50});
  shapes.push_back({.n = 270, .rows = 200, .outputs = 300});
  return shapes;
}

std::vector<KernelCase> cases() {
  return {
      {"matmul_f32", with_ranges(product_shapes(), {{0, 1}, {3, 4}, {5, 33}, {15, 17}, {16, 70}, {69, 70}}),
       run_matmul_f32},
      {"chained_product", chained_shapes(), run_chained_product},
      {"matmul_bf16", with_ranges(blocked_shapes(), {{0, 1}, {3, 4}, {5, 33}, {15, 17}, {16, 70}, {69, 70}}),
       run_matmul_bf16},
      {"matmul_int8", with_ranges(blocked_shapes(), {{0, 16}, {16, 32}, {16, 64}, {32, 70}, {64, 70}}),
       run_matmul_int8},
      {"matmul_int4", with_ranges(blocked_shapes(), {{0, 16}, {16, 32}, {16, 64}, {32, 70}, {64, 70}}),
       run_matmul_int4},
      {"scan_planes, refine_planes", with_ranges(blocked_shapes(), {{0, 16}, {16, 32}, {16, 64}, {32, 70}, {64, 70}}),
       run_planes},
  };
}

TEST(ProductKernels, EveryIsaWritesTheBytesOfGeneric) { expect_the_bytes_of_generic(cases()); }

// Eight products of the largest level with 65 just fit 16 bits, with 66 they do not.
TEST(ProductKernels, Int4ProductsOfTheLargestLevel) {
  constexpr int64_t kColumns = 256, kRowsMax = 12;
  Buffer<uint8_t> panel(packed_int4_bytes(kPanelRows, kColumns), /*aligned=*/true);
  std::memset(panel.data(), 0xff, static_cast<size_t>(packed_int4_code_bytes(kColumns)));  // code 15 of table 7
  const int64_t scales_at = packed_int4_code_bytes(kColumns) + packed_int4_table_bytes(kColumns);
  std::memset(&panel[packed_int4_code_bytes(kColumns)], 0x77, static_cast<size_t>(packed_int4_table_bytes(kColumns)));
  const uint16_t one = f32_to_f16(1);
  for (int64_t i = 0; i < kPanelRows; ++i) std::memcpy(&panel[scales_at + 2 * i], &one, sizeof one);
  const MatrixView w{MatrixFormat::kInt4Packed, kPanelRows, kColumns, 0, panel.data(), nullptr};
  const std::vector<float> ones(kRowsMax, 1);
  for (const KernelTable* table : tables_to_test()) {
    for (const int code : {64, 65, 66, 127, -65, -66, -127}) {
      for (const int64_t rows : {1, 3, 4, 12}) {
        const std::vector<int8_t> codes(static_cast<size_t>(rows * kColumns), static_cast<int8_t>(code));
        const std::vector<int32_t> sums(static_cast<size_t>(rows), code * int32_t{kColumns});
        std::vector<float> out(static_cast<size_t>(rows * kPanelRows));
        table->matmul_int4(out.data(), kPanelRows, {rows, kColumns, codes.data(), ones.data(), sums.data()}, w, 0,
                           kPanelRows);
        const auto expected = static_cast<float>(kInt4LevelMax * code * kColumns);
        for (const float sum : out) ASSERT_EQ(sum, expected) << table->isa << ", " << rows << " rows of " << code;
      }
    }
  }
}

// A row's result depends on the row alone: in a batch it is what it is alone.
TEST(ProductKernels, RowsDoNotKnowTheirBatch) {
  constexpr int64_t kRows = 13, kColumns = 300, kOutputs = 40;
  for (const KernelTable* table : all_kernels()) {
    Random random(7, Numbers::kOrdinary);
    Buffer<float> x(kRows * kColumns), w(kOutputs * kColumns), together(kRows * kOutputs), alone(kRows * kOutputs);
    fill(x, random);
    fill(w, random);
    Buffer<uint16_t> x16(x.size()), w16(w.size());
    table->round_bf16(x16.data(), x.data(), x.size());
    table->round_bf16(w16.data(), w.data(), w.size());
    const MatrixView w_f32{MatrixFormat::kF32, kOutputs, kColumns, kColumns, w.data(), nullptr};
    const MatrixView w_bf16{MatrixFormat::kBF16, kOutputs, kColumns, kColumns, w16.data(), nullptr};
    const auto equal = [&] {
      return std::memcmp(alone.data(), together.data(), sizeof(float) * kRows * kOutputs) == 0;
    };

    table->matmul_f32(together.data(), kOutputs, x.data(), kColumns, kRows, w_f32, 0, kOutputs);
    for (int64_t r = 0; r < kRows; ++r) {
      table->matmul_f32(&alone[r * kOutputs], kOutputs, &x[r * kColumns], kColumns, 1, w_f32, 0, kOutputs);
    }
    EXPECT_TRUE(equal()) << "matmul_f32 on " << table->isa;
    table->matmul_bf16(together.data(), kOutputs, x16.data(), kColumns, kRows, w_bf16, 0, kOutputs);
    for (int64_t r = 0; r < kRows; ++r) {
      table->matmul_bf16(&alone[r * kOutputs], kOutputs, &x16[r * kColumns], kColumns, 1, w_bf16, 0, kOutputs);
    }
    EXPECT_TRUE(equal()) << "matmul_bf16 on " << table->isa;
  }
}

TEST(ProductKernels, Bf16ProductsLeaveTheFloatingPointModeAlone) {
  for (const KernelTable* table : all_kernels()) {
    const uint16_t one = 0x3f80;
    float out = 0;
    table->matmul_bf16(&out, 1, &one, 1, 1, {MatrixFormat::kBF16, 1, 1, 1, &one, nullptr}, 0, 1);
    EXPECT_EQ(out, 1);
    volatile float tiny = 0x1p-140f;
    tiny = tiny * 0.5f;
    const float product = tiny;
    EXPECT_EQ(std::bit_cast<uint32_t>(product), std::bit_cast<uint32_t>(0x1p-141f)) << table->isa;
  }
}

// A sum a little below 2^-126 that a float with subnormals rounds up to 2^-126: flushed where 24 bits without a least
// exponent stay below (2^-126 - 3/4 2^-150), kept where they round up too (2^-126 - 1/4 2^-150).
TEST(ProductKernels, Bf16ProductsFlushByTheValueBeforeSubnormalRounding) {
  for (const KernelTable* table : tables_to_test()) {
    for (const auto& [second, expected] : {std::pair{-0x1.8p-75f, 0.0f}, std::pair{-0x1p-76f, 0x1p-126f}}) {
      const uint16_t x[] = {f32_to_bf16(0x1p-100f), 0, f32_to_bf16(second)};
      const uint16_t w[] = {f32_to_bf16(0x1p-26f), 0, f32_to_bf16(0x1p-76f)};
      float out = 1;
      table->matmul_bf16(&out, 1, x, 3, 1, {MatrixFormat::kBF16, 1, 3, 3, w, nullptr}, 0, 1);
      EXPECT_EQ(out, expected) << table->isa;
    }
  }
}

}  // namespace
}  // namespace capy::kernel_tests
