// SPDX-License-Identifier: Apache-2.0
// The matrices of a model that was just written, read back as the values that they stand for: what measures them sees
// the file and not what was meant to be in it.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/thread_pool.h"
#include "formats/checkpoint.h"
#include "kernels/kernels.h"
#include "model/weight_source.h"

namespace capy {

class WrittenTensors {
 public:
  // `path`: what write_safetensors or write_gguf has made of `source`, which must outlive it.
  static Result<WrittenTensors> open(std::string_view path, const WeightSource& source);

  // The matrix or embedding `index` of the source as f32, in the order of the source's file.
  Result<std::vector<float>> in_order_of_source(size_t index, ThreadPool& pool) const;

 private:
  WrittenTensors(Checkpoint checkpoint, const WeightSource& source, const KernelTable& kernels)
      : checkpoint_(std::make_unique<Checkpoint>(std::move(checkpoint))), source_(source), kernels_(kernels) {}

  std::unique_ptr<Checkpoint> checkpoint_;  // where plain_ finds it
  const WeightSource& source_;
  const KernelTable& kernels_;
  std::optional<WeightSource> plain_;  // of the written model, unless its matrices are packed
};

}  // namespace capy
