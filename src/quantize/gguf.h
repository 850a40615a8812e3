// SPDX-License-Identifier: Apache-2.0
// A model as one GGUF file for other programs, as llama.cpp's own converter lays it out (SPEC 10): names, order of
// value heads and of Llama's rotated rows, 1 + w for norms, -exp(A_log).
#pragma once

#include <optional>
#include <string_view>

#include "formats/checkpoint.h"
#include "quantize/quantize.h"

namespace capy {

// Types: f32, bf16, and int8 as Q8_0 (bf16 where a row is no multiple of 32 values); vectors are f32. `checkpoint` is
// what `source` reads: a GGUF's metadata are kept, a directory's come from its configuration and tokenizer, and
// `chat_template`. kUnsupported where GGUF cannot hold the model.
Result<QuantizeReport> write_gguf(const Checkpoint& checkpoint, const WeightSource& source,
                                  std::optional<std::string_view> chat_template, std::string_view path,
                                  const QuantizeOptions& options, ThreadPool& pool);

}  // namespace capy
