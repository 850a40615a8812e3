// SPDX-License-Identifier: Apache-2.0
// For tests: a folder of their own, a small tokenizer, and data sets built with it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "base/concat.h"
#include "base/json.h"
#include "base/mapped_file.h"
#include "data/data_builder.h"
#include "text/bpe_trainer.h"
#include "text/trained_tokenizer.h"

namespace capy {

class TestFolder {
 public:
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "capy-data-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  std::string at(const std::string& name) const { return (path_ / name).string(); }
  std::string write(const std::string& name, std::string_view content) const {
    std::ofstream(at(name), std::ios::binary) << content;
    return at(name);
  }
  std::string read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(at(name), std::ios::binary).rdbuf();
    return text.str();
  }

 private:
  std::filesystem::path path_;
};

inline const Tokenizer& test_tokenizer() {
  static const Tokenizer tokenizer = [] {
    WordCounts counts(PreTokenizer::kQwen35, true);
    (void)counts.add("the cat and the dog and the bird sat on the mat in the sun; the cat sang and the dog sat");
    BpeOptions options;
    options.tokens = 290;
    const TrainedBpe trained = train_bpe(counts, options).take();
    return Tokenizer::from_json(TrainedTokenizer(trained, chat_special_tokens(), PreTokenizer::kQwen35).json()).take();
  }();
  return tokenizer;
}

inline const ChatTemplate& test_template() {
  static const ChatTemplate chat_template = [] {
    const std::string path = std::string(CAPY_SOURCE_DIR) + "/tests/golden/templates/qwen35_like.jinja";
    return ChatTemplate::parse(read_file(path, 1 << 20).take(), "qwen35_like.jinja").take();
  }();
  return chat_template;
}

inline BuildOptions test_options(const TestFolder& folder, const std::string& out) {
  BuildOptions options;
  options.directory = folder.at(out);
  options.vocabulary = test_tokenizer().token_count();
  options.tokenizer_hash = 7;
  options.padding_token = *test_tokenizer().find("<|endoftext|>");
  options.shard_tokens = 1024;
  options.format.frame_tokens = 100;
  return options;
}

// `count` texts of different lengths, each with its number in it.
inline std::string test_texts(int count) {
  std::string lines;
  for (int i = 0; i < count; ++i) {
    std::string text = concat("text ", i, ":");
    for (int k = 0; k < i * 7 % 40; ++k) text += k % 3 == 0 ? " the cat" : " sat\\n";
    lines +=
        concat("{\"text\":\"", text, "\",\"src\":\"source", i % 3, "\",\"lic\":\"", i % 2 == 0 ? "PD" : "MIT", "\"}\n");
  }
  return lines;
}

inline Result<Manifest> test_build(const BuildOptions& options, int threads = 1) {
  ThreadPool pool(threads);
  const DocumentEncoder encoder = TRY(DocumentEncoder::make(test_tokenizer(), &test_template(), Learn::kAnswers));
  return build_data_set(options, encoder, pool);
}

}  // namespace capy
