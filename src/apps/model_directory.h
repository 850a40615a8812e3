// SPDX-License-Identifier: Apache-2.0
// A model's directory as it is made: config.json, tokenizer and template beside the weights.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "formats/checkpoint.h"
#include "model/config.h"

namespace capy {

// Makes OUT. kInvalid where it holds a model already or is a file: a model takes hours to make and a second to lose.
// kLimit where the disk has not `bytes` free.
Status prepare_model_directory(const std::string& out, int64_t bytes);

// Removes OUT where nothing was written into it.
void abandon_model_directory(const std::string& out);

// config.json: that of a directory as it is, less `quantization_config`; that of a GGUF file as `config` says it
// (WeightSource::config()). `quantization`, where not "", becomes the member "capy_quantization". kUnsupported for what
// config.json cannot say.
Status write_config(const Checkpoint& from, const ModelConfig& config, const std::string& quantization,
                    const std::string& out);

// The tokenizer and the chat template: copies of a directory's files, or written from a GGUF's metadata. Nothing where
// the model has none; where its tokenizer has no such form, a warning.
Status write_text_files(const Checkpoint& from, const std::string& out);

// Those files of a directory, be it a model's or a data set's, as they are.
Status copy_text_files(const std::string& from, const std::string& out);

}  // namespace capy
