// SPDX-License-Identifier: Apache-2.0
#include "quantize/tensor_writer.h"

#include <algorithm>
#include <vector>

#include "codec/encode.h"

namespace capy {

Result<ErrorSums> TensorWriter::write_rows(const ReadRows& read, int64_t rows, int64_t width, DType type) {
  constexpr int64_t kChunkValues = int64_t{1} << 20;
  const int64_t chunk = std::clamp<int64_t>(kChunkValues / width, 1, rows);
  // A row is whole blocks, but for plain types, of which a vector's rows are single values.
  const int64_t row_bytes = dtype_bytes(type, width);
  std::vector<float> values(static_cast<size_t>(chunk * width));
  std::vector<float> back(values.size());
  std::vector<std::byte> encoded(static_cast<size_t>(chunk * row_bytes));
  ErrorSums sums;
  for (int64_t first = 0; first < rows; first += chunk) {
    const int64_t count = std::min(chunk, rows - first);
    pool_.for_ranges(count, 16, [&](int64_t begin, int64_t end, int) {
      float* const own = values.data() + begin * width;
      const auto part = std::span(encoded).subspan(static_cast<size_t>(begin * row_bytes),
                                                   static_cast<size_t>((end - begin) * row_bytes));
      read(first + begin, end - begin, own);
      encode(type, own, (end - begin) * width, part);
      decode(type, part, (end - begin) * width, back.data() + begin * width);
    });
    for (int64_t i = 0; i < count * width; ++i)
      sums.add_value(values[static_cast<size_t>(i)], back[static_cast<size_t>(i)]);
    TRY(stream_.write(std::span(encoded).first(static_cast<size_t>(count * row_bytes))));
    TRY(advance(count * width));
  }
  return sums;
}

Status TensorWriter::advance(int64_t values) {
  done_ += values;
  if (options_.on_progress && !options_.on_progress(done_, total_)) return Error{ErrorCode::kCancelled, "interrupted"};
  return {};
}

void TensorWriter::add(TensorReport report) {
  add_untold(report.values, report.bytes);
  report_.tensors.push_back(std::move(report));
}

void TensorWriter::add_untold(int64_t values, int64_t bytes) {
  report_.values += values;
  report_.bytes += bytes;
}

Result<QuantizeReport> TensorWriter::finish() {
  TRY(stream_.finish());
  return std::move(report_);
}

}  // namespace capy
