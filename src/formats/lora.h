// SPDX-License-Identifier: Apache-2.0
// A LoRA adapter as the PEFT library writes it: a directory with adapter_config.json and adapter_model.safetensors.
// For each adapted module W of the base model, W x becomes W x + scale * B (A x).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "formats/checkpoint.h"

namespace capy {

struct LoraModule {
  std::string path;                   // as lora_module_path() gives it: "layers.3.self_attn.q_proj"
  const Tensor* a = nullptr;          // [rank, in]
  const Tensor* b = nullptr;          // [out, rank]
  const Tensor* magnitude = nullptr;  // [out], of DoRA: W x + scale * B (A x) times magnitude / |W + scale * B A|
  int64_t rank = 0;
  float scale = 0;  // alpha / rank, with use_rslora alpha / sqrt(rank); patterns of both are applied
};

// The part of a module's name that checkpoints agree on: without the wrappers "base_model.model.", "model." and
// "language_model.", and without ".weight". "model.language_model.layers.3.mlp.up_proj.weight" ->
// "layers.3.mlp.up_proj".
std::string_view lora_module_path(std::string_view name);

class LoraAdapter {
 public:
  // Everything in the files is checked as Checkpoint::open does. kUnsupported for what would be computed wrongly:
  // fully trained modules, biases, initialisations that change the base weights, patterns with regular expressions, ...
  static Result<LoraAdapter> open(std::string_view directory, const CheckpointLimits& limits = {});

  LoraAdapter(LoraAdapter&&) noexcept;
  LoraAdapter& operator=(LoraAdapter&&) noexcept;
  ~LoraAdapter();

  const std::string& directory() const;
  std::span<const LoraModule> modules() const;  // by path
  // The module behind a tensor's or module's name in any of the checkpoint layouts; nullptr where it is not adapted.
  const LoraModule* find(std::string_view name) const;
  // As the configuration lists them ("q_proj", ...); for display. Empty when it holds a pattern instead.
  std::span<const std::string> target_modules() const;

  uint64_t identity() const;  // hash of configuration and all tensors: adapters are small
  bool damaged() const;       // as Checkpoint::damaged

 private:
  struct Parts;
  explicit LoraAdapter(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace capy
