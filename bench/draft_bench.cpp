// SPDX-License-Identifier: Apache-2.0
// Speed of drafting against acceptance: guesses are right with a chosen probability, known from an undrafted run.
// draft_bench MODEL TYPE [TOKENS]   one line for each acceptance and number of drafts (0: chosen by the policy)
#include <cstdio>
#include <cstdlib>
#include <random>

#include "engine/engine.h"

namespace capy {
namespace {

double decode(Engine& engine, int64_t tokens, bool draft, std::vector<int32_t>* answer) {
  Request request;
  for (int32_t i = 0; i < 24; ++i) request.tokens.push_back(100 + 37 * i);
  request.sampling.temperature = 1;
  request.max_tokens = tokens;
  request.ignore_eos = true;
  request.draft = draft;
  const RequestId id = engine.submit(std::move(request)).take();
  while (!engine.finished(id) && engine.step().ok()) continue;
  const Response response = engine.take(id);
  if (answer != nullptr) *answer = response.tokens;
  return static_cast<double>(response.tokens.size() - 1) / response.timings.decode_seconds;
}

int run(int argc, char** argv) {
  if (argc < 3) return 2;
  const int64_t tokens = argc > 3 ? std::atol(argv[3]) : 32;
  std::vector<int32_t> truth;
  std::mt19937 random(1);
  int acceptance = 0;
  for (const int64_t fixed : {1, 2, 3, 4, 6, 0}) {
    EngineOptions options;
    options.type = compute_type_named(argv[2]);
    options.context_tokens = 1024;
    options.draft.fixed = fixed;
    options.draft.source = [&](std::span<const int32_t> known, int64_t most, int32_t* out) -> int64_t {
      for (int64_t i = 0; i < most; ++i) {
        const size_t at = known.size() - 24 + static_cast<size_t>(i);
        if (at >= truth.size()) return i;
        out[i] = static_cast<int>(random() % 100) < acceptance ? truth[at] : truth[at] ^ 1;
      }
      return most;
    };
    Result<std::unique_ptr<Engine>> opened = Engine::open(argv[1], std::move(options));
    if (!opened.ok()) return std::fprintf(stderr, "%s\n", opened.error().message.c_str()), 1;
    Engine& engine = *opened.value();
    for (const int percent : {0, 30, 60, 90}) {
      acceptance = percent;
      const double plain = decode(engine, tokens, false, &truth);
      const double drafted = decode(engine, tokens, true, nullptr);
      std::printf("drafts %lld acceptance 0.%02d: %.1f -> %.1f tokens/s, x %.2f\n", static_cast<long long>(fixed),
                  percent, plain, drafted, drafted / plain);
      std::fflush(stdout);
    }
  }
  return 0;
}

}  // namespace
}  // namespace capy

int main(int argc, char** argv) { return capy::run(argc, argv); }
