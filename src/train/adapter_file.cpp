// SPDX-License-Identifier: Apache-2.0
// adapter_config.json and adapter_model.safetensors as PEFT writes them: f32, under PEFT's names.
#include <set>

#include "base/concat.h"
#include "base/json.h"
#include "formats/writer.h"
#include "train/adapters.h"

namespace capy::train {
namespace {

std::string configuration(const AdapterList& adapters, const std::string& base_name) {
  const LoraOptions& options = adapters.options();
  std::set<std::string> targets;
  for (const Adapter& adapter : adapters.all()) targets.insert(adapter.module.substr(adapter.module.rfind('.') + 1));
  if (!options.targets.empty()) targets = {options.targets.begin(), options.targets.end()};
  JsonWriter json;
  json.begin_object();
  json.member("peft_type", "LORA");
  json.member("task_type", "CAUSAL_LM");
  json.member("base_model_name_or_path", base_name);
  json.member("r", options.rank);
  json.member("lora_alpha", options.alpha);
  json.member("use_rslora", options.rank_stabilised);
  json.member("use_dora", options.dora);
  json.member("lora_dropout", 0.0);
  json.member("bias", "none");
  json.member("fan_in_fan_out", false);
  json.member("inference_mode", true);
  json.member("init_lora_weights", true);
  json.key("target_modules");
  json.begin_array();
  for (const std::string& target : targets) json.value(target);
  json.end_array();
  json.end_object();
  return json.text() + "\n";
}

}  // namespace

Status write_adapter(const std::string& directory, const AdapterList& adapters, const float* values,
                     const std::string& base_name) {
  TRY(write_text(directory + "/adapter_config.json", configuration(adapters, base_name)));
  std::vector<TensorDescription> tensors;
  for (const Parameter& p : adapters.parameters().all()) tensors.push_back({p.name, DType::kF32, p.shape});
  TensorStream stream = TRY(SafetensorsWriter::create(directory + "/adapter_model.safetensors", tensors));
  for (const Parameter& p : adapters.parameters().all()) {
    TRY(stream.write(std::as_bytes(std::span(values + p.offset, static_cast<size_t>(p.count)))));
  }
  return stream.finish();
}

}  // namespace capy::train
