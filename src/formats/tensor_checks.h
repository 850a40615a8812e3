// SPDX-License-Identifier: Apache-2.0
// What both container formats must hold before a tensor is handed out, and how untrusted names are shown in messages.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "formats/checkpoint.h"

namespace capy {

// Product of the extents; nothing when one is not positive or the product reaches 2^48 (more than any file holds).
std::optional<int64_t> checked_count(std::span<const int64_t> shape);

// Bytes of a tensor of this type and shape; nothing when the innermost extent is not a multiple of the type's block.
std::optional<int64_t> checked_bytes(DType type, std::span<const int64_t> shape, int64_t count);

// An error when two tensors of `file` share bytes or a name. Such files are never written by accident.
Status check_disjoint(std::span<const Tensor> tensors, std::string_view file);

// A name from a file, quoted for a message: control bytes escaped, invalid UTF-8 replaced, long ones cut.
std::string shown(std::string_view name);
std::string shown(std::span<const int64_t> shape);  // "[2, 3]"

// A guess at what a file is that is neither GGUF nor safetensors ("a Git LFS pointer: ..."); "" where there is none.
std::string_view describe_foreign_file(std::span<const std::byte> bytes);

}  // namespace capy
