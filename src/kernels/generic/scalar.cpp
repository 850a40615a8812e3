// SPDX-License-Identifier: Apache-2.0
// softplus, sin and cos in double. They run a few dozen times per token, so plain series are fast enough, and their
// error (below 2^-48) leaves nothing but the last rounding to float.
#include "kernels/generic/scalar.h"

namespace capy::generic {
namespace {

constexpr double kRoundToInteger64 = 0x1.8p+52;  // as kRoundToInteger, for |x| < 2^51

double round_to_integer(double x) { return (x + kRoundToInteger64) - kRoundToInteger64; }

// 2^n for -1022 <= n <= 1023.
double power_of_two_64(int64_t n) { return std::bit_cast<double>((n + 1023) << 52); }

// e^x for -700 < x < 700: Taylor to r^13 on |r| <= 0.347.
double exp_64(double x) {
  constexpr double kLn2High = 0x1.62e42fefa39efp-1;
  constexpr double kLn2Low = 0x1.abc9e3b39803fp-56;
  const double n = round_to_integer(x * 0x1.71547652b82fep+0);
  const double r = std::fma(-n, kLn2Low, std::fma(-n, kLn2High, x));
  double sum = 1;
  for (int k = 13; k >= 1; --k) sum = std::fma(sum, r / k, 1.0);
  return sum * power_of_two_64(static_cast<int64_t>(n));
}

// ln(u) for normal u > 0: u = 2^n m with m in [sqrt(1/2), sqrt(2)); ln m = 2 (s + s^3/3 + s^5/5 + ...), s =
// (m-1)/(m+1).
double log_64(double u) {
  const auto bits = std::bit_cast<int64_t>(u);
  constexpr int64_t kSqrtHalfBits = 0x3fe6a09e667f3bcd;
  const int64_t n = (bits - kSqrtHalfBits) >> 52;
  const auto m = std::bit_cast<double>(bits - n * (int64_t{1} << 52));
  const double s = (m - 1) / (m + 1);
  double sum = 0;
  for (int k = 21; k >= 1; k -= 2) sum = std::fma(sum, s * s, 1.0 / k);
  return std::fma(static_cast<double>(n), 0x1.62e42fefa39efp-1, 2 * s * sum);
}

// ln(1 + y) for y > 0: what 1 + y rounded away comes back as the derivative times the loss.
double log1p_64(double y) {
  const double u = 1 + y;
  return log_64(u) + (y - (u - 1)) / u;
}

}  // namespace

float softplus(float x) {
  if (!(x <= 20)) return x;  // NaN too
  if (x < -110) return 0;    // below half the smallest float
  return static_cast<float>(log1p_64(exp_64(x)));
}

SinCos sin_cos(float angle) {
  const double x = angle;
  if (!(std::fabs(x) <= 0x1p30)) {
    return {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::quiet_NaN()};
  }
  // Cody and Waite: pi/2 in two doubles; the fma forms n * high exactly, so r keeps 2^-53 of its own size until
  // |x - n pi/2| is smaller than any float can make it.
  constexpr double kHalfPiHigh = 0x1.921fb54442d18p+0;
  constexpr double kHalfPiLow = 0x1.1a62633145c07p-54;
  const double n = round_to_integer(x * 0x1.45f306dc9c883p-1);
  const double r = std::fma(-n, kHalfPiLow, std::fma(-n, kHalfPiHigh, x));
  double sine = 1;
  double cosine = 1;
  for (int k = 16; k >= 2; k -= 2) {
    sine = std::fma(sine, -(r * r) / (k * (k + 1)), 1.0);
    cosine = std::fma(cosine, -(r * r) / (k * (k - 1)), 1.0);
  }
  sine *= r;
  switch (static_cast<int64_t>(n) & 3) {
    case 0: return {static_cast<float>(sine), static_cast<float>(cosine)};
    case 1: return {static_cast<float>(cosine), static_cast<float>(-sine)};
    case 2: return {static_cast<float>(-sine), static_cast<float>(-cosine)};
    default: return {static_cast<float>(-cosine), static_cast<float>(sine)};
  }
}

}  // namespace capy::generic
