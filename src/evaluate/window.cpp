// SPDX-License-Identifier: Apache-2.0
#include "evaluate/window.h"

namespace capy {

std::vector<int32_t> window_of(const Engine& engine, std::span<const int32_t> tokens) {
  std::vector<int32_t> window(tokens.begin(), tokens.end());
  const Tokenizer* const tokenizer = engine.tokenizer();
  if (tokenizer != nullptr && tokenizer->add_bos() && tokenizer->bos()) window[0] = *tokenizer->bos();
  return window;
}

}  // namespace capy
