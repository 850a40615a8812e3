// SPDX-License-Identifier: Apache-2.0
// A sample with memory of its own, from tokens and a byte of marks for each, as streams of training data give them:
// where documents begin, and which tokens count where they are predicted.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "train/text_model.h"

namespace capy::train {

struct MarkBits {
  uint8_t loss = 1;   // the token counts
  uint8_t start = 2;  // a document begins with it
};

class PackedSample {
 public:
  // The first `rows` tokens are read, those behind them only predicted. The first token begins a document whether it is
  // marked or not: what was before it is not here. Memory of an old sample is used again.
  void set(std::span<const int32_t> tokens, std::span<const uint8_t> marks, int64_t rows, MarkBits bits = {});

  // Valid until the next set().
  Sample sample() const { return {tokens_, documents_, weights_, rows_}; }

 private:
  std::vector<int32_t> tokens_;
  std::vector<Document> documents_;
  std::vector<float> weights_;
  int64_t rows_ = 0;
};

}  // namespace capy::train
