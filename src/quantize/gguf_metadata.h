// SPDX-License-Identifier: Apache-2.0
// Metadata of a GGUF file that is to be written. Inside the quantize room.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "formats/checkpoint.h"
#include "formats/writer.h"
#include "model/config.h"
#include "quantize/quantize.h"

namespace capy {

// `config` in Hugging Face's convention. The tokenizer is read from the checkpoint's directory where there is one.
Result<GgufMetadataWriter> gguf_metadata(const Checkpoint& checkpoint, const ModelConfig& config,
                                         std::optional<std::string_view> chat_template, WeightType type);

}  // namespace capy
