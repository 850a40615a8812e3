// SPDX-License-Identifier: Apache-2.0
// One GGUF file, little endian, version 2 or 3 (docs/FORMATS.md):
//   magic "GGUF"   version: u32   tensor_count: u64   entry_count: u64
//   entry_count x { key: string, type: u32, value }          string = length: u64, bytes; array = type: u32, count: u64
//   tensor_count x { name: string, rank: u32, extents: u64[rank] innermost first, type: u32, offset: u64 }
//   padding to `general.alignment` (32 when absent), then the data: offsets count from here and are aligned too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "formats/checkpoint.h"

namespace capy {

enum class GgufType : uint32_t {
  kU8,
  kI8,
  kU16,
  kI16,
  kU32,
  kI32,
  kF32,
  kBool,
  kString,
  kArray,
  kU64,
  kI64,
  kF64,
};

struct GgufValue {
  std::string_view key;
  GgufType type = GgufType::kU8;  // kArray: of `count` elements of type `element`
  GgufType element = GgufType::kU8;
  int64_t count = 1;
  std::span<const std::byte> bytes;  // as in the file; of a string the characters without their length
};

struct GgufMetadata::Entries {
  std::vector<GgufValue> values;  // in the file's order
  std::unordered_map<std::string_view, size_t> by_key;
};

struct GgufFile {
  GgufMetadata metadata;
  std::vector<Tensor> tensors;  // views into the bytes that were parsed
  int64_t header_bytes = 0;     // up to the tensor data
};

// `name` is what messages call the bytes. They must outlive the result. Any bytes at all are safe to pass.
Result<GgufFile> parse_gguf(std::span<const std::byte> bytes, std::string_view name, const CheckpointLimits& limits);

}  // namespace capy
