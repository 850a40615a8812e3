// SPDX-License-Identifier: Apache-2.0
// How one loop is compiled for more than one instruction set, without intrinsics.
//
// Each loop is plain C++ in an always_inline function, written so that compilers vectorise it. ForIsas takes it twice:
// as it is for the baseline, and inside a function with the avx2 attribute, into which it is inlined and vectorised
// anew. Both do the same operations on each value in the same order (nothing is fused: -ffp-contract=off), so the
// results are the same bytes. Only that wrapper holds AVX2 code, so the linker cannot bring it into anything else.
#pragma once

#include "base/cpu.h"

#if defined(__x86_64__)
#define CAPY_TARGET_AVX2 [[gnu::target("avx2")]]
#else
#define CAPY_TARGET_AVX2
#endif
#define CAPY_LOOP [[gnu::always_inline]] inline

namespace capy {

template <auto kLoop>
struct ForIsas;

template <class... Args, void (*kLoop)(Args...)>
struct ForIsas<kLoop> {
  static void baseline(Args... args) { kLoop(args...); }
  CAPY_TARGET_AVX2 static void avx2(Args... args) { kLoop(args...); }
  static auto best() { return cpu_features().avx2 ? &avx2 : &baseline; }
};

}  // namespace capy
