// SPDX-License-Identifier: Apache-2.0
// NumPy's .npy files, as far as capy uses them: float32, C order, little endian, one or two axes.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/atomic_file.h"
#include "base/result.h"

namespace capy {

// Writes a [rows, columns] array piece by piece; the file appears, whole, at finish().
class NpyWriter {
 public:
  static Result<NpyWriter> create(std::string_view path, int64_t rows, int64_t columns);

  // The next values in row-major order; any number at a time. CHECKs that they fit.
  Status write(std::span<const float> values);
  // CHECKs that all rows * columns values were written.
  Status finish();

 private:
  NpyWriter(AtomicFile file, int64_t missing) : file_(std::move(file)), missing_(missing) {}

  AtomicFile file_;
  int64_t missing_ = 0;  // values still to come
};

struct NpyArray {
  std::vector<int64_t> shape;
  std::vector<float> values;
};

// Reads a whole file; other types, orders and ranks are errors.
Result<NpyArray> read_npy(std::string_view path);

}  // namespace capy
