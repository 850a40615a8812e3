// SPDX-License-Identifier: Apache-2.0
// A window of a text as a model reads it. Inside the evaluate room.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/engine.h"

namespace capy {

// The tokens of a window, the first replaced by BOS where the model wants one.
std::vector<int32_t> window_of(const Engine& engine, std::span<const int32_t> tokens);

}  // namespace capy
