// SPDX-License-Identifier: Apache-2.0
// Adapters against the model that they stand for: the same weights put together by hand, whose gradients are checked
// with PyTorch's (golden_test.cpp), give those of A, B and m by the chain rule. And against finite differences.
#include "train/adapters.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "base/concat.h"
#include "formats/lora.h"
#include "train/gradients.h"
#include "train/text_model.h"

namespace capy::train {
namespace {

struct Variant {
  const char* model;
  bool rank_stabilised;
  bool dora;
};

LoraOptions options_of(const Variant& variant) {
  LoraOptions options;
  options.rank = 3;
  options.alpha = 5;
  options.rank_stabilised = variant.rank_stabilised;
  options.dora = variant.dora;
  options.seed = 7;
  return options;
}

struct Adapted {
  Checkpoint checkpoint;
  ModelConfig config;
  TensorNames names;
  ParameterList full;
  FrozenBase base;
  AdapterList adapters;
  std::vector<float> values;

  static Adapted of(const char* name, const LoraOptions& options) {
    const std::string path = concat(CAPY_SOURCE_DIR, "/tests/golden/training/", name, "/model.safetensors");
    Checkpoint checkpoint = std::move(Checkpoint::open(path)).take();
    ModelConfig config = std::move(read_config(checkpoint)).take();
    TensorNames names = std::move(TensorNames::of(checkpoint, config)).take();
    ParameterList full = std::move(ParameterList::of(config, names, false)).take();
    const KernelTable& kernels = *all_kernels().back();
    FrozenBase base = std::move(FrozenBase::open(checkpoint, config, names, kernels)).take();
    AdapterList adapters = std::move(AdapterList::make(base, options)).take();
    ThreadPool pool(1);
    std::vector<float> values(static_cast<size_t>(adapters.parameters().values()));
    adapters.set_first_values(values.data(), base, kernels, pool);
    return {std::move(checkpoint), std::move(config),   std::move(names), std::move(full),
            std::move(base),       std::move(adapters), std::move(values)};
  }

  // As if trained: B is not zero and m is not |W|.
  void move_values() {
    uint32_t state = 3;
    for (const Adapter& adapter : adapters.all()) {
      for (const Parameter& p : adapters.parameters().all()) {
        if (p.offset != adapter.b && p.offset != adapter.magnitude) continue;
        for (int64_t i = 0; i < p.count; ++i) {
          state = state * 1664525 + 1013904223;
          const float step = static_cast<float>(state >> 8) / float{1 << 24} - 0.5F;
          float& value = values[static_cast<size_t>(p.offset + i)];
          value = p.offset == adapter.b ? 0.2F * step : value * (1 + 0.3F * step);
        }
      }
    }
  }

  std::vector<float> full_weights() const {
    std::vector<float> weights(static_cast<size_t>(full.values()));
    EXPECT_TRUE(load_parameters(weights.data(), full, checkpoint).ok());
    return weights;
  }
  const Parameter& matrix_of(const Adapter& adapter) const {
    for (const Parameter& p : full.all()) {
      if (p.name == adapter.module + ".weight") return p;
    }
    ADD_FAILURE() << adapter.module;
    return full.all()[0];
  }
  AdaptedModel model() const { return {base, adapters}; }
};

std::vector<int32_t> tokens_of(int64_t count, int64_t vocab) {
  std::vector<int32_t> tokens;
  uint32_t state = 17;
  for (int64_t i = 0; i < count; ++i) {
    state = state * 1664525 + 1013904223;
    tokens.push_back(static_cast<int32_t>((state >> 8) % static_cast<uint32_t>(vocab)));
  }
  return tokens;
}

std::vector<float> gradients_of(const Adapted& s, const KernelTable& kernels, int threads, bool packed,
                                Keep keep = Keep::kAll) {
  ThreadPool pool(threads);
  TextModel<FloatMath> model(s.config, s.model(), FloatMath{kernels, pool}, kernels, keep);
  const std::vector<Document> documents = {{0, 70}, {70, 71}, {71, 140}};
  const std::vector<int32_t> tokens = tokens_of(140, s.config.vocab);
  std::vector<float> gradients(static_cast<size_t>(s.adapters.parameters().gradient_values()));
  if (packed) {
    model.run({tokens, documents, {}}, {0.01, 0, 0}, s.values.data(), gradients.data());
    return gradients;
  }
  for (const Document& document : documents) {
    const std::vector<Document> one = {{0, document.length()}};
    const auto part =
        std::span(tokens).subspan(static_cast<size_t>(document.begin), static_cast<size_t>(document.length()));
    model.run({part, one, {}}, {0.01, 0, 0}, s.values.data(), gradients.data());
  }
  return gradients;
}

bool same_bytes(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

// |got - truth| / |truth|
double relative_error(const float* got, const std::vector<double>& truth) {
  double error = 0;
  double norm = 0;
  for (size_t i = 0; i < truth.size(); ++i) {
    error += (static_cast<double>(got[i]) - truth[i]) * (static_cast<double>(got[i]) - truth[i]);
    norm += truth[i] * truth[i];
  }
  EXPECT_GT(norm, 0);
  return std::sqrt(error / norm);
}

// One matrix with its adapter: what it is together, and how gradients of that become those of the parts.
struct Together {
  int64_t rows, columns, rank;
  double scale;
  std::vector<double> plain;   // W + s B A
  std::vector<double> factor;  // m / |...| by row, or 1
  const float* a;
  const float* b;

  Together(const Adapted& s, const Adapter& adapter, const float* w)
      : rows(s.matrix_of(adapter).shape[0]),
        columns(s.matrix_of(adapter).shape[1]),
        rank(s.adapters.options().rank),
        scale(s.adapters.options().scale()),
        plain(w, w + rows * columns),
        factor(static_cast<size_t>(rows), 1.0),
        a(s.values.data() + adapter.a),
        b(s.values.data() + adapter.b) {
    for (int64_t i = 0; i < rows; ++i) {
      double square = 0;
      for (int64_t k = 0; k < columns; ++k) {
        double& value = plain[static_cast<size_t>(i * columns + k)];
        for (int64_t r = 0; r < rank; ++r) value += scale * static_cast<double>(b[i * rank + r] * a[r * columns + k]);
        square += value * value;
      }
      if (adapter.magnitude < 0) continue;
      const auto m = static_cast<double>(s.values[static_cast<size_t>(adapter.magnitude + i)]);
      factor[static_cast<size_t>(i)] = m / std::sqrt(square);
    }
  }
  double of_row(const float* dw, int64_t i, int64_t k) const {
    return factor[static_cast<size_t>(i)] * static_cast<double>(dw[i * columns + k]);
  }
  std::vector<double> gradient_a(const float* dw) const {
    std::vector<double> da(static_cast<size_t>(rank * columns));
    for (int64_t r = 0; r < rank; ++r) {
      for (int64_t k = 0; k < columns; ++k) {
        for (int64_t i = 0; i < rows; ++i) {
          da[static_cast<size_t>(r * columns + k)] += scale * static_cast<double>(b[i * rank + r]) * of_row(dw, i, k);
        }
      }
    }
    return da;
  }
  std::vector<double> gradient_b(const float* dw) const {
    std::vector<double> db(static_cast<size_t>(rows * rank));
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t r = 0; r < rank; ++r) {
        for (int64_t k = 0; k < columns; ++k) {
          db[static_cast<size_t>(i * rank + r)] += scale * static_cast<double>(a[r * columns + k]) * of_row(dw, i, k);
        }
      }
    }
    return db;
  }
  std::vector<double> gradient_magnitude(const float* dw, const float* m) const {
    std::vector<double> dm(static_cast<size_t>(rows));
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t k = 0; k < columns; ++k) {
        dm[static_cast<size_t>(i)] +=
            of_row(dw, i, k) * plain[static_cast<size_t>(i * columns + k)] / static_cast<double>(m[i]);
      }
    }
    return dm;
  }
};

class Adapters : public testing::TestWithParam<Variant> {};

TEST_P(Adapters, GradientsAreThoseOfTheWeightsTogether) {
  Adapted s = Adapted::of(GetParam().model, options_of(GetParam()));
  s.move_values();
  const std::vector<float> got = gradients_of(s, *all_kernels().back(), 2, true);

  const std::vector<float> apart = s.full_weights();
  std::vector<float> weights = apart;
  for (const Adapter& adapter : s.adapters.all()) {
    const Parameter& p = s.matrix_of(adapter);
    const Together together(s, adapter, apart.data() + p.offset);
    for (int64_t i = 0; i < p.count; ++i) {
      weights[static_cast<size_t>(p.offset + i)] = static_cast<float>(
          together.plain[static_cast<size_t>(i)] * together.factor[static_cast<size_t>(i / together.columns)]);
    }
  }
  ThreadPool pool(1);
  const KernelTable& kernels = *all_kernels().back();
  TextModel<FloatMath> model(s.config, s.full, FloatMath{kernels, pool}, kernels);
  const std::vector<Document> documents = {{0, 70}, {70, 71}, {71, 140}};
  const std::vector<int32_t> tokens = tokens_of(140, s.config.vocab);
  std::vector<float> full(static_cast<size_t>(s.full.gradient_values()));
  model.run({tokens, documents, {}}, {0.01, 0, 0}, weights.data(), full.data());

  for (const Adapter& adapter : s.adapters.all()) {
    const Parameter& p = s.matrix_of(adapter);
    const Together together(s, adapter, apart.data() + p.offset);
    const float* const dw = full.data() + p.offset;
    EXPECT_LT(relative_error(got.data() + adapter.a, together.gradient_a(dw)), 1e-4) << adapter.module;
    EXPECT_LT(relative_error(got.data() + adapter.b, together.gradient_b(dw)), 1e-4) << adapter.module;
    if (adapter.magnitude < 0) continue;
    const std::vector<double> dm = together.gradient_magnitude(dw, s.values.data() + adapter.magnitude);
    EXPECT_LT(relative_error(got.data() + adapter.magnitude, dm), 1e-4) << adapter.module;
  }
}

TEST_P(Adapters, SameBytesPackedRecomputedAndOnEveryIsaAndThreadCount) {
  Adapted s = Adapted::of(GetParam().model, options_of(GetParam()));
  s.move_values();
  const std::vector<float> expected = gradients_of(s, *all_kernels().front(), 1, true);
  EXPECT_TRUE(same_bytes(gradients_of(s, *all_kernels().front(), 1, false), expected));
  for (const KernelTable* kernels : all_kernels()) {
    for (const int threads : {1, 3}) {
      EXPECT_TRUE(same_bytes(gradients_of(s, *kernels, threads, true), expected)) << kernels->isa;
    }
  }
  EXPECT_TRUE(same_bytes(gradients_of(s, *all_kernels().back(), 2, true, Keep::kInputs), expected));
}

TEST_P(Adapters, BeginAtTheModelItself) {
  const Adapted s = Adapted::of(GetParam().model, options_of(GetParam()));
  ThreadPool pool(1);
  const KernelTable& kernels = *all_kernels().back();
  const std::vector<int32_t> tokens = tokens_of(90, s.config.vocab);
  const std::vector<Document> documents = {{0, 90}};
  TextModel<FloatMath> adapted(s.config, s.model(), FloatMath{kernels, pool}, kernels);
  TextModel<FloatMath> plain(s.config, s.full, FloatMath{kernels, pool}, kernels);
  const double loss = adapted.run({tokens, documents, {}}, {}, s.values.data(), nullptr).sum;
  EXPECT_NEAR(loss, plain.run({tokens, documents, {}}, {}, s.full_weights().data(), nullptr).sum, 1e-5 * loss);
  for (const Adapter& adapter : s.adapters.all()) {
    const Parameter& p = s.matrix_of(adapter);
    double largest = 0;
    for (int64_t i = 0; i < s.adapters.options().rank * p.shape[1]; ++i) {
      largest = std::max(largest, std::fabs(static_cast<double>(s.values[static_cast<size_t>(adapter.a + i)])));
    }
    EXPECT_LE(largest, 1 / std::sqrt(static_cast<double>(p.shape[1])));
    EXPECT_GT(largest, 0.7 / std::sqrt(static_cast<double>(p.shape[1])));
  }
}

INSTANTIATE_TEST_SUITE_P(All, Adapters,
                         testing::Values(Variant{"grouped", false, false}, Variant{"untied_mtp", true, false},
                                         Variant{"grouped", false, true}, Variant{"untied_mtp", false, true}),
                         [](const auto& test) {
                           return concat(test.param.model, test.param.rank_stabilised ? "_rslora" : "",
                                         test.param.dora ? "_dora" : "");
                         });

TEST(AdaptersInDouble, GradientsAreFiniteDifferences) {
  Adapted s = Adapted::of("grouped", options_of({"grouped", false, false}));
  s.move_values();
  ThreadPool pool(1);
  const KernelTable& kernels = *all_kernels().back();
  TextModel<DoubleMath> model(s.config, s.model(), DoubleMath{pool}, kernels);
  const std::vector<Document> documents = {{0, 3}, {3, 69}};
  const std::vector<int32_t> tokens = tokens_of(69, s.config.vocab);
  std::vector<double> values(s.values.begin(), s.values.end());
  std::vector<double> gradients(values.size());
  model.run({tokens, documents, {}}, {0.1, 0, 0}, values.data(), gradients.data());
  const auto loss = [&] { return 0.1 * model.run({tokens, documents, {}}, {0.1, 0, 0}, values.data(), nullptr).sum; };
  uint32_t state = 5;
  for (const Parameter& p : s.adapters.parameters().all()) {
    state = state * 1664525 + 1013904223;
    const auto at = static_cast<size_t>(p.offset + (state >> 8) % static_cast<uint32_t>(p.count));
    const double kept = values[at];
    values[at] = kept + 1e-5;
    const double above = loss();
    values[at] = kept - 1e-5;
    const double below = loss();
    values[at] = kept;
    EXPECT_NEAR(gradients[at], (above - below) / 2e-5, 2e-7 * (1 + std::fabs(gradients[at]))) << p.name;
  }
}

TEST(AdapterFiles, AreReadAsTheyWereWritten) {
  std::string folder = (std::filesystem::temp_directory_path() / "capy-adapter-XXXXXX").string();
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  for (const bool dora : {false, true}) {
    LoraOptions options = options_of({"grouped", true, dora});
    options.targets = {"q_proj", "in_proj_z"};
    Adapted s = Adapted::of("grouped", options);
    s.move_values();
    ASSERT_TRUE(write_adapter(folder, s.adapters, s.values.data(), "base").ok());
    const Result<LoraAdapter> read = LoraAdapter::open(folder);
    ASSERT_TRUE(read.ok()) << read.error().message;
    ASSERT_EQ(read.value().modules().size(), 2U);
    const LoraModule* const module = read.value().find("model.layers.1.self_attn.q_proj.weight");
    ASSERT_NE(module, nullptr);
    EXPECT_EQ(module->rank, 3);
    EXPECT_FLOAT_EQ(module->scale, static_cast<float>(5 / std::sqrt(3.0)));
    EXPECT_EQ(module->magnitude != nullptr, dora);
    const Adapter& adapter = s.adapters.all()[1];
    EXPECT_EQ(std::memcmp(module->b->bytes.data(), s.values.data() + adapter.b, module->b->bytes.size()), 0);
  }
  std::filesystem::remove_all(folder);
}

TEST(AdapterTargets, AreNamesOfProjections) {
  LoraOptions options;
  const Adapted s = Adapted::of("grouped", options);
  EXPECT_EQ(s.adapters.all().size(), 5U + 4U + 2U * 3U);
  for (const char* wrong : {"proj", "embed_tokens", "norm", "lm_head", "layers.7.mlp.up_proj"}) {
    options.targets = {"q_proj", wrong};
    const Result<AdapterList> refused = AdapterList::make(s.base, options);
    ASSERT_FALSE(refused.ok()) << wrong;
    EXPECT_NE(refused.error().message.find(concat("'", wrong, "' (there are: down_proj, ")), std::string::npos);
  }
  options.targets = {"layers.1.self_attn.o_proj"};
  EXPECT_EQ(AdapterList::make(s.base, options).take().all().size(), 1U);
}

}  // namespace
}  // namespace capy::train
