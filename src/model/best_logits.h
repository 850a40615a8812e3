// SPDX-License-Identifier: Apache-2.0
// Which logits of a row decide what comes of it. Part of model.h.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace capy {

struct BestLogits {
  static constexpr int64_t kCountMax = 256;  // for more, ask for all
  int64_t count = 0;                         // the largest of them; 0: all logits are wanted
  int64_t usable = 0;                        // among the first so many outputs
  // Tokens (any number of times) whose logits will be lowered before the largest are taken: as many others are found.
  std::array<std::span<const int32_t>, 2> lowered = {};
};

}  // namespace capy
