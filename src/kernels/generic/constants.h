// SPDX-License-Identifier: Apache-2.0
// The numbers of the shared arithmetic. Only constants: the ISA files include this header, and it must give the linker
// nothing to merge (constexpr variables are private to each file).
#pragma once

#include <cstdint>

namespace capy {

constexpr int64_t kLanes = 16;      // virtual lanes of a canonical sum
constexpr int64_t kBf16Group = 32;  // K per even and odd chain of a bf16 product: one AMX tile row

// exp(x) = 2^n e^r with n = round(x log2(e)), r = x - n ln 2 in [-0.347, 0.347].
constexpr float kExpMax = 0x1.62e42ep+6f;   // 88.722832: above it the result is infinite
constexpr float kExpMin = -0x1.5d589ep+6f;  // -87.336540: below it the result is zero; no result is subnormal
constexpr float kLog2E = 0x1.715476p+0f;
// Adding and taking away 1.5 * 2^23 rounds to the nearest integer, ties to even, for |x| < 2^22.
constexpr float kRoundToInteger = 0x1.8p+23f;
// ln 2 in two parts. fma(-n, kLn2High, x) is exact: the result is a multiple of 2^-24 below 1/2.
constexpr float kLn2High = 0x1.62e430p-1f;
constexpr float kLn2Low = -0x1.05c610p-29f;
// e^r = 1 + r + r^2 (c2 + c3 r + c4 r^2 + c5 r^3 + c6 r^4): minimax, relative error 0.06 of 2^-24 before rounding.
constexpr float kExpC2 = 0x1.fffffcp-2f;
constexpr float kExpC3 = 0x1.555490p-3f;
constexpr float kExpC4 = 0x1.5558fcp-5f;
constexpr float kExpC5 = 0x1.123b9ap-7f;
constexpr float kExpC6 = 0x1.6a215ap-10f;

// quantize_int8 takes a block whose largest magnitude is below this as zero: 127 / m must not overflow.
constexpr float kQuantTiny = 0x1p-100f;

constexpr float kSmallestNormal = 0x1p-126f;

}  // namespace capy
