// SPDX-License-Identifier: Apache-2.0
// What may be the name of a model, how files give names, and which names a person may have meant.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace capy {

// NAME or OWNER/NAME: parts of 1 to 128 letters, digits, '.', '_', '-' and ' ' that neither begin with '.' or ' ' nor
// end with ' '.
bool is_model_name(std::string_view name);

// "a-00002-of-00003.gguf" is part 2 of "a"; "a.gguf" and "a.safetensors" are part 1, the only one, of "a".
struct SplitPart {
  std::string_view stem;
  int64_t number = 1;
};
SplitPart split_part(std::string_view file);

// Up to `count_max` of `names` that look like `wanted` (few edits, or one within the other), the likeliest first.
std::vector<std::string_view> similar_names(std::string_view wanted, std::span<const std::string_view> names,
                                            size_t count_max);

}  // namespace capy
