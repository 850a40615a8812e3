// SPDX-License-Identifier: Apache-2.0
// Attention over pages of floats and of integers, on every ISA.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "kernels/harness.h"

namespace capy::kernel_tests {
namespace {

// n: head_dim; rows; outputs: visible positions of the first row. The others see a few more or, by `begin`, the same.
void attend(const KernelTable& table, const Shape& s, DType type, Random& random, Written& written) {
  const int64_t keys = s.outputs + (s.rows - 1) * s.end + s.begin;
  const int64_t pages = (keys + kKvPageTokens - 1) / kKvPageTokens;
  const int64_t element = type == DType::kF32 ? 4 : 2;
  const int64_t half_page = kKvPageTokens * s.n;
  std::vector<std::unique_ptr<Buffer<std::byte>>> buffers;
  std::vector<const std::byte*> pointers;
  for (int64_t p = 0; p < pages; ++p) {
    auto page = std::make_unique<Buffer<std::byte>>(2 * half_page * element + 64, /*aligned=*/true);
    for (int64_t i = 0; i < 2 * half_page; ++i) {
      const float value = random.value(1);
      const uint16_t narrow = f32_to_bf16(value);
      std::memcpy(page->data() + 64 + i * element, type == DType::kF32 ? static_cast<const void*>(&value) : &narrow,
                  static_cast<size_t>(element));
    }
    pointers.push_back(page->data());
    buffers.push_back(std::move(page));
  }
  const int64_t stride = s.n + 1;
  Buffer<float> q((s.rows - 1) * stride + s.n), out(s.rows * stride + 3);
  fill(q, random, 2);
  std::vector<int64_t> visible;
  for (int64_t row = 0; row < s.rows; ++row) {
    visible.push_back(s.outputs + row * s.end + (row % 3 == 1 ? s.begin : 0));
  }
  AttentionRows args;
  args.out = out.data();
  args.out_stride = stride;
  args.q = q.data();
  args.q_stride = stride;
  args.visible = visible.data();
  args.rows = s.rows;
  args.pages = pointers.data();
  args.k_offset = 64;
  args.v_offset = 64 + half_page * element;
  args.kv_type = type;
  args.head_dim = s.n;
  args.scale = 1 / std::sqrt(static_cast<float>(s.n));
  table.attention(args);
  written.take(out);
}

void run_attention(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  attend(table, s, DType::kF32, random, written);
  attend(table, s, DType::kBF16, random, written);
}

// rows; outputs: the keys that row 0 sees, each further row `end` more, at most a page. n is not used.
void run_page_weights(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  Buffer<float> scores(s.rows * kKvPageTokens), value_scales(kKvPageTokens);
  Buffer<float> scales(s.rows + 1), max(s.rows + 1), sum(s.rows + 1);
  Buffer<int8_t> codes(2 * s.rows * kKvPageTokens + 1);
  Buffer<int32_t> sums(2 * s.rows + 1);
  fill(scores, random, 8);
  fill(value_scales, random, 0.1f);
  for (int64_t j = 0; j < kKvPageTokens; ++j) value_scales[j] = std::fabs(value_scales[j]);
  std::vector<int64_t> visible;
  for (int64_t row = 0; row < s.rows; ++row) visible.push_back(std::min(s.outputs + row * s.end, kKvPageTokens));
  table.page_weights({codes.data(), sums.data(), scales.data(), max.data(), sum.data(), scores.data(),
                      value_scales.data(), visible.data(), s.rows, 0.4f});
  written.take(scales);
  written.take(max);
  written.take(sum);
  written.take_bytes(codes);
  written.take_bytes(sums);
}

// rows of n columns.
void run_joining(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  const int64_t stride = s.n + 3;
  Buffer<float> high(s.rows * stride), low(s.rows * stride), out(s.rows * stride), scales(s.rows);
  Buffer<float> max(s.rows), sum(s.rows), next_max(s.rows), next_sum(s.rows), merged(s.rows * stride);
  for (Buffer<float>* buffer : {&high, &low, &scales, &max, &sum, &next_max, &next_sum, &merged}) fill(*buffer, random);
  table.join_products(out.data(), high.data(), low.data(), stride, scales.data(), s.rows, s.n);
  table.merge_softmax({max.data(), sum.data(), merged.data(), stride},
                      {next_max.data(), next_sum.data(), out.data(), stride}, s.rows, s.n);
  table.join_products(high.data(), high.data(), low.data(), stride, scales.data(), s.rows, s.n);
  for (Buffer<float>* buffer : {&high, &max, &sum, &out, &merged}) written.take(*buffer);
}

// rows; n: dims. A table without page_values makes them of its products.
void run_page_values(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  Buffer<int8_t> codes(2 * s.rows * kKvPageTokens);
  Buffer<int32_t> sums(2 * s.rows);
  Buffer<float> scales(s.rows), ones(2 * s.rows + (s.n + 15) / 16 * 16);
  Buffer<int8_t> values(packed_int8_code_bytes(s.n, kKvPageTokens), /*aligned=*/true);
  Buffer<float> products(2 * s.rows * s.n), out(s.rows * (s.n + 3));
  for (int64_t i = 0; i < codes.size(); ++i)
    codes[i] = static_cast<int8_t>(random.below(8) == 0 ? 127 : random.below(128));
  for (int64_t i = 0; i < values.size(); ++i) values[i] = static_cast<int8_t>(random.below(255) - 127);
  for (int64_t i = 0; i < ones.size(); ++i) ones[i] = 1;
  for (int64_t row = 0; row < 2 * s.rows; ++row) {
    sums[row] = 0;
    for (int64_t j = 0; j < kKvPageTokens; ++j) sums[row] += codes[row * kKvPageTokens + j];
  }
  fill(scales, random);
  const MatrixView matrix{MatrixFormat::kInt8Packed, s.n, kKvPageTokens, 0, values.data(), &ones[2 * s.rows]};
  if (table.page_values != nullptr) {
    table.page_values({out.data(), s.n + 3, codes.data(), scales.data(), s.rows, matrix});
  } else {
    table.matmul_int8(products.data(), s.n, {2 * s.rows, kKvPageTokens, codes.data(), ones.data(), sums.data()}, matrix,
                      0, s.n);
    table.join_products(products.data(), products.data(), &products[s.rows * s.n], s.n, scales.data(), s.rows, s.n);
    for (int64_t row = 0; row < s.rows; ++row)
      std::memcpy(&out[row * (s.n + 3)], &products[row * s.n], static_cast<size_t>(s.n) * sizeof(float));
  }
  written.take(out);
}

// n: lines.
void run_widen_halves(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  Buffer<uint8_t> codes(s.n * 64);
  Buffer<int8_t> levels(16), out(s.n * 128);
  for (int64_t i = 0; i < codes.size(); ++i) codes[i] = static_cast<uint8_t>(random.below(256));
  for (int64_t i = 0; i < 16; ++i) levels[i] = static_cast<int8_t>(random.below(256) - 128);
  table.widen_halves(out.data(), codes.data(), levels.data(), s.n);
  written.take_bytes(out);
}

std::vector<Shape> attention_shapes() {
  std::vector<Shape> shapes;
  for (const int64_t dim : {1, 7, 15, 16, 17, 33, 63, 64, 80, 100, 128, 256, 257}) {
    shapes.push_back({.n = dim, .rows = 3, .outputs = 21, .end = 1});
  }
  for (const int64_t visible : {1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 255, 256, 257, 511, 512, 700}) {
    shapes.push_back({.n = 64, .rows = 1, .outputs = visible});
  }
  for (const int64_t rows : {1, 2, 3, 4, 5, 6, 7, 8, 9, 33, 67}) {
    shapes.push_back({.n = 64, .rows = rows, .outputs = 250, .end = 1});
    shapes.push_back({.n = 24, .rows = rows, .outputs = 30, .begin = 500, .end = 0});
    shapes.push_back({.n = 40, .rows = rows, .outputs = 1, .begin = 9, .end = 17});
  }
  shapes.push_back({.n = 256, .rows = 6, .outputs = 519, .end = 1});
  return shapes;
}

std::vector<Shape> page_value_shapes() {
  std::vector<Shape> shapes;
  for (const int64_t dims : {1, 7, 8, 9, 15, 16, 17, 80, 256}) {
    for (const int64_t rows : {1, 2, 3, 4, 7}) shapes.push_back({.n = dims, .rows = rows});
  }
  shapes.push_back({.n = 64, .rows = 70});
  return shapes;
}

std::vector<Shape> page_shapes() {
  std::vector<Shape> shapes;
  for (const int64_t visible : {1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 200, 255, 256}) {
    shapes.push_back({.rows = 1, .outputs = visible});
    shapes.push_back({.rows = 5, .outputs = visible, .end = 3});
  }
  return shapes;
}

std::vector<KernelCase> cases() {
  return {
      {"attention", attention_shapes(), run_attention},
      {"page_weights", page_shapes(), run_page_weights},
      {"page_values", page_value_shapes(), run_page_values},
      {"join_products, merge_softmax", with_rows({1, 4}), run_joining},
      {"widen_halves", {{.n = 1}, {.n = 3}, {.n = 64}}, run_widen_halves},
  };
}

TEST(AttentionKernels, EveryIsaWritesTheBytesOfGeneric) { expect_the_bytes_of_generic(cases()); }

}  // namespace
}  // namespace capy::kernel_tests
