// SPDX-License-Identifier: Apache-2.0
// The vocabulary of a Hugging Face directory, with the files that it points into.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "text/vocabulary.h"

namespace capy {

class VocabularyFiles {
 public:
  // As Tokenizer::open_directory, which is made of it.
  static Result<VocabularyFiles> open(std::string_view directory, const TokenizerLimits& limits = {});
  VocabularyFiles(VocabularyFiles&&) noexcept;
  ~VocabularyFiles();

  const Vocabulary& vocabulary() const { return vocabulary_; }

  struct Files;  // tokenizer_files.cpp

 private:
  VocabularyFiles(std::unique_ptr<Files> files, Vocabulary vocabulary);
  std::unique_ptr<Files> files_;
  Vocabulary vocabulary_;
};

}  // namespace capy
