// SPDX-License-Identifier: Apache-2.0
// Packs panels of a matrix, with or without knowledge of its inputs, and measures what was lost.
#pragma once

#include <cstdint>
#include <vector>

#include "codec/pack.h"
#include "quantize/error_sums.h"
#include "quantize/input_feedback.h"
#include "quantize/input_moments.h"
#include "tensor/matrix.h"

namespace capy {

class PanelPacker {
 public:
  // `moments` of the matrix's inputs, or nullptr.
  PanelPacker(MatrixFormat format, int64_t rows, int64_t columns, const std::vector<InputMoments::Block>* moments);

  // `values`: `count` rotated rows. Any thread.
  void pack(const float* values, int64_t count, int64_t panel, std::byte* matrix) const;

  // How far rows first_row .. of the packed `matrix` are from `values`; `scratch` holds a row.
  ErrorSums measure(const MatrixView& matrix, const float* values, int64_t first_row, int64_t count,
                    float* scratch) const;

 private:
  MatrixFormat format_;
  int64_t rows_;
  int64_t columns_;
  std::vector<InputFeedback> feedback_;      // of each block; empty without moments
  std::vector<BlockFeedback> views_;         // of these
  std::vector<std::vector<float>> moments_;  // likewise, [width][width]
};

}  // namespace capy
