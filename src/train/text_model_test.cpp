// SPDX-License-Identifier: Apache-2.0
// What must be equal byte for byte: documents packed and one after the other, threads, ISAs, sums split differently.
// And the whole model in double against finite differences.
#include "train/text_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>

#include "base/concat.h"
#include "train/gradient_sum.h"
#include "train/packed_sample.h"

namespace capy::train {
namespace {

struct Tiny {
  Checkpoint checkpoint;
  ModelConfig config;
  ParameterList list;
  std::vector<float> weights;

  static Tiny of(const char* name) {
    const std::string path = concat(CAPY_SOURCE_DIR, "/tests/golden/training/", name, "/model.safetensors");
    Checkpoint checkpoint = std::move(Checkpoint::open(path)).take();
    ModelConfig config = std::move(read_config(checkpoint)).take();
    const TensorNames names = std::move(TensorNames::of(checkpoint, config)).take();
    ParameterList list = std::move(ParameterList::of(config, names, config.mtp_layers > 0)).take();
    std::vector<float> weights(static_cast<size_t>(list.values()));
    EXPECT_TRUE(load_parameters(weights.data(), list, checkpoint).ok());
    return {std::move(checkpoint), std::move(config), std::move(list), std::move(weights)};
  }
};

// Lengths around the edges of chunks and blocks, and texts too short for an MTP target or for any.
const std::vector<int64_t> kLengths = {1, 70, 2, 64, 3, 129, 65};

std::vector<int32_t> tokens_of(int64_t count, int64_t vocab) {
  std::vector<int32_t> tokens;
  uint32_t state = 17;
  for (int64_t i = 0; i < count; ++i) {
    state = state * 1664525 + 1013904223;
    tokens.push_back(static_cast<int32_t>((state >> 8) % static_cast<uint32_t>(vocab)));
  }
  return tokens;
}

std::vector<Document> documents_of(const std::vector<int64_t>& lengths) {
  std::vector<Document> documents;
  int64_t at = 0;
  for (const int64_t length : lengths) documents.push_back({at, at + length}), at += length;
  return documents;
}

struct Outcome {
  Losses losses;
  std::vector<float> gradients;
};

// All documents in one sample, or one sample for each, added in turn.
Outcome outcome(const Tiny& s, const KernelTable& kernels, int threads, bool packed, Keep keep = Keep::kAll) {
  ThreadPool pool(threads);
  TextModel<FloatMath> model(s.config, s.list, FloatMath{kernels, pool}, kernels, keep);
  const std::vector<Document> documents = documents_of(kLengths);
  const std::vector<int32_t> tokens = tokens_of(documents.back().end, s.config.vocab);
  const LossOptions options{0.01, s.config.mtp_layers > 0 ? 0.003 : 0, 1e-3};
  Outcome result{{}, std::vector<float>(static_cast<size_t>(s.list.gradient_values()))};
  if (packed) {
    result.losses = model.run({tokens, documents, {}}, options, s.weights.data(), result.gradients.data());
  } else {
    for (const Document& document : documents) {
      const auto part =
          std::span(tokens).subspan(static_cast<size_t>(document.begin), static_cast<size_t>(document.length()));
      const std::vector<Document> one = {{0, document.length()}};
      result.losses += model.run({part, one, {}}, options, s.weights.data(), result.gradients.data());
    }
  }
  fold_lookups(result.gradients.data(), s.list);
  return result;
}

bool same_bytes(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

class TextModels : public testing::TestWithParam<const char*> {};

TEST_P(TextModels, PackedDocumentsGiveTheBytesOfDocumentsAlone) {
  const Tiny s = Tiny::of(GetParam());
  const KernelTable& kernels = *all_kernels().back();
  const Outcome packed = outcome(s, kernels, 1, true);
  const Outcome alone = outcome(s, kernels, 1, false);
  EXPECT_TRUE(same_bytes(packed.gradients, alone.gradients));
  EXPECT_NEAR(packed.losses.sum, alone.losses.sum, 1e-9 * packed.losses.sum);
  EXPECT_EQ(packed.losses.weights, alone.losses.weights);
  EXPECT_EQ(packed.losses.mtp_weights, alone.losses.mtp_weights);
}

TEST_P(TextModels, LayersComputedAgainGiveTheSameBytes) {
  const Tiny s = Tiny::of(GetParam());
  const KernelTable& kernels = *all_kernels().back();
  const Outcome kept = outcome(s, kernels, 1, true);
  for (const bool packed : {true, false}) {
    const Outcome again = outcome(s, kernels, 2, packed, Keep::kInputs);
    EXPECT_TRUE(same_bytes(kept.gradients, again.gradients));
    EXPECT_NEAR(kept.losses.sum, again.losses.sum, 1e-9 * kept.losses.sum);
  }
}

TEST_P(TextModels, EveryIsaAndThreadCountGivesTheSameBytes) {
  const Tiny s = Tiny::of(GetParam());
  const Outcome expected = outcome(s, *all_kernels().front(), 1, true);
  for (const KernelTable* kernels : all_kernels()) {
    for (const int threads : {1, 2, 3}) {
      EXPECT_TRUE(same_bytes(outcome(s, *kernels, threads, true).gradients, expected.gradients))
          << kernels->isa << ", " << threads << " threads";
    }
  }
}

TEST_P(TextModels, GradientsInDoubleAreFiniteDifferences) {
  const Tiny s = Tiny::of(GetParam());
  ThreadPool pool(1);
  const KernelTable& kernels = *all_kernels().back();
  TextModel<DoubleMath> model(s.config, s.list, DoubleMath{pool}, kernels);
  const std::vector<Document> documents = documents_of({3, 66});
  const std::vector<int32_t> tokens = tokens_of(69, s.config.vocab);
  const Sample sample{tokens, documents, {}};
  const LossOptions options{0.1, s.config.mtp_layers > 0 ? 0.03 : 0, 0};
  std::vector<double> weights(s.weights.begin(), s.weights.end());
  std::vector<double> gradients(static_cast<size_t>(s.list.gradient_values()));
  model.run(sample, options, weights.data(), gradients.data());
  fold_lookups(gradients.data(), s.list);
  const auto loss = [&] {
    const Losses losses = model.run(sample, options, weights.data(), nullptr);
    return 0.1 * losses.sum + options.mtp_scale * losses.mtp_sum;
  };
  uint32_t state = 5;
  for (const Parameter& p : s.list.all()) {
    state = state * 1664525 + 1013904223;
    const auto at = static_cast<size_t>(p.offset + (state >> 8) % static_cast<uint32_t>(p.count));
    const double kept = weights[at];
    weights[at] = kept + 1e-5;
    const double above = loss();
    weights[at] = kept - 1e-5;
    const double below = loss();
    weights[at] = kept;
    EXPECT_NEAR(gradients[at], (above - below) / 2e-5, 2e-7 * (1 + std::fabs(gradients[at]))) << p.name;
  }
}

INSTANTIATE_TEST_SUITE_P(All, TextModels, testing::Values("grouped", "untied_mtp", "tied_mtp"),
                         [](const auto& test) { return std::string(test.param); });

// Tokens behind the last row are predicted like any others: the same gradients as a longer sample whose last tokens
// see nobody's loss.
TEST_P(TextModels, TokensBehindTheRowsAreOnlyPredicted) {
  const Tiny s = Tiny::of(GetParam());
  ThreadPool pool(1);
  const KernelTable& kernels = *all_kernels().back();
  TextModel<FloatMath> model(s.config, s.list, FloatMath{kernels, pool}, kernels);
  const std::vector<int32_t> tokens = tokens_of(100, s.config.vocab);
  const std::vector<Document> documents = {{0, 30}, {30, 99}, {99, 100}};
  const LossOptions options{0.01, s.config.mtp_layers > 0 ? 0.01 : 0, 0};
  std::vector<float> all(static_cast<size_t>(s.list.gradient_values())), cut(all);
  const Losses losses = model.run({tokens, documents, {}, 98}, options, s.weights.data(), cut.data());
  const Losses expected = model.run({tokens, documents, {}}, options, s.weights.data(), all.data());
  EXPECT_EQ(losses.sum, expected.sum);
  EXPECT_EQ(losses.mtp_weights, expected.mtp_weights);
  fold_lookups(all.data(), s.list);
  fold_lookups(cut.data(), s.list);
  for (size_t i = 0; i < all.size(); ++i) ASSERT_NEAR(all[i], cut[i], 1e-6 + 1e-5 * std::fabs(all[i])) << i;
  EXPECT_EQ(target_weights({tokens, documents, {}, 98}, false).weights, losses.weights);
}

TEST(PackedSample, ReadsMarks) {
  const std::vector<int32_t> tokens = {10, 11, 12, 13, 14, 15, 16};
  const std::vector<uint8_t> marks = {1, 1, 2, 0, 1, 1, 3};  // documents begin at 0, 2 and, behind the rows, 6
  PackedSample packed;
  for (int twice = 0; twice < 2; ++twice) packed.set(tokens, marks, 5);
  const Sample sample = packed.sample();
  ASSERT_EQ(sample.documents.size(), 3U);
  EXPECT_EQ(sample.documents[1].begin, 2);
  EXPECT_EQ(sample.documents[1].end, 6);
  EXPECT_EQ(sample.row_count(), 5);
  const Losses targets = target_weights(sample, true);
  EXPECT_EQ(targets.weights, 3);      // 11, 14 and 15: 13 does not count, and nobody sees what is before 16
  EXPECT_EQ(targets.mtp_weights, 2);  // 14 and 15
}

TEST(GradientSum, DependsOnTheLeavesAlone) {
  ThreadPool one(1), two(2);
  constexpr int64_t kValues = 100'003;
  for (const int leaves : {1, 2, 3, 7, 8, 13}) {
    std::vector<std::vector<float>> sums;
    for (ThreadPool* pool : {&one, &two}) {
      GradientSum sum(kValues);
      for (int leaf = 0; leaf < leaves; ++leaf) {
        float* const values = sum.next_leaf();
        for (int64_t i = 0; i < kValues; ++i) values[i] = 1.0F / static_cast<float>(i + 3 * leaf + 1);
        sum.add_leaf(*pool);
      }
      const float* const total = sum.finish(*pool);
      sums.emplace_back(total, total + kValues);
      EXPECT_NEAR(static_cast<double>(total[1000]), leaves / 1010.0, leaves * 3e-5);
    }
    EXPECT_TRUE(same_bytes(sums[0], sums[1])) << leaves;
  }
}

}  // namespace
}  // namespace capy::train
