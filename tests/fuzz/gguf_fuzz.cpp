// SPDX-License-Identifier: Apache-2.0
// Any bytes as a GGUF file: an error or tensors and metadata that can be read to the last byte.
//   clang++ -std=c++20 -fsanitize=fuzzer,address,undefined ...; ./gguf_fuzz -max_len=4096 tests/fuzz/corpus/gguf
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "codec/encode.h"
#include "formats/gguf.h"

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

void read_metadata(const capy::GgufMetadata& metadata) {
  for (const std::string_view key : metadata.keys()) {
    (void)metadata.as_int(key);
    (void)metadata.as_double(key);
    (void)metadata.as_bool(key);
    (void)metadata.as_string(key);
    (void)metadata.string_array(key);
    (void)metadata.int_array(key);
    (void)metadata.float_array(key);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto parsed = capy::parse_gguf({reinterpret_cast<const std::byte*>(data), size}, "fuzz", {});
  if (!parsed.ok()) {
    require(!parsed.error().message.empty());
    return 0;
  }
  for (const capy::Tensor& tensor : parsed.value().tensors) read_tensor(tensor);
  read_metadata(parsed.value().metadata);
  return 0;
}
