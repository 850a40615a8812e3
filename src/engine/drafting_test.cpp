// SPDX-License-Identifier: Apache-2.0
// Drafting changes no byte: the tokens, texts and log-probabilities of requests are the same with and without it,
// whatever is guessed, by whom, and wherever it is cut off.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>

#include "engine/draft_policy.h"
#include "engine/engine.h"
#include "engine/golden.h"
#include "engine/ngram_drafter.h"
#include "model/model.h"

namespace capy {
namespace {

using Tokens = std::vector<int32_t>;

struct Case {
  std::string model = "qwen35_grouped";
  ComputeType type = ComputeType::kF32;
  KvType kv = KvType::kF32;
  int64_t chunk = 64;
  DraftOptions draft;
  int64_t context = 512;
};

std::unique_ptr<Engine> open_engine(const Case& setup) {
  EngineOptions options;
  options.type = setup.type;
  options.kv = setup.kv;
  options.threads = 2;
  options.context_tokens = setup.context;
  options.chunk_tokens = setup.chunk;
  options.draft = setup.draft;
  options.limits.sequences_max = 8;
  Result<std::unique_ptr<Engine>> engine = Engine::open(golden_path("models/" + setup.model), std::move(options));
  EXPECT_TRUE(engine.ok()) << (engine.ok() ? "" : engine.error().message);
  return engine.ok() ? std::move(engine).take() : nullptr;
}

DraftOptions no_drafts() {
  DraftOptions draft;
  draft.enabled = false;
  return draft;
}

// Prompts of different lengths, so that boundaries are crossed at different places.
Request make_request(const GoldenModel& golden, int64_t index, float temperature, int64_t max_tokens) {
  Request request;
  const auto from = golden.tokens.begin() + index * 40;
  request.tokens.assign(from, from + 21 + index * 5);
  request.sampling.temperature = temperature;
  request.sampling.seed = static_cast<uint64_t>(11 + index);
  if (temperature > 0) {
    request.sampling.top_k = 20;
    request.sampling.presence_penalty = 0.5F;
    request.sampling.frequency_penalty = 0.2F;
    request.sampling.repetition_penalty = 1.1F;
  }
  request.max_tokens = max_tokens;
  request.ignore_eos = true;
  return request;
}

struct Heard {
  Tokens tokens;
  std::vector<float> logprobs;
  std::string text;
  bool operator==(const Heard&) const = default;
};

void listen(Request& request, Heard& heard) {
  request.logprobs = 2;
  request.on_token = [&heard](const TokenEvent& event) {
    heard.tokens.push_back(event.token);
    heard.text += event.text;
    heard.logprobs.push_back(event.logprob);
    for (const TokenLogprob& top : event.top_logprobs) heard.logprobs.push_back(top.logprob);
    return true;
  };
}

struct Outcome {
  std::vector<Heard> heard;
  std::vector<Tokens> tokens;
  int64_t drafted = 0;
  int64_t accepted = 0;
};

void run(Engine& engine) {
  for (bool more = true; more;) {
    const Result<bool> stepped = engine.step();
    ASSERT_TRUE(stepped.ok()) << stepped.error().message;
    more = stepped.value();
  }
}

Outcome answer(const Case& setup, int64_t requests, float temperature, int64_t max_tokens = 80) {
  const GoldenModel golden = read_golden_model(setup.model);
  const std::unique_ptr<Engine> engine = open_engine(setup);
  Outcome outcome;
  outcome.heard.resize(static_cast<size_t>(requests));
  std::vector<RequestId> ids;
  for (int64_t i = 0; i < requests; ++i) {
    Request request = make_request(golden, i, temperature, max_tokens);
    listen(request, outcome.heard[static_cast<size_t>(i)]);
    ids.push_back(engine->submit(std::move(request)).take());
  }
  run(*engine);
  for (const RequestId id : ids) {
    const Response response = engine->take(id);
    EXPECT_EQ(response.finish, FinishReason::kLength);
    outcome.tokens.push_back(response.tokens);
    outcome.drafted += response.drafted_tokens;
    outcome.accepted += response.accepted_tokens;
  }
  return outcome;
}

// Guesses what an undrafted run has said, and now and then something else: `right` of 100.
DraftSource oracle(const GoldenModel& golden, const std::vector<Tokens>& answers, int right, int64_t most_given = 6) {
  auto random = std::make_shared<std::mt19937>(5);
  return [=](std::span<const int32_t> tokens, int64_t most, int32_t* out) -> int64_t {
    for (size_t i = 0; i < answers.size(); ++i) {
      const Request request = make_request(golden, static_cast<int64_t>(i), 0, 1);
      if (!std::equal(request.tokens.begin(), request.tokens.end(), tokens.begin())) continue;
      const size_t at = tokens.size() - request.tokens.size();
      int64_t given = 0;
      for (; given < std::min(most, most_given) && at + static_cast<size_t>(given) < answers[i].size(); ++given) {
        const int32_t truth = answers[i][at + static_cast<size_t>(given)];
        out[given] = static_cast<int>((*random)() % 100) < right ? truth : (truth + 1) % 50;
      }
      return given;
    }
    return 0;
  };
}

TEST(Drafting, AnswersAreTheUndrafted) {
  for (const char* model : {"qwen35_grouped", "llama3"}) {
    const GoldenModel golden = read_golden_model(model);
    for (const float temperature : {0.0F, 0.7F}) {
      for (const int64_t requests : {1, 2, 4}) {
        Case setup;
        setup.model = model;
        setup.draft = no_drafts();
        const Outcome truth = answer(setup, requests, temperature);
        EXPECT_EQ(truth.drafted, 0);
        for (const int right : {0, 60, 100}) {
          for (const int64_t chunk : {1, 3, 7, 64}) {
            SCOPED_TRACE(std::string(model) + " temperature " + std::to_string(temperature) + ", requests " +
                         std::to_string(requests) + ", right " + std::to_string(right) + ", chunk " +
                         std::to_string(chunk));
            setup.chunk = chunk;
            setup.draft = DraftOptions{true, 1 + (right + chunk) % 6, oracle(golden, truth.tokens, right)};
            const Outcome drafted = answer(setup, requests, temperature);
            EXPECT_EQ(drafted.tokens, truth.tokens);
            EXPECT_EQ(drafted.heard, truth.heard);
            if (chunk == 64) {
              EXPECT_GT(drafted.drafted, 20);
            }
            if (chunk == 64 && right == 100) {
              EXPECT_EQ(drafted.accepted, drafted.drafted);
            }
            if (right == 0) {
              EXPECT_EQ(drafted.accepted, 0);
            }
          }
        }
      }
    }
  }
}

TEST(Drafting, AnswersAreTheUndraftedInEveryType) {
  for (const ComputeType type : {ComputeType::kF32, ComputeType::kBF16, ComputeType::kInt8, ComputeType::kInt4}) {
    for (const KvType kv : {KvType::kF32, KvType::kBF16}) {
      SCOPED_TRACE(std::string(compute_type_name(type)) + " kv " + kv_type_name(kv));
      Case setup{"qwen35_grouped", type, kv, 64, no_drafts()};
      const Outcome truth = answer(setup, 2, 0.7F);
      const GoldenModel golden = read_golden_model(setup.model);
      setup.draft = DraftOptions{true, 6, oracle(golden, truth.tokens, 70)};
      const Outcome drafted = answer(setup, 2, 0.7F);
      EXPECT_EQ(drafted.tokens, truth.tokens);
      EXPECT_EQ(drafted.heard, truth.heard);
      EXPECT_GT(drafted.accepted, 10);
      EXPECT_LT(drafted.accepted, drafted.drafted);
    }
  }
}

// The rejected guess stands at every distance from the boundaries of the recurrent state.
TEST(Drafting, CutsOnBothSidesOfEveryBoundary) {
  Case setup;
  setup.draft = no_drafts();
  const Outcome truth = answer(setup, 1, 0);
  const GoldenModel golden = read_golden_model(setup.model);
  for (int64_t wrong_at = 0; wrong_at < 50; ++wrong_at) {
    const DraftSource right = oracle(golden, truth.tokens, 100);
    const int64_t prompt = static_cast<int64_t>(make_request(golden, 0, 0, 1).tokens.size());
    setup.draft = DraftOptions{true, 6, [&](std::span<const int32_t> tokens, int64_t most, int32_t* out) {
                                 const int64_t given = right(tokens, most, out);
                                 const int64_t at = prompt + wrong_at - static_cast<int64_t>(tokens.size());
                                 if (at >= 0 && at < given) out[at] = (out[at] + 1) % 50;
                                 return given;
                               }};
    const Outcome drafted = answer(setup, 1, 0);
    ASSERT_EQ(drafted.heard, truth.heard) << "wrong at " << wrong_at;
  }
}

// Look-up and the MTP head, as users have them.
TEST(Drafting, OwnDraftersChangeNothing) {
  int with_mtp = 0;
  for (const std::string& model : golden_model_names()) {
    const GoldenModel golden = read_golden_model(model);
    for (const float temperature : {0.0F, 0.7F}) {
      for (const int64_t fixed : {0, 1, 3, 6}) {
        for (const int64_t chunk : {5, 64}) {
          SCOPED_TRACE(model + " temperature " + std::to_string(temperature) + ", drafts " + std::to_string(fixed));
          Case setup;
          setup.model = model;
          setup.chunk = chunk;
          setup.draft = no_drafts();
          const Outcome truth = answer(setup, 2, temperature, 60);
          setup.draft = DraftOptions{true, fixed, {}};
          const Outcome drafted = answer(setup, 2, temperature, 60);
          EXPECT_EQ(drafted.heard, truth.heard);
          if (golden.has_mtp && fixed > 0) {
            EXPECT_GT(drafted.drafted, 30);
          }
        }
      }
    }
    with_mtp += golden.has_mtp ? 1 : 0;
  }
  EXPECT_GT(with_mtp, 0);
}

// What the MTP head guesses behind a text does not depend on how the text came: by prefill at once, or decoded with and
// without drafts, which leaves the head rows to catch up with.
TEST(Drafting, GuessesDependOnTheTextAlone) {
  using Guess = std::pair<Tokens, Tokens>;  // behind which tokens, and what
  const GoldenModel golden = read_golden_model("qwen35_nested");
  const auto guesses_of = [&](const Request& request, int64_t fixed) {
    auto heard = std::make_shared<std::vector<Guess>>();
    Case setup{"qwen35_nested", ComputeType::kF32, KvType::kF32, 64, DraftOptions{true, fixed, {}}};
    setup.draft.revise = [heard](std::span<const int32_t> tokens, std::span<int32_t> guesses) {
      heard->emplace_back(Tokens(tokens.begin(), tokens.end()), Tokens(guesses.begin(), guesses.end()));
      guesses[0] = (heard->size() % 3 == 0) ? guesses[0] : (guesses[0] + 1) % 50;  // some wrong ones: none is right
    };
    const std::unique_ptr<Engine> engine = open_engine(setup);
    const RequestId id = engine->submit(Request(request)).take();
    run(*engine);
    (void)engine->take(id);
    return *heard;
  };
  size_t compared = 0;
  for (const int64_t fixed : {0, 1, 3}) {
    const std::vector<Guess> decoded = guesses_of(make_request(golden, 0, 0, 160), fixed);
    for (size_t i = 0; i < decoded.size(); i += 1 + decoded.size() / 12, ++compared) {
      const auto& [text, guesses] = decoded[i];
      SCOPED_TRACE("drafts " + std::to_string(fixed) + ", behind " + std::to_string(text.size()) + " tokens");
      Request again = make_request(golden, 0, 0, 8);
      again.tokens.assign(text.begin(), text.end() - 1);
      const std::vector<Guess> prefilled = guesses_of(again, 3);
      ASSERT_FALSE(prefilled.empty());
      ASSERT_EQ(prefilled[0].first, text);
      const auto most = static_cast<std::ptrdiff_t>(std::min(guesses.size(), prefilled[0].second.size()));
      EXPECT_TRUE(std::equal(guesses.begin(), guesses.begin() + most, prefilled[0].second.begin()));
    }
  }
  EXPECT_GT(compared, 15U);
}

TEST(Drafting, StopsInsideAnAcceptedRun) {
  Case setup;
  setup.draft = no_drafts();
  const GoldenModel golden = read_golden_model(setup.model);
  const Outcome truth = answer(setup, 1, 0.7F);
  const auto answer_with = [&](const DraftOptions& draft,
                               const std::function<void(Request&, Engine&, RequestId&)>& change) {
    setup.draft = draft;
    const std::unique_ptr<Engine> engine = open_engine(setup);
    Request request = make_request(golden, 0, 0.7F, 80);
    RequestId id = -1;
    Heard heard;
    listen(request, heard);
    change(request, *engine, id);
    id = engine->submit(std::move(request)).take();
    run(*engine);
    SequenceId kept = -1;
    const Response response = engine->take(id, &kept);
    const std::span<const int32_t> tokens = engine->tokens(kept);
    EXPECT_EQ(engine->computed(kept), static_cast<int64_t>(tokens.size()));
    // The sequence that is left goes on as any other.
    Request more = make_request(golden, 0, 0, 10);
    more.tokens.assign(tokens.begin(), tokens.end());
    if (setup.context == 60) more.max_tokens = -1;  // it is full
    const RequestId second = engine->submit(std::move(more), kept).take();
    run(*engine);
    return std::tuple(heard, response.tokens, response.finish, Tokens(tokens.begin(), tokens.end()),
                      engine->take(second).tokens);
  };
  const DraftOptions drafts{true, 6, oracle(golden, truth.tokens, 100)};
  for (const int64_t stop : {0, 1, 5, 10, 11, 12, 43}) {
    SCOPED_TRACE("stop at " + std::to_string(stop));
    const auto by_token = [&](Request& request, Engine&, RequestId&) {
      request.stop_tokens = {truth.tokens[0][static_cast<size_t>(stop)]};
    };
    const auto by_length = [&](Request& request, Engine&, RequestId&) { request.max_tokens = stop + 1; };
    const auto by_caller = [&](Request& request, Engine& engine, RequestId& id) {
      request.on_token = [&engine, &id, count = int64_t{0}, stop,
                          inner = request.on_token](const TokenEvent& event) mutable {
        (void)inner(event);
        if (count == stop && stop % 2 == 0) engine.cancel(id);
        return count++ < stop || stop % 2 == 0;
      };
    };
    EXPECT_EQ(answer_with(drafts, by_token), answer_with(no_drafts(), by_token));
    EXPECT_EQ(answer_with(drafts, by_length), answer_with(no_drafts(), by_length));
    EXPECT_EQ(answer_with(drafts, by_caller), answer_with(no_drafts(), by_caller));
  }
  setup.context = 60;  // and the end of the context
  const auto unlimited = [](Request& request, Engine&, RequestId&) { request.max_tokens = -1; };
  EXPECT_EQ(answer_with(drafts, unlimited), answer_with(no_drafts(), unlimited));
}

// Requests come, are cancelled and are continued from kept sequences; what each says is what it says alone.
TEST(Drafting, RandomSchedules) {
  for (const char* model : {"qwen35_grouped", "llama3"}) {
    Case setup;
    setup.model = model;
    setup.draft = no_drafts();
    const GoldenModel golden = read_golden_model(model);
    const Outcome truth = answer(setup, 4, 0.7F);
    for (const int round : {0, 1, 2}) {
      std::mt19937 random(static_cast<uint32_t>(round));
      setup.chunk = round == 0 ? 9 : 64;
      setup.draft = DraftOptions{true, round == 1 ? 0 : 4, {}};
      if (round == 2) setup.draft.source = oracle(golden, truth.tokens, 60);
      const std::unique_ptr<Engine> engine = open_engine(setup);
      std::vector<std::pair<RequestId, size_t>> running;
      std::vector<SequenceId> kept(4, -1);
      for (int turn = 0; turn < 400; ++turn) {
        if (running.size() < 3 && random() % 4 == 0) {
          const size_t which = random() % 4;
          Request request = make_request(golden, static_cast<int64_t>(which), 0.7F, 80);
          running.emplace_back(engine->submit(std::move(request), kept[which]).take(), which);
        }
        if (!running.empty() && random() % 25 == 0) engine->cancel(running[random() % running.size()].first);
        ASSERT_TRUE(engine->step().ok());
        std::erase_if(running, [&](const auto& entry) {
          if (!engine->finished(entry.first)) return false;
          SequenceId left = -1;
          const Response response = engine->take(entry.first, &left);
          const Tokens& wanted = truth.tokens[entry.second];
          EXPECT_LE(response.tokens.size(), wanted.size());
          EXPECT_TRUE(std::equal(response.tokens.begin(), response.tokens.end(), wanted.begin())) << turn;
          if (kept[entry.second] >= 0) engine->drop(kept[entry.second]);
          kept[entry.second] = left;
          return true;
        });
      }
    }
  }
}

TEST(NgramDrafter, ContinuesWhatOccurredBefore) {
  NgramDrafter drafter(100);
  int32_t out[kMaxDraft] = {};
  EXPECT_EQ(drafter.propose(Tokens{1, 2, 3, 4, 5}, 3, out), 0);
  EXPECT_EQ(drafter.propose(Tokens{1, 2, 3, 4, 5, 9, 1, 2, 3}, 3, out), 3);
  EXPECT_EQ(Tokens(out, out + 3), (Tokens{4, 5, 9}));
  EXPECT_EQ(drafter.propose(Tokens{1, 2, 3, 4, 5, 9, 1, 2, 3, 7, 7, 7, 7}, 6, out), 6);
  EXPECT_EQ(Tokens(out, out + 6), (Tokens{7, 7, 7, 7, 7, 7}));  // its own repetition goes on beyond the end
}

TEST(NgramDrafter, LongerEndsCountMore) {
  NgramDrafter drafter(100);
  int32_t out[1] = {};
  const Tokens text = {1, 2, 3, 4, 5, 6, 50, 8, 4, 5, 6, 60, 1, 2, 3, 4, 5, 6};
  EXPECT_EQ(drafter.propose(text, 1, out), 1);
  EXPECT_EQ(out[0], 50);
}

// What steps cost by their rows, as fractions of one of one row.
DraftCosts costs_of(double further_row, double draft) {
  DraftCosts costs;
  for (int i = 0; i < 50; ++i) {
    for (int64_t rows = 1; rows <= 7; ++rows) costs.step_took(rows, 1.0 + further_row * static_cast<double>(rows - 1));
    costs.draft_took(draft);
  }
  return costs;
}

// Writes `tokens` tokens with a policy that is new; each guess is right with probability `right`. Steps' time.
double time_of(int64_t tokens, double right, const DraftCosts& costs, double further_row, double draft) {
  DraftPolicy policy;
  std::mt19937 random(1);
  double seconds = 0;
  for (int64_t written = 0; written < tokens;) {
    policy.step_begins();
    const int64_t drafts = policy.choose(Drafter::kMtp, 6, 1, costs);
    int64_t accepted = 0;
    while (accepted < drafts && random() % 1000 < static_cast<uint64_t>(1000 * right)) ++accepted;
    policy.verified(Drafter::kMtp, drafts, accepted, 1, costs);
    seconds += 1 + static_cast<double>(drafts) * (further_row + draft);
    written += 1 + accepted;
  }
  return seconds;
}

TEST(DraftPolicy, DraftsWhatPays) {
  const DraftCosts costs = costs_of(0.15, 0.05);
  DraftPolicy good;
  for (int i = 0; i < 50; ++i) good.verified(Drafter::kNgram, 6, 6, 1, costs);
  EXPECT_EQ(good.choose(Drafter::kNgram, 6, 1, costs), 6);
  EXPECT_EQ(good.choose(Drafter::kNgram, 6, 1, costs_of(1.1, 0.05)), 0);  // each row costs a step: nothing to gain
  EXPECT_LT(time_of(512, 0.9, costs, 0.15, 0.05), 0.5 * 512);
  EXPECT_LT(time_of(512, 0.6, costs, 0.15, 0.05), 0.8 * 512);
}

// Short answers too, whatever drafts cost; and they are tried again now and then.
TEST(DraftPolicy, DraftsThatAreNeverRightCostLittle) {
  for (const double further_row : {0.05, 0.15, 0.4, 0.7}) {
    const DraftCosts costs = costs_of(further_row, 0.1);
    for (const int64_t tokens : {32, 64, 200, 1000, 5000}) {
      SCOPED_TRACE(std::to_string(further_row) + " for a further row, " + std::to_string(tokens) + " tokens");
      const double lost = time_of(tokens, 0, costs, further_row, 0.1) - static_cast<double>(tokens);
      EXPECT_GT(lost, tokens < 1000 && further_row > 0.6 ? -1 : 0);
      EXPECT_LE(lost, 0.75 + 0.01 * static_cast<double>(tokens));
      if (tokens == 5000) {
        EXPECT_LT(lost, 0.002 * 5000);
      }
    }
  }
}

// A draft is a leap of at most one row beyond what was measured, and comes after a step without any.
TEST(DraftPolicy, MeasuresBeforeItLeaps) {
  DraftCosts costs;
  DraftPolicy policy;
  EXPECT_EQ(policy.choose(Drafter::kMtp, 6, 1, costs), 0);
  costs.step_took(1, 1);
  EXPECT_EQ(policy.choose(Drafter::kMtp, 6, 1, costs), 1);
  costs.step_took(2, 1.05);
  EXPECT_EQ(policy.choose(Drafter::kMtp, 6, 1, costs), 2);
}

}  // namespace
}  // namespace capy
