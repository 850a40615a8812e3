// SPDX-License-Identifier: Apache-2.0
// One safetensors file (docs/FORMATS.md):
//   header_bytes: u64 little endian
//   header: JSON { "name": { "dtype": "BF16", "shape": [2, 3], "data_offsets": [begin, end] }, ..., "__metadata__":
//   {...} } data: offsets count from here
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "formats/checkpoint.h"

namespace capy {

struct SafetensorsFile {
  std::vector<Tensor> tensors;  // views into the bytes that were parsed, in the header's order
  int64_t header_bytes = 0;     // up to the tensor data
};

// `name` is what messages call the bytes. They must outlive the result. Any bytes at all are safe to pass.
// Scalars get the shape [1]. Tensors without elements are left out: there is nothing to read in them.
Result<SafetensorsFile> parse_safetensors(std::span<const std::byte> bytes, std::string_view name,
                                          const CheckpointLimits& limits);

}  // namespace capy
