// SPDX-License-Identifier: Apache-2.0
// That the generic kernels are right: against formulas in double, against libm, against exact integers, and against the
// model's own definitions (SPEC 2 of the model: plain recurrence, plain softmax). The harness (kernels/harness.h) then
// holds every other ISA to generic.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <iostream>
#include <limits>
#include <random>
#include <vector>

#include "kernels/generic/operations.h"
#include "kernels/generic/scalar.h"

namespace capy::generic {
namespace {

using Floats = std::vector<float>;

Floats normal(int64_t n, float scale, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> distribution(0, scale);
  Floats out(static_cast<size_t>(n));
  for (float& x : out) x = distribution(random);
  return out;
}

// Distance of `got` from the true value, in units of the last place of a float there.
double ulps(float got, double truth) {
  int exponent = 0;
  std::frexp(truth, &exponent);
  const double ulp = std::ldexp(1.0, (exponent < -125 ? -125 : exponent) - 24);
  return std::fabs(static_cast<double>(got) - truth) / ulp;
}

// Calls f on floats of every exponent and both signs, `step` apart as integers.
template <class Function>
void for_floats(uint32_t step, Function f) {
  for (uint64_t bits = 0; bits < 0x7f800000; bits += step) {
    f(std::bit_cast<float>(static_cast<uint32_t>(bits)));
    f(-std::bit_cast<float>(static_cast<uint32_t>(bits)));
  }
}

// --- scalars ---

TEST(Truth, ExpIsGoodToOneUlp) {
  double worst = 0;
  for_floats(997, [&](float x) {
    if (x < kExpMin) {
      ASSERT_EQ(exp(x), 0) << x;
    } else if (x > kExpMax) {
      ASSERT_EQ(exp(x), std::numeric_limits<float>::infinity()) << x;
    } else {
      worst = std::max(worst, ulps(exp(x), std::exp(static_cast<double>(x))));
    }
  });
  std::cout << "exp: " << worst << " ulp" << std::endl;
  EXPECT_LT(worst, 0.9);  // 0.886 over all floats (measured once)
  EXPECT_EQ(exp(0), 1);
  EXPECT_TRUE(std::isnan(exp(std::numeric_limits<float>::quiet_NaN())));
  EXPECT_GE(exp(kExpMin), kSmallestNormal);
  EXPECT_TRUE(std::isfinite(exp(kExpMax)));
}

TEST(Truth, SigmoidAndSilu) {
  double worst = 0;
  for_floats(9973, [&](float x) {
    const double sigma = 1 / (1 + std::exp(-static_cast<double>(x)));
    if (x < -87) return;  // e^-x overflows before the result does
    worst = std::max(worst, ulps(sigmoid(x), sigma));
    worst = std::max(worst, ulps(silu(x), x * sigma));
  });
  EXPECT_LT(worst, 3);
  EXPECT_EQ(sigmoid(-1000), 0);
  EXPECT_EQ(silu(-1000), 0);
  EXPECT_EQ(silu(1000), 1000);
}

TEST(Truth, SoftplusIsCorrectlyRounded) {
  double worst = 0;
  for_floats(9973, [&](float x) {
    const double truth = x > 20 ? x : std::log1p(std::exp(static_cast<double>(x)));
    worst = std::max(worst, ulps(softplus(x), truth));
  });
  EXPECT_LT(worst, 0.5001);
  EXPECT_TRUE(std::isnan(softplus(std::numeric_limits<float>::quiet_NaN())));
}

TEST(Truth, SinAndCosAreCorrectlyRounded) {
  double worst = 0;
  for_floats(9973, [&](float x) {
    if (std::fabs(x) > 0x1p30f) return;
    worst = std::max(worst, ulps(sin_cos(x).sin, std::sin(static_cast<double>(x))));
    worst = std::max(worst, ulps(sin_cos(x).cos, std::cos(static_cast<double>(x))));
  });
  for (int64_t position = 0; position < (1 << 21); position += 17) {
    const auto x = static_cast<float>(position);
    worst = std::max(worst, ulps(sin_cos(x).sin, std::sin(static_cast<double>(x))));
  }
  EXPECT_LT(worst, 0.5001);
  EXPECT_TRUE(std::isnan(sin_cos(std::numeric_limits<float>::infinity()).cos));
}

// --- rows ---

TEST(Truth, Norms) {
  for (const int64_t n : {1, 15, 64, 1000}) {
    const Floats x = normal(n, 3, 1), w = normal(n, 1, 2), z = normal(n, 4, 3);
    double squares = 0;
    for (const float v : x) squares += static_cast<double>(v) * v;
    Floats plain(x.size()), gated(x.size()), unit(x.size());
    rms_norm(plain.data(), x.data(), w.data(), n, 1e-6f);
    gated_rms_norm(gated.data(), x.data(), z.data(), w.data(), n, 1e-6f);
    l2_norm(unit.data(), x.data(), n, 1e-6f, 0.5f);
    for (size_t i = 0; i < x.size(); ++i) {
      const double normed = x[i] / std::sqrt(squares / static_cast<double>(n) + 1e-6) * w[i];
      const double gate = z[i] / (1 + std::exp(-static_cast<double>(z[i])));
      EXPECT_NEAR(plain[i], normed, 1e-6 * std::fabs(normed));
      EXPECT_NEAR(gated[i], normed * gate, 2e-6 * std::fabs(normed * gate));
      EXPECT_NEAR(unit[i], 0.5 * x[i] / std::sqrt(squares + 1e-6), 1e-6 * std::fabs(unit[i]));
    }
  }
}

TEST(Truth, RopeTurnsPairs) {
  const Floats inverse_frequency = {1, 0.1f, 0.003f};
  Floats cos(3), sin(3);
  rope_angles(cos.data(), sin.data(), inverse_frequency.data(), 3, 262143, 1);
  const Floats x = normal(6, 1, 1);
  Floats half = x, adjacent = x;
  rope_half(half.data(), cos.data(), sin.data(), 3);
  rope_adjacent(adjacent.data(), cos.data(), sin.data(), 3);
  for (size_t i = 0; i < 3; ++i) {
    const double angle = 262143.0f * inverse_frequency[i];  // in f32, as the reference forms it
    const double c = std::cos(angle), s = std::sin(angle);
    EXPECT_NEAR(half[i], x[i] * c - x[i + 3] * s, 1e-6);
    EXPECT_NEAR(half[i + 3], x[i + 3] * c + x[i] * s, 1e-6);
    EXPECT_NEAR(adjacent[2 * i], x[2 * i] * c - x[2 * i + 1] * s, 1e-6);
    EXPECT_NEAR(adjacent[2 * i + 1], x[2 * i + 1] * c + x[2 * i] * s, 1e-6);
  }
}

TEST(Truth, ConvolutionIsOldestFirst) {
  const Floats columns = {1, 10, 2, 20, 3, 30}, weight = {0.5f, 1, 0.25f, -1, 2, 0.125f};
  Floats out(2);
  conv_silu(out.data(), columns.data(), weight.data(), 2, 3);
  const double sums[] = {0.5 + 0.5 + 6, 10 - 20 + 3.75};
  for (size_t c = 0; c < 2; ++c) EXPECT_NEAR(out[c], sums[c] / (1 + std::exp(-sums[c])), 1e-5);
}

// --- products ---

TEST(Truth, FloatProductsOfEveryWeightType) {
  constexpr int64_t kRows = 3, kOutputs = 5, kColumns = 333;
  const Floats x = normal(kRows * kColumns, 1, 1);
  const Floats w = normal(kOutputs * kColumns, 1, 2);
  std::vector<uint16_t> w16, wb16;
  for (const float v : w) {
    w16.push_back(f32_to_f16(v));
    wb16.push_back(f32_to_bf16(v));
  }
  Floats out(kRows * kOutputs);
  const auto check = [&](MatrixFormat format, const void* data, auto weight) {
    matmul_f32(out.data(), kOutputs, x.data(), kColumns, kRows, {format, kOutputs, kColumns, kColumns, data, nullptr},
               0, kOutputs);
    for (int64_t r = 0; r < kRows; ++r) {
      for (int64_t n = 0; n < kOutputs; ++n) {
        double truth = 0;
        for (int64_t k = 0; k < kColumns; ++k) {
          truth += static_cast<double>(x[static_cast<size_t>(r * kColumns + k)]) *
                   weight(static_cast<size_t>(n * kColumns + k));
        }
        EXPECT_NEAR(out[static_cast<size_t>(r * kOutputs + n)], truth, 2e-5);
      }
    }
  };
  check(MatrixFormat::kF32, w.data(), [&](size_t i) { return w[i]; });
  check(MatrixFormat::kF16, w16.data(), [&](size_t i) { return f16_to_f32(w16[i]); });
  check(MatrixFormat::kBF16, wb16.data(), [&](size_t i) { return bf16_to_f32(wb16[i]); });
}

// The order of AMX's TDPBF16PS, written down once more from its description: tiles of 32 K, padded with zeros.
float amx_order(const std::vector<uint16_t>& x, const std::vector<uint16_t>& w) {
  float total = 0;
  for (size_t tile = 0; tile < x.size(); tile += 32) {
    float chains[2] = {0, 0};
    for (size_t k = tile; k < std::min(tile + 32, x.size()); ++k) {
      chains[k % 2] = std::fma(bf16_to_f32(x[k]), bf16_to_f32(w[k]), chains[k % 2]);
    }
    total += chains[0] + chains[1];
  }
  return total;
}

TEST(Truth, Bf16ProductsHaveTheOrderOfAmx) {
  for (const int64_t n : {1, 2, 31, 32, 33, 64, 1000}) {
    std::vector<uint16_t> x(static_cast<size_t>(n)), w(x.size());
    round_bf16(x.data(), normal(n, 1, 1).data(), n);
    round_bf16(w.data(), normal(n, 1, 2).data(), n);
    float out = 0;
    matmul_bf16(&out, 1, x.data(), n, 1, {MatrixFormat::kBF16, 1, n, n, w.data(), nullptr}, 0, 1);
    EXPECT_EQ(out, amx_order(x, w)) << n;
  }
}

TEST(Truth, Bf16ProductsFlushSubnormals) {
  const auto product = [](float x0, float w0, float x1, float w1) {
    const uint16_t x[] = {f32_to_bf16(x0), f32_to_bf16(x1)}, w[] = {f32_to_bf16(w0), f32_to_bf16(w1)};
    float out = 1;
    matmul_bf16(&out, 1, x, 2, 1, {MatrixFormat::kBF16, 1, 2, 2, w, nullptr}, 0, 1);
    return out;
  };
  EXPECT_EQ(product(0x1p-127f, 0x1p10f, 0, 0), 0);           // subnormal input
  EXPECT_EQ(product(0x1p-100f, 0x1p-27f, 0, 0), 0);          // subnormal product
  EXPECT_EQ(product(0x1p-100f, 0x1p-26f, 0, 0), 0x1p-126f);  // the smallest number that stays
  EXPECT_EQ(product(0x1.8p-126f, 1, -0x1p-126f, 1), 0);      // subnormal sum
}

TEST(Truth, Int8ProductsAreExactIntegers) {
  constexpr int64_t kOutputs = 21, kColumns = 300;
  const int64_t padded = packed_columns(kColumns);
  std::mt19937 random(3);
  const auto code = [&] { return static_cast<int8_t>(static_cast<int>(random() % 255) - 127); };
  std::vector<int8_t> x(static_cast<size_t>(padded)),
      packed(static_cast<size_t>(packed_int8_code_bytes(kOutputs, kColumns)));
  for (size_t k = 0; k < kColumns; ++k) x[k] = code();
  for (int8_t& c : packed) c = code();
  const Floats w_scales = normal(packed_int8_scales(kOutputs, kColumns), 0.01f, 1);
  Floats x_scales;
  for (int64_t block = 0; block < quant_blocks(kColumns); ++block)
    x_scales.push_back(0.5f + 0.25f * static_cast<float>(block));
  const std::vector<int32_t> sums(x_scales.size());
  Floats out(kOutputs);
  matmul_int8(out.data(), kOutputs, {1, kColumns, x.data(), x_scales.data(), sums.data()},
              {MatrixFormat::kInt8Packed, kOutputs, kColumns, 0, packed.data(), w_scales.data()}, 0, kOutputs);
  for (int64_t n = 0; n < kOutputs; ++n) {
    double truth = 0;
    for (int64_t k = 0; k < kColumns; ++k) {
      // codes[panel][k / 4][row in panel][k % 4], scales[panel][block][row in panel]: matrix.h
      const int64_t at = ((n / 16 * (padded / 4) + k / 4) * 16 + n % 16) * 4 + k % 4;
      const int64_t scale = (n / 16 * quant_blocks(kColumns) + k / kQuantBlock) * 16 + n % 16;
      truth += static_cast<double>(x[static_cast<size_t>(k)]) * packed[static_cast<size_t>(at)] *
               w_scales[static_cast<size_t>(scale)] * x_scales[static_cast<size_t>(k / kQuantBlock)];
    }
    EXPECT_NEAR(out[static_cast<size_t>(n)], truth, 1e-6 * std::fabs(truth) + 1e-4);
  }
}

TEST(Truth, HadamardIsTheMatrixOfSylvesterAndItsOwnInverse) {
  for (const int64_t n : {1, 2, 3, 4, 7, 16, 85, 256, 300, 341, 576}) {
    const Floats x = normal(n, 1, 7);
    Floats out(x.size());
    hadamard(out.data(), x.data(), n);
    int64_t size = 256;
    for (int64_t at = 0; at < n; at += size) {
      while (size > n - at) size /= 4;
      for (int64_t i = 0; i < size; ++i) {
        double truth = 0;  // H[i][j] = (-1)^(bits common to i and j)
        for (int64_t j = 0; j < size; ++j) {
          const bool minus = std::popcount(static_cast<uint64_t>(i & j)) % 2 == 1;
          truth += (minus ? -1 : 1) * static_cast<double>(x[static_cast<size_t>(at + j)]);
        }
        ASSERT_NEAR(out[static_cast<size_t>(at + i)], truth / std::sqrt(static_cast<double>(size)), 2e-6) << n;
      }
    }
    Floats back = out;
    hadamard(back.data(), back.data(), n);
    for (size_t i = 0; i < x.size(); ++i) ASSERT_NEAR(back[i], x[i], 2e-6) << n << " " << i;
  }
}

TEST(Truth, QuantisedBlocksComeBack) {
  constexpr int64_t kN = 300;
  Floats x = normal(kN, 2, 1);
  std::vector<int8_t> codes(static_cast<size_t>(packed_columns(kN)), 99);
  Floats scales(static_cast<size_t>(quant_blocks(kN)));
  std::vector<int32_t> sums(scales.size());
  std::vector<int32_t> expected_sums(scales.size(), 0);
  quantize_int8(codes.data(), scales.data(), sums.data(), x.data(), kN);
  for (size_t i = 0; i < kN; ++i) {
    EXPECT_NEAR(codes[i] * scales[i / kQuantBlock], x[i], 0.5001f * scales[i / kQuantBlock]);
    expected_sums[i / kQuantBlock] += codes[i];
  }
  for (size_t i = kN; i < codes.size(); ++i) EXPECT_EQ(codes[i], 0);
  EXPECT_EQ(sums, expected_sums);

  for (const float bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    x[5] = bad;
    quantize_int8(codes.data(), scales.data(), sums.data(), x.data(), kN);
    EXPECT_TRUE(std::isnan(scales[0]));
    EXPECT_EQ(codes[6], 0);
    EXPECT_FALSE(std::isnan(scales[1]));
  }
  const Floats ties = {127, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f};
  quantize_int8(codes.data(), scales.data(), sums.data(), ties.data(), 6);
  EXPECT_EQ(std::vector<int>(codes.begin(), codes.begin() + 6), (std::vector<int>{127, 0, 2, 2, 0, -2}));
  const Floats zeros(6, 1e-38f);
  quantize_int8(codes.data(), scales.data(), sums.data(), zeros.data(), 6);
  EXPECT_EQ(scales[0], 0);
  EXPECT_EQ(codes[0], 0);
}

// --- attention against plain softmax in double ---

TEST(Truth, AttentionIsSoftmax) {
  constexpr int64_t kDim = 24, kKeys = 600;
  const Floats q = normal(2 * kDim, 2, 1);
  const Floats pages = normal(3 * 2 * kKvPageTokens * kDim, 1, 2);  // each page: keys, then values
  const size_t half = kKvPageTokens * kDim;
  std::vector<const std::byte*> pointers;
  for (size_t p = 0; p < 3; ++p) pointers.push_back(reinterpret_cast<const std::byte*>(pages.data() + p * 2 * half));
  const int64_t visible[] = {kKeys, 7};
  Floats out(2 * kDim);
  attention({out.data(), kDim, q.data(), kDim, visible, 2, pointers.data(), 0,
             static_cast<int64_t>(half * sizeof(float)), DType::kF32, kDim, 0.2f});
  for (size_t r = 0; r < 2; ++r) {
    std::vector<double> sum(kDim);
    double weight = 0;
    for (size_t j = 0; j < static_cast<size_t>(visible[r]); ++j) {
      const float* key = pages.data() + j / 256 * 2 * half + j % 256 * kDim;
      double score = 0;
      for (size_t c = 0; c < kDim; ++c) score += static_cast<double>(q[r * kDim + c]) * key[c];
      const double p = std::exp(static_cast<double>(0.2f) * score);
      weight += p;
      for (size_t c = 0; c < kDim; ++c) sum[c] += p * key[half + c];
    }
    for (size_t c = 0; c < kDim; ++c) EXPECT_NEAR(out[r * kDim + c], sum[c] / weight, 2e-6);
  }
}

TEST(Truth, PageWeightsAreSoftmaxTimesTheScales) {
  constexpr int64_t kRows = 2;
  const Floats scores = normal(kRows * kKvPageTokens, 9, 3);
  Floats value_scales = normal(kKvPageTokens, 3, 4);
  for (float& scale : value_scales) scale = std::fabs(scale);
  const int64_t visible[kRows] = {256, 77};
  std::vector<int8_t> codes(2 * kRows * kKvPageTokens, 1);
  int32_t sums[2 * kRows];
  float scales[kRows], max[kRows], sum[kRows];
  page_weights({codes.data(), sums, scales, max, sum, scores.data(), value_scales.data(), visible, kRows, 0.5f});
  for (int64_t r = 0; r < kRows; ++r) {
    double total = 0, largest = 0;
    int32_t high_sum = 0, low_sum = 0;
    std::vector<double> weight(kKvPageTokens);
    for (int64_t j = 0; j < visible[r]; ++j) {
      const double p = std::exp(0.5 * static_cast<double>(scores[static_cast<size_t>(r * kKvPageTokens + j)]) -
                                static_cast<double>(max[r]));
      EXPECT_LE(p, 1 + 1e-6);
      total += p;
      weight[static_cast<size_t>(j)] = p * value_scales[static_cast<size_t>(j)];
      largest = std::max(largest, weight[static_cast<size_t>(j)]);
    }
    EXPECT_NEAR(sum[r], total, total * 1e-6);
    for (int64_t j = 0; j < kKvPageTokens; ++j) {
      const int high = codes[static_cast<size_t>(r * kKvPageTokens + j)];
      const int low = codes[static_cast<size_t>((kRows + r) * kKvPageTokens + j)];
      EXPECT_TRUE(high >= 0 && low >= 0);
      EXPECT_NEAR(static_cast<double>(scales[r]) * (128 * high + low), weight[static_cast<size_t>(j)], largest / 32000);
      high_sum += high;
      low_sum += low;
    }
    EXPECT_EQ(sums[r], high_sum);
    EXPECT_EQ(sums[kRows + r], low_sum);
  }
}

TEST(Truth, PagesJoinAsOneSoftmax) {
  // Two pages of one key each: p1 = e^0, p2 = e^1, values 3 and 5.
  float max[] = {0}, sum[] = {1}, out[] = {3}, next_max[] = {1}, next_sum[] = {1}, next_out[] = {5};
  merge_softmax({max, sum, out, 1}, {next_max, next_sum, next_out, 1}, 1, 1);
  EXPECT_EQ(max[0], 1);
  EXPECT_NEAR(out[0] / sum[0], (3 + 5 * std::exp(1.0)) / (1 + std::exp(1.0)), 1e-6);
  const float high[] = {2}, low[] = {7}, scale[] = {0.5f};
  join_products(out, high, low, 1, scale, 1, 1);
  EXPECT_EQ(out[0], 0.5f * (2 * 128 + 7));
}

TEST(Truth, HalvesBecomeTwoLines) {
  const int8_t levels[16] = {0, 1, 2, 3, 4, 5, 6, 7, -8, -7, -6, -5, -4, -3, -2, -1};
  std::vector<uint8_t> codes(64, 0);
  codes[5] = 0xe3;
  std::vector<int8_t> out(128);
  widen_halves(out.data(), codes.data(), levels, 1);
  EXPECT_EQ(out[5], 3);
  EXPECT_EQ(out[64 + 5], -2);
  EXPECT_EQ(out[6], 0);
}

// --- the delta rule against its recurrence in double (SPEC 2.4) ---

class DeltaTruth : public ::testing::Test {
 protected:
  static constexpr int64_t kKeyDim = 40, kValueDim = 24, kTokens = 3 * kDeltaWindow + 11;

  DeltaTruth() {
    for (int64_t t = 0; t < kTokens; ++t) {
      l2_norm(&k_[at(t, kKeyDim)], &k_[at(t, kKeyDim)], kKeyDim, 1e-6f, 1);
      l2_norm(&q_[at(t, kKeyDim)], &q_[at(t, kKeyDim)], kKeyDim, 1e-6f, 1 / std::sqrt(float{kKeyDim}));
      g_[at(t, 1)] = -std::fabs(g_[at(t, 1)]);
      beta_[at(t, 1)] = sigmoid(beta_[at(t, 1)]);
    }
  }

  static size_t at(int64_t t, int64_t width) { return static_cast<size_t>(t * width); }

  // S <- e^g S;  d = beta (v - S^T k);  S <- S + k d^T;  o = S^T q
  std::vector<double> recurrence() const {
    std::vector<double> S(kKeyDim * kValueDim), out;
    for (int64_t t = 0; t < kTokens; ++t) {
      const float* k = &k_[at(t, kKeyDim)];
      for (double& s : S) s *= std::exp(static_cast<double>(g_[at(t, 1)]));
      for (int64_t c = 0; c < kValueDim; ++c) {
        double recalled = 0, answer = 0;
        for (int64_t a = 0; a < kKeyDim; ++a) recalled += S[at(a, kValueDim) + static_cast<size_t>(c)] * k[a];
        const double d = beta_[at(t, 1)] * (v_[at(t, kValueDim) + static_cast<size_t>(c)] - recalled);
        for (int64_t a = 0; a < kKeyDim; ++a) {
          double& s = S[at(a, kValueDim) + static_cast<size_t>(c)];
          s += k[a] * d;
          answer += s * q_[at(t, kKeyDim) + static_cast<size_t>(a)];
        }
        out.push_back(answer);
      }
    }
    return out;
  }

  // The same tokens through delta_rule and delta_fold, `rows` at a time.
  Floats windows(int64_t rows) const {
    Floats S(kKeyDim * kValueDim), log_d(kDeltaWindow * kValueDim), out(kTokens * kValueDim);
    std::vector<double> G(kDeltaWindow);
    for (int64_t t = 0; t < kTokens;) {
      const int64_t start = t / kDeltaWindow * kDeltaWindow;
      const int64_t end = std::min({t + rows, start + kDeltaWindow, kTokens});
      for (int64_t i = t; i < end; ++i) G[at(i - start, 1)] = (i == start ? 0 : G[at(i - start - 1, 1)]) + g_[at(i, 1)];
      DeltaRows args{S.data(), &k_[at(start, kKeyDim)], kKeyDim, log_d.data(), kValueDim, G.data(), 1, t - start,
                     end - t};
      args.q = &q_[at(t, kKeyDim)];
      args.q_stride = kKeyDim;
      args.v = &v_[at(t, kValueDim)];
      args.v_stride = kValueDim;
      args.beta = &beta_[at(t, 1)];
      args.beta_stride = 1;
      args.out = &out[at(t, kValueDim)];
      args.out_stride = kValueDim;
      args.key_dim = kKeyDim;
      args.value_dim = kValueDim;
      delta_rule(args);
      t = end;
      if (t % kDeltaWindow != 0) continue;
      delta_fold({S.data(), S.data(), &k_[at(start, kKeyDim)], kKeyDim, log_d.data(), kValueDim, G.data(), 1,
                  kDeltaWindow, kKeyDim, kValueDim});
    }
    return out;
  }

  Floats k_ = normal(kTokens * kKeyDim, 1, 1), q_ = normal(kTokens * kKeyDim, 1, 2);
  Floats v_ = normal(kTokens * kValueDim, 1, 3), g_ = normal(kTokens, 0.2f, 4), beta_ = normal(kTokens, 1, 5);
};

TEST_F(DeltaTruth, WindowsEqualTheRecurrence) {
  const std::vector<double> truth = recurrence();
  const Floats got = windows(kDeltaWindow);
  double worst = 0;
  for (size_t i = 0; i < truth.size(); ++i) worst = std::max(worst, std::fabs(got[i] - truth[i]));
  std::cout << "delta rule: " << worst << " from the recurrence in double" << std::endl;
  EXPECT_LT(worst, 1e-5);
}

TEST_F(DeltaTruth, HowTheTokensAreCutDoesNotMatter) {
  const Floats whole = windows(kDeltaWindow);
  for (const int64_t rows : {1, 2, 5, 7, 31}) EXPECT_EQ(windows(rows), whole) << rows;
}

TEST(Truth, Gates) {
  const Floats a = {-3, 0, 30}, b = {-1, 0, 2}, neg_exp_A = {-1, -0.5f, -2}, dt_bias = {0.5f, 1, 2};
  Floats g(3), beta(3);
  delta_gates(g.data(), beta.data(), a.data(), b.data(), neg_exp_A.data(), dt_bias.data(), 3);
  for (size_t h = 0; h < 3; ++h) {
    const double softplus = std::log1p(std::exp(static_cast<double>(a[h]) + dt_bias[h]));
    EXPECT_NEAR(g[h], neg_exp_A[h] * softplus, 1e-6 * std::fabs(g[h]));
    EXPECT_NEAR(beta[h], 1 / (1 + std::exp(-static_cast<double>(b[h]))), 1e-6);
  }
}

}  // namespace
}  // namespace capy::generic
