// SPDX-License-Identifier: Apache-2.0
#include "apps/text_sampler.h"

#include <algorithm>

#include "engine/engine.h"
#include "evaluate/evaluate.h"

namespace capy {
namespace {

constexpr float kTemperature = 0.7F;
constexpr int64_t kSamplesSearched = 1000;

// The first tokens of documents, in the order in which the data comes.
Result<std::vector<int32_t>> find_beginnings(const SampleStream& data, int64_t count) {
  std::vector<int32_t> found;
  Sample sample;
  for (int64_t i = 0; i < std::min(kSamplesSearched, data.samples()); ++i) {
    if (static_cast<int64_t>(found.size()) >= count) break;
    TRY(data.read(i, sample));
    for (const DocumentStart& document : sample.documents) {
      // One of a sample: neighbours in a file are often alike.
      if (document.position != 0 || !sample.is_target(document.at)) continue;
      found.push_back(sample.tokens[static_cast<size_t>(document.at)]);
      break;
    }
  }
  if (found.empty() && count > 0) {
    return Error{ErrorCode::kInvalid, "the data shows no beginning of a document: leave \"\" out of sample_prompts"};
  }
  for (size_t i = 0; static_cast<int64_t>(found.size()) < count; ++i) found.push_back(found[i]);
  return found;
}

}  // namespace

Result<TextSampler> TextSampler::make(std::vector<std::string> prompts, int64_t tokens_max, const SampleStream& data) {
  const int64_t empty = std::count(prompts.begin(), prompts.end(), "");
  std::vector<int32_t> beginnings = TRY(find_beginnings(data, empty));
  return TextSampler(std::move(prompts), tokens_max, std::move(beginnings));
}

Result<std::vector<TextSample>> TextSampler::write(const std::string& model, int threads,
                                                   const std::function<bool()>& goes_on) const {
  EngineOptions options;
  options.type = ComputeType::kF32;
  options.threads = threads;
  const std::unique_ptr<Engine> engine = TRY(Engine::open(model, std::move(options)));
  std::vector<RequestId> requests;
  std::vector<TextSample> samples;
  size_t next_beginning = 0;
  for (const std::string& prompt : prompts_) {
    Request request;
    request.tokens = TRY(tokens_of_text(*engine, prompt));
    samples.push_back({prompt, ""});
    if (prompt.empty() && request.tokens.empty()) {
      request.tokens.push_back(beginnings_[next_beginning++]);
      samples.back().text = engine->tokenizer()->decode(request.tokens);
    }
    request.sampling.temperature = kTemperature;
    request.sampling.seed = requests.size();  // so that a prompt that is there twice shows two texts
    request.max_tokens = tokens_max_;
    requests.push_back(TRY(engine->submit(std::move(request))));
  }
  const auto is_finished = [&](RequestId id) { return engine->finished(id); };
  while (!std::all_of(requests.begin(), requests.end(), is_finished)) {
    if (!goes_on()) return std::vector<TextSample>();
    TRY(engine->step());
  }
  for (size_t i = 0; i < requests.size(); ++i) {
    Response response = engine->take(requests[i]);
    if (response.finish == FinishReason::kError) return response.error;
    samples[i].text += response.text;
  }
  return samples;
}

}  // namespace capy
