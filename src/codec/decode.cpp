// SPDX-License-Identifier: Apache-2.0
#include "base/check.h"
#include "base/cpu.h"
#include "codec/decoders.h"
#include "codec/encode.h"

namespace capy {

Decoders find_decoders(DType type) {
  if (const Decoders plain = plain_decoders(type); plain.baseline != nullptr) return plain;
  if (const Decoders small = block32_decoders(type); small.baseline != nullptr) return small;
  return block256_decoders(type);
}

bool can_decode(DType type) { return find_decoders(type).baseline != nullptr; }

void decode(DType type, std::span<const std::byte> bytes, int64_t count, float* out) {
  const Decoders decoders = find_decoders(type);
  CHECK(decoders.baseline != nullptr);
  CHECK(static_cast<int64_t>(bytes.size()) >= dtype_bytes(type, count));
  const Decoder decoder = cpu_features().avx2 ? decoders.avx2 : decoders.baseline;
  decoder(reinterpret_cast<const uint8_t*>(bytes.data()), count / dtype_info(type).block, out);
}

}  // namespace capy
