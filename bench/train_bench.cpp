// SPDX-License-Identifier: Apache-2.0
// How fast the trainer is on one core: train_bench MODEL [TOKENS [SAMPLES]]. Forward and backward of samples of TOKENS
// random tokens, by the thread's own time, median of the samples; then AdamW's step.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "train/train.h"

namespace capy::train {
namespace {

// Seconds that this thread has really run: what other processes take away does not count.
double now() {
  timespec time;
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

template <class Body>
double median_seconds(int64_t repetitions, Body body) {
  std::vector<double> seconds;
  for (int64_t i = 0; i < repetitions; ++i) {
    const double begin = now();
    body();
    seconds.push_back(now() - begin);
  }
  std::nth_element(seconds.begin(), seconds.begin() + repetitions / 2, seconds.end());
  return seconds[static_cast<size_t>(repetitions / 2)];
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
