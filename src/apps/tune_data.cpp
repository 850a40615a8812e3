// SPDX-License-Identifier: Apache-2.0
#include "apps/tune_data.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "apps/data_set_maker.h"
#include "apps/interrupt.h"
#include "base/concat.h"
#include "base/log.h"
#include "base/mapped_file.h"
#include "data/data_set.h"
#include "engine/text_model.h"

namespace capy {
namespace {

namespace fs = std::filesystem;

Result<std::optional<std::string>> template_text(const TuneConfig& config, const Checkpoint& checkpoint) {
  if (config.template_file.empty()) return chat_template_text(checkpoint);
  return std::optional(TRY(read_template(config.template_file)));
}

Status check_tokenizer(const Checkpoint& checkpoint) {
  std::error_code ignored;
  const std::string directory = checkpoint.directory();
  if (!directory.empty() && fs::exists(fs::path(directory) / "tokenizer.json", ignored)) return {};
  return Error{ErrorCode::kNotFound, concat(checkpoint.path(),
                                            ": there is no tokenizer.json beside the model to "
                                            "read conversations with")};
}

// Of everything that the data set's bytes depend on.
Result<std::string> folder_name(const BuildOptions& options) {
  std::string text = concat("1 ", hash_text(options.tokenizer_hash), " ", options.encoding, " ", options.pack, " ",
                            options.skip_broken);
  for (const std::string& path : options.inputs) {
    const MappedFile file = TRY(MappedFile::open(path));
    text += concat(" ", hash_text(hash_of(file.bytes())));
    if (file.damaged()) return Error{ErrorCode::kIo, concat(path, ": changed or failed while it was read")};
  }
  return hash_text(hash_of(std::as_bytes(std::span(text))));
}

Result<std::string> build(const TuneConfig& config, const Checkpoint& checkpoint, std::vector<std::string> files,
                          const std::string& directory, ThreadPool& pool) {
  TRY(check_tokenizer(checkpoint));
  const std::optional<std::string> text = TRY(template_text(config, checkpoint));
  const DataSetMaker maker = TRY(DataSetMaker::open(checkpoint.directory(), text, config.learn));
  BuildOptions options;
  maker.describe(options);
  if (text && !config.template_file.empty()) options.tokenizer_files.emplace_back("chat_template.jinja", *text);
  options.skip_broken = config.skip_broken;
  options.pack = config.run.sample_tokens;
  options.shard_tokens = std::max(options.shard_tokens - options.shard_tokens % options.pack, options.pack);
  options.inputs = std::move(files);
  options.directory = (fs::path(directory) / TRY(folder_name(options))).string();
  std::error_code ignored;
  if (fs::exists(fs::path(options.directory) / "manifest.json", ignored) &&
      !fs::exists(fs::path(options.directory) / "building.json", ignored)) {
    return options.directory;
  }
  const Result<Manifest> built = maker.build(options, pool, "reading data");
  if (!built.ok() && built.error().code == ErrorCode::kCancelled) return interruption();
  if (!built.ok()) return built.error();
  return options.directory;
}

Status check_learned(const DataSet& set, int64_t sample_tokens) {
  const Manifest& manifest = set.manifest();
  if (manifest.loss_tokens == 0) {
    return Error{ErrorCode::kInvalid, concat(set.directory(),
                                             ": holds nothing that the assistant says: there is "
                                             "nothing to learn (--learn all learns everything)")};
  }
  if (manifest.pack == 0) {
    log_warning(concat(set.directory(), ": was not packed for samples of ", sample_tokens,
                       " tokens, so conversations are cut at their borders (capy data build --pack ", sample_tokens,
                       ")"));
  }
  return {};
}

}  // namespace

Result<TuneData> prepare_tune_data(const TuneConfig& config, const Checkpoint& checkpoint, const std::string& directory,
                                   ThreadPool& pool) {
  std::vector<std::string> sets;
  std::vector<std::string> files;
  for (const std::string& path : config.data) {
    std::error_code ignored;
    (fs::is_directory(path, ignored) ? sets : files).push_back(path);
  }
  TuneData data;
  if (!files.empty()) {
    sets.push_back(TRY(build(config, checkpoint, std::move(files), directory, pool)));
    data.key = fs::path(sets.back()).filename().string();
  }
  for (const std::string& path : sets) {
    const DataSet set = TRY(DataSet::open(path));
    TRY(check_learned(set, config.run.sample_tokens));
    StreamSource source{path, 1, 0};
    const SampleStream stream = TRY(SampleStream::open(std::span(&source, 1), {config.run.sample_tokens, 0}));
    source.weight = static_cast<double>(stream.samples_of(0));
    data.samples += stream.samples_of(0);
    data.sources.push_back(std::move(source));
  }
  return data;
}

}  // namespace capy
