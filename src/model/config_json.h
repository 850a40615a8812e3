// SPDX-License-Identifier: Apache-2.0
// A configuration as Hugging Face's config.json: what read_hugging_face_config() reads back as the same.
#pragma once

#include <string>

#include "model/config.h"

namespace capy {

// Whole in every field that the engine computes with. Qwen3.5 is written in its flat text form. CHECKs that the
// configuration is in Hugging Face's convention (WeightSource::config()).
std::string hugging_face_config(const ModelConfig& config);

}  // namespace capy
