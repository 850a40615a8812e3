// SPDX-License-Identifier: Apache-2.0
#include "formats/lora.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "base/concat.h"
#include "codec/encode.h"
#include "formats/content_hash.h"
#include "formats/safetensors.h"
#include "formats/tensor_checks.h"

namespace capy {
namespace {

constexpr int64_t kConfigBytesMax = int64_t{4} << 20;
constexpr int64_t kRankMax = 65'536;

// Options of PEFT that change what is computed and that capy does not have: {name, what it means}. Off are: absent,
// null, false, "none", and empty lists and objects.
constexpr std::pair<const char*, std::string_view> kForeignOptions[] = {
    {"use_qalora", "QALoRA"},
    {"use_bdlora", "block-diagonal LoRA"},
    {"modules_to_save", "whole modules trained beside the adapter"},
    {"bias", "trained biases"},
    {"lora_bias", "biases in the adapter"},
    {"layer_replication", "replicated layers"},
    {"trainable_token_indices", "trained token embeddings"},
    {"alora_invocation_tokens", "activated LoRA"},
    {"target_parameters", "adapted parameters that are no modules"},
    {"arrow_config", "Arrow routing"},
    {"kasa_config", "KaSA"},
    {"monteclora_config", "MonteCLoRA"},
};

bool is_off(Json value) {
  switch (value.kind()) {
    case Json::Kind::kMissing:
    case Json::Kind::kNull: return true;
    case Json::Kind::kBool: return !*value.as_bool();
    case Json::Kind::kString: return *value.as_string() == "none";
    case Json::Kind::kArray:
    case Json::Kind::kObject: return value.size() == 0;
    default: return false;
  }
}

// Initialisations that subtract something from the base weights; an adapter saved as it is needs the changed base.
bool changes_base(std::string_view initialisation) {
  for (const std::string_view name : {"pissa", "olora", "OLoRA", "loftq", "corda", "lora_ga"}) {
    if (initialisation.starts_with(name)) return true;
  }
  return false;
}

// rank_pattern and alpha_pattern: values for modules whose path ends in a key. PEFT takes keys as regular expressions;
// those in use are plain names, perhaps with "^" before a whole path and "\." for a dot, and only these are read.
class Pattern {
 public:
  static Result<Pattern> read(Json object, std::string_view name, std::string_view file) {
    Pattern pattern;
    for (int64_t i = 0; i < object.size(); ++i) {
      const auto value = object[i].as_double();
      std::string key(object.key(i));
      for (size_t at; (at = key.find("\\.")) != std::string::npos;) key.erase(at, 1);
      const bool plain =
          key.find_first_of("\\$*+?()[]{}|", 0) == std::string::npos && key.find('^', 1) == std::string::npos;
      if (!value || !std::isfinite(*value) || !plain || key.empty()) {
        return Error{ErrorCode::kUnsupported,
                     concat(file, ": ", name, " has the entry ", shown(object.key(i)),
                            ", which is not a module's name with a number; write out the names of the modules")};
      }
      pattern.entries_.emplace_back(std::move(key), *value);
    }
    return pattern;
  }

  // `module` is the full path, without "base_model.model.". The first entry that fits counts, as in PEFT.
  std::optional<double> find(std::string_view module) const {
    for (const auto& [key, value] : entries_) {
      const std::string_view wanted = key;
      if (wanted[0] == '^') {
        if (module == wanted.substr(1)) return value;
      } else if (module.ends_with(wanted) &&
                 (module.size() == wanted.size() || module[module.size() - wanted.size() - 1] == '.')) {
        return value;
      }
    }
    return std::nullopt;
  }

 private:
  std::vector<std::pair<std::string, double>> entries_;
};

struct Configuration {
  std::string text;
  int64_t rank = 0;
  double alpha = 0;
  bool use_rslora = false;
  bool use_dora = false;
  Pattern rank_pattern;
  Pattern alpha_pattern;
  std::vector<std::string> target_modules;
};

Status check_supported(Json root, std::string_view file) {
  const auto refuse = [&](std::string_view option, std::string_view meaning) {
    return Error{ErrorCode::kUnsupported,
                 concat(file, ": ", option, " is set (", meaning, "), which capy does not have; ",
                        "merge the adapter into its model with PEFT and use the result")};
  };
  if (const auto type = root["peft_type"].as_string(); type && *type != "LORA") return refuse("peft_type", *type);
  for (const auto& [option, meaning] : kForeignOptions) {
    if (!is_off(root[option])) return refuse(option, meaning);
  }
  const auto initialisation = root["init_lora_weights"].as_string();
  if (initialisation && changes_base(*initialisation)) return refuse("init_lora_weights", *initialisation);
  return {};
}

Result<Configuration> read_configuration(const std::string& file) {
  Configuration out;
  out.text = TRY(read_file(file, kConfigBytesMax));
  const JsonDocument document = TRY(JsonDocument::parse(out.text, file));
  const Json root = document.root();
  TRY(check_supported(root, file));
  const auto rank = root["r"].as_int();
  const auto alpha = root["lora_alpha"].as_double();
  if (!rank || *rank < 1 || *rank > kRankMax || !alpha || !std::isfinite(*alpha)) {
    return Error{ErrorCode::kInvalid,
                 concat(file, ": r must be a number from 1 to ", kRankMax, " and lora_alpha a number")};
  }
  out.rank = *rank;
  out.alpha = *alpha;
  out.use_rslora = root["use_rslora"].as_bool().value_or(false);
  out.use_dora = root["use_dora"].as_bool().value_or(false);
  out.rank_pattern = TRY(Pattern::read(root["rank_pattern"], "rank_pattern", file));
  out.alpha_pattern = TRY(Pattern::read(root["alpha_pattern"], "alpha_pattern", file));
  const Json targets = root["target_modules"];
  for (int64_t i = 0; i < targets.size(); ++i) {
    if (const auto target = targets[i].as_string()) out.target_modules.emplace_back(*target);
  }
  return out;
}

std::string_view without_prefix(std::string_view name, std::string_view prefix) {
  return name.starts_with(prefix) ? name.substr(prefix.size()) : name;
}

// "base_model.model.X.lora_A.weight" is part 'A' of X; older PEFT wrote "lora_A.default.weight".
struct PartName {
  std::string_view module;
  char part = 0;  // 'A', 'B', 'M' (DoRA's magnitudes), or 0 for anything else
};
PartName parse_part(std::string_view name) {
  const auto module_of = [&](std::string_view ending) {
    return without_prefix(name.substr(0, name.size() - ending.size()), "base_model.model.");
  };
  for (const std::string_view ending : {".lora_magnitude_vector", ".lora_magnitude_vector.weight"}) {
    if (name.ends_with(ending)) return {module_of(ending), 'M'};
  }
  for (const char part : {'A', 'B'}) {
    for (const std::string_view middle : {"", ".default"}) {
      const std::string ending = concat(".lora_", part, middle, ".weight");
      if (!name.ends_with(ending)) continue;
      return {module_of(ending), part};
    }
  }
  return {};
}

}  // namespace

std::string_view lora_module_path(std::string_view name) {
  name = without_prefix(name, "base_model.model.");
  for (size_t before = 0; before != name.size();) {
    before = name.size();
    name = without_prefix(without_prefix(name, "model."), "language_model.");
  }
  constexpr std::string_view kEnding = ".weight";
  return name.ends_with(kEnding) ? name.substr(0, name.size() - kEnding.size()) : name;
}

struct LoraAdapter::Parts {
  std::string directory;
  Configuration configuration;
  MappedFile map;
  std::vector<Tensor> tensors;
  std::vector<LoraModule> modules;

  Status build_modules(const std::string& file);
  Status finish_module(LoraModule& module, std::string_view full_name, const std::string& file) const;
};

// Puts the A and B of each module together.
Status LoraAdapter::Parts::build_modules(const std::string& file) {
  std::map<std::string_view, std::pair<std::string_view, LoraModule>, std::less<>> by_path;
  for (const Tensor& tensor : tensors) {
    const PartName name = parse_part(tensor.name);
    if (name.part == 0) {
      return Error{ErrorCode::kUnsupported,
                   concat(file, ": tensor ", shown(tensor.name), " is neither lora_A nor lora_B of ",
                          "a linear module, and capy has no use for others")};
    }
    auto& [full_name, module] = by_path[lora_module_path(name.module)];
    const Tensor*& slot = name.part == 'A' ? module.a : name.part == 'B' ? module.b : module.magnitude;
    if (slot != nullptr) {
      return Error{ErrorCode::kCorrupt,
                   concat(file, ": ", shown(tensor.name), " and ", shown(slot->name), " are for the same module")};
    }
    slot = &tensor;
    full_name = name.module;
  }
  for (auto& [path, entry] : by_path) {
    entry.second.path = path;
    TRY(finish_module(entry.second, entry.first, file));
    modules.push_back(std::move(entry.second));
  }
  if (!modules.empty()) return {};
  return Error{ErrorCode::kCorrupt, concat(file, ": holds no tensor; was the download cut short?")};
}

Status LoraAdapter::Parts::finish_module(LoraModule& module, std::string_view full_name,
                                         const std::string& file) const {
  const auto corrupt = [&](const auto&... parts) {
    return Error{ErrorCode::kCorrupt, concat(file, ": module ", shown(module.path), parts...)};
  };
  if (module.a == nullptr || module.b == nullptr) return corrupt(" lacks its lora_", module.a == nullptr ? "A" : "B");
  if (module.a->shape.size() != 2 || module.b->shape.size() != 2 || module.a->shape[0] != module.b->shape[1] ||
      !can_decode(module.a->type) || !can_decode(module.b->type)) {
    return corrupt(": lora_A of shape ", shown(module.a->shape), " and lora_B of shape ", shown(module.b->shape),
                   " do not fit together");
  }
  if (configuration.use_dora != (module.magnitude != nullptr)) {
    return corrupt(configuration.use_dora ? " lacks its lora_magnitude_vector" : " has a lora_magnitude_vector",
                   ", and adapter_config.json says use_dora ", configuration.use_dora ? "true" : "false");
  }
  if (module.magnitude != nullptr &&
      (module.magnitude->count() != module.b->shape[0] || !can_decode(module.magnitude->type))) {
    return corrupt(": lora_magnitude_vector of shape ", shown(module.magnitude->shape), " and lora_B of shape ",
                   shown(module.b->shape), " do not fit together");
  }
  module.rank = module.a->shape[0];
  const double expected = configuration.rank_pattern.find(full_name).value_or(static_cast<double>(configuration.rank));
  if (static_cast<double>(module.rank) != expected) {
    return corrupt(" has rank ", module.rank, ", adapter_config.json says ", expected);
  }
  const double alpha = configuration.alpha_pattern.find(full_name).value_or(configuration.alpha);
  const auto rank = static_cast<double>(module.rank);
  module.scale = static_cast<float>(alpha / (configuration.use_rslora ? std::sqrt(rank) : rank));
  return {};
}

Result<LoraAdapter> LoraAdapter::open(std::string_view directory, const CheckpointLimits& limits) {
  auto parts = std::make_unique<Parts>();
  parts->directory = directory;
  parts->configuration = TRY(read_configuration(concat(directory, "/adapter_config.json")));
  const std::string file = concat(directory, "/adapter_model.safetensors");
  parts->map = TRY(MappedFile::open(file));
  parts->tensors = TRY(parse_safetensors(parts->map.bytes(), file, limits)).tensors;
  TRY(parts->build_modules(file));
  if (!parts->map.damaged()) return LoraAdapter(std::move(parts));
  return Error{ErrorCode::kCorrupt, concat(file, ": was cut short or could not be read while it was opened")};
}

LoraAdapter::LoraAdapter(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
LoraAdapter::LoraAdapter(LoraAdapter&&) noexcept = default;
LoraAdapter& LoraAdapter::operator=(LoraAdapter&&) noexcept = default;
LoraAdapter::~LoraAdapter() = default;

const std::string& LoraAdapter::directory() const { return parts_->directory; }
std::span<const LoraModule> LoraAdapter::modules() const { return parts_->modules; }
std::span<const std::string> LoraAdapter::target_modules() const { return parts_->configuration.target_modules; }
bool LoraAdapter::damaged() const { return parts_->map.damaged(); }

const LoraModule* LoraAdapter::find(std::string_view name) const {
  const std::string_view path = lora_module_path(name);
  const auto found = std::lower_bound(parts_->modules.begin(), parts_->modules.end(), path,
                                      [](const LoraModule& module, std::string_view p) { return module.path < p; });
  return found == parts_->modules.end() || found->path != path ? nullptr : &*found;
}

uint64_t LoraAdapter::identity() const {
  ContentHash hash;
  hash.add(parts_->configuration.text);
  hash.add(parts_->map.bytes());
  return hash.value();
}

}  // namespace capy
