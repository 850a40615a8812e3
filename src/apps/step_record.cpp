// SPDX-License-Identifier: Apache-2.0
#include "apps/step_record.h"

#include "base/json.h"

namespace capy {
namespace {

double number(Json json) { return json.as_double().value_or(0); }

std::vector<TextSample> samples_of(Json list) {
  std::vector<TextSample> samples;
  for (int64_t i = 0; i < list.size(); ++i) {
    samples.push_back({std::string(list[i]["prompt"].as_string().value_or("")),
                       std::string(list[i]["text"].as_string().value_or(""))});
  }
  return samples;
}

}  // namespace

std::string StepRecord::json() const {
  JsonWriter json;
  json.begin_object();
  json.member("step", step);
  json.member("loss", loss);
  if (mtp_loss) json.member("mtp_loss", *mtp_loss);
  json.member("gradient_norm", gradient_norm);
  json.member("learning_rate", learning_rate);
  json.member("tokens", tokens);
  json.member("seconds", seconds);
  json.member("tokens_per_second", tokens_per_second);
  if (mfu) json.member("mfu", *mfu);
  if (held_out) {
    json.member("held_out_loss", held_out->loss);
    if (held_out->bits_per_byte) json.member("held_out_bits_per_byte", *held_out->bits_per_byte);
  }
  if (!samples.empty()) {
    json.key("samples");
    json.begin_array();
    for (const TextSample& sample : samples) {
      json.begin_object();
      json.member("prompt", sample.prompt);
      json.member("text", sample.text);
      json.end_object();
    }
    json.end_array();
  }
  json.end_object();
  return json.text();
}

std::optional<StepRecord> StepRecord::parse(std::string_view line) {
  const Result<JsonDocument> document = JsonDocument::parse(line, "log.jsonl");
  if (!document.ok()) return std::nullopt;
  const Json root = document.value().root();
  const std::optional<int64_t> step = root["step"].as_int();
  if (!step || *step < 1) return std::nullopt;
  StepRecord record;
  record.step = *step;
  record.loss = number(root["loss"]);
  record.mtp_loss = root["mtp_loss"].as_double();
  record.gradient_norm = number(root["gradient_norm"]);
  record.learning_rate = number(root["learning_rate"]);
  record.tokens = root["tokens"].as_int().value_or(0);
  record.seconds = number(root["seconds"]);
  record.tokens_per_second = number(root["tokens_per_second"]);
  record.mfu = root["mfu"].as_double();
  if (const auto held_out = root["held_out_loss"].as_double()) {
    record.held_out = HeldOutLoss{*held_out, root["held_out_bits_per_byte"].as_double()};
  }
  record.samples = samples_of(root["samples"]);
  return record;
}

}  // namespace capy
