// SPDX-License-Identifier: Apache-2.0
// One arithmetic (DESIGN 2), by equality of bytes: a token's logits are the same whatever was computed together, in
// which chunks, by how many threads, on which ISA, from which copy of the state.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <random>

#include "engine/engine.h"
#include "engine/golden.h"
#include "kernels/kernels.h"

namespace capy {
namespace {

constexpr int64_t kStreams = 3;
constexpr int64_t kTokens = 150;  // four boundaries of the recurrent state

using Row = std::vector<float>;
using Stream = std::vector<int32_t>;
using Rows = std::vector<Row>;  // logits after each token

struct Setup {
  std::string model;
  ComputeType type = ComputeType::kF32;
  std::string isa;
};

void PrintTo(const Setup& setup, std::ostream* out) {
  *out << setup.model << " " << compute_type_name(setup.type) << " " << setup.isa;
}

struct EngineSetup {
  int threads = 1;
  int64_t chunk = 256;
  int64_t context = 512;
};

std::unique_ptr<Engine> open_engine(const Setup& setup, const EngineSetup& how) {
  ::setenv("CAPY_ISA", setup.isa.c_str(), 1);
  EngineOptions options;
  options.type = setup.type;
  options.threads = how.threads;
  options.chunk_tokens = how.chunk;
  options.context_tokens = how.context;
  options.limits.sequences_max = 16;
  options.limits.snapshots_per_sequence_max = 2;
  Result<std::unique_ptr<Engine>> engine = Engine::open(golden_path("models/" + setup.model), std::move(options));
  ::unsetenv("CAPY_ISA");
  EXPECT_TRUE(engine.ok()) << (engine.ok() ? "" : engine.error().message);
  return engine.ok() ? std::move(engine).take() : nullptr;
}

// Different texts, so that one sequence's rows in another's place would show.
std::vector<Stream> make_streams(const std::string& model) {
  const GoldenModel golden = read_golden_model(model);
  std::vector<Stream> streams;
  for (int64_t i = 0; i < kStreams; ++i)
    streams.emplace_back(golden.tokens.begin() + i * 200, golden.tokens.begin() + i * 200 + kTokens);
  return streams;
}

void run(Engine& engine) {
  for (bool more = true; more;) {
    const Result<bool> stepped = engine.step();
    ASSERT_TRUE(stepped.ok()) << stepped.error().message;
    more = stepped.value();
  }
}

bool same_bytes(const Row& wanted, std::span<const float> got) {
  return wanted.size() == got.size() && std::memcmp(wanted.data(), got.data(), got.size_bytes()) == 0;
}

// Checks every delivered row against the truth of its stream.
LogitsSink checker(const Rows& truth, int64_t& checked) {
  return [&truth, &checked](int64_t position, std::span<const float> logits) {
    ASSERT_LT(position, static_cast<int64_t>(truth.size()));
    ASSERT_TRUE(same_bytes(truth[static_cast<size_t>(position)], logits)) << "position " << position;
    ++checked;
  };
}

// The truth: one token at a time, alone, one thread, the generic kernels.
std::vector<Rows> compute_truth(const Setup& setup, const std::vector<Stream>& streams) {
  const std::unique_ptr<Engine> engine = open_engine({setup.model, setup.type, "generic"}, {1, 1});
  std::vector<Rows> truth;
  for (const Stream& stream : streams) {
    Rows rows;
    const SequenceId id = engine->create_sequence().take();
    engine->set_logits(id, LogitsWanted::kAll, [&](int64_t, std::span<const float> logits) {
      rows.emplace_back(logits.begin(), logits.end());
    });
    EXPECT_TRUE(engine->append(id, stream).ok());
    run(*engine);
    EXPECT_EQ(rows.size(), stream.size());
    engine->drop(id);
    truth.push_back(std::move(rows));
  }
  return truth;
}

class Equality : public testing::TestWithParam<Setup> {
 protected:
  void SetUp() override {
    streams_ = make_streams(GetParam().model);
    // The truth of a model and type serves all ISAs.
    static std::map<std::string, std::vector<Rows>> known;
    const std::string key = GetParam().model + compute_type_name(GetParam().type);
    if (!known.contains(key)) known[key] = compute_truth(GetParam(), streams_);
    truth_ = &known[key];
  }
  const Rows& truth(int64_t stream) const { return (*truth_)[static_cast<size_t>(stream)]; }
  const Stream& stream(int64_t index) const { return streams_[static_cast<size_t>(index)]; }

  std::vector<Stream> streams_;
  const std::vector<Rows>* truth_ = nullptr;
};

TEST_P(Equality, ChunksAndThreads) {
  for (const int threads : {1, 2, 3}) {
    for (const int64_t chunk : {1, 7, 32, 64, 100, 256}) {
      SCOPED_TRACE("threads " + std::to_string(threads) + ", chunk " + std::to_string(chunk));
      const std::unique_ptr<Engine> engine = open_engine(GetParam(), {threads, chunk});
      const SequenceId id = engine->create_sequence().take();
      int64_t checked = 0;
      engine->set_logits(id, LogitsWanted::kAll, checker(truth(0), checked));
      ASSERT_TRUE(engine->append(id, stream(0)).ok());
      run(*engine);
      EXPECT_EQ(checked, kTokens);
    }
  }
}

// 2 to 8 others come, grow in pieces, and go, while the sequence is computed.
TEST_P(Equality, InABatchOfOthers) {
  for (int64_t others = 2; others <= 8; others += 2) {
    SCOPED_TRACE(std::to_string(others) + " others");
    const std::unique_ptr<Engine> engine = open_engine(GetParam(), {2, 40});
    const SequenceId id = engine->create_sequence().take();
    int64_t checked = 0;
    engine->set_logits(id, LogitsWanted::kAll, checker(truth(0), checked));
    std::vector<SequenceId> companions;
    int64_t companions_checked = 0;
    for (int64_t given = 0; given < kTokens;) {
      while (static_cast<int64_t>(companions.size()) < others) {
        const int64_t which = 1 + static_cast<int64_t>(companions.size()) % (kStreams - 1);
        const SequenceId other = engine->create_sequence().take();
        engine->set_logits(other, LogitsWanted::kAll, checker(truth(which), companions_checked));
        ASSERT_TRUE(
            engine
                ->append(other,
                         std::span<const int32_t>(stream(which)).first(static_cast<size_t>(20 + 9 * companions.size())))
                .ok());
        companions.push_back(other);
      }
      const int64_t piece = std::min<int64_t>(1 + given % 11, kTokens - given);
      ASSERT_TRUE(engine
                      ->append(id, std::span<const int32_t>(stream(0)).subspan(static_cast<size_t>(given),
                                                                               static_cast<size_t>(piece)))
                      .ok());
      given += piece;
      ASSERT_TRUE(engine->step().ok());
      if (given % 3 == 0) {
        engine->drop(companions.front());
        companions.erase(companions.begin());
      }
    }
    run(*engine);
    EXPECT_EQ(checked, kTokens);
    EXPECT_GT(companions_checked, 0);
  }
}

TEST_P(Equality, ForkedTruncatedAndRegrown) {
  const std::unique_ptr<Engine> engine = open_engine(GetParam(), {2, 64});
  const SequenceId id = engine->create_sequence().take();
  int64_t checked = 0;
  engine->set_logits(id, LogitsWanted::kAll, checker(truth(0), checked));
  ASSERT_TRUE(engine->append(id, stream(0)).ok());
  run(*engine);
  for (const int64_t cut : {149, 148, 130, 128, 127, 120, 97, 96, 95, 64, 63, 33, 32, 31, 5, 1, 0}) {
    SCOPED_TRACE("cut to " + std::to_string(cut));
    const SequenceId copy = engine->fork(id).take();
    const Result<int64_t> from = engine->truncate(copy, cut);
    ASSERT_TRUE(from.ok());
    EXPECT_LE(from.value(), cut);
    int64_t regrown = 0;
    engine->set_logits(copy, LogitsWanted::kAll, checker(truth(0), regrown));
    ASSERT_TRUE(engine->append(copy, std::span<const int32_t>(stream(0)).subspan(static_cast<size_t>(cut))).ok());
    run(*engine);
    EXPECT_GE(regrown, kTokens - cut);
    engine->drop(copy);
  }
  // The original has not noticed: cut it and let it grow once more.
  ASSERT_TRUE(engine->truncate(id, 100).ok());
  ASSERT_TRUE(engine->append(id, std::span<const int32_t>(stream(0)).subspan(100)).ok());
  checked = 0;
  run(*engine);
  EXPECT_GE(checked, 50);
}

TEST_P(Equality, SavedAndRestored) {
  const std::string path =
      std::filesystem::temp_directory_path() / ("capy-equality-" + std::to_string(::getpid()) + ".seq");
  for (const int64_t length : {1, 31, 32, 33, 100, 128}) {
    SCOPED_TRACE("saved at " + std::to_string(length));
    {
      const std::unique_ptr<Engine> engine = open_engine(GetParam(), {2, 50});
      const SequenceId id = engine->create_sequence().take();
      ASSERT_TRUE(engine->append(id, std::span<const int32_t>(stream(0)).first(static_cast<size_t>(length))).ok());
      run(*engine);
      const Status saved = engine->save(id, path);
      ASSERT_TRUE(saved.ok()) << saved.error().message;
    }
    const std::unique_ptr<Engine> engine = open_engine(GetParam(), {1, 256});
    const Result<SequenceId> restored = engine->restore(path);
    ASSERT_TRUE(restored.ok()) << restored.error().message;
    int64_t checked = 0;
    engine->set_logits(restored.value(), LogitsWanted::kAll, checker(truth(0), checked));
    ASSERT_TRUE(
        engine->append(restored.value(), std::span<const int32_t>(stream(0)).subspan(static_cast<size_t>(length)))
            .ok());
    run(*engine);
    EXPECT_GE(checked, kTokens - length);
  }
  std::filesystem::remove(path);
}

// Random schedules: several sequences of several texts grow, fork, are cut, dropped, saved and restored between steps.
class Schedule {
 public:
  Schedule(Engine& engine, const std::vector<Stream>& streams, const std::vector<Rows>& truth, uint64_t seed)
      : engine_(engine),
        streams_(streams),
        truth_(truth),
        random_(seed),
        path_(std::filesystem::temp_directory_path() / ("capy-schedule-" + std::to_string(::getpid()) + ".seq")) {}
  ~Schedule() { std::filesystem::remove(path_); }

  void play(int actions) {
    for (int i = 0; i < actions && !testing::Test::HasFatalFailure(); ++i) act();
    run(engine_);
  }
  int64_t checked() const { return checked_; }

 private:
  struct Player {
    SequenceId id;
    size_t stream;
  };

  int64_t below(int64_t n) { return static_cast<int64_t>(random_() % static_cast<uint64_t>(n)); }

  void watch(const Player& player) {
    engine_.set_logits(player.id, LogitsWanted::kAll, checker(truth_[player.stream], checked_));
  }

  void act() {
    if (players_.empty() || (players_.size() < 8 && below(8) == 0)) {
      players_.push_back({engine_.create_sequence().take(), static_cast<size_t>(below(kStreams))});
      watch(players_.back());
    }
    const auto index = static_cast<size_t>(below(static_cast<int64_t>(players_.size())));
    const Player player = players_[index];
    const int64_t length = engine_.length(player.id);
    switch (below(10)) {
      case 0: {
        if (players_.size() >= 8) break;
        players_.push_back({engine_.fork(player.id).take(), player.stream});
        watch(players_.back());
        break;
      }
      case 1: ASSERT_TRUE(engine_.truncate(player.id, length == 0 ? 0 : below(length + 1)).ok()); break;
      case 2: ASSERT_TRUE(engine_.truncate(player.id, std::max<int64_t>(0, length - below(9))).ok()); break;
      case 3: {
        if (below(3) != 0) break;
        engine_.drop(player.id);
        players_.erase(players_.begin() + static_cast<std::ptrdiff_t>(index));
        break;
      }
      case 4: {
        if (below(2) != 0) break;
        ASSERT_TRUE(engine_.save(player.id, path_).ok());
        engine_.drop(player.id);
        const Result<SequenceId> restored = engine_.restore(path_);
        ASSERT_TRUE(restored.ok()) << restored.error().message;
        players_[index].id = restored.value();
        watch(players_[index]);
        break;
      }
      default: {
        const int64_t piece = std::min(kTokens - length, 1 + below(below(4) == 0 ? 90 : 6));
        if (piece <= 0) break;
        const std::span<const int32_t> text(streams_[player.stream]);
        ASSERT_TRUE(
            engine_.append(player.id, text.subspan(static_cast<size_t>(length), static_cast<size_t>(piece))).ok());
      }
    }
    for (int64_t steps = below(3); steps > 0; --steps) ASSERT_TRUE(engine_.step().ok());
  }

  Engine& engine_;
  const std::vector<Stream>& streams_;
  const std::vector<Rows>& truth_;
  std::mt19937_64 random_;
  std::string path_;
  std::vector<Player> players_;
  int64_t checked_ = 0;
};

TEST_P(Equality, RandomSchedules) {
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const std::unique_ptr<Engine> engine =
        open_engine(GetParam(), {1 + static_cast<int>(seed % 3), 20 + static_cast<int64_t>(seed) * 17});
    Schedule schedule(*engine, streams_, *truth_, seed);
    schedule.play(120);
    EXPECT_GT(schedule.checked(), 200);
  }
}

// Greedy and sampled text is the same alone and beside others.
TEST_P(Equality, TextOfRequests) {
  const auto request_of = [&](int64_t which, float temperature) {
    Request request;
    request.tokens.assign(stream(which).begin(), stream(which).begin() + 40);
    request.sampling.temperature = temperature;
    request.sampling.seed = 7;
    request.max_tokens = 40;
    request.ignore_eos = true;
    return request;
  };
  for (const float temperature : {0.0F, 1.0F}) {
    std::vector<std::vector<int32_t>> alone;
    for (int64_t which = 0; which < kStreams; ++which) {
      const std::unique_ptr<Engine> engine = open_engine(GetParam(), {1, 256});
      const RequestId id = engine->submit(request_of(which, temperature)).take();
      run(*engine);
      alone.push_back(engine->take(id).tokens);
      ASSERT_EQ(alone.back().size(), 40U);
    }
    const std::unique_ptr<Engine> engine = open_engine(GetParam(), {3, 33});
    std::vector<RequestId> ids;
    for (int64_t i = 0; i < 8; ++i) ids.push_back(engine->submit(request_of(i % kStreams, temperature)).take());
    run(*engine);
    for (size_t i = 0; i < ids.size(); ++i)
      EXPECT_EQ(engine->take(ids[i]).tokens, alone[i % kStreams]) << "request " << i;
  }
}

// Every ISA, type and kind of model; the slow generic kernels, which every other table is held to byte for byte, with
// one.
std::vector<Setup> all_setups() {
  std::vector<Setup> setups;
  for (const KernelTable* table : all_kernels()) {
    const bool is_generic = std::string_view(table->isa) == "generic";
    for (const std::string_view model : {"qwen35_grouped", "qwen35_nested", "llama3"}) {
      if (is_generic && model != "qwen35_grouped") continue;
      for (const ComputeType type : {ComputeType::kF32, ComputeType::kBF16, ComputeType::kInt8, ComputeType::kInt4}) {
        setups.push_back({std::string(model), type, table->isa});
      }
    }
  }
  return setups;
}

INSTANTIATE_TEST_SUITE_P(All, Equality, testing::ValuesIn(all_setups()), [](const auto& test) {
  return test.param.model + "_" + compute_type_name(test.param.type) + "_" + test.param.isa;
});

}  // namespace
}  // namespace capy
