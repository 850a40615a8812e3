// SPDX-License-Identifier: Apache-2.0
// A run goes on from its file with the bytes that it would have had; threads change none; a damaged file is refused.
#include "train/train_state.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/concat.h"

namespace capy::train {
namespace {

namespace fs = std::filesystem;

class TrainStates : public testing::Test {
 protected:
  TrainStates()
      : checkpoint_(
            std::move(Checkpoint::open(concat(CAPY_SOURCE_DIR, "/tests/golden/training/tied_mtp/model.safetensors")))
                .take()),
        config_(std::move(read_config(checkpoint_)).take()),
        list_(std::move(ParameterList::of(config_, std::move(TensorNames::of(checkpoint_, config_)).take(), true))
                  .take()),
        file_((fs::temp_directory_path() / concat("capy_train_state_", ::getpid(), ".safetensors")).string()) {
    for (int64_t i = 0; i < kSteps * kSamples * kTokens; ++i) {
      tokens_.push_back(static_cast<int32_t>((i * i + i / 7) % config_.vocab));
    }
  }
  ~TrainStates() override { fs::remove(file_); }

  static TrainOptions options() {
    TrainOptions o;
    o.schedule = {Schedule::Shape::kCosine, 4e-3, 1e-4, 2, kSteps, 0};
    o.use_muon = true;
    o.mtp_weight = 0.3;
    o.z_loss = 1e-4;
    o.average_decay = 0.9;
    o.samples_per_leaf = 2;
    return o;
  }

  TrainState begin(const TrainOptions& o, ThreadPool& pool) const {
    std::vector<float> weights(static_cast<size_t>(list_.values()));
    EXPECT_TRUE(load_parameters(weights.data(), list_, checkpoint_).ok());
    return {config_, list_, std::move(weights), o, *all_kernels().back(), pool};
  }

  // The step's five samples of two documents each.
  StepReport take_step(TrainState& state) const {
    static const std::vector<Document> documents = {{0, 11}, {11, kTokens}};
    std::vector<Sample> samples;
    for (int64_t i = 0; i < kSamples; ++i) {
      const int64_t at = (state.steps() * kSamples + i) * kTokens;
      samples.push_back({std::span(tokens_).subspan(static_cast<size_t>(at), kTokens), documents, {}, kTokens - 2});
    }
    return std::move(state.step(samples)).take();
  }

  static constexpr int64_t kSteps = 8;
  static constexpr int64_t kSamples = 5;
  static constexpr int64_t kTokens = 40;
  Checkpoint checkpoint_;
  ModelConfig config_;
  ParameterList list_;
  std::string file_;
  std::vector<int32_t> tokens_;
};

bool same_bytes(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

TEST_F(TrainStates, GoOnFromTheirFileWithTheSameBytes) {
  ThreadPool one(1), two(2);
  TrainState whole = begin(options(), one);
  for (int64_t i = 0; i < kSteps; ++i) take_step(whole);

  TrainState first = begin(options(), two);
  for (int64_t i = 0; i < 3; ++i) take_step(first);
  ASSERT_TRUE(first.save(file_).ok());
  take_step(first);  // lost when it is killed here
  TrainState second = begin(options(), two);
  const Status loaded = second.load(file_);
  ASSERT_TRUE(loaded.ok()) << loaded.error().message;
  EXPECT_EQ(second.steps(), 3);
  for (int64_t i = 3; i < kSteps; ++i) take_step(second);
  EXPECT_TRUE(same_bytes(whole.weights(), second.weights()));
  EXPECT_TRUE(same_bytes(whole.average(), second.average()));
  EXPECT_FALSE(same_bytes(whole.weights(), whole.average()));
}

TEST_F(TrainStates, RefuseDamagedFilesAndThoseOfOtherRuns) {
  ThreadPool pool(1);
  TrainState state = begin(options(), pool);
  take_step(state);
  ASSERT_TRUE(state.save(file_).ok());
  TrainOptions plain = options();
  plain.use_muon = false;
  TrainState other = begin(plain, pool);
  ASSERT_FALSE(other.load(file_).ok());
  EXPECT_EQ(other.load(file_).error().code, ErrorCode::kInvalid);
  {
    std::fstream file(file_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(fs::file_size(file_) / 2));
    const char byte = static_cast<char>(file.get() ^ 1);
    file.seekp(static_cast<std::streamoff>(fs::file_size(file_) / 2));
    file.put(byte);
  }
  TrainState again = begin(options(), pool);
  const std::vector<float> before = again.weights();
  ASSERT_FALSE(again.load(file_).ok());
  EXPECT_EQ(again.load(file_).error().code, ErrorCode::kCorrupt);
  EXPECT_TRUE(same_bytes(before, again.weights()));
  EXPECT_EQ(again.steps(), 0);
  fs::resize_file(file_, fs::file_size(file_) / 2);
  EXPECT_FALSE(again.load(file_).ok());
}

TEST_F(TrainStates, LearnWhatTheySeeAgainAndAgain) {
  ThreadPool pool(2);
  for (const bool muon : {false, true}) {
    TrainOptions o = options();
    o.use_muon = muon;
    o.schedule = {Schedule::Shape::kConstant, 1e-2, 0, 3, 100, 0};
    TrainState state = begin(o, pool);
    const std::vector<Document> documents = {{0, kTokens}};
    const std::vector<Sample> samples = {{std::span(tokens_).first(kTokens), documents, {}}};
    const StepReport first = std::move(state.step(samples)).take();
    StepReport last;
    for (int i = 0; i < 80; ++i) last = std::move(state.step(samples)).take();
    EXPECT_LT(last.loss, first.loss / 2) << (muon ? "Muon" : "AdamW");
    EXPECT_LT(last.mtp_loss, first.mtp_loss / 2);
  }
}

TEST_F(TrainStates, LookAtLossesWithoutMoving) {
  ThreadPool pool(2);
  TrainState looked = begin(options(), pool);
  TrainState straight = begin(options(), pool);
  const std::vector<Document> documents = {{0, 11}, {11, kTokens}};
  const std::vector<Sample> samples = {{std::span(tokens_).first(kTokens), documents, {}},
                                       {std::span(tokens_).subspan(kTokens, kTokens), documents, {}}};
  for (int i = 0; i < 3; ++i) {
    const Losses losses = looked.losses(samples);
    EXPECT_EQ(losses.weights, 2 * (kTokens - 2));
    const StepReport step = std::move(looked.step(samples)).take();
    EXPECT_NEAR(losses.sum / losses.weights, step.loss, 1e-9);
    (void)std::move(straight.step(samples)).take();
  }
  EXPECT_TRUE(same_bytes(looked.weights(), straight.weights()));
}

TEST_F(TrainStates, SayWhenThereIsNothingToLearn) {
  ThreadPool pool(1);
  TrainState state = begin(options(), pool);
  const std::vector<Document> documents = {{0, 1}, {1, 2}};
  const std::vector<Sample> samples = {{std::span(tokens_).first(2), documents, {}}};
  EXPECT_FALSE(state.step(samples).ok());
  EXPECT_EQ(state.steps(), 0);
}

}  // namespace
}  // namespace capy::train
