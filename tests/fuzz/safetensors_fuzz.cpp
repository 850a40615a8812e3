// SPDX-License-Identifier: Apache-2.0
// Any bytes as a safetensors file: an error or tensors that can be read to the last byte.
//   clang++ -std=c++20 -fsanitize=fuzzer,address,undefined ...; ./safetensors_fuzz -max_len=4096
//   tests/fuzz/corpus/safetensors
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "codec/encode.h"
#include "formats/safetensors.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void read_tensor(const capy::Tensor& tensor) {
  require(tensor.count() > 0 && static_cast<int64_t>(tensor.bytes.size()) == dtype_bytes(tensor.type, tensor.count()));
  if (!capy::can_decode(tensor.type) || tensor.count() > 65'536) return;
  std::vector<float> values(static_cast<size_t>(tensor.count()));
  capy::decode(tensor.type, tensor.bytes, tensor.count(), values.data());
}

void parse(std::span<const std::byte> bytes) {
  const auto parsed = capy::parse_safetensors(bytes, "fuzz", {});
  if (!parsed.ok()) return require(!parsed.error().message.empty());
  for (const capy::Tensor& tensor : parsed.value().tensors) read_tensor(tensor);
}

}  // namespace

// The input as it is, and again with a right header length in front: that field alone would stop most mutations.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data), size);
  parse(bytes);
  if (size < 9) return 0;
  std::vector<std::byte> repaired(bytes.begin(), bytes.end());
  const size_t length = size - 8 > 64 ? size - 8 - 64 : size - 8;  // leaves some data behind the header
  for (size_t i = 0; i < 8; ++i) repaired[i] = static_cast<std::byte>(length >> (8 * i));
  parse(repaired);
  return 0;
}
