// SPDX-License-Identifier: Apache-2.0
#include "quantize/input_moments.h"

#include <algorithm>

#include "base/check.h"

namespace capy {
namespace {

void add_row(const float* x, InputMoments::Block& block) {
  for (int64_t i = 0; i < block.width; ++i) {
    double* const sums = block.sums.data() + i * block.width;
    const double factor = x[i];
    for (int64_t j = i; j < block.width; ++j) sums[j] += factor * x[j];
  }
}

}  // namespace

void InputMoments::add(const std::string& matrix, const float* rotated, int64_t rows, int64_t columns) {
  std::vector<Block>& blocks = blocks_[matrix];
  if (blocks.empty()) {
    for (int64_t begin = 0; begin < columns; begin += kQuantBlock) {
      const int64_t width = std::min(kQuantBlock, columns - begin);
      blocks.push_back({width, std::vector<double>(static_cast<size_t>(width * width))});
    }
  }
  CHECK(static_cast<int64_t>(blocks.size()) == quant_blocks(columns));
  pool_->for_ranges(static_cast<int64_t>(blocks.size()), 1, [&](int64_t begin, int64_t end, int) {
    for (int64_t b = begin; b < end; ++b) {
      Block& block = blocks[static_cast<size_t>(b)];
      for (int64_t row = 0; row < rows; ++row) add_row(rotated + row * columns + b * kQuantBlock, block);
    }
  });
}

void InputMoments::share(const std::string& matrix, const std::string& other) { shared_[matrix] = other; }

const std::vector<InputMoments::Block>* InputMoments::find(const std::string& matrix) const {
  const auto shared = shared_.find(matrix);
  const auto found = blocks_.find(shared == shared_.end() ? matrix : shared->second);
  return found == blocks_.end() ? nullptr : &found->second;
}

}  // namespace capy
