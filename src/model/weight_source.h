// SPDX-License-Identifier: Apache-2.0
// A model's tensors as Hugging Face's files have them (names, order of rows, norms as w, A_log), whatever file they
// come from: for those who write a model in another form.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "formats/checkpoint.h"
#include "model/config.h"
#include "model/tensor_list.h"

namespace capy {

class WeightSource {
 public:
  // Finds every tensor that the configuration asks for and checks its shape. kNotFound, kCorrupt and kUnsupported name
  // the tensor; kInvalid for a checkpoint whose matrices are packed already. The checkpoint must outlive the source.
  static Result<WeightSource> open(const Checkpoint& checkpoint, const ModelConfig& config);
  WeightSource(WeightSource&&) noexcept;
  ~WeightSource();

  // What there is, in the order of model_tensors(); `config` with its parts as Hugging Face has them (tied, order of
  // heads, norms).
  std::span<const ModelTensor> tensors() const;
  const ModelConfig& config() const;
  std::string name(size_t index) const;        // in a Hugging Face file
  const Tensor& stored(size_t index) const;    // as it lies in the file
  bool is_stored_plainly(size_t index) const;  // its bytes are those of the Hugging Face tensor
  // Tensors that are no part of the text model (the vision tower) and none of those above, in a Hugging Face file.
  std::span<const Tensor* const> others() const;

  // Whether a file holds the tensor's columns in another order, and a vector of inputs from the file's order into
  // Hugging Face's.
  bool moves_columns(size_t index) const;
  void order_columns(size_t index, const float* in_file, float* out) const;

  // The other way round: row `row` of the tensor, [width] values, into its place among a matrix's rows as its file
  // orders them.
  void place_row(size_t index, int64_t row, const float* values, float* in_file) const;

  // Rows first .. first + count - 1 of the tensor as f32; a row is everything but the first extent, for vectors one
  // value. Any thread.
  void read_rows(size_t index, int64_t first, int64_t count, float* out) const;

 private:
  struct Parts;
  explicit WeightSource(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace capy
