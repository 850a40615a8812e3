// SPDX-License-Identifier: Apache-2.0
// From the number formats of files to floats and back, exactly as their owners define them (GGUF block types:
// docs/FORMATS.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.h"
#include "tensor/dtype.h"

namespace capy {

// True for the types that decode() knows: F32 F16 BF16 F8_E4M3 and the GGUF block types (F64 too).
bool can_decode(DType type);

// `count` values (a multiple of the type's block) from `bytes` to f32. Exact for every type: f32 holds what the owner's
// formula gives when it is evaluated in f32 in the owner's order. CHECKs can_decode and the sizes.
// Fast enough to convert at start: > 1 GB/s of output a core for the common types (Q4_0, Q4_1, Q8_0, Q4_K, Q6_K).
void decode(DType type, std::span<const std::byte> bytes, int64_t count, float* out);

// The other direction, round to nearest: kF32, kF16, kBF16, kQ8_0, kQ4_0, kQ4_1. For writers.
bool can_encode(DType type);
void encode(DType type, const float* values, int64_t count, std::span<std::byte> out);

}  // namespace capy
