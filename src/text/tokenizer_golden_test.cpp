// SPDX-License-Identifier: Apache-2.0
// The tokenizer against Hugging Face's tokenizers, transformers and sentencepiece: tests/golden/tokenizer, made by
// tools/make_tokenizer_goldens.py. Hand-written texts are compared id by id, random ones by hashes of their ids.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "base/concat.h"
#include "base/json.h"
#include "base/mapped_file.h"
#include "text/stream_decoder.h"
#include "text/tokenizer.h"

namespace capy {
namespace {

using Ids = std::vector<int32_t>;

std::string golden_path(std::string_view name) { return concat(CAPY_SOURCE_DIR "/tests/golden/tokenizer/", name); }

JsonDocument read_golden(std::string_view name) {
  auto document = JsonDocument::read(golden_path(name));
  EXPECT_TRUE(document.ok()) << (document.ok() ? "" : document.error().message);
  return std::move(document).take();
}

Tokenizer take(Result<Tokenizer> made) {
  EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
  return std::move(made).take();
}

Tokenizer open_golden(std::string_view name) {
  const auto text = read_file(golden_path(name), int64_t{1} << 20);
  return take(Tokenizer::from_json(text.value()));
}

Ids ids_of(Json list) {
  Ids ids;
  for (int64_t i = 0; i < list.size(); ++i) ids.push_back(static_cast<int32_t>(list[i].as_int().value_or(-1)));
  return ids;
}

class Fnv1a {
 public:
  void add(uint32_t number) {
    for (int shift = 0; shift < 32; shift += 8) hash_ = (hash_ ^ (number >> shift & 255)) * 0x01000193u;
  }
  std::string hex() const {
    std::string digits;
    for (int shift = 28; shift >= 0; shift -= 4) digits += "0123456789abcdef"[hash_ >> shift & 15];
    return digits;
  }

 private:
  uint32_t hash_ = 0x811c9dc5u;
};

std::string hash_of(const Ids& ids) {
  Fnv1a hash;
  for (const int32_t id : ids) hash.add(static_cast<uint32_t>(id));
  return hash.hex();
}

std::string hash_of(std::string_view text) {
  Fnv1a hash;
  for (const char c : text) hash.add(static_cast<unsigned char>(c));
  return hash.hex();
}

void expect_ids(std::string_view name, const std::function<Ids(std::string_view)>& encode) {
  const JsonDocument texts_document = read_golden("texts.json");
  const JsonDocument cases_document = read_golden(concat(name, "_cases.json"));
  const Json texts = texts_document.root()["texts"];
  const Json ids = cases_document.root()["ids"];
  const std::string_view hashes = cases_document.root()["hashes"].as_string().value();
  ASSERT_GT(ids.size(), 300);
  ASSERT_EQ(static_cast<int64_t>(hashes.size()), 8 * (texts.size() - ids.size()));
  for (int64_t i = 0; i < texts.size(); ++i) {
    const std::string_view text = texts[i].as_string().value();
    const Ids made = encode(text);
    if (i < ids.size()) {
      ASSERT_EQ(made, ids_of(ids[i])) << json_quote(text);
    } else {
      ASSERT_EQ(hash_of(made), hashes.substr(8 * static_cast<size_t>(i - ids.size()), 8)) << json_quote(text);
    }
  }
}

void expect_decoded(std::string_view name, const Tokenizer& tokenizer) {
  const JsonDocument document = read_golden(concat(name, "_cases.json"));
  const Json rows = document.root()["decode_ids"];
  const std::string_view hashes = document.root()["decode_hashes"].as_string().value();
  ASSERT_EQ(static_cast<int64_t>(hashes.size()), 8 * rows.size());
  for (int64_t i = 0; i < rows.size(); ++i) {
    const Ids ids = ids_of(rows[i]);
    const std::string text = tokenizer.decode(ids, Tokenizer::Special::kSkip);
    ASSERT_EQ(hash_of(text), hashes.substr(8 * static_cast<size_t>(i), 8)) << json_quote(text);
    StreamDecoder stream(tokenizer);
    std::string streamed;
    for (const int32_t id : ids) streamed += stream.feed(id);
    streamed += stream.finish();
    ASSERT_EQ(streamed, text);
  }
}

void expect_ids(std::string_view name, const Tokenizer& tokenizer) {
  expect_ids(name, [&](std::string_view text) {
    Ids ids;
    tokenizer.encode_with_special(text, ids);
    return ids;
  });
}

class ByteLevelGolden : public testing::TestWithParam<const char*> {};

TEST_P(ByteLevelGolden, EncodesAndDecodesAsTheReference) {
  const std::string name = GetParam();
  const Tokenizer tokenizer = open_golden(name + ".json");
  expect_ids(name, tokenizer);
  expect_decoded(name, tokenizer);
}

INSTANTIATE_TEST_SUITE_P(All, ByteLevelGolden, testing::Values("qwen35", "qwen2", "gpt2", "smollm", "llama3"),
                         [](const auto& about) { return std::string(about.param); });

TEST(TokenizerGolden, OldDirectory) {
  const Tokenizer tokenizer = take(Tokenizer::open_directory(golden_path("qwen2_directory")));
  expect_ids("qwen2_directory", tokenizer);
  EXPECT_EQ(tokenizer.eos(), 502);
  EXPECT_EQ(tokenizer.stop_tokens(), (Ids{500, 502}));
  EXPECT_FALSE(tokenizer.add_bos());
}

TEST(TokenizerGolden, LlamaFromTokenizerJson) {
  const Tokenizer tokenizer = open_golden("llama2.json");
  expect_ids("llama2", tokenizer);
  EXPECT_TRUE(tokenizer.add_bos());
  EXPECT_EQ(tokenizer.bos(), 1);
}

TEST(TokenizerGolden, LlamaWithMetaspace) { expect_ids("llama2_metaspace", open_golden("llama2_metaspace.json")); }

// What a GGUF file of the model "llama" holds.
TEST(TokenizerGolden, SentencePieceScores) {
  const JsonDocument document = read_golden("sentencepiece.json");
  const Json root = document.root();
  Vocabulary vocabulary = Vocabulary::for_gguf("llama", "").value();
  for (int64_t i = 0; i < root["tokens"].size(); ++i) {
    vocabulary.tokens.push_back(root["tokens"][i].as_string().value());
    vocabulary.scores.push_back(static_cast<float>(root["scores"][i].as_double().value()));
    vocabulary.types.push_back(root["types"][i].as_int().value());
  }
  const Tokenizer tokenizer = take(Tokenizer::from_vocabulary(vocabulary));
  const auto encode = [&](std::string_view text) {
    Ids ids;
    tokenizer.encode(text, ids);
    return ids;
  };
  expect_ids("sentencepiece", encode);
  const std::string text = "  Two spaces, \n \u6c34\u8c5a and \u4e30.";
  EXPECT_EQ(tokenizer.decode(encode(text)), text);
  EXPECT_EQ(tokenizer.decode_bytes(encode("\xff\xfe")), "\xff\xfe");
}

}  // namespace
}  // namespace capy
