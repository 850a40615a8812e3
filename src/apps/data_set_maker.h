// SPDX-License-Identifier: Apache-2.0
// Makes data sets with the tokenizer of a directory and a chat template, for `capy data build` and `capy tune`.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/thread_pool.h"
#include "data/data_builder.h"
#include "text/chat_template.h"
#include "text/tokenizer.h"

namespace capy {

class DataSetMaker {
 public:
  // `directory` has a tokenizer.json; `learn` is "answers" or "all".
  static Result<DataSetMaker> open(const std::string& directory, const std::optional<std::string>& template_text,
                                   const std::string& learn);

  // Fills in what follows from tokenizer and template: tokenizer.json among the files, its hash, vocabulary, padding,
  // encoding.
  void describe(BuildOptions& options) const;

  // With a progress bar called `title`, and a warning for each record that is left out. kCancelled after Ctrl-C.
  Result<Manifest> build(BuildOptions& options, ThreadPool& pool, const std::string& title) const;

 private:
  DataSetMaker(Tokenizer tokenizer, std::optional<ChatTemplate> chat_template)
      : tokenizer_(std::move(tokenizer)), template_(std::move(chat_template)) {}

  Tokenizer tokenizer_;
  std::optional<ChatTemplate> template_;
  std::string tokenizer_json_;
  std::string learn_;
  std::string encoding_;
};

// The content of a file that --template names.
Result<std::string> read_template(const std::string& path);

}  // namespace capy
