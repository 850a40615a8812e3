// SPDX-License-Identifier: Apache-2.0
// The parts of a Gated DeltaNet layer, on every ISA: convolution, gates, the delta rule and its fold.
#include <gtest/gtest.h>

#include <vector>

#include "kernels/harness.h"

namespace capy::kernel_tests {
namespace {

// rows: taps.
void run_conv(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  Buffer<float> columns(s.n * s.rows), weight(s.n * s.rows);
  fill(columns, random);
  fill(weight, random, 4);
  InPlace out(s.n);
  table.conv_silu(out.data(), columns.data(), weight.data(), s.n, s.rows);
  written.take(out.buffer);
}

void run_delta_gates(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  Buffer<float> a(s.n), b(s.n), neg_exp_A(s.n), dt_bias(s.n);
  for (Buffer<float>* in : {&a, &b, &neg_exp_A, &dt_bias}) fill(*in, random, 12);
  InPlace g(s.n), beta(s.n);
  table.delta_gates(g.data(), beta.data(), a.data(), b.data(), neg_exp_A.data(), dt_bias.data(), s.n);
  written.take(g.buffer);
  written.take(beta.buffer);
}

// n: key_dim; outputs: value_dim; rows; begin: log_length.
void run_delta_rule(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  const int64_t entries = s.begin + s.rows;
  const int64_t k_stride = s.n + 5;
  const int64_t d_stride = s.outputs + 3;
  Buffer<float> state(s.n * s.outputs), k(entries * k_stride), d(entries * d_stride), q(s.rows * (s.n + 1));
  Buffer<float> v(s.rows * (s.outputs + 2)), beta(s.rows * 2), out(s.rows * (s.outputs + 1));
  Buffer<double> G(entries * 2);
  fill(state, random);
  fill(k, random, 0.3f);
  fill(q, random, 0.3f);
  fill(v, random);
  fill(beta, random, 0.5f);
  for (int64_t i = 0; i < s.begin * d_stride; ++i) d[i] = random.value(1);
  double sum = 0;
  for (int64_t i = 0; i < G.size(); ++i) G[i] = sum -= std::fabs(static_cast<double>(random.value(0.5f)));
  DeltaRows args;
  args.state = state.data();
  args.log_k = k.data();
  args.log_k_stride = k_stride;
  args.log_d = d.data();
  args.log_d_stride = d_stride;
  args.log_G = G.data();
  args.log_G_stride = 2;
  args.log_length = s.begin;
  args.rows = s.rows;
  args.q = q.data();
  args.q_stride = s.n + 1;
  args.v = v.data();
  args.v_stride = s.outputs + 2;
  args.beta = beta.data();
  args.beta_stride = 2;
  args.out = out.data();
  args.out_stride = s.outputs + 1;
  args.key_dim = s.n;
  args.value_dim = s.outputs;
  table.delta_rule(args);
  written.take(out);
  written.take(d);
}

// n: key_dim; outputs: value_dim; rows: entries.
void run_delta_fold(const KernelTable& table, const Shape& s, Random& random, Written& written) {
  Buffer<float> state(s.n * s.outputs), k(s.rows * (s.n + 5)), d(s.rows * (s.outputs + 3));
  Buffer<double> G(s.rows * 3);
  fill(state, random);
  fill(k, random, 0.3f);
  fill(d, random);
  double sum = 0;
  for (int64_t i = 0; i < G.size(); ++i) G[i] = sum -= std::fabs(static_cast<double>(random.value(0.2f)));
  InPlace out(state.size());
  DeltaFold args;
  args.out = out.data();
  args.state = state.data();
  args.log_k = k.data();
  args.log_k_stride = s.n + 5;
  args.log_d = d.data();
  args.log_d_stride = s.outputs + 3;
  args.log_G = G.data();
  args.log_G_stride = 3;
  args.entries = s.rows;
  args.key_dim = s.n;
  args.value_dim = s.outputs;
  table.delta_fold(args);
  written.take(out.buffer);
  args.out = state.data();
  table.delta_fold(args);
  written.take(state);
}

std::vector<Shape> delta_shapes() {
  std::vector<Shape> shapes;
  for (const int64_t dim : {1, 7, 15, 16, 17, 33, 63, 64, 100, 128}) {
    shapes.push_back({.n = dim, .rows = 3, .outputs = 2 * dim + 1, .begin = 2});
    shapes.push_back({.n = 257 - dim, .rows = 2, .outputs = dim, .begin = 0});
  }
  for (const int64_t rows : {1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 31, 32}) {
    for (const int64_t log_length : {int64_t{0}, int64_t{1}, int64_t{5}, 32 - rows}) {
      if (log_length + rows <= 32) shapes.push_back({.n = 24, .rows = rows, .outputs = 40, .begin = log_length});
    }
  }
  shapes.push_back({.n = 128, .rows = 32, .outputs = 128});
  return shapes;
}

std::vector<KernelCase> cases() {
  return {
      {"conv_silu", with_rows({1, 2, 3, 4, 7}), run_conv},
      {"delta_gates", sizes(), run_delta_gates},
      {"delta_rule", delta_shapes(), run_delta_rule},
      {"delta_fold", delta_shapes(), run_delta_fold},
  };
}

TEST(DeltaKernels, EveryIsaWritesTheBytesOfGeneric) { expect_the_bytes_of_generic(cases()); }

}  // namespace
}  // namespace capy::kernel_tests
