// SPDX-License-Identifier: Apache-2.0
// Where a Hugging Face directory keeps its chat template.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"

namespace capy {

constexpr int64_t kTemplateBytesMax = int64_t{16} << 20;

// chat_template.jinja wins; else tokenizer_config.json's chat_template: a string, or a list with one named "default".
// Nothing where there is neither.
Result<std::optional<std::string>> template_of_directory(const std::string& directory);

}  // namespace capy
