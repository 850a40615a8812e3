// SPDX-License-Identifier: Apache-2.0
#include "apps/sampling_options.h"

#include <charconv>
#include <cmath>
#include <filesystem>
#include <random>

#include "base/concat.h"
#include "base/json.h"
#include "model/config.h"
#include "model/model.h"

namespace capy {
namespace {

struct WishField {
  std::string_view name;
  const char* purpose;
  double min;
  double max;
  bool whole;
  std::optional<double> SamplingWishes::* member;
};

constexpr WishField kFields[] = {
    {"temperature", "how much chance: 0 always takes the likeliest token", 0, 100, false, &SamplingWishes::temperature},
    {"top-k", "choose among the K likeliest tokens; 0 = all", 0, 1e9, true, &SamplingWishes::top_k},
    {"top-p", "choose among the likeliest tokens that make up this share", 0, 1, false, &SamplingWishes::top_p},
    {"min-p", "leave out tokens below this share of the likeliest one", 0, 1, false, &SamplingWishes::min_p},
    {"typical-p", "choose among the most typical tokens that make up this share", 0, 1, false,
     &SamplingWishes::typical_p},
    {"presence-penalty", "taken from the score of tokens that were used already", -100, 100, false,
     &SamplingWishes::presence_penalty},
    {"frequency-penalty", "the same for each time they were used", -100, 100, false,
     &SamplingWishes::frequency_penalty},
    {"repeat-penalty", "divides the score of tokens in prompt and answer; 1 = off", 1e-3, 100, false,
     &SamplingWishes::repeat_penalty},
};

const WishField* find_field(std::string_view name) {
  for (const WishField& field : kFields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

Error unknown_wish(std::string_view name) {
  return Error{ErrorCode::kUsage, concat("no setting '", name.substr(0, 40), "'; there are: ", wish_names())};
}

Result<double> read_wish(const WishField& field, std::string_view text) {
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool number = read.ec == std::errc() && read.ptr == text.data() + text.size() && std::isfinite(value);
  if (!number || value < field.min || value > field.max || (field.whole && value != std::floor(value))) {
    return Error{ErrorCode::kUsage,
                 concat("'", text.substr(0, 40), "' is no ", field.name, ": a ",
                        field.whole ? "whole number" : "number", " from ", field.min, " to ", field.max)};
  }
  return value;
}

Result<uint64_t> read_seed(std::string_view text) {
  uint64_t seed = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), seed);
  // Up to 2^63 - 1: so that it can be told as a number in JSON.
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || seed > uint64_t{INT64_MAX}) {
    return Error{ErrorCode::kUsage,
                 concat("'", text.substr(0, 40), "' is no seed: a whole number from 0 to ", INT64_MAX)};
  }
  return seed;
}

// SPEC 8, from the model cards. Sizes are told apart by their width: 0.8B and 2B have at most 2048.
SamplingOptions recommended_for_qwen35(const ModelConfig& config, bool thinking) {
  SamplingOptions options;
  options.top_k = 20;
  if (thinking) {
    options.top_p = 0.95F;
    options.presence_penalty = 1.5F;
  } else if (config.dim <= 2048) {
    options.presence_penalty = 2.0F;
  } else {
    options.temperature = 0.7F;
    options.top_p = 0.8F;
    options.presence_penalty = 1.5F;
  }
  return options;
}

// Small models lose the thread at higher temperatures; 0.2 and 0.9 are those of SmolLM2's card. There they fall into
// loops: a penalty of 1.03 ends most of them, and at 1.05 the same model no longer finds that 2 + 2 is 4.
SamplingOptions recommended_for_others(const ModelConfig& config) {
  SamplingOptions options;
  const bool small = config.dim < 1024;
  options.temperature = small ? 0.2F : 0.7F;
  options.top_p = 0.9F;
  if (small) options.repetition_penalty = 1.03F;
  return options;
}

void apply(const SamplingWishes& wishes, SamplingOptions& options) {
  const auto set = [](float& target, const std::optional<double>& wish) {
    if (wish) target = static_cast<float>(*wish);
  };
  set(options.temperature, wishes.temperature);
  set(options.top_p, wishes.top_p);
  set(options.min_p, wishes.min_p);
  set(options.typical_p, wishes.typical_p);
  set(options.presence_penalty, wishes.presence_penalty);
  set(options.frequency_penalty, wishes.frequency_penalty);
  set(options.repetition_penalty, wishes.repeat_penalty);
  if (wishes.top_k) options.top_k = static_cast<int32_t>(*wishes.top_k);
  if (wishes.seed) options.seed = *wishes.seed;
}

}  // namespace

void add_sampling_options(CommandLine& line, SamplingWishes& wishes) {
  const auto add = [&](std::string_view name, const char* purpose, const char* type) {
    // Read where CLI11 checks: a check may say no with a message, without an exception of ours.
    const auto read = [&wishes, name](const std::string& text) {
      const Status status = set_wish(wishes, name, text);
      return status.ok() ? std::string() : status.error().message;
    };
    line.add_option_function<std::string>(
            concat("--", name), [](const std::string&) {}, purpose)
        ->check(CLI::Validator(read, ""))
        ->type_name(type)
        ->group("Choice of tokens (the model's own recommendation when left out)");
  };
  for (const WishField& field : kFields) add(field.name, field.purpose, field.whole ? "N" : "X");
  add("seed", "the same seed gives the same answer; random when left out", "N");
}

Status set_wish(SamplingWishes& wishes, std::string_view name, std::string_view value) {
  if (name == "seed") {
    wishes.seed = TRY(read_seed(value));
    return {};
  }
  const WishField* field = find_field(name);
  if (field == nullptr) return unknown_wish(name);
  wishes.*(field->member) = TRY(read_wish(*field, value));
  return {};
}

Status forget_wish(SamplingWishes& wishes, std::string_view name) {
  if (name == "seed") {
    wishes.seed.reset();
    return {};
  }
  const WishField* field = find_field(name);
  if (field == nullptr) return unknown_wish(name);
  (wishes.*(field->member)).reset();
  return {};
}

std::string wish_names() {
  std::string names;
  for (const WishField& field : kFields) names += concat(field.name, ", ");
  return names + "seed";
}

Result<SamplingWishes> recommended_by_checkpoint(const std::string& model_path) {
  SamplingWishes wishes;
  const std::string path = (std::filesystem::path(model_path) / "generation_config.json").string();
  std::error_code none;
  if (!std::filesystem::is_regular_file(path, none)) return wishes;
  const JsonDocument document = TRY(JsonDocument::read(path));
  const Json root = document.root();
  if (root["do_sample"].as_bool() == false) wishes.temperature = 0;
  const auto take = [&root](const char* key, std::string_view field_name, std::optional<double>& wish) {
    const std::optional<double> value = root[key].as_double();
    const WishField& field = *find_field(field_name);
    if (value && std::isfinite(*value) && *value >= field.min && *value <= field.max) wish = value;
  };
  take("temperature", "temperature", wishes.temperature);
  take("top_p", "top-p", wishes.top_p);
  take("top_k", "top-k", wishes.top_k);
  take("min_p", "min-p", wishes.min_p);
  take("repetition_penalty", "repeat-penalty", wishes.repeat_penalty);
  return wishes;
}

SamplingOptions sampling_for(const Engine& engine, bool thinking, const SamplingWishes& checkpoint,
                             const SamplingWishes& wishes) {
  const ModelConfig& config = engine.model().config();
  // Qwen's own begin at a width of 1,024; smaller ones of that architecture are other people's.
  const bool qwen35 = config.architecture == "qwen3_5" && config.dim >= 1024;
  SamplingOptions options = qwen35 ? recommended_for_qwen35(config, thinking) : recommended_for_others(config);
  options.seed = std::random_device{}();
  if (!qwen35) apply(checkpoint, options);  // Qwen3.5's cards say more than its generation_config.json
  apply(wishes, options);
  return options;
}

}  // namespace capy
