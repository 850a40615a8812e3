// SPDX-License-Identifier: Apache-2.0
// What a tensor is called in a file. The house's own words are Hugging Face's (SPEC 9); GGUF's are looked up (SPEC 10).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "formats/checkpoint.h"
#include "model/config.h"
#include "model/tensor_list.h"

namespace capy {

class TensorNames {
 public:
  // Finds out the prefix from the embedding's name; kNotFound names the spellings that were tried.
  static Result<TensorNames> of(const Checkpoint& checkpoint, const ModelConfig& config);

  // Those of a GGUF file that is to be written.
  static TensorNames of_gguf(const ModelConfig& config);

  std::string of(const ModelTensor& tensor) const;
  // "embed_tokens.weight", "norm.weight"
  std::string top(std::string_view name) const;
  std::string head() const;
  // "self_attn.q_proj.weight" of layer i; the MTP layer is layer config.layers.
  std::string layer(int64_t index, std::string_view name) const;
  // "fc.weight", "pre_fc_norm_embedding.weight", "pre_fc_norm_hidden.weight", "norm.weight"
  std::string mtp(std::string_view name) const;

  bool gguf() const { return gguf_; }

 private:
  bool gguf_ = false;
  bool hybrid_ = false;
  int64_t layers_ = 0;
  std::string prefix_;  // "model." or "model.language_model."; unused for GGUF
};

}  // namespace capy
