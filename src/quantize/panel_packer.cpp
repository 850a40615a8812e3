// SPDX-License-Identifier: Apache-2.0
#include "quantize/panel_packer.h"

#include <algorithm>
#include <vector>

#include "model/matrix_packing.h"

namespace capy {

PanelPacker::PanelPacker(MatrixFormat format, int64_t rows, int64_t columns,
                         const std::vector<InputMoments::Block>* moments)
    : format_(format), rows_(rows), columns_(columns) {
  if (moments == nullptr) return;
  for (const InputMoments::Block& block : *moments) {
    std::vector<float> whole(block.sums.size());
    for (int64_t i = 0; i < block.width; ++i) {
      for (int64_t j = 0; j < block.width; ++j) {
        whole[static_cast<size_t>(i * block.width + j)] =
            static_cast<float>(block.sums[static_cast<size_t>(std::min(i, j) * block.width + std::max(i, j))]);
      }
    }
    moments_.push_back(std::move(whole));
    if (format == MatrixFormat::kInt4Packed) feedback_.push_back(InputFeedback::of(block));
  }
  for (const InputFeedback& feedback : feedback_) views_.push_back(feedback.view());
}

void PanelPacker::pack(const float* values, int64_t count, int64_t panel, std::byte* matrix) const {
  if (views_.empty()) return pack_panel(values, format_, rows_, count, columns_, panel, matrix);
  const float* pointers[kPanelRows];
  for (int64_t i = 0; i < count; ++i) pointers[i] = values + i * columns_;
  pack_int4_panel_for_inputs(pointers, count, columns_, panel, views_.data(), matrix);
}

namespace {

// x^T M x.
double form_of(const float* x, const std::vector<float>& moments, int64_t width) {
  double sum = 0;
  for (int64_t i = 0; i < width; ++i) {
    const float* const row = moments.data() + i * width;
    float inner = 0;
    for (int64_t j = 0; j < width; ++j) inner += row[j] * x[j];
    sum += static_cast<double>(x[i]) * inner;
  }
  return sum;
}

}  // namespace

ErrorSums PanelPacker::measure(const MatrixView& matrix, const float* values, int64_t first_row, int64_t count,
                               float* scratch) const {
  ErrorSums sums;
  for (int64_t i = 0; i < count; ++i) {
    const float* const row = values + i * columns_;
    unpack_rotated_row(matrix, first_row + i, scratch);
    for (int64_t k = 0; k < columns_; ++k) {
      sums.add_value(row[k], scratch[k]);
      scratch[k] -= row[k];
    }
    for (size_t b = 0; b < moments_.size(); ++b) {
      const int64_t begin = static_cast<int64_t>(b) * kQuantBlock;
      const int64_t width = std::min(kQuantBlock, columns_ - begin);
      sums.output_error += form_of(scratch + begin, moments_[b], width);
      sums.output_value += form_of(row + begin, moments_[b], width);
    }
  }
  return sums;
}

}  // namespace capy
