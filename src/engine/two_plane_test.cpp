// SPDX-License-Identifier: Apache-2.0
// The head on two planes changes no token: the answers of requests are the same with and without it, whatever they
// sample by, in a batch or alone, drafted or not, on every ISA and any number of threads.
#include <gtest/gtest.h>

#include <cstdlib>

#include "engine/engine.h"
#include "engine/golden.h"
#include "kernels/kernels.h"
#include "model/model.h"

namespace capy {
namespace {

struct HeadCase {
  std::string model;
  bool two_planes = true;
  std::string isa = "generic";
  int threads = 1;
  int64_t drafts = 0;  // a fixed number of them; 0: none
};

std::unique_ptr<Engine> open_engine(const HeadCase& setup) {
  ::setenv("CAPY_ISA", setup.isa.c_str(), 1);
  EngineOptions options;
  options.type = ComputeType::kInt4;
  options.threads = setup.threads;
  options.context_tokens = 256;
  options.two_plane_head = setup.two_planes;
  options.draft.enabled = setup.drafts > 0;
  options.draft.fixed = setup.drafts;
  options.limits.sequences_max = 20;
  Result<std::unique_ptr<Engine>> engine = Engine::open(golden_path("models/" + setup.model), std::move(options));
  ::unsetenv("CAPY_ISA");
  EXPECT_TRUE(engine.ok()) << (engine.ok() ? "" : engine.error().message);
  return engine.ok() ? std::move(engine).take() : nullptr;
}

// Every way to sample that reads few logits, and some that read all.
SamplingOptions sampling_of(int64_t index) {
  SamplingOptions sampling;
  sampling.seed = static_cast<uint64_t>(5 + index);
  switch (index % 9) {
    case 0: sampling.temperature = 0; break;
    case 1: sampling.top_k = 20; break;
    case 2: sampling = {.temperature = 1.5F, .top_k = 3, .seed = 2}; break;
    case 3: sampling = {.temperature = 0, .presence_penalty = 2, .repetition_penalty = 1.3F}; break;
    case 4: sampling = {.temperature = 0.8F, .top_k = 20, .top_p = 0.9F, .presence_penalty = 1.5F, .seed = 4}; break;
    case 5: sampling = {.top_k = 40, .min_p = 0.05F, .frequency_penalty = 0.4F, .repetition_penalty = 1.1F}; break;
    case 6: sampling = {.top_k = 5, .typical_p = 0.7F, .repetition_penalty = 1.2F, .repetition_window = 8}; break;
    case 7: sampling = {.temperature = 0, .repetition_penalty = 0.9F}; break;
    default: sampling = {.top_k = 10, .presence_penalty = -1, .logit_bias = {{3, 4.0F}, {9, -2.0F}}}; break;
  }
  return sampling;
}

Request request_of(const GoldenModel& golden, int64_t index) {
  Request request;
  const auto from = golden.tokens.begin() + index * 9;
  request.tokens.assign(from, from + 12 + index % 4);
  request.sampling = sampling_of(index);
  request.max_tokens = 24;
  request.ignore_eos = true;
  if (index % 7 == 6) request.logprobs = 2;
  return request;
}

using Answers = std::vector<std::vector<int32_t>>;

// `together` requests run at a time.
Answers answers(const HeadCase& setup, int64_t requests, int64_t together) {
  const GoldenModel golden = read_golden_model(setup.model);
  const std::unique_ptr<Engine> engine = open_engine(setup);
  const bool has_kernels = kernels_named(setup.isa).value()->scan_planes != nullptr;
  EXPECT_EQ(engine->model().has_two_plane_head(), setup.two_planes && has_kernels);
  Answers answers;
  for (int64_t first = 0; first < requests; first += together) {
    std::vector<RequestId> ids;
    for (int64_t i = first; i < std::min(first + together, requests); ++i)
      ids.push_back(engine->submit(request_of(golden, i)).take());
    for (Result<bool> more = true; more.ok() && more.value();) more = engine->step();
    for (const RequestId id : ids) {
      const Response response = engine->take(id);
      EXPECT_EQ(response.finish, FinishReason::kLength) << response.error.message;
      answers.push_back(response.tokens);
    }
  }
  return answers;
}

TEST(TwoPlaneHead, ChangesNoToken) {
  constexpr int64_t kRequests = 18;
  for (const char* model : {"qwen35_grouped", "llama3"}) {
    const Answers truth = answers({.model = model, .two_planes = false}, kRequests, 1);
    ASSERT_EQ(truth.size(), static_cast<size_t>(kRequests));
    for (const KernelTable* kernels : all_kernels()) {
      for (const int threads : {1, 3}) {
        for (const int64_t drafts : {0, 3}) {
          for (const int64_t together : {1, 9}) {
            const HeadCase setup{model, true, kernels->isa, threads, drafts};
            EXPECT_TRUE(answers(setup, kRequests, together) == truth)
                << model << " " << kernels->isa << ", threads " << threads << ", drafts " << drafts << ", together "
                << together;
          }
        }
      }
    }
  }
}

TEST(TwoPlaneHead, TheBestLogitOfASequenceIsTrue) {
  const GoldenModel golden = read_golden_model("llama3");
  const std::unique_ptr<Engine> engine = open_engine({.model = "llama3"});
  const auto row_of = [&](LogitsWanted wanted) {
    std::vector<float> row;
    const SequenceId id = engine->create_sequence().take();
    engine->set_logits(id, wanted,
                       [&](int64_t, std::span<const float> logits) { row.assign(logits.begin(), logits.end()); });
    EXPECT_TRUE(engine->append(id, std::span(golden.tokens).first(30)).ok());
    for (Result<bool> more = true; more.ok() && more.value();) more = engine->step();
    engine->drop(id);
    return row;
  };
  const std::vector<float> all = row_of(LogitsWanted::kLast);
  const std::vector<float> best = row_of(LogitsWanted::kBest);
  ASSERT_EQ(best.size(), all.size());
  const auto at = std::max_element(all.begin(), all.end()) - all.begin();
  EXPECT_EQ(std::max_element(best.begin(), best.end()) - best.begin(), at);
  EXPECT_EQ(best[static_cast<size_t>(at)], all[static_cast<size_t>(at)]);
}

}  // namespace
}  // namespace capy
