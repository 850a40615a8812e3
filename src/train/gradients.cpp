// SPDX-License-Identifier: Apache-2.0
#include "train/gradients.h"

#include "base/concat.h"
#include "formats/writer.h"
#include "train/text_model.h"

namespace capy::train {
namespace {

Status check_order(const GradientOrder& order, const ModelConfig& config) {
  for (const int32_t token : order.tokens) {
    if (token < 0 || token >= config.vocab) {
      return Error{ErrorCode::kInvalid,
                   concat("token ", token, " is not in the vocabulary of ", config.vocab, " tokens")};
    }
  }
  const auto count = static_cast<int64_t>(order.tokens.size());
  const int64_t first = order.mtp_weight == 0 ? 1 : 2;  // the MTP head predicts the second token from here on
  if (order.loss_from < 0 || std::max(order.loss_from, first) >= count) {
    return Error{ErrorCode::kInvalid, concat("no target at a position >= ", order.loss_from, " among ", count,
                                             count == 1 ? " token" : " tokens", ": give more tokens")};
  }
  return {};
}

}  // namespace

Result<Gradients> compute_gradients(const Checkpoint& checkpoint, const GradientOrder& order, ThreadPool& pool) {
  const ModelConfig config = TRY(read_config(checkpoint));
  const TensorNames names = TRY(TensorNames::of(checkpoint, config));
  TRY(check_order(order, config));
  if (order.mtp_weight != 0 && checkpoint.find(names.mtp("fc.weight")) == nullptr) {
    return Error{ErrorCode::kInvalid, concat(checkpoint.path(), ": there is no MTP head to give a weight to")};
  }
  Gradients result{TRY(ParameterList::of(config, names, order.mtp_weight != 0))};
  std::vector<float> weights(static_cast<size_t>(result.parameters.values()));
  TRY(load_parameters(weights.data(), result.parameters, checkpoint));
  const KernelTable* const kernels = TRY(choose_kernels());

  std::vector<float> targets(order.tokens.size());
  for (size_t i = static_cast<size_t>(order.loss_from); i < targets.size(); ++i) targets[i] = 1;
  const std::vector<Document> documents = {{0, static_cast<int64_t>(order.tokens.size())}};
  const Sample sample{order.tokens, documents, targets};
  const Losses wanted = target_weights(sample, order.mtp_weight != 0);
  LossOptions options;
  options.scale = 1 / wanted.weights;
  options.mtp_scale = order.mtp_weight == 0 ? 0 : order.mtp_weight / wanted.mtp_weights;
  options.z_loss = order.z_loss;

  result.values.resize(static_cast<size_t>(result.parameters.gradient_values()));
  TextModel<FloatMath> model(config, result.parameters, FloatMath{*kernels, pool}, *kernels);
  const Losses losses = model.run(sample, options, weights.data(), result.values.data());
  if (checkpoint.damaged()) {
    return Error{ErrorCode::kIo, concat(checkpoint.path(), ": the file changed or failed while it was read")};
  }
  fold_lookups(result.values.data(), result.parameters);
  result.loss = losses.sum / losses.weights;
  result.mtp_loss = order.mtp_weight == 0 ? 0 : losses.mtp_sum / losses.mtp_weights;
  result.targets = static_cast<int64_t>(losses.weights);
  return result;
}

Status write_gradients(std::string_view path, const Gradients& gradients) {
  std::vector<TensorDescription> tensors;
  for (const Parameter& p : gradients.parameters.all()) tensors.push_back({p.name, DType::kF32, p.shape});
  TensorStream stream = TRY(SafetensorsWriter::create(path, tensors));
  for (const Parameter& p : gradients.parameters.all()) {
    TRY(stream.write(std::as_bytes(
        std::span(gradients.values).subspan(static_cast<size_t>(p.offset), static_cast<size_t>(p.count)))));
  }
  return stream.finish();
}

}  // namespace capy::train
