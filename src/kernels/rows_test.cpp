// SPDX-License-Identifier: Apache-2.0
// Operations on single rows, on every ISA: norms, gates, rotations, narrowing.
#include <gtest/gtest.h>

#include <vector>

#include "kernels/harness.h"

namespace capy::kernel_tests {
namespace {

void run_dot(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  Buffer<float> a(s.n), b(s.n), out(1);
  fill(a, random);
  fill(b, random);
  out[0] = table.dot(a.data(), b.data(), s.n);
  written.take(out);
}

void run_norms(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  Buffer<float> x(s.n), z(s.n), weight(s.n);
  fill(x, random);
  fill(z, random, 8);
  fill(weight, random);
  InPlace plain(s.n), gated(s.n), unit(s.n), same(s.n);
  std::memcpy(same.data(), x.data(), static_cast<size_t>(s.n) * sizeof(float));
  table.rms_norm(plain.data(), x.data(), weight.data(), s.n, 1e-6f);
  table.rms_norm(same.data(), same.data(), weight.data(), s.n, 1e-6f);
  table.gated_rms_norm(gated.data(), x.data(), z.data(), weight.data(), s.n, 1e-5f);
  table.l2_norm(unit.data(), x.data(), s.n, 1e-6f, 0.0883883f);
  for (InPlace* out : {&plain, &same, &gated, &unit}) written.take(out->buffer);
}

// add, scaled_add, sigmoid_gate: x op= y.
template <class Operation>
void in_place(const Shape& s, Random& random, Written& written, Operation operation) {
  InPlace x(s.n);
  Buffer<float> y(s.n);
  for (int64_t i = 0; i < s.n; ++i) x.data()[i] = random.value(1);
  fill(y, random, 20);
  operation(x.data(), y.data());
  written.take(x.buffer);
}

void run_add(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  in_place(s, random, written, [&](float* x, const float* y) { table.add(x, y, s.n); });
  in_place(s, random, written, [&](float* x, const float* y) { table.scaled_add(x, y, -0.37f, s.n); });
}

void run_gates(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  in_place(s, random, written, [&](float* x, const float* y) { table.sigmoid_gate(x, y, s.n); });
  in_place(s, random, written, [&](float* x, const float* y) { table.swiglu(x, y, x, s.n); });
  Buffer<float> gate(s.n), up(s.n);
  fill(gate, random, 40);
  fill(up, random);
  InPlace out(s.n);
  table.swiglu(out.data(), gate.data(), up.data(), s.n);
  written.take(out.buffer);
}

void run_functions(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  Buffer<float> x(s.n);
  fill(x, random, 40);
  InPlace sigmoids(s.n), exps(s.n);
  table.sigmoid(sigmoids.data(), x.data(), s.n);
  table.exp_shifted(exps.data(), x.data(), 1.25f, s.n);
  written.take(sigmoids.buffer);
  written.take(exps.buffer);
}

void run_rope(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  Buffer<float> cos(s.n), sin(s.n);
  fill(cos, random);
  fill(sin, random);
  InPlace half(2 * s.n), adjacent(2 * s.n);
  for (int64_t i = 0; i < 2 * s.n; ++i) adjacent.data()[i] = half.data()[i] = random.value(1);
  table.rope_half(half.data(), cos.data(), sin.data(), s.n);
  table.rope_adjacent(adjacent.data(), cos.data(), sin.data(), s.n);
  written.take(half.buffer);
  written.take(adjacent.buffer);
}

// rows: the position.
void run_rope_angles(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  Buffer<float> frequency(s.n);
  for (int64_t i = 0; i < s.n; ++i) frequency[i] = std::fabs(random.value(1));
  InPlace cos(s.n), sin(s.n);
  table.rope_angles(cos.data(), sin.data(), frequency.data(), s.n, s.rows, 1.1386f);
  written.take(cos.buffer);
  written.take(sin.buffer);
}

void run_hadamard(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  Buffer<float> x(s.n);
  fill(x, random);
  InPlace out(s.n), same(s.n);
  table.hadamard(out.data(), x.data(), s.n);
  std::memcpy(same.data(), x.data(), static_cast<size_t>(s.n) * sizeof(float));
  table.hadamard(same.data(), same.data(), s.n);
  written.take(out.buffer);
  written.take(same.buffer);
}

void run_quantize(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  for (const float scale : {1.0f, 1e-31f, 3e-38f, 1e30f}) {
    Buffer<float> x(s.n);
    fill(x, random, scale);
    if (scale == 1.0f) x[s.n / 2] = 127;  // then 127 / m is 1 and halves are exact ties
    if (scale == 1e30f && s.n > 3) x[0] = x[1] = 0;
    Buffer<int8_t> codes(packed_columns(s.n));
    Buffer<float> scales(quant_blocks(s.n));
    Buffer<int32_t> sums(quant_blocks(s.n));
    table.quantize_int8(codes.data(), scales.data(), sums.data(), x.data(), s.n);
    written.take(scales);
    written.take_bytes(codes);
    written.take_bytes(sums);
  }
}

void run_round_bf16(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  Buffer<float> x(s.n);
  fill(x, random);
  for (int64_t i = 0; i < s.n; i += 3) x[i] = std::bit_cast<float>(static_cast<uint32_t>(random.bits()) & 0xffffc000);
  Buffer<uint16_t> out(s.n);
  table.round_bf16(out.data(), x.data(), s.n);
  written.take_bytes(out);
}

std::vector<KernelCase> cases() {
  return {
      {"dot", sizes(), run_dot},
      {"rms_norm, gated_rms_norm, l2_norm", sizes(), run_norms},
      {"add, scaled_add", sizes(), run_add},
      {"swiglu, sigmoid_gate", sizes(), run_gates},
      {"sigmoid, exp_shifted", sizes(), run_functions},
      {"rope_half, rope_adjacent", sizes(), run_rope},
      {"rope_angles", with_rows({0, 1, 255, 262143, 2000000}), run_rope_angles},
      {"hadamard", sizes(), run_hadamard},
      {"quantize_int8", sizes(), run_quantize},
      {"round_bf16", sizes(), run_round_bf16},
  };
}

TEST(RowKernels, EveryIsaWritesTheBytesOfGeneric) { expect_the_bytes_of_generic(cases()); }

}  // namespace
}  // namespace capy::kernel_tests
