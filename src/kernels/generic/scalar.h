// SPDX-License-Identifier: Apache-2.0
// One number at a time: exp, sigmoid, silu, softplus, sin and cos. The same operations in the same order on every ISA,
// so the vector versions repeat exp, sigmoid and silu step by step. Nothing of libm but fma and sqrt, which are exact.
// Errors over all floats (generic/truth_test.cpp measures them): exp 1.0 ulp, softplus, sin and cos 0.51 ulp.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "kernels/generic/constants.h"

namespace capy::generic {

// 2^n for -126 <= n <= 127.
inline float power_of_two(int32_t n) { return std::bit_cast<float>((n + 127) << 23); }

// e^x. NaN stays NaN; never subnormal: below kExpMin it is +0.
inline float exp(float x) {
  if (std::isnan(x)) return x;
  if (x > kExpMax) return std::numeric_limits<float>::infinity();
  if (x < kExpMin) return 0;
  const float n = std::fma(x, kLog2E, kRoundToInteger) - kRoundToInteger;
  float r = std::fma(-n, kLn2High, x);
  r = std::fma(-n, kLn2Low, r);
  float q = std::fma(kExpC6, r, kExpC5);
  q = std::fma(q, r, kExpC4);
  q = std::fma(q, r, kExpC3);
  q = std::fma(q, r, kExpC2);
  q = std::fma(q, r, 1.0f);
  q = std::fma(q, r, 1.0f);
  const auto exponent = static_cast<int32_t>(n);
  const int32_t half = exponent >> 1;  // n = 128 occurs, and 2^128 is no float: scale in two exact steps
  return q * power_of_two(half) * power_of_two(exponent - half);
}

inline float sigmoid(float x) { return 1.0f / (1.0f + exp(-x)); }

inline float silu(float x) { return x / (1.0f + exp(-x)); }

// log(1 + e^x); x above 20, as the reference does it. Evaluated in double, rounded once.
float softplus(float x);

struct SinCos {
  float sin = 0;
  float cos = 0;
};

// Evaluated in double, rounded once. |angle| <= 2^30; NaN beyond.
SinCos sin_cos(float angle);

}  // namespace capy::generic
