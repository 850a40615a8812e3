// SPDX-License-Identifier: Apache-2.0
// The engine's promises besides equality: no allocation while decoding, full pools, waiting requests, damaged files,
// limits.
#include "engine/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "engine/golden.h"
#include "model/model.h"

namespace capy {

int64_t allocation_count();  // allocation_count_test.cpp

namespace {

std::unique_ptr<Engine> open_engine(const std::string& model, EngineOptions options = {}) {
  options.threads = options.threads > 0 ? options.threads : 2;
  if (options.context_tokens == 0) options.context_tokens = 1024;
  Result<std::unique_ptr<Engine>> engine = Engine::open(golden_path("models/" + model), std::move(options));
  EXPECT_TRUE(engine.ok()) << (engine.ok() ? "" : engine.error().message);
  return engine.ok() ? std::move(engine).take() : nullptr;
}

Request request_of(std::span<const int32_t> prompt, int64_t max_tokens) {
  Request request;
  request.tokens.assign(prompt.begin(), prompt.end());
  request.max_tokens = max_tokens;
  request.ignore_eos = true;
  request.sampling.temperature = 0;
  return request;
}

void run(Engine& engine) {
  for (bool more = true; more;) {
    const Result<bool> stepped = engine.step();
    ASSERT_TRUE(stepped.ok()) << stepped.error().message;
    more = stepped.value();
  }
}

TEST(Engine, ADecodingStepAllocatesNothing) {
  for (const char* model : {"qwen35_grouped", "qwen35_nested", "llama3"}) {
    const GoldenModel golden = read_golden_model(model);
    const std::unique_ptr<Engine> engine = open_engine(model);
    std::vector<RequestId> ids;
    for (int i = 0; i < 3; ++i) {
      Request request = request_of(std::span<const int32_t>(golden.tokens).first(20), 80);
      request.sampling.temperature = static_cast<float>(i);
      request.sampling.top_k = 10;
      ids.push_back(engine->submit(std::move(request)).take());
    }
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(engine->step().ok());  // prompts, and whatever is made once
    const int64_t before = allocation_count();
    for (int i = 0; i < 70; ++i) ASSERT_TRUE(engine->step().ok());  // crosses two boundaries of the recurrent state
    EXPECT_EQ(allocation_count() - before, 0) << model;
    run(*engine);
    for (const RequestId id : ids) EXPECT_EQ(engine->take(id).tokens.size(), 80U);
  }
  // The counter counts: otherwise the zeros above would mean nothing.
  const int64_t before = allocation_count();
  EXPECT_NE(open_engine("llama3"), nullptr);
  EXPECT_GT(allocation_count(), before);
}

// Pages hold 256 tokens: sharing, copying of a partly filled page, cuts and saved files on both sides of their borders.
TEST(Engine, PagesAreSharedAndCutWithoutATrace) {
  for (const char* model : {"qwen35_grouped", "llama3"}) {
    const GoldenModel golden = read_golden_model(model);
    const std::span<const int32_t> text = std::span<const int32_t>(golden.tokens).first(600);
    std::vector<std::vector<float>> truth;
    const std::unique_ptr<Engine> engine = open_engine(model);
    const SequenceId id = engine->create_sequence().take();
    engine->set_logits(id, LogitsWanted::kAll,
                       [&](int64_t, std::span<const float> row) { truth.emplace_back(row.begin(), row.end()); });
    ASSERT_TRUE(engine->append(id, text).ok());
    run(*engine);
    ASSERT_EQ(truth.size(), text.size());
    const std::string file =
        std::filesystem::temp_directory_path() / ("capy-pages-" + std::to_string(::getpid()) + ".seq");
    for (const int64_t cut : {599, 513, 512, 511, 300, 257, 256, 255, 10}) {
      SCOPED_TRACE(std::string(model) + " cut to " + std::to_string(cut));
      const SequenceId copy = engine->fork(id).take();
      ASSERT_TRUE(engine->truncate(copy, cut).ok());
      ASSERT_TRUE(engine->save(copy, file).ok());
      const SequenceId restored = engine->restore(file).take();
      for (const SequenceId grown : {copy, restored}) {
        int64_t checked = 0;
        engine->set_logits(grown, LogitsWanted::kAll, [&](int64_t position, std::span<const float> row) {
          const std::vector<float>& wanted = truth[static_cast<size_t>(position)];
          EXPECT_EQ(std::memcmp(wanted.data(), row.data(), row.size_bytes()), 0) << "position " << position;
          ++checked;
        });
        ASSERT_TRUE(engine
                        ->append(grown, text.subspan(static_cast<size_t>(cut),
                                                     static_cast<size_t>(std::min<int64_t>(40, 600 - cut))))
                        .ok());
        run(*engine);
        EXPECT_GE(checked, std::min<int64_t>(40, 600 - cut));
        engine->drop(grown);
      }
    }
    std::filesystem::remove(file);
  }
}

// A budget for very few sequences: more requests than that wait for their turn, and all of them finish.
TEST(Engine, RequestsWaitWhereMemoryIsShort) {
  const GoldenModel golden = read_golden_model("qwen35_grouped");
  EngineOptions options;
  options.limits.sequences_max = 2;
  const std::unique_ptr<Engine> engine = open_engine("qwen35_grouped", options);
  std::vector<RequestId> ids;
  for (int i = 0; i < 7; ++i)
    ids.push_back(
        engine->submit(request_of(std::span<const int32_t>(golden.tokens).subspan(static_cast<size_t>(i), 30), 50))
            .take());
  std::vector<Response> responses(ids.size());
  for (size_t open = ids.size(); open > 0;) {
    ASSERT_TRUE(engine->step().ok());
    for (size_t i = 0; i < ids.size(); ++i) {
      if (ids[i] < 0 || !engine->finished(ids[i])) continue;
      responses[i] = engine->take(ids[i]);
      ids[i] = -1;
      --open;
    }
  }
  for (const Response& response : responses) {
    EXPECT_EQ(response.finish, FinishReason::kLength) << response.error.message;
    EXPECT_EQ(response.tokens.size(), 50U);
  }
}

TEST(Engine, APromptAndManyAnswersShareAStepOfTwoRows) {
  const GoldenModel golden = read_golden_model("llama3");
  EngineOptions options;
  options.chunk_tokens = 2;
  const std::unique_ptr<Engine> engine = open_engine("llama3", options);
  const auto tokens = std::span<const int32_t>(golden.tokens);
  std::vector<int64_t> heard(4, 0);
  for (int64_t& count : heard) {
    Request request = request_of(tokens.first(1), 200);
    request.on_token = [&count](const TokenEvent&) { return ++count, true; };
    ASSERT_TRUE(engine->submit(std::move(request)).ok());
  }
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(engine->step().ok());
  const RequestId prompt = engine->submit(request_of(tokens.first(300), 1)).take();
  const std::vector<int64_t> before = heard;
  for (int i = 0; i < 80; ++i) ASSERT_TRUE(engine->step().ok());
  for (size_t i = 0; i < heard.size(); ++i) EXPECT_GE(heard[i] - before[i], 15) << "answer " << i << " stands still";
  for (int i = 0; i < 400 && !engine->finished(prompt); ++i) ASSERT_TRUE(engine->step().ok());
  EXPECT_TRUE(engine->finished(prompt));
}

TEST(Engine, ARequestForAnAdapterThatIsNotLoadedIsRefused) {
  const std::unique_ptr<Engine> engine = open_engine("llama3");
  const GoldenModel golden = read_golden_model("llama3");
  Request request = request_of(std::span<const int32_t>(golden.tokens).first(3), 2);
  request.loras = {0};
  const Result<RequestId> refused = engine->submit(std::move(request));
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message, testing::HasSubstr("no adapter number 0"));
}

TEST(Engine, CancellingAnotherRequestInACallbackEndsItsComputing) {
  EngineOptions options;
  options.chunk_tokens = 16;
  const std::unique_ptr<Engine> engine = open_engine("llama3", options);
  const GoldenModel golden = read_golden_model("llama3");
  const auto tokens = std::span<const int32_t>(golden.tokens);
  RequestId other = -1;
  Request first = request_of(tokens.first(3), 2);
  first.on_token = [&](const TokenEvent&) { return engine->cancel(other), true; };
  ASSERT_TRUE(engine->submit(std::move(first)).ok());
  other = engine->submit(request_of(tokens.first(700), 5)).take();
  ASSERT_TRUE(engine->step().ok());
  ASSERT_TRUE(engine->finished(other));
  int steps = 0;
  for (bool more = true; more && steps < 20; ++steps) more = engine->step().take();
  EXPECT_LE(steps, 3) << "a cancelled prompt is still being computed";
}

TEST(Engine, AFullKvPoolIsAnErrorThatNamesIt) {
  EngineOptions options;
  options.context_tokens = 256;
  options.limits.sequences_max = 4;
  const std::unique_ptr<Engine> engine = open_engine("llama3", options);
  const GoldenModel golden = read_golden_model("llama3");
  const SequenceId id = engine->create_sequence().take();
  const Status appended = engine->append(id, std::span<const int32_t>(golden.tokens).first(257));
  ASSERT_FALSE(appended.ok());
  EXPECT_THAT(appended.error().message, testing::HasSubstr("256"));
  EXPECT_EQ(engine->length(id), 0);
  const Result<RequestId> refused = engine->submit(request_of(std::span<const int32_t>(golden.tokens).first(200), 100));
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message, testing::HasSubstr("maximum context length is 256"));
}

TEST(Engine, WeightsBeyondTheBudgetAreRefusedBeforeTheyAreRead) {
  EngineOptions options;
  options.memory_bytes = 100'000;
  const Result<std::unique_ptr<Engine>> engine = Engine::open(golden_path("models/qwen35_grouped"), options);
  ASSERT_FALSE(engine.ok());
  EXPECT_EQ(engine.error().code, ErrorCode::kLimit);
  EXPECT_THAT(engine.error().message, testing::HasSubstr("--memory"));
}

TEST(Engine, ContextIsWhatTheBudgetAllows) {
  EngineOptions options;
  options.memory_bytes = int64_t{64} << 20;
  options.limits.sequences_max = 1;
  options.context_tokens = int64_t{1} << 20;
  const Result<std::unique_ptr<Engine>> engine = Engine::open(golden_path("models/llama3"), options);
  ASSERT_FALSE(engine.ok());
  EXPECT_THAT(engine.error().message, testing::HasSubstr("there is room for"));
}

TEST(Engine, CancelInsideTheCallback) {
  const GoldenModel golden = read_golden_model("llama3");
  const std::unique_ptr<Engine> engine = open_engine("llama3");
  Request request = request_of(std::span<const int32_t>(golden.tokens).first(10), 50);
  int calls = 0;
  RequestId id = -1;
  request.on_token = [&](const TokenEvent&) {
    if (++calls == 5) engine->cancel(id);
    return true;
  };
  id = engine->submit(std::move(request)).take();
  run(*engine);
  ASSERT_TRUE(engine->finished(id));
  const Response response = engine->take(id);
  EXPECT_EQ(response.finish, FinishReason::kCancelled);
  EXPECT_EQ(calls, 5);
}

TEST(Engine, DroppingARequestsSequenceEndsTheRequest) {
  const GoldenModel golden = read_golden_model("llama3");
  const std::unique_ptr<Engine> engine = open_engine("llama3");
  const SequenceId plain = engine->create_sequence().take();
  const RequestId id = engine->submit(request_of(std::span<const int32_t>(golden.tokens).first(10), 5)).take();
  run(*engine);
  SequenceId kept = -1;
  EXPECT_EQ(engine->take(id, &kept).tokens.size(), 5U);
  // The kept sequence is a prefix for the next request: only the tokens after it are computed.
  Request next = request_of(engine->tokens(kept), 3);
  next.tokens.push_back(golden.tokens[0]);
  const RequestId second = engine->submit(std::move(next), kept).take();
  run(*engine);
  EXPECT_GE(engine->take(second).cached_tokens, 12);
  engine->drop(plain);
  engine->drop(kept);
}

TEST(Engine, TokensOutsideTheVocabularyAreRefused) {
  const std::unique_ptr<Engine> engine = open_engine("llama3");
  const SequenceId id = engine->create_sequence().take();
  for (const int32_t token : {-1, 101, 2147483647}) {
    EXPECT_FALSE(engine->append(id, std::span<const int32_t>(&token, 1)).ok());
    EXPECT_FALSE(engine->submit(request_of(std::span<const int32_t>(&token, 1), 3)).ok());
  }
  EXPECT_FALSE(engine->submit(Request{}).ok());
}

// asks: a file cut short while it is mapped is an error, not a crash, and no token comes of it.
TEST(Engine, AModelFileCutShortWhileInUseIsAnError) {
  const std::string copy = std::filesystem::temp_directory_path() / ("capy-cut-" + std::to_string(::getpid()));
  std::filesystem::remove_all(copy);
  std::filesystem::copy(golden_path("models/llama3"), copy, std::filesystem::copy_options::recursive);
  EngineOptions options;
  options.threads = 2;
  options.context_tokens = 512;
  const std::unique_ptr<Engine> engine = Engine::open(copy, options).take();
  int64_t tokens = 0;
  const GoldenModel golden = read_golden_model("llama3");
  Request request = request_of(std::span<const int32_t>(golden.tokens).first(10), 20);
  request.on_token = [&](const TokenEvent&) { return ++tokens > 0; };
  ASSERT_TRUE(engine->submit(std::move(request)).ok());
  std::filesystem::resize_file(copy + "/model.safetensors", 4096);
  const Result<bool> stepped = engine->step();
  ASSERT_FALSE(stepped.ok());
  EXPECT_EQ(stepped.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(stepped.error().message, testing::HasSubstr("cut short"));
  EXPECT_EQ(tokens, 0);
  std::filesystem::remove_all(copy);
}

TEST(Engine, DamagedAndForeignSavedSequencesLeaveNoTrace) {
  const GoldenModel golden = read_golden_model("qwen35_grouped");
  const std::unique_ptr<Engine> engine = open_engine("qwen35_grouped");
  const SequenceId id = engine->create_sequence().take();
  ASSERT_TRUE(engine->append(id, std::span<const int32_t>(golden.tokens).first(70)).ok());
  run(*engine);
  const std::string file =
      std::filesystem::temp_directory_path() / ("capy-damaged-" + std::to_string(::getpid()) + ".seq");
  ASSERT_TRUE(engine->save(id, file).ok());
  const auto size = static_cast<int64_t>(std::filesystem::file_size(file));
  for (const int64_t at : {int64_t{0}, int64_t{9}, int64_t{80}, size / 2, size - 1}) {
    std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
    out.seekg(at);
    const char old = static_cast<char>(out.get());
    out.seekp(at);
    out.put(static_cast<char>(old ^ 0x20));
    out.close();
    EXPECT_FALSE(engine->restore(file).ok()) << "byte " << at;
    std::fstream back(file, std::ios::in | std::ios::out | std::ios::binary);
    back.seekp(at);
    back.put(old);
  }
  EXPECT_TRUE(engine->restore(file).ok());
  for (const int64_t length : {int64_t{0}, int64_t{7}, int64_t{100}, size - 8, size - 1}) {
    std::filesystem::resize_file(file, static_cast<uintmax_t>(length));
    EXPECT_FALSE(engine->restore(file).ok()) << "cut to " << length;
  }
  const std::unique_ptr<Engine> other = open_engine("qwen35_nested");
  ASSERT_TRUE(engine->save(id, file).ok());
  const Result<SequenceId> foreign = other->restore(file);
  ASSERT_FALSE(foreign.ok());
  EXPECT_THAT(foreign.error().message, testing::HasSubstr("another model"));
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace capy
