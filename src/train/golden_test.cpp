// SPDX-License-Identifier: Apache-2.0
// Against PyTorch (tools/goldens/training.py): losses, every gradient, and the weights after ten steps of AdamW. The
// bound is 1e-4 of each tensor's norm; what is found is about 1e-6.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "base/concat.h"
#include "base/json.h"
#include "codec/encode.h"
#include "train/train.h"

namespace capy::train {
namespace {

constexpr double kBound = 1e-4;

std::string directory_of(const std::string& name) { return concat(CAPY_SOURCE_DIR, "/tests/golden/training/", name); }

struct Golden {
  JsonDocument document;
  std::vector<std::vector<int32_t>> samples;

  double number(const char* key) const { return document.root()[key].as_double().value_or(NAN); }
};

Golden read_golden(const std::string& name) {
  Golden golden{std::move(JsonDocument::read(directory_of(name) + "/golden.json")).take(), {}};
  const Json samples = golden.document.root()["samples"];
  for (int64_t s = 0; s < samples.size(); ++s) {
    auto& tokens = golden.samples.emplace_back();
    for (int64_t i = 0; i < samples[s].size(); ++i) tokens.push_back(static_cast<int32_t>(*samples[s][i].as_int()));
  }
  return golden;
}

Checkpoint open(const std::string& path) { return std::move(Checkpoint::open(path)).take(); }

// Largest error of any tensor as a share of its norm.
double worst_error(const std::string& file, const ParameterList& list, const float* values) {
  const Checkpoint expected = open(file);
  EXPECT_EQ(expected.tensors().size(), list.all().size());
  double worst = 0;
  for (const Parameter& p : list.all()) {
    const Tensor* const tensor = expected.find(p.name);
    if (tensor == nullptr || tensor->shape != p.shape) {
      ADD_FAILURE() << p.name << " is missing or has another shape";
      continue;
    }
    std::vector<float> truth(static_cast<size_t>(p.count));
    decode(tensor->type, tensor->bytes, p.count, truth.data());
    double error = 0;
    double norm = 0;
    for (size_t i = 0; i < truth.size(); ++i) {
      const auto got = static_cast<double>(values[p.offset + static_cast<int64_t>(i)]);
      error += (got - static_cast<double>(truth[i])) * (got - static_cast<double>(truth[i]));
      norm += static_cast<double>(truth[i]) * static_cast<double>(truth[i]);
    }
    EXPECT_LT(std::sqrt(error), kBound * std::sqrt(norm)) << p.name;
    worst = std::max(worst, std::sqrt(error / norm));
  }
  return worst;
}

class GoldenTraining : public testing::TestWithParam<const char*> {};

TEST_P(GoldenTraining, LossAndGradientsAreTheReferences) {
  const std::string name = GetParam();
  const Golden golden = read_golden(name);
  ThreadPool pool(2);
  GradientOrder order;
  order.tokens = golden.samples[0];
  order.loss_from = static_cast<int64_t>(golden.number("loss_from"));
  order.mtp_weight = golden.number("mtp_weight");
  const Result<Gradients> result = compute_gradients(open(directory_of(name) + "/model.safetensors"), order, pool);
  ASSERT_TRUE(result.ok()) << result.error().message;
  const Gradients& gradients = result.value();
  EXPECT_NEAR(gradients.loss, golden.number("loss"), 2e-6 * golden.number("loss"));
  EXPECT_NEAR(gradients.mtp_loss, golden.number("mtp_loss"), 2e-6 * golden.number("loss"));
  EXPECT_EQ(gradients.targets, static_cast<int64_t>(order.tokens.size()) - order.loss_from);
  RecordProperty("worst_error", std::to_string(worst_error(directory_of(name) + "/gradients.safetensors",
                                                           gradients.parameters, gradients.values.data())));
}

TEST_P(GoldenTraining, TenStepsOfAdamWAreTheReferences) {
  const std::string name = GetParam();
  const Golden golden = read_golden(name);
  const Json adamw = golden.document.root()["adamw"];
  const auto number = [&](const char* key) { return *adamw[key].as_double(); };
  const double mtp_weight = golden.number("mtp_weight");
  const Checkpoint checkpoint = open(directory_of(name) + "/model.safetensors");
  const ModelConfig config = std::move(read_config(checkpoint)).take();
  const TensorNames names = std::move(TensorNames::of(checkpoint, config)).take();
  const ParameterList list = std::move(ParameterList::of(config, names, mtp_weight != 0)).take();
  std::vector<float> weights(static_cast<size_t>(list.values()));
  ASSERT_TRUE(load_parameters(weights.data(), list, checkpoint).ok());

  ThreadPool pool(2);
  const KernelTable& kernels = *all_kernels().back();
  TextModel<FloatMath> model(config, list, FloatMath{kernels, pool}, kernels);
  AdamW optimizer(list, {*adamw["betas"][0].as_double(), *adamw["betas"][1].as_double(), number("eps"),
                         number("weight_decay"), false});
  const auto from = static_cast<size_t>(golden.number("loss_from"));
  for (size_t step = 0; step < golden.samples.size(); ++step) {
    const std::vector<int32_t>& tokens = golden.samples[step];
    std::vector<float> targets(tokens.size());
    std::fill(targets.begin() + static_cast<std::ptrdiff_t>(from), targets.end(), 1.0F);
    const std::vector<Document> documents = {{0, static_cast<int64_t>(tokens.size())}};
    const double count = static_cast<double>(tokens.size() - from);
    std::vector<float> gradients(static_cast<size_t>(list.gradient_values()));
    const Losses losses =
        model.run({tokens, documents, targets}, {1 / count, mtp_weight / count, 0}, weights.data(), gradients.data());
    fold_lookups(gradients.data(), list);
    EXPECT_NEAR(losses.sum / count, *golden.document.root()["step_losses"][static_cast<int64_t>(step)][0].as_double(),
                2e-5);
    const double scale = clip_scale(norm_of(gradients.data(), list.values(), pool), number("clip"));
    optimizer.step(weights.data(), gradients.data(), number("lr"), scale, pool);
  }
  RecordProperty("worst_error",
                 std::to_string(worst_error(directory_of(name) + "/stepped.safetensors", list, weights.data())));
}

INSTANTIATE_TEST_SUITE_P(All, GoldenTraining, testing::Values("grouped", "untied_mtp", "tied_mtp"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace capy::train
