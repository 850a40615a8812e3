// SPDX-License-Identifier: Apache-2.0
// The file of a saved state: for each vector V (weights, first_moment, second_moment, momentum, average, as far as
// there are) and each parameter P a tensor "V/P", then "run": int64 [2], the steps done and the checksum of all that
// comes before it and of the steps.
#include "train/train_state.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

#include "base/concat.h"
#include "formats/checkpoint.h"
#include "formats/content_hash.h"
#include "formats/writer.h"
#include "train/moving_average.h"

namespace capy::train {
namespace {

constexpr const char* kRunTensor = "run";
constexpr size_t kRunBytes = 2 * sizeof(int64_t);

struct NamedVector {
  const char* name;
  std::vector<float>* values;
};

std::span<const std::byte> bytes_of(const std::vector<float>& values, const Parameter& p) {
  return std::as_bytes(std::span(values).subspan(static_cast<size_t>(p.offset), static_cast<size_t>(p.count)));
}

}  // namespace

struct TrainState::Parts {
  const ParameterList& parameters;
  std::vector<float> weights;
  TrainOptions options;
  FloatMath math;
  TextModel<FloatMath> model;
  AdamW adamw;
  std::optional<Muon> muon;
  std::optional<MovingAverage> average;
  std::vector<bool> adamw_steps;  // empty: all
  GradientSum sum;
  int64_t steps = 0;

  // `source`: what the model is made of, its parameters or an AdaptedModel.
  template <class Source>
  Parts(const ModelConfig& config, const Source& source, const ParameterList& list, std::vector<float> begin,
        const TrainOptions& wanted, const KernelTable& kernels, ThreadPool& pool)
      : parameters(list),
        weights(std::move(begin)),
        options(wanted),
        math(kernels, pool),
        model(config, source, math, kernels, options.keep),
        adamw(parameters, options.adamw),
        sum(parameters.gradient_values()) {
    if (options.use_muon) {
      muon.emplace(parameters, options.muon);
      for (const Parameter& p : parameters.all()) adamw_steps.push_back(!Muon::steps_on(p));
    }
    if (options.average_decay > 0) average.emplace(weights.data(), parameters.values(), options.average_decay);
  }

  std::vector<NamedVector> vectors() {
    std::vector<NamedVector> all = {
        {"weights", &weights}, {"first_moment", &adamw.first_moment()}, {"second_moment", &adamw.second_moment()}};
    if (muon) all.push_back({"momentum", &muon->momentum()});
    if (average) all.push_back({"average", &average->values()});
    return all;
  }

  Losses add_gradients(std::span<const Sample> samples, const LossOptions& loss) {
    Losses total;
    const auto per_leaf = static_cast<size_t>(options.samples_per_leaf);
    sum.clear();
    for (size_t begin = 0; begin < samples.size(); begin += per_leaf) {
      float* const leaf = sum.next_leaf();
      for (const Sample& sample : samples.subspan(begin, std::min(per_leaf, samples.size() - begin))) {
        total += model.run(sample, loss, weights.data(), leaf);
      }
      sum.add_leaf(math.pool);
    }
    return total;
  }

  void step_weights(const float* gradients, double rate, double scale) {
    if (muon) muon->step(math, weights.data(), gradients, rate, scale);
    adamw.step(weights.data(), gradients, rate, scale, math.pool, adamw_steps);
    if (average) average->update(weights.data(), math.pool);
  }
};

TrainState::TrainState(const ModelConfig& config, const ParameterList& parameters, std::vector<float> weights,
                       const TrainOptions& options, const KernelTable& kernels, ThreadPool& pool)
    : parts_(new Parts(config, parameters, parameters, std::move(weights), options, kernels, pool)) {}

TrainState::TrainState(const ModelConfig& config, const AdaptedModel& model, std::vector<float> weights,
                       const TrainOptions& options, const KernelTable& kernels, ThreadPool& pool)
    : parts_(new Parts(config, model, model.adapters.parameters(), std::move(weights), options, kernels, pool)) {}

TrainState::~TrainState() = default;

Result<StepReport> TrainState::step(std::span<const Sample> samples) {
  Parts& s = *parts_;
  Losses targets;
  StepReport report;
  for (const Sample& sample : samples) {
    targets += target_weights(sample, s.options.mtp_weight != 0);
    report.tokens += sample.row_count();
  }
  if (targets.weights <= 0) {
    return Error{ErrorCode::kInvalid,
                 concat("step ", s.steps, ": no token of its samples is to be predicted; give a step more tokens")};
  }
  LossOptions loss;
  loss.scale = 1 / targets.weights;
  loss.mtp_scale = targets.mtp_weights > 0 ? s.options.mtp_weight / targets.mtp_weights : 0;
  loss.z_loss = s.options.z_loss;
  const Losses losses = s.add_gradients(samples, loss);
  float* const gradients = s.sum.finish(s.math.pool);
  fold_lookups(gradients, s.parameters);

  report.step = s.steps;
  report.loss = losses.sum / targets.weights;
  report.mtp_loss = loss.mtp_scale == 0 ? 0 : losses.mtp_sum / targets.mtp_weights;
  report.gradient_norm = norm_of(gradients, s.parameters.values(), s.math.pool);
  report.learning_rate = learning_rate(s.options.schedule, s.steps);
  s.step_weights(gradients, report.learning_rate, clip_scale(report.gradient_norm, s.options.norm_max));
  ++s.steps;
  return report;
}

Losses TrainState::losses(std::span<const Sample> samples) {
  Parts& s = *parts_;
  Losses total;
  for (const Sample& sample : samples) total += s.model.run(sample, LossOptions{}, s.weights.data(), nullptr);
  return total;
}

int64_t TrainState::steps() const { return parts_->steps; }
const std::vector<float>& TrainState::weights() const { return parts_->weights; }
std::span<const float> TrainState::average() const {
  return parts_->average ? std::span<const float>(parts_->average->values()) : std::span<const float>();
}

Status TrainState::save(std::string_view path) const {
  Parts& s = *parts_;
  std::vector<TensorDescription> tensors;
  ContentHash hash;
  for (const NamedVector& vector : s.vectors()) {
    for (const Parameter& p : s.parameters.all()) {
      tensors.push_back({concat(vector.name, "/", p.name), DType::kF32, p.shape});
      hash.add(bytes_of(*vector.values, p));
    }
  }
  tensors.push_back({kRunTensor, DType::kI64, {2}});
  int64_t run[2] = {s.steps, 0};
  hash.add(std::as_bytes(std::span(run)).first(sizeof(int64_t)));
  run[1] = static_cast<int64_t>(hash.value());
  TensorStream stream = TRY(SafetensorsWriter::create(path, tensors));
  for (const NamedVector& vector : s.vectors()) {
    for (const Parameter& p : s.parameters.all()) TRY(stream.write(bytes_of(*vector.values, p)));
  }
  TRY(stream.write(std::as_bytes(std::span(run))));
  return stream.finish();
}

Status TrainState::load(std::string_view path) {
  Parts& s = *parts_;
  const Checkpoint file = TRY(Checkpoint::open(path));
  const std::vector<NamedVector> vectors = s.vectors();
  std::vector<const Tensor*> tensors;
  ContentHash hash;
  for (const NamedVector& vector : vectors) {
    for (const Parameter& p : s.parameters.all()) {
      const Tensor* const tensor = file.find(concat(vector.name, "/", p.name));
      if (tensor == nullptr || tensor->type != DType::kF32 || tensor->shape != p.shape) {
        return Error{ErrorCode::kInvalid, concat(path, ": ", vector.name, " of ", p.name,
                                                 " is missing or has another shape: it is of another run")};
      }
      tensors.push_back(tensor);
      hash.add(tensor->bytes);
    }
  }
  const Tensor* const run = file.find(kRunTensor);
  if (run == nullptr || run->bytes.size() != kRunBytes || file.tensors().size() != tensors.size() + 1) {
    return Error{ErrorCode::kInvalid, concat(path, ": not the state of a run with these options")};
  }
  int64_t numbers[2];
  std::memcpy(numbers, run->bytes.data(), kRunBytes);
  hash.add(run->bytes.first(sizeof(int64_t)));
  if (numbers[1] != static_cast<int64_t>(hash.value()) || numbers[0] < 0 || file.damaged()) {
    return Error{ErrorCode::kCorrupt, concat(path, ": the checksum does not hold; go on from an older state")};
  }
  size_t next = 0;
  for (const NamedVector& vector : vectors) {
    for (const Parameter& p : s.parameters.all()) {
      const std::span<const std::byte> from = tensors[next++]->bytes;
      std::memcpy(vector.values->data() + p.offset, from.data(), from.size());
    }
  }
  s.steps = numbers[0];
  s.adamw.set_steps(s.steps);
  return {};
}

}  // namespace capy::train
