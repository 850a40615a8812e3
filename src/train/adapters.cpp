// SPDX-License-Identifier: Apache-2.0
#include "train/adapters.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/concat.h"
#include "train/blocks.h"

namespace capy::train {
namespace {

constexpr std::string_view kEnding = ".weight";

// Spreads every bit of the input over the whole word: two rounds of multiply and shift by odd constants.
uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 31)) * 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 29)) * 0xd1342543de82ef95u;
  return x ^ (x >> 32);
}

// Uniform in (-bound, bound): a function of seed, name and index alone.
void fill_uniform(float* out, int64_t count, double bound, uint64_t seed, std::string_view name) {
  uint64_t key = mix(seed + 1);
  for (const char c : name) key = mix(key ^ static_cast<unsigned char>(c));
  for (int64_t i = 0; i < count; ++i) {
    const uint64_t word = mix(key + mix(static_cast<uint64_t>(i) + 1));
    const double unit = (static_cast<double>(word >> 11) + 0.5) * 0x1p-53;
    out[i] = static_cast<float>((2 * unit - 1) * bound);
  }
}

std::string_view last_part(std::string_view module) { return module.substr(module.rfind('.') + 1); }

bool is_named(std::string_view module, std::string_view target) {
  return module.ends_with(target) &&
         (module.size() == target.size() || module[module.size() - target.size() - 1] == '.');
}

// The first target that no module has; "" where all are found.
std::string unknown_target(const std::vector<std::string>& targets, const std::vector<Parameter>& matrices) {
  for (const std::string& target : targets) {
    const bool known = std::any_of(matrices.begin(), matrices.end(), [&](const Parameter& p) {
      return p.kind == ParameterKind::kMatrix &&
             is_named(std::string_view(p.name).substr(0, p.name.size() - kEnding.size()), target);
    });
    if (!known) return target;
  }
  return "";
}

std::string known_targets(const std::vector<Parameter>& matrices) {
  std::set<std::string_view> names;
  for (const Parameter& p : matrices) {
    if (p.kind != ParameterKind::kMatrix) continue;
    names.insert(last_part(std::string_view(p.name).substr(0, p.name.size() - kEnding.size())));
  }
  std::string text;
  for (const std::string_view name : names) text += concat(text.empty() ? "" : ", ", name);
  return text;
}

}  // namespace

double LoraOptions::scale() const {
  const auto divisor = static_cast<double>(rank);
  return alpha / (rank_stabilised ? std::sqrt(divisor) : divisor);
}

Result<FrozenBase> FrozenBase::open(const Checkpoint& checkpoint, const ModelConfig& config, const TensorNames& names,
                                    const KernelTable& kernels) {
  FrozenBase base(TRY(ParameterList::without_matrices(config, names)));
  base.values_.resize(static_cast<size_t>(base.parameters_.values()));
  TRY(load_parameters(base.values_.data(), base.parameters_, checkpoint));
  for (const Parameter& p : base.parameters_.matrices()) {
    base.matrices_.push_back(TRY(FrozenMatrix::open(checkpoint, p, kernels)));
  }
  return base;
}

Result<AdapterList> AdapterList::make(const FrozenBase& base, const LoraOptions& options) {
  const std::vector<Parameter>& matrices = base.parameters().matrices();
  if (const std::string unknown = unknown_target(options.targets, matrices); !unknown.empty()) {
    return Error{ErrorCode::kInvalid, concat("targets: the model has no projection '", unknown,
                                             "' (there are: ", known_targets(matrices), ")")};
  }
  AdapterList list;
  list.options_ = options;
  for (size_t i = 0; i < matrices.size(); ++i) {
    const Parameter& p = matrices[i];
    list.of_matrix_.push_back(-1);
    const std::string module = p.name.substr(0, p.name.size() - kEnding.size());
    const bool wanted =
        options.targets.empty() || std::any_of(options.targets.begin(), options.targets.end(),
                                               [&](const std::string& target) { return is_named(module, target); });
    if (p.kind != ParameterKind::kMatrix || !wanted) continue;
    const std::string name = concat("base_model.model.", module, ".lora_");
    Adapter adapter{static_cast<int64_t>(i), module};
    adapter.a = list.parameters_.add(name + "A.weight", {options.rank, p.shape[1]}, ParameterKind::kMatrix);
    adapter.b = list.parameters_.add(name + "B.weight", {p.shape[0], options.rank}, ParameterKind::kMatrix);
    if (options.dora) {
      adapter.magnitude = list.parameters_.add(name + "magnitude_vector", {p.shape[0]}, ParameterKind::kNorm);
    }
    list.of_matrix_.back() = static_cast<int64_t>(list.all_.size());
    list.all_.push_back(std::move(adapter));
  }
  return list;
}

const Adapter* AdapterList::of(int64_t matrix) const {
  const int64_t index = of_matrix_[static_cast<size_t>(matrix)];
  return index < 0 ? nullptr : &all_[static_cast<size_t>(index)];
}

void AdapterList::set_first_values(float* values, const FrozenBase& base, const KernelTable& kernels,
                                   ThreadPool& pool) const {
  std::fill_n(values, parameters_.values(), 0.0F);
  const AdaptedModel model{base, *this};
  for (const Adapter& adapter : all_) {
    const int64_t inputs = base.matrix(adapter.matrix).columns();
    // Kaiming's uniform with a = sqrt(5): sqrt(6 / ((1 + a^2) inputs)).
    fill_uniform(values + adapter.a, options_.rank * inputs, 1 / std::sqrt(static_cast<double>(inputs)), options_.seed,
                 adapter.module);
    if (adapter.magnitude < 0) continue;
    adapted_norms(FloatMath{kernels, pool}, values + adapter.magnitude, model, adapter, values);
  }
}

}  // namespace capy::train
