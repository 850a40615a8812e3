// SPDX-License-Identifier: Apache-2.0
// The reader behind golden.h: part of the test program only.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "base/json.h"
#include "engine/golden.h"

namespace capy {
namespace {

template <class T>
std::vector<T> numbers(const Json& array) {
  std::vector<T> values;
  for (int64_t i = 0; i < array.size(); ++i) values.push_back(static_cast<T>(array[i].as_double().value()));
  return values;
}

JsonDocument read_json(const std::string& path) {
  Result<JsonDocument> document = JsonDocument::read(path);
  EXPECT_TRUE(document.ok()) << document.error().message;
  return std::move(document).take();
}

GoldenLogits read_logits(const Json& entry, const std::string& directory) {
  Result<NpyArray> values = read_npy(directory + "/" + std::string(entry["file"].as_string().value()));
  EXPECT_TRUE(values.ok()) << values.error().message;
  return GoldenLogits{numbers<int64_t>(entry["positions"]), std::move(values).take()};
}

}  // namespace

std::string golden_path(std::string_view name) {
  return std::string(CAPY_SOURCE_DIR) + "/tests/golden/" + std::string(name);
}

std::vector<std::string> golden_model_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(golden_path("models")))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

GoldenModel read_golden_model(const std::string& name) {
  GoldenModel model;
  model.name = name;
  model.directory = golden_path("models/" + name);
  const JsonDocument document = read_json(model.directory + "/golden.json");
  const Json root = document.root();
  model.tokens = numbers<int32_t>(root["tokens"]);
  model.lengths = numbers<int64_t>(root["lengths"]);
  model.logits = read_logits(root["logits"], model.directory);
  model.has_mtp = root["mtp"].exists();
  if (model.has_mtp) model.mtp = read_logits(root["mtp"], model.directory);
  for (int64_t i = 0; i < root["mtp_chains"].size(); ++i) {
    const Json chain = root["mtp_chains"][i];
    model.mtp_chains.push_back(
        {chain["length"].as_int().value(), numbers<int32_t>(chain["guesses"]), numbers<double>(chain["margins"])});
  }
  model.greedy_tokens = numbers<int32_t>(root["greedy"]["tokens"]);
  model.greedy_margins = numbers<double>(root["greedy"]["margins"]);
  model.greedy_prompt = root["greedy"]["prompt_length"].as_int().value();
  return model;
}

std::vector<GoldenGguf> golden_ggufs() {
  const JsonDocument document = read_json(golden_path("gguf/golden.json"));
  std::vector<GoldenGguf> files;
  const Json list = document.root()["files"];
  for (int64_t i = 0; i < list.size(); ++i) {
    const std::string twin(list[i]["twin"].as_string().value());
    files.push_back(
        {golden_path("gguf/" + std::string(list[i]["file"].as_string().value())), twin.substr(twin.rfind('/') + 1)});
  }
  return files;
}

std::vector<GoldenLora> golden_loras() {
  const JsonDocument document = read_json(golden_path("lora/golden.json"));
  std::vector<GoldenLora> cases;
  const Json list = document.root()["cases"];
  for (int64_t i = 0; i < list.size(); ++i) {
    GoldenLora lora;
    const std::string base(list[i]["base"].as_string().value());
    lora.base = base.substr(base.rfind('/') + 1);
    for (int64_t k = 0; k < list[i]["adapters"].size(); ++k) {
      lora.adapters.push_back(golden_path("lora/" + std::string(list[i]["adapters"][k].as_string().value())));
    }
    lora.tokens = list[i]["token_count"].as_int().value();
    lora.logits = read_logits(list[i]["logits"], golden_path("lora"));
    cases.push_back(std::move(lora));
  }
  return cases;
}

}  // namespace capy
