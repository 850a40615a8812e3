// SPDX-License-Identifier: Apache-2.0
#include "apps/reencoding.h"

#include <algorithm>

#include "apps/model_summary.h"
#include "codec/encode.h"
#include "kernels/kernels.h"
#include "model/matrix.h"
#include "model/matrix_packing.h"
#include "quantize/panel_packer.h"

namespace capy {
namespace {

struct Measured {
  ErrorSums int8;
  ErrorSums int4;
  void add(const Measured& other) {
    int8.add(other.int8);
    int4.add(other.int4);
  }
};

// One panel of 16 rows there and back.
class PanelTrip {
 public:
  PanelTrip(int64_t columns, const KernelTable& kernels)
      : columns_(columns),
        kernels_(kernels),
        values_(static_cast<size_t>(kPanelRows * columns)),
        scratch_(static_cast<size_t>(columns)),
        packed_(allocate_aligned(matrix_bytes(MatrixFormat::kInt8Packed, kPanelRows, columns))) {}

  Measured measure(const Tensor& tensor, int64_t first_row, int64_t rows) {
    const int64_t row_bytes = dtype_bytes(tensor.type, columns_);
    decode(tensor.type,
           tensor.bytes.subspan(static_cast<size_t>(first_row * row_bytes), static_cast<size_t>(rows * row_bytes)),
           rows * columns_, values_.data());
    // The error of rotated rows is as long as the error of the rows.
    for (int64_t row = 0; row < rows; ++row) {
      float* const values = values_.data() + row * columns_;
      kernels_.hadamard(values, values, columns_);
    }
    return {loss(MatrixFormat::kInt8Packed, rows), loss(MatrixFormat::kInt4Packed, rows)};
  }

 private:
  ErrorSums loss(MatrixFormat format, int64_t rows) {
    const PanelPacker packer(format, rows, columns_, nullptr);
    packer.pack(values_.data(), rows, 0, packed_.get());
    return packer.measure(view_of(format, rows, columns_, packed_.get()), values_.data(), 0, rows, scratch_.data());
  }

  int64_t columns_;
  const KernelTable& kernels_;
  std::vector<float> values_;   // [16, columns]
  std::vector<float> scratch_;  // a row
  AlignedBytes packed_;         // of either format: int8 is the larger
};

void keep_worst(ReencodingLoss& loss, const ErrorSums& squares, const std::string& name) {
  if (squares.relative() < loss.worst_relative_rms) return;
  loss.worst_relative_rms = squares.relative();
  loss.worst_name = name;
}

bool is_reencoded(const Tensor& tensor, const ModelConfig& config) {
  const ModelPart part = part_of(tensor, config);
  return tensor.shape.size() == 2 && can_decode(tensor.type) && tensor.type != DType::kF8E4M3 &&
         part != ModelPart::kVision && part != ModelPart::kScales &&
         tensor.shape[1] % dtype_info(tensor.type).block == 0;
}

}  // namespace

Result<std::vector<ReencodingError>> reencoding_errors(const Checkpoint& checkpoint, const ModelConfig& config,
                                                       const std::function<bool(double fraction)>& on_progress) {
  const KernelTable* const kernels = TRY(choose_kernels());
  std::vector<ReencodingError> errors;
  std::vector<Measured> sums;
  int64_t bytes_done = 0;
  for (const Tensor& tensor : checkpoint.tensors()) {
    bytes_done += static_cast<int64_t>(tensor.bytes.size());
    if (!is_reencoded(tensor, config)) continue;
    PanelTrip trip(tensor.shape[1], *kernels);
    Measured measured;
    for (int64_t row = 0; row < tensor.shape[0]; row += kPanelRows)
      measured.add(trip.measure(tensor, row, std::min(kPanelRows, tensor.shape[0] - row)));
    checkpoint.release_pages(tensor);
    size_t at = 0;
    while (at < errors.size() && errors[at].type != tensor.type) ++at;
    if (at == errors.size()) {
      errors.push_back({.type = tensor.type});
      sums.push_back({});
    }
    sums[at].add(measured);
    errors[at].matrices += 1;
    keep_worst(errors[at].int8, measured.int8, tensor.name);
    keep_worst(errors[at].int4, measured.int4, tensor.name);
    if (!on_progress(static_cast<double>(bytes_done) / static_cast<double>(checkpoint.file_bytes()))) {
      return Error{ErrorCode::kCancelled, "interrupted"};
    }
  }
  for (size_t i = 0; i < errors.size(); ++i) {
    errors[i].int8.relative_rms = sums[i].int8.relative();
    errors[i].int4.relative_rms = sums[i].int4.relative();
  }
  return errors;
}

}  // namespace capy
