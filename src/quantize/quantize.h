// SPDX-License-Identifier: Apache-2.0
// A model's weights in another form: packed int8 or int4 in safetensors, mapped and computed with as they lie
// (model/packed_tensor.h), or a plain or GGUF type for other programs. Written tensor by tensor: a model larger than
// memory is fine, the largest matrix must fit.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/thread_pool.h"
#include "model/weight_source.h"
#include "quantize/input_moments.h"

namespace capy {

enum class WeightType : uint8_t { kF32, kBF16, kInt8, kInt4 };

struct QuantizeOptions {
  WeightType type = WeightType::kInt4;
  bool all_int4 = false;                  // every matrix of an int4 model, not the usual mix (model/weight_mix.h)
  const InputMoments* moments = nullptr;  // what the matrices' inputs look like; int4 codes are then chosen for them
  // Called as values are done; return false to stop (kCancelled). May be empty.
  std::function<bool(int64_t done, int64_t total)> on_progress;
};

// What became of one tensor.
struct TensorReport {
  std::string name;  // as Hugging Face calls it
  std::vector<int64_t> shape;
  const char* from = "";  // "BF16", "Q4_K"
  const char* to = "";    // "int4", "int8", "BF16", "Q8_0"
  int64_t values = 0;
  int64_t bytes = 0;          // as written
  double relative_error = 0;  // root of sum (w' - w)^2 / sum w^2; 0 where nothing was lost
  double output_error = -1;   // the same of the product's output on the calibration text; -1: not measured
  // KL of the model with this tensor alone quantised from the model with none, nats per token; -1: not measured.
  double divergence = -1;
  double divergence_error = 0;  // its standard error
};

struct QuantizeReport {
  std::vector<TensorReport> tensors;
  int64_t values = 0;
  int64_t bytes = 0;
  double bits_per_weight() const {
    return values > 0 ? 8.0 * static_cast<double>(bytes) / static_cast<double>(values) : 0;
  }
};

// OUT/model.safetensors, whole or not at all. The caller writes config.json (with quantization_entry()) and the
// tokenizer's files beside it.
Result<QuantizeReport> write_safetensors(const WeightSource& source, std::string_view path,
                                         const QuantizeOptions& options, ThreadPool& pool);

// config.json's member that says how to read packed tensors: to be written under the key "capy_quantization". "" for
// types that need none.
std::string quantization_entry(const QuantizeOptions& options);

}  // namespace capy
