// SPDX-License-Identifier: Apache-2.0
// How fast the trainer is on one core: train_bench MODEL [TOKENS [SAMPLES]]. Forward and backward of samples of TOKENS
// random tokens, by the thread's own time, median of the samples; then AdamW's step, and the delta rule of one layer
// alone.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "base/clock.h"
#include "train/operations.h"
#include "train/train.h"

namespace capy::train {
namespace {

template <class Body>
double median_seconds(int64_t repetitions, Body body) {
  std::vector<double> seconds;
  for (int64_t i = 0; i < repetitions; ++i) {
    const double begin = thread_seconds();
    body();
    seconds.push_back(thread_seconds() - begin);
  }
  std::nth_element(seconds.begin(), seconds.begin() + repetitions / 2, seconds.end());
  return seconds[static_cast<size_t>(repetitions / 2)];
}

// Forward and backward of one layer's delta rule over `count` rows, in seconds.
double delta_rule_seconds(const FloatMath& math, const ModelConfig& config, int64_t count, int64_t samples) {
  const std::vector<Document> documents = {{0, count}};
  DeltaRule<float> rule;
  rule.key_heads = config.key_heads;
  rule.value_heads = config.value_heads;
  rule.key_dim = config.key_dim;
  rule.value_dim = config.value_dim;
  rule.documents = documents;
  const int64_t keys = rule.key_heads * rule.key_dim;
  const int64_t values = rule.value_heads * rule.value_dim;
  uint32_t state = 1;
  const auto random = [&](int64_t n, float low, float high) {
    std::vector<float> all(static_cast<size_t>(n));
    for (float& value : all) {
      state = state * 1664525 + 1013904223;
      value = low + (high - low) * static_cast<float>(state >> 8) * 0x1p-24F;
    }
    return all;
  };
  const float unit = 1 / std::sqrt(static_cast<float>(rule.key_dim));
  const auto q = random(count * keys, -unit, unit), k = random(count * keys, -unit, unit);
  const auto v = random(count * values, -1, 1), g = random(count * rule.value_heads, -0.1F, 0);
  const auto beta = random(count * rule.value_heads, 0, 1), d_out = random(count * values, -1, 1);
  std::vector<float> out(v.size()), corrected(v.size()), dq(q.size()), dk(k.size()), dv(v.size()), dg(g.size());
  std::vector<float> dbeta(beta.size());
  std::vector<float> states(
      static_cast<size_t>(delta_chunks(documents) * rule.value_heads * rule.key_dim * rule.value_dim));
  rule.q = {q.data(), keys};
  rule.k = {k.data(), keys};
  rule.v = {v.data(), values};
  rule.g = g.data();
  rule.beta = beta.data();
  rule.out = out.data();
  rule.corrected = corrected.data();
  rule.states = states.data();
  DeltaRuleGradients<float> d{{dq.data(), keys}, {dk.data(), keys}, {dv.data(), values}, dg.data(), dbeta.data()};
  d.out = d_out.data();
  return median_seconds(samples, [&] {
    delta_rule(math, rule);
    delta_rule_backward(math, rule, d);
  });
}

Result<int> measure(const char* path, int64_t count, int64_t samples) {
  const Checkpoint checkpoint = TRY(Checkpoint::open(path));
  const ModelConfig config = TRY(read_config(checkpoint));
  const TensorNames names = TRY(TensorNames::of(checkpoint, config));
  const ParameterList list = TRY(ParameterList::of(config, names, false));
  const KernelTable* const kernels = TRY(choose_kernels());
  std::vector<float> weights(static_cast<size_t>(list.values()));
  TRY(load_parameters(weights.data(), list, checkpoint));
  std::vector<float> gradients(static_cast<size_t>(list.gradient_values()));

  std::vector<int32_t> tokens;
  uint32_t state = 1;
  for (int64_t i = 0; i < count; ++i) {
    state = state * 1664525 + 1013904223;
    tokens.push_back(static_cast<int32_t>((state >> 8) % static_cast<uint32_t>(config.vocab)));
  }
  const std::vector<Document> documents = {{0, count}};
  const Sample sample{tokens, documents, {}};
  ThreadPool pool(1);
  TextModel<FloatMath> model(config, list, FloatMath{*kernels, pool}, *kernels);
  const LossOptions options{1.0 / static_cast<double>(count - 1)};
  model.run(sample, options, weights.data(), gradients.data());
  const double forward = median_seconds(samples, [&] { model.run(sample, options, weights.data(), nullptr); });
  const double both = median_seconds(samples, [&] { model.run(sample, options, weights.data(), gradients.data()); });
  AdamW optimizer(list, {});
  const double step = median_seconds(5, [&] { optimizer.step(weights.data(), gradients.data(), 1e-6, 1, pool); });
  const auto n = static_cast<double>(count);
  // Two operations for each weight of a product and token forward, twice that backward; attention and the delta rule
  // are not counted.
  const double flops = 6 * static_cast<double>(list.parameters() - (config.tied ? 0 : config.vocab * config.dim)) * n;
  std::printf(
      "%s: %lld parameters, %lld tokens: forward %.0f tokens/s, forward and backward %.0f tokens/s"
      " (%.1f GFLOP/s of products), AdamW %.1f ms\n",
      kernels->isa, static_cast<long long>(list.parameters()), static_cast<long long>(count), n / forward, n / both,
      flops / both * 1e-9, step * 1e3);
  if (config.key_heads > 0) {
    const double rule = delta_rule_seconds(FloatMath{*kernels, pool}, config, count, samples);
    std::printf("delta rule of a layer, forward and backward: %.0f tokens/s\n", n / rule);
  }
  return 0;
}

}  // namespace
}  // namespace capy::train

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: train_bench MODEL [TOKENS [SAMPLES]]\n");
    return 2;
  }
  const int64_t tokens = argc > 2 ? std::max(2, std::atoi(argv[2])) : 256;
  const int64_t samples = argc > 3 ? std::max(1, std::atoi(argv[3])) : 9;
  const auto result = capy::train::measure(argv[1], tokens, samples);
  if (result.ok()) return result.value();
  std::fprintf(stderr, "train_bench: %s\n", result.error().message.c_str());
  return 1;
}
