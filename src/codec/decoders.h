// SPDX-License-Identifier: Apache-2.0
// The decoders behind decode().
#pragma once

#include <cstdint>

#include "codec/isa.h"
#include "tensor/dtype.h"

namespace capy {

// Decodes `blocks` blocks (of a plain type: values) from `bytes`, at any address, to `out`.
using Decoder = void (*)(const uint8_t* bytes, int64_t blocks, float* out);

struct Decoders {
  Decoder baseline = nullptr;  // both nullptr: no such type here
  Decoder avx2 = nullptr;      // same bytes, sooner; needs cpu_features().avx2
};

template <Decoder kLoop>
Decoders decoders_of() {
  return {ForIsas<kLoop>::baseline, ForIsas<kLoop>::avx2};
}

// The sixteen levels of the IQ4 types, public facts of the format: closer together near zero, where weights are dense.
constexpr float kIq4Levels[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

Decoders plain_decoders(DType type);     // F32 F16 BF16 F64 F8_E4M3
Decoders block32_decoders(DType type);   // Q4_0 Q4_1 Q5_0 Q5_1 Q8_0 IQ4_NL
Decoders block256_decoders(DType type);  // Q2_K Q3_K Q4_K Q5_K Q6_K IQ4_XS
Decoders find_decoders(DType type);      // any of the above

}  // namespace capy
