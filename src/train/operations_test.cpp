// SPDX-License-Identifier: Apache-2.0
// Every operation three ways: its gradients in double against finite differences; float against double; float by the
// best kernels with two threads against the generic ones with one, byte for byte. A case is an operation with its
// shapes; the loss is the sum of its outputs times random numbers.
#include "train/operations.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace capy::train {
namespace {

template <class V>
struct Io {
  std::vector<std::vector<V>> in;
  std::vector<V> out;
  std::vector<V> d_out;
  std::vector<std::vector<V>> d_in;  // begin as zeros
};

enum class Kind { kNormal, kNegative, kUnit };  // kNegative: -|x|; kUnit: in 0..1

struct Input {
  int64_t count = 0;
  double scale = 1;
  Kind kind = Kind::kNormal;
};

struct Case {
  std::string name;
  std::vector<Input> inputs;
  int64_t outputs = 0;
  std::function<void(const DoubleMath&, Io<double>&)> in_double;
  std::function<void(const FloatMath&, Io<float>&)> in_float;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

template <class Body>
Case make_case(const char* name, std::vector<Input> inputs, int64_t outputs, Body body) {
  return {name, std::move(inputs), outputs, [body](const DoubleMath& m, Io<double>& io) { body(m, io); },
          [body](const FloatMath& m, Io<float>& io) { body(m, io); }};
}

const std::vector<Document>& documents() {
  static const std::vector<Document> three = {{0, 70}, {70, 73}, {73, 210}};
  return three;
}

constexpr int64_t kRows = 210;
constexpr int64_t kWidth = 19;

constexpr Linear kLinear{kRows, 23, kWidth};

Case linear_case() {
  return make_case("linear", {{kRows * kWidth}, {23 * kWidth}}, kRows * 23, [](const auto& m, auto& io) {
    linear(m, io.out.data(), io.in[0].data(), io.in[1].data(), kLinear);
    linear_backward_input(m, io.d_in[0].data(), io.d_out.data(), io.in[1].data(), kLinear, Into::kSum);
    linear_backward_weight(m, io.d_in[1].data(), io.d_out.data(), io.in[0].data(), kLinear);
  });
}

Case embedding_case() {
  return make_case("embedding", {{7 * kWidth}}, 5 * kWidth, [](const auto& m, auto& io) {
    const std::vector<int32_t> tokens = {3, 0, 3, 6, 3};
    embed(m, io.out.data(), io.in[0].data(), tokens, kWidth);
    embed_backward(m, io.d_in[0].data(), io.d_out.data(), tokens, kWidth);
  });
}

constexpr RmsNorm kRmsNorm{kRows, kWidth, kWidth + 4, 1.0, 1e-3};

Case rms_norm_case() {
  return make_case("rms_norm", {{kRows * kRmsNorm.x_stride}, {kWidth, 0.3}}, kRows * kWidth,
                   [](const auto& m, auto& io) {
                     rms_norm(m, io.out.data(), io.in[0].data(), io.in[1].data(), kRmsNorm);
                     rms_norm_backward(m, io.d_in[0].data(), io.d_in[1].data(), io.d_out.data(), io.in[0].data(),
                                       io.in[1].data(), kRmsNorm, Into::kSum);
                   });
}

constexpr GatedNorm kGatedNorm{kRows, kWidth, 1e-3};

Case gated_norm_case() {
  return make_case("gated_norm", {{kRows * kWidth}, {kRows * kWidth, 2}, {kWidth}}, kRows * kWidth,
                   [](const auto& m, auto& io) {
                     gated_norm(m, io.out.data(), io.in[0].data(), io.in[1].data(), io.in[2].data(), kGatedNorm);
                     gated_norm_backward(m, io.d_in[0].data(), io.d_in[1].data(), io.d_in[2].data(), io.d_out.data(),
                                         io.in[0].data(), io.in[1].data(), io.in[2].data(), kGatedNorm);
                   });
}

constexpr L2Norm kL2Norm{kRows, 3, 7, 25, 0.4};

Case l2_norm_case() {
  return make_case("l2_norm", {{kRows * 25}}, kRows * 21, [](const auto& m, auto& io) {
    l2_norm(m, io.out.data(), io.in[0].data(), kL2Norm);
    l2_norm_backward(m, io.d_in[0].data(), io.d_out.data(), io.in[0].data(), kL2Norm);
  });
}

Case convolution_case() {
  return make_case("convolution", {{kRows * kWidth}, {kWidth * 4}}, kRows * kWidth, [](const auto& m, auto& io) {
    const Convolution size{kWidth, 4, documents()};
    auto c = io.out;
    auto scratch = io.out;
    convolution(m, io.out.data(), c.data(), io.in[0].data(), io.in[1].data(), size);
    convolution_backward(m, io.d_in[0].data(), io.d_in[1].data(), scratch.data(), io.d_out.data(), c.data(),
                         io.in[0].data(), io.in[1].data(), size);
  });
}

Case delta_gates_case() {
  return make_case("delta_gates", {{kRows * 3}, {kRows * 3}, {3}, {3}}, 2 * kRows * 3, [](const auto& m, auto& io) {
    auto* const g = io.out.data();
    auto* const beta = g + kRows * 3;
    delta_gates(m, g, beta, io.in[0].data(), io.in[1].data(), io.in[2].data(), io.in[3].data(), kRows, 3);
    delta_gates_backward(m, {io.d_in[0].data(), io.d_in[1].data(), io.d_in[2].data(), io.d_in[3].data()},
                         io.d_out.data(), io.d_out.data() + kRows * 3, g, beta, io.in[0].data(), io.in[2].data(),
                         io.in[3].data(), kRows, 3);
  });
}

template <class M, class V = typename M::Value>
void run_delta_rule(const M& m, Io<V>& io) {
  std::vector<V> corrected(io.out.size()), states(static_cast<size_t>(delta_chunks(documents()) * 4 * 5 * 7));
  DeltaRule<V> rule{2, 4, 5, 7, documents()};
  rule.q = {io.in[0].data(), 10};
  rule.k = {io.in[1].data(), 10};
  rule.v = {io.in[2].data(), 28};
  rule.g = io.in[3].data();
  rule.beta = io.in[4].data();
  rule.out = io.out.data();
  rule.corrected = corrected.data();
  rule.states = states.data();
  delta_rule(m, rule);
  delta_rule_backward(m, rule,
                      {{io.d_in[0].data(), 10},
                       {io.d_in[1].data(), 10},
                       {io.d_in[2].data(), 28},
                       io.d_in[3].data(),
                       io.d_in[4].data(),
                       io.d_out.data()});
}

// Decays from weak to strong; 5 and 7 dims, two value heads to a key head.
Case delta_rule_case() {
  return make_case("delta_rule",
                   {{kRows * 10, 0.4},
                    {kRows * 10, 0.4},
                    {kRows * 28},
                    {kRows * 4, 0.3, Kind::kNegative},
                    {kRows * 4, 1, Kind::kUnit}},
                   kRows * 28, [](const auto& m, auto& io) { run_delta_rule(m, io); });
}

constexpr Rotary kRotary{kRows, 2, 9, 3};

Case rotary_case() {
  return make_case("rotary", {{kRows * 2 * 9}}, kRows * 2 * 9, [](const auto& m, auto& io) {
    auto cos = io.in[0];
    auto sin = io.in[0];
    for (int64_t i = 0; i < kRows * 3; ++i) {
      cos[static_cast<size_t>(i)] = static_cast<float>(0.5 + static_cast<double>(i % 7) / 16);
      sin[static_cast<size_t>(i)] = static_cast<float>(0.75 - static_cast<double>(i % 5) / 16);
    }
    io.out = io.in[0];
    io.d_in[0] = io.d_out;
    rotate(m, io.out.data(), cos.data(), sin.data(), kRotary);
    rotate_backward(m, io.d_in[0].data(), cos.data(), sin.data(), kRotary);
  });
}

template <class M, class V = typename M::Value>
void run_attention(const M& m, Io<V>& io) {
  std::vector<V> max(kRows * 6), inverse_sum(kRows * 6);
  Attention<V> a{6, 2, 9, 0.5, documents()};
  a.q = {io.in[0].data(), 54};
  a.k = {io.in[1].data(), 18};
  a.v = {io.in[2].data(), 18};
  a.out = {io.out.data(), 54};
  a.max = max.data();
  a.inverse_sum = inverse_sum.data();
  attention(m, a);
  attention_backward(
      m, a, {{io.d_in[0].data(), 54}, {io.d_in[1].data(), 18}, {io.d_in[2].data(), 18}, {io.d_out.data(), 54}});
}

Case attention_case() {
  return make_case("attention", {{kRows * 54}, {kRows * 18}, {kRows * 18}}, kRows * 54,
                   [](const auto& m, auto& io) { run_attention(m, io); });
}

Case swiglu_case() {
  return make_case("swiglu", {{kRows * kWidth, 3}, {kRows * kWidth}}, kRows * kWidth, [](const auto& m, auto& io) {
    swiglu(m, io.out.data(), io.in[0].data(), io.in[1].data(), kRows * kWidth);
    auto again = io.out;
    swiglu_backward(m, again.data(), io.d_in[0].data(), io.d_in[1].data(), io.d_out.data(), io.in[0].data(),
                    io.in[1].data(), kRows * kWidth);
    EXPECT_EQ(again, io.out);
  });
}

constexpr SigmoidGate kSigmoidGate{kRows, 6, 13};

Case sigmoid_gate_case() {
  return make_case("sigmoid_gate", {{kRows * 6}, {kRows * 13, 3}}, kRows * 6, [](const auto& m, auto& io) {
    sigmoid_gate(m, io.out.data(), io.in[0].data(), io.in[1].data(), kSigmoidGate);
    sigmoid_gate_backward(m, io.d_in[0].data(), io.d_in[1].data(), io.d_out.data(), io.in[0].data(), io.in[1].data(),
                          kSigmoidGate);
  });
}

// 300 rows of a vocabulary that takes 16 rows at once only for larger ones; the output is one number.
template <class M, class V = typename M::Value>
void run_cross_entropy(const M& m, Io<V>& io) {
  const CrossEntropy size{37, kWidth, 0.05};
  std::vector<HeadRow<V>> rows;
  for (int64_t i = 0; i < 300; ++i) {
    rows.push_back({io.in[0].data() + i * kWidth, io.d_in[0].data() + i * kWidth, static_cast<int32_t>(i * 7 % 37),
                    static_cast<double>(io.d_out[0]) * static_cast<double>(i % 3) / 100});
  }
  std::vector<double> losses(rows.size());
  cross_entropy(m, losses.data(), io.d_in[1].data(), std::span<const HeadRow<V>>(rows), io.in[1].data(), size);
  double sum = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    // The z part, from the loss itself: log sum = loss + logit of the target.
    const double logit = static_cast<double>(m.dot(rows[i].hidden, io.in[1].data() + rows[i].target * kWidth, kWidth));
    const double log_sum = losses[i] + logit;
    sum += static_cast<double>(i % 3) / 100 * (losses[i] + size.z_loss * log_sum * log_sum);
  }
  io.out[0] = static_cast<V>(sum);
}

Case cross_entropy_case() {
  return make_case("cross_entropy", {{300 * kWidth}, {37 * kWidth}}, 1,
                   [](const auto& m, auto& io) { run_cross_entropy(m, io); });
}

std::vector<Case> cases() {
  return {linear_case(),      embedding_case(),    rms_norm_case(),     gated_norm_case(), l2_norm_case(),
          convolution_case(), delta_gates_case(),  delta_rule_case(),   rotary_case(),     attention_case(),
          swiglu_case(),      sigmoid_gate_case(), cross_entropy_case()};
}

template <class V>
Io<V> random_io(const Case& c) {
  std::mt19937_64 random(7);
  const auto normal = [&] {  // the same numbers for float and double
    double sum = 0;
    for (int i = 0; i < 4; ++i) sum += static_cast<double>(random() >> 11) * 0x1p-53 - 0.5;
    return static_cast<double>(static_cast<float>(sum * 1.73));
  };
  Io<V> io;
  for (const Input& input : c.inputs) {
    auto& values = io.in.emplace_back(static_cast<size_t>(input.count));
    for (V& value : values) {
      const double x = normal();
      value = static_cast<V>(static_cast<float>(input.kind == Kind::kNegative ? -std::fabs(x) * input.scale
                                                : input.kind == Kind::kUnit   ? 1 / (1 + std::exp(-x))
                                                                              : x * input.scale));
    }
    io.d_in.emplace_back(values.size());
  }
  io.out.resize(static_cast<size_t>(c.outputs));
  for (int64_t i = 0; i < c.outputs; ++i) io.d_out.push_back(static_cast<V>(normal()));
  return io;
}

class Operations : public testing::TestWithParam<Case> {};

double loss(const Case& c, Io<double> io, ThreadPool& pool) {
  c.in_double({pool}, io);
  double sum = 0;
  for (size_t i = 0; i < io.out.size(); ++i) sum += io.out[i] * io.d_out[i];
  return sum;
}

TEST_P(Operations, GradientsAreFiniteDifferences) {
  const Case& c = GetParam();
  ThreadPool pool(1);
  Io<double> io = random_io<double>(c);
  c.in_double({pool}, io);
  Io<double> moved = random_io<double>(c);
  std::mt19937_64 random(9);
  for (size_t input = 0; input < moved.in.size(); ++input) {
    for (int sample = 0; sample < 60; ++sample) {
      double& x = moved.in[input][random() % moved.in[input].size()];
      const auto at = static_cast<size_t>(&x - moved.in[input].data());
      const double kept = x;
      const double h = 1e-5;
      x = kept + h;
      const double above = loss(c, moved, pool);
      x = kept - h;
      const double below = loss(c, moved, pool);
      x = kept;
      const double expected = (above - below) / (2 * h);
      EXPECT_NEAR(io.d_in[input][at], expected, 1e-7 * (1 + std::fabs(expected)) + 1e-9 * std::fabs(above))
          << c.name << ", input " << input << ", element " << at;
    }
  }
}

double relative_error(const std::vector<float>& got, const std::vector<double>& expected) {
  double error = 0, norm = 0;
  for (size_t i = 0; i < got.size(); ++i) {
    error += (static_cast<double>(got[i]) - expected[i]) * (static_cast<double>(got[i]) - expected[i]);
    norm += expected[i] * expected[i];
  }
  return std::sqrt(error / std::max(norm, 1e-300));
}

TEST_P(Operations, FloatIsNearDouble) {
  const Case& c = GetParam();
  ThreadPool pool(1);
  Io<double> truth = random_io<double>(c);
  c.in_double({pool}, truth);
  Io<float> io = random_io<float>(c);
  c.in_float({*all_kernels().back(), pool}, io);
  EXPECT_LT(relative_error(io.out, truth.out), 2e-6) << c.name;
  for (size_t i = 0; i < io.d_in.size(); ++i)
    EXPECT_LT(relative_error(io.d_in[i], truth.d_in[i]), 4e-6) << c.name << ' ' << i;
}

TEST_P(Operations, EveryIsaAndThreadCountWritesTheSameBytes) {
  const Case& c = GetParam();
  ThreadPool one(1), two(2);
  Io<float> expected = random_io<float>(c);
  c.in_float({*all_kernels().front(), one}, expected);
  for (const KernelTable* table : all_kernels()) {
    Io<float> io = random_io<float>(c);
    c.in_float({*table, two}, io);
    EXPECT_EQ(std::memcmp(io.out.data(), expected.out.data(), io.out.size() * sizeof(float)), 0) << c.name;
    for (size_t i = 0; i < io.d_in.size(); ++i) {
      EXPECT_EQ(std::memcmp(io.d_in[i].data(), expected.d_in[i].data(), io.d_in[i].size() * sizeof(float)), 0)
          << c.name << ", gradient " << i << ", " << table->isa;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Operations, testing::ValuesIn(cases()), [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace capy::train
