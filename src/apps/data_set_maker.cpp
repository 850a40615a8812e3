// SPDX-License-Identifier: Apache-2.0
#include "apps/data_set_maker.h"

#include "apps/interrupt.h"
#include "apps/progress.h"
#include "apps/terminal.h"
#include "base/concat.h"
#include "base/log.h"
#include "base/mapped_file.h"
#include "data/document_encoder.h"

namespace capy {
namespace {

constexpr int64_t kTokenizerBytesMax = int64_t{256} << 20;
constexpr int64_t kGivenTemplateBytesMax = 1 << 20;

uint64_t hash_of_text(std::string_view text) { return hash_of(std::as_bytes(std::span(text))); }

}  // namespace

Result<std::string> read_template(const std::string& path) { return read_file(path, kGivenTemplateBytesMax); }

Result<DataSetMaker> DataSetMaker::open(const std::string& directory, const std::optional<std::string>& template_text,
                                        const std::string& learn) {
  Tokenizer tokenizer = TRY(Tokenizer::open_directory(directory));
  std::string json = TRY(read_file(directory + "/tokenizer.json", kTokenizerBytesMax));
  std::optional<ChatTemplate> chat_template;
  if (template_text) chat_template = TRY(ChatTemplate::parse(*template_text, "the chat template"));
  DataSetMaker maker(std::move(tokenizer), std::move(chat_template));
  maker.tokenizer_json_ = std::move(json);
  maker.learn_ = learn;
  maker.encoding_ = concat(learn, " ", hash_text(hash_of_text(template_text.value_or(""))));
  return maker;
}

void DataSetMaker::describe(BuildOptions& options) const {
  options.tokenizer_files.emplace_back("tokenizer.json", tokenizer_json_);
  options.tokenizer_hash = hash_of_text(tokenizer_json_);
  options.vocabulary = tokenizer_.token_count();
  options.padding_token = tokenizer_.find("<|endoftext|>").value_or(tokenizer_.eos().value_or(0));
  options.encoding = encoding_;
}

Result<Manifest> DataSetMaker::build(BuildOptions& options, ThreadPool& pool, const std::string& title) const {
  const DocumentEncoder encoder = TRY(DocumentEncoder::make(tokenizer_, template_ ? &*template_ : nullptr,
                                                            learn_ == "all" ? Learn::kEverything : Learn::kAnswers));
  const InterruptScope scope;
  Progress progress(title, Progress::Unit::kBytes);
  options.on_progress = [&](int64_t done, int64_t total) {
    progress.update(done, total);
    return !interrupted();
  };
  options.on_left_out = [&](const std::string& why) {
    progress.clear();
    log_warning(concat("left out: ", harmless(why)));
  };
  Result<Manifest> built = build_data_set(options, encoder, pool);
  progress.clear();
  return built;
}

}  // namespace capy
