// SPDX-License-Identifier: Apache-2.0
#include "text/bpe_trainer.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "base/json.h"
#include "base/mapped_file.h"
#include "text/tokenizer.h"
#include "text/trained_tokenizer.h"

namespace capy {
namespace {

WordCounts counted(std::span<const std::string> texts) {
  WordCounts counts(PreTokenizer::kQwen35, true);
  for (const std::string& text : texts) EXPECT_TRUE(counts.add(text).ok());
  return counts;
}

TrainedBpe trained(std::span<const std::string> texts, BpeOptions options) {
  return std::move(train_bpe(counted(texts), options)).take();
}

// The definition itself: count all pairs anew before each merge. Slow, and hard to get wrong.
TrainedBpe trained_slowly(const WordCounts& counts, const BpeOptions& options) {
  TrainedBpe made = std::move(train_bpe(WordCounts(PreTokenizer::kQwen35, true), {})).take();  // the bytes alone
  std::map<std::string, int32_t> ids;
  for (size_t id = 0; id < made.tokens.size(); ++id) ids[made.tokens[id]] = static_cast<int32_t>(id);
  std::vector<std::vector<int32_t>> words;
  for (size_t i = 0; i < counts.size(); ++i) {
    words.emplace_back();
    for (const char c : counts.word(i).bytes) words.back().push_back(ids[std::string(1, c)]);
  }
  while (static_cast<int64_t>(made.tokens.size()) < options.tokens) {
    std::map<std::pair<int32_t, int32_t>, int64_t> pairs;  // ascending: the first of the most frequent wins
    for (size_t i = 0; i < words.size(); ++i) {
      for (size_t k = 0; k + 1 < words[i].size(); ++k) pairs[{words[i][k], words[i][k + 1]}] += counts.word(i).count;
    }
    auto best = pairs.end();
    for (auto pair = pairs.begin(); pair != pairs.end(); ++pair) {
      if (best == pairs.end() || pair->second > best->second) best = pair;
    }
    if (best == pairs.end() || best->second < options.count_min) break;
    const auto [left, right] = best->first;
    const std::string both = made.tokens[static_cast<size_t>(left)] + made.tokens[static_cast<size_t>(right)];
    const auto [id, is_new] = ids.try_emplace(both, static_cast<int32_t>(made.tokens.size()));
    if (is_new) made.tokens.push_back(both);
    made.merges.push_back({left, right});
    for (std::vector<int32_t>& word : words) {
      std::vector<int32_t> joined;
      for (size_t k = 0; k < word.size(); ++k) {
        const bool fits = k + 1 < word.size() && word[k] == left && word[k + 1] == right;
        joined.push_back(fits ? id->second : word[k]);
        if (fits) ++k;
      }
      word = joined;
    }
  }
  return made;
}

std::vector<std::string> random_texts(uint32_t seed, std::string_view letters, int words) {
  std::mt19937 random(seed);
  std::vector<std::string> texts(8);
  for (int i = 0; i < words; ++i) {
    std::string& text = texts[random() % texts.size()];
    text += ' ';
    const uint32_t length = 1 + random() % 9;
    for (uint32_t k = 0; k < length; ++k) text += letters[random() % (1 + random() % letters.size())];
  }
  return texts;
}

TEST(BpeTrainer, EqualsTheDefinition) {
  for (uint32_t seed = 0; seed < 40; ++seed) {
    const auto texts = random_texts(seed, seed % 2 == 0 ? "ab" : "abcdefgh", 400);
    const WordCounts counts = counted(texts);
    BpeOptions options;
    options.tokens = 256 + 120;
    const TrainedBpe fast = std::move(train_bpe(counts, options)).take();
    const TrainedBpe slow = trained_slowly(counts, options);
    ASSERT_EQ(fast.tokens, slow.tokens) << seed;
    ASSERT_TRUE(fast.merges == slow.merges) << seed;
  }
}

TEST(BpeTrainer, OrderOfReadingAndNumberOfCountersMakeNoDifference) {
  auto texts = random_texts(7, "abcdefghij", 3000);
  BpeOptions options;
  options.tokens = 500;
  const TrainedBpe once = trained(texts, options);
  std::reverse(texts.begin(), texts.end());
  WordCounts even(PreTokenizer::kQwen35, true);
  WordCounts odd(PreTokenizer::kQwen35, true);
  for (size_t i = 0; i < texts.size(); ++i) ASSERT_TRUE((i % 2 == 0 ? even : odd).add(texts[i]).ok());
  ASSERT_TRUE(odd.add(even).ok());
  const TrainedBpe again = std::move(train_bpe(odd, options)).take();
  EXPECT_EQ(once.tokens, again.tokens);
  EXPECT_TRUE(once.merges == again.merges);
  EXPECT_EQ(once.tokens.size(), 500u);
}

TEST(BpeTrainer, TiesGoToTheLowerIds) {
  const std::string text = " xy ab cd";  // all three once: with the space, " x" (Ġ is above all letters)
  BpeOptions options;
  options.tokens = 257;
  options.count_min = 1;
  const TrainedBpe made = trained(std::span(&text, 1), options);
  ASSERT_EQ(made.merges.size(), 1u);
  EXPECT_EQ(made.tokens[256], "ab");
}

TEST(BpeTrainer, FirstTwoOfThreeJoin) {
  const std::string text = "aaa";
  BpeOptions options;
  options.tokens = 300;
  options.count_min = 1;
  const TrainedBpe made = trained(std::span(&text, 1), options);
  ASSERT_EQ(made.tokens.size(), 258u);
  EXPECT_EQ(made.tokens[256], "aa");
  EXPECT_EQ(made.tokens[257], "aaa");
  EXPECT_EQ(made.tokens[static_cast<size_t>(made.merges[1].left)], "aa");
}

TEST(BpeTrainer, RarePairsAndForbiddenTextsAreNotMerged) {
  const std::string text = "ab ab cd";
  BpeOptions options;
  options.tokens = 300;
  const TrainedBpe rare = trained(std::span(&text, 1), options);
  ASSERT_EQ(rare.tokens.size(), 257u);
  EXPECT_EQ(rare.tokens[256], "ab");
  options.forbidden = {"ab"};
  EXPECT_EQ(trained(std::span(&text, 1), options).tokens.size(), 256u);
}

TEST(BpeTrainer, HostileTexts) {
  const std::vector<std::string> texts = {"",
                                          std::string(5, '\0'),
                                          "\xff\xfe\xff\xfe\xff\xfe",
                                          std::string(100000, 'a'),
                                          std::string(100000, ' '),
                                          "\xcc\x81\xcc\x81",
                                          std::string("a\0b a\0b", 7)};
  const WordCounts counts = counted(texts);
  EXPECT_EQ(counts.left_out(), 2);  // the two that are longer than a word may be
  BpeOptions options;
  options.tokens = 1000;
  const TrainedBpe made = std::move(train_bpe(counts, options)).take();
  const auto tokenizer =
      Tokenizer::from_json(TrainedTokenizer(made, chat_special_tokens(), PreTokenizer::kQwen35).json());
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().message;
  for (const std::string& text : texts) {
    std::vector<int32_t> ids;
    tokenizer.value().encode(text, ids);
    EXPECT_EQ(tokenizer.value().decode_bytes(ids), text);
  }
}

TEST(BpeTrainer, StopsWhenTold) {
  const auto texts = random_texts(1, "abcdefgh", 3000);
  BpeOptions options;
  options.tokens = 1000;
  options.on_progress = [](int64_t, int64_t) { return false; };
  const auto result = train_bpe(counted(texts), options);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::kCancelled);
}

TEST(TokenizerWriter, SpecialTokensAreFoundAndTextMakesNone) {
  const std::string text = "the the then <think> <|im_end|>";
  BpeOptions options;
  options.tokens = 300;
  const TrainedBpe made = trained(std::span(&text, 1), options);
  const auto tokenizer =
      Tokenizer::from_json(TrainedTokenizer(made, qwen35_special_tokens(), PreTokenizer::kQwen35).json());
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().message;
  const Tokenizer& made_tokenizer = tokenizer.value();
  EXPECT_EQ(made_tokenizer.token_count(), static_cast<int64_t>(made.tokens.size()) + 33);
  const auto end = made_tokenizer.find("<|im_end|>");
  const auto think = made_tokenizer.find("<think>");
  ASSERT_TRUE(end && think);
  EXPECT_TRUE(made_tokenizer.is_special(*end));
  EXPECT_FALSE(made_tokenizer.is_special(*think));
  std::vector<int32_t> ids;
  made_tokenizer.encode_with_special("<|im_end|>", ids);
  EXPECT_EQ(ids, std::vector<int32_t>{*end});
  ids.clear();
  made_tokenizer.encode("<|im_end|>", ids);
  EXPECT_GT(ids.size(), 1u);
}

TEST(TokenizerWriter, SpecialTokenFiles) {
  const auto tokens = parse_special_tokens("<|end|>\n<note>\r\n", "special.txt");
  ASSERT_TRUE(tokens.ok());
  ASSERT_EQ(tokens.value().size(), 2u);
  EXPECT_TRUE(tokens.value()[0].is_control);
  EXPECT_EQ(tokens.value()[1].text, "<note>");
  EXPECT_FALSE(tokens.value()[1].is_control);
  for (const char* bad : {"<a>\n\n", "<a>\n<a>\n", "\xff\n"}) EXPECT_FALSE(parse_special_tokens(bad, "f").ok());
  EXPECT_TRUE(parse_special_tokens("", "f").value().empty());
}

// tests/golden/tokenizer/trained.json: what the `tokenizers` library makes of texts.json, its merges and its ids.
TEST(TokenizerWriter, EqualsTheTokenizersLibrary) {
  const std::string folder = std::string(CAPY_SOURCE_DIR) + "/tests/golden/tokenizer/";
  const auto golden = JsonDocument::read(folder + "trained.json");
  ASSERT_TRUE(golden.ok()) << golden.error().message;
  const Json root = golden.value().root();
  WordCounts counts(PreTokenizer::kQwen35, true);
  for (int64_t i = 0; i < root["texts"].size(); ++i) ASSERT_TRUE(counts.add(*root["texts"][i].as_string()).ok());
  BpeOptions options;
  options.tokens = *root["tokens"].as_int();
  const TrainedBpe made = std::move(train_bpe(counts, options)).take();
  const std::string json = TrainedTokenizer(made, chat_special_tokens(), PreTokenizer::kQwen35).json();
  const auto written = JsonDocument::parse(json, "tokenizer.json");
  ASSERT_TRUE(written.ok());
  const Json merges = written.value().root()["model"]["merges"];
  ASSERT_EQ(merges.size(), root["merges"].size());
  for (int64_t i = 0; i < merges.size(); ++i) {
    ASSERT_EQ(merges[i][0].as_string(), root["merges"][i][0].as_string()) << i;
    ASSERT_EQ(merges[i][1].as_string(), root["merges"][i][1].as_string()) << i;
  }
  const auto tokenizer = Tokenizer::from_json(json);
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().message;
  const Json cases = root["cases"];
  ASSERT_GT(cases.size(), 10);
  for (int64_t i = 0; i < cases.size(); ++i) {
    std::vector<int32_t> ids;
    tokenizer.value().encode(*cases[i]["text"].as_string(), ids);
    ASSERT_EQ(static_cast<int64_t>(ids.size()), cases[i]["ids"].size()) << i;
    for (size_t k = 0; k < ids.size(); ++k) EXPECT_EQ(ids[k], cases[i]["ids"][k].as_int()) << i;
  }
}

}  // namespace
}  // namespace capy
