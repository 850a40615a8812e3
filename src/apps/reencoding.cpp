// SPDX-License-Identifier: Apache-2.0
#include "apps/reencoding.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "apps/model_summary.h"
#include "codec/encode.h"
#include "codec/pack.h"
#include "kernels/kernels.h"
#include "model/model.h"

namespace capy {
namespace {

struct Squares {
  double error = 0;
  double value = 0;
  double relative() const { return value > 0 ? std::sqrt(error / value) : 0; }
  void add(const Squares& other) {
    error += other.error;
    value += other.value;
  }
};

struct Measured {
  Squares int8;
  Squares int4;
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
        back_(static_cast<size_t>(columns)),
        int8_(allocate_aligned(packed_int8_code_bytes(kPanelRows, columns))),
        int8_scales_(static_cast<size_t>(packed_int8_scales(kPanelRows, columns))),
        int4_(allocate_aligned(packed_int4_bytes(kPanelRows, columns))) {}

  Measured measure(const Tensor& tensor, int64_t first_row, int64_t rows) {
    const int64_t row_bytes = dtype_bytes(tensor.type, columns_);
    decode(tensor.type,
           tensor.bytes.subspan(static_cast<size_t>(first_row * row_bytes), static_cast<size_t>(rows * row_bytes)),
           rows * columns_, values_.data());
    std::array<const float*, kPanelRows> pointers = {};
    // The error of rotated rows is as long as the error of the rows.
    for (int64_t row = 0; row < rows; ++row) {
      float* const values = values_.data() + row * columns_;
      kernels_.hadamard(values, values, columns_);
      pointers[static_cast<size_t>(row)] = values;
    }
    auto* const codes = reinterpret_cast<int8_t*>(int8_.get());
    pack_int8_panel(pointers.data(), rows, columns_, 0, codes, int8_scales_.data());
    pack_int4_panel(pointers.data(), rows, columns_, 0, int4_.get());
    return {difference({MatrixFormat::kInt8Packed, rows, columns_, 0, codes, int8_scales_.data()}, unpack_int8_row),
            difference({MatrixFormat::kInt4Packed, rows, columns_, 0, int4_.get(), nullptr}, unpack_int4_row)};
  }

 private:
  Squares difference(const MatrixView& packed, void (*unpack_row)(const MatrixView&, int64_t, float*)) {
    Squares squares;
    for (int64_t row = 0; row < packed.rows; ++row) {
      unpack_row(packed, row, back_.data());
      for (int64_t i = 0; i < columns_; ++i) {
        const double value = values_[static_cast<size_t>(row * columns_ + i)];
        const double error = static_cast<double>(back_[static_cast<size_t>(i)]) - value;
        squares.error += error * error;
        squares.value += value * value;
      }
    }
    return squares;
  }

  int64_t columns_;
  const KernelTable& kernels_;
  std::vector<float> values_;  // [16, columns]
  std::vector<float> back_;
  AlignedBytes int8_;
  std::vector<float> int8_scales_;
  AlignedBytes int4_;
};

void keep_worst(ReencodingLoss& loss, const Squares& squares, const std::string& name) {
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
