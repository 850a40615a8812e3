// SPDX-License-Identifier: Apache-2.0
// exp and log in double from additions, multiplications and one division only, so that every machine and every C
// library gives the same bits. No fma: where the hardware has none it would be a slow call. Good to 2 ulp; the draw
// needs far less.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

namespace capy {

namespace exp_log_detail {
// ln 2 in two parts; the upper has 32 bits, so that its product with an exponent is exact.
constexpr double kLn2High = 0x1.62e42feep-1;
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
}  // namespace exp_log_detail

// e^x for -708 <= x <= 709, without a branch, so that a loop of it becomes vector code.
inline double exp_in_range(double x) {
  // x = n ln 2 + r with |r| <= ln 2 / 2: adding 1.5 * 2^52 leaves the rounded integer in the low bits of the double.
  constexpr double kShift = 0x1.8p52;
  const double shifted = x * 0x1.71547652b82fep0 + kShift;  // log2 e
  const double n = shifted - kShift;
  const double r = (x - n * exp_log_detail::kLn2High) - n * exp_log_detail::kLn2Low;
  double sum = 1.0 / 6227020800.0;  // Taylor to r^13 / 13!: the rest is below 2^-57
  sum = sum * r + 1.0 / 479001600.0;
  sum = sum * r + 1.0 / 39916800.0;
  sum = sum * r + 1.0 / 3628800.0;
  sum = sum * r + 1.0 / 362880.0;
  sum = sum * r + 1.0 / 40320.0;
  sum = sum * r + 1.0 / 5040.0;
  sum = sum * r + 1.0 / 720.0;
  sum = sum * r + 1.0 / 120.0;
  sum = sum * r + 1.0 / 24.0;
  sum = sum * r + 1.0 / 6.0;
  sum = sum * r + 0.5;
  sum = sum * r + 1.0;
  sum = sum * r + 1.0;
  const uint64_t exponent = (std::bit_cast<uint64_t>(shifted) << 52) + (uint64_t{1023} << 52);
  return sum * std::bit_cast<double>(exponent);
}

// e^x. 0 below -708 (no subnormal results), infinity above 709; NaN stays NaN.
inline double exp_f64(double x) {
  if (!(x >= -708.0)) return x < 0 ? 0.0 : x;
  if (x > 709.0) return std::numeric_limits<double>::infinity();
  return exp_in_range(x);
}

// ln x for a finite normal x > 0; anything else is a NaN.
inline double log_f64(double x) {
  if (!(x >= std::numeric_limits<double>::min() && x <= std::numeric_limits<double>::max())) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  // x = m 2^e with sqrt(1/2) <= m < sqrt 2; ln m = 2 artanh s, s = (m - 1) / (m + 1), |s| < 0.172.
  constexpr uint64_t kSqrtHalf = 0x3FE6A09E667F3BCD;
  const uint64_t bits = std::bit_cast<uint64_t>(x) - kSqrtHalf;
  const double e = static_cast<double>(static_cast<int64_t>(bits) >> 52);
  const double m = std::bit_cast<double>((bits & ((uint64_t{1} << 52) - 1)) + kSqrtHalf);
  const double s = (m - 1.0) / (m + 1.0);
  const double s2 = s * s;
  double sum = 1.0 / 23.0;
  for (int k = 21; k >= 3; k -= 2) sum = sum * s2 + 1.0 / k;
  const double log_m = 2.0 * s + 2.0 * s * s2 * sum;
  return e * exp_log_detail::kLn2High + (log_m + e * exp_log_detail::kLn2Low);
}

}  // namespace capy
