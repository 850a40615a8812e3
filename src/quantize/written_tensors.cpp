// SPDX-License-Identifier: Apache-2.0
#include "quantize/written_tensors.h"

#include <algorithm>
#include <functional>

#include "base/concat.h"
#include "model/matrix_packing.h"
#include "model/packed_tensor.h"

namespace capy {
namespace {

bool has_packed_tensors(const Checkpoint& checkpoint, const WeightSource& source) {
  for (size_t i = 0; i < source.tensors().size(); ++i) {
    if (has_packed_tensor(checkpoint, source.name(i))) return true;
  }
  return false;
}

// Files name a tensor each in their own way; its layer and part are the same in all.
std::optional<size_t> find_tensor(const WeightSource& source, const ModelTensor& wanted) {
  for (size_t i = 0; i < source.tensors().size(); ++i) {
    const ModelTensor& tensor = source.tensors()[i];
    if (tensor.layer == wanted.layer && tensor.part == wanted.part) return i;
  }
  return std::nullopt;
}

}  // namespace

Result<WrittenTensors> WrittenTensors::open(std::string_view path, const WeightSource& source) {
  const KernelTable* const kernels = TRY(choose_kernels());
  WrittenTensors written(TRY(Checkpoint::open(path)), source, *kernels);
  if (!has_packed_tensors(*written.checkpoint_, source)) {
    const ModelConfig config = TRY(read_config(*written.checkpoint_));
    written.plain_.emplace(TRY(WeightSource::open(*written.checkpoint_, config)));
  }
  return written;
}

Result<std::vector<float>> WrittenTensors::in_order_of_source(size_t index, ThreadPool& pool) const {
  const ModelTensor& tensor = source_.tensors()[index];
  const std::string name = source_.name(index);
  const int64_t rows = tensor.shape[0];
  const int64_t columns = tensor.width();
  std::function<void(int64_t, float*)> read_row;
  if (plain_) {
    const std::optional<size_t> found = find_tensor(*plain_, tensor);
    if (!found) return Error{ErrorCode::kNotFound, concat(checkpoint_->path(), ": has no tensor ", name)};
    read_row = [this, at = *found](int64_t row, float* out) { plain_->read_rows(at, row, 1, out); };
  } else {
    const std::optional<PackedTensor> packed = TRY(find_packed_tensor(*checkpoint_, name, rows, columns));
    if (!packed) return Error{ErrorCode::kNotFound, concat(checkpoint_->path(), ": has no packed tensor ", name)};
    const MatrixView view = view_of(packed->format, rows, columns, packed->tensor->bytes.data());
    read_row = [this, view](int64_t row, float* out) { unpack_row(view, row, kernels_, out); };
  }
  std::vector<float> values(static_cast<size_t>(rows * columns));
  pool.for_ranges(rows, 16, [&](int64_t begin, int64_t end, int) {
    std::vector<float> row_values(static_cast<size_t>(columns));
    for (int64_t row = begin; row < end; ++row) {
      read_row(row, row_values.data());
      source_.place_row(index, row, row_values.data(), values.data());
    }
  });
  return values;
}

}  // namespace capy
