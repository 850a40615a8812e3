// SPDX-License-Identifier: Apache-2.0
#include "data/data_builder.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include "base/atomic_file.h"
#include "base/concat.h"
#include "data/build_state.h"
#include "data/shard_filler.h"
#include "formats/writer.h"

namespace capy {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kBatchBytes = int64_t{4} << 20;  // of records that are encoded at once
constexpr int64_t kToldMax = 100;                  // left-out records that are told

std::string file_name(const std::string& path) { return fs::path(path).filename().string(); }

// The records of finished shards, one behind another.
class RecordFile {
 public:
  // Keeps the first `shards` records of an earlier run.
  static Result<RecordFile> open(const std::string& path, int64_t shards) {
    RecordFile file(path, ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    const off_t bytes = static_cast<off_t>(shards) * static_cast<off_t>(sizeof(ShardRecord));
    if (file.descriptor_ < 0) return file.failed();
    if (::lseek(file.descriptor_, 0, SEEK_END) < bytes) {
      return Error{ErrorCode::kCorrupt, concat(path, ": cut short; remove the directory it is in, and build again")};
    }
    if (::ftruncate(file.descriptor_, bytes) != 0 || ::lseek(file.descriptor_, bytes, SEEK_SET) != bytes) {
      return file.failed();
    }
    return file;
  }

  RecordFile(RecordFile&& other) noexcept : path_(std::move(other.path_)), descriptor_(other.descriptor_) {
    other.descriptor_ = -1;
  }
  RecordFile& operator=(RecordFile&&) = delete;
  ~RecordFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  Status append(const ShardRecord& record) {
    if (::write(descriptor_, &record, sizeof record) != static_cast<ssize_t>(sizeof record)) return failed();
    return ::fdatasync(descriptor_) == 0 ? Status() : Status(failed());
  }

 private:
  RecordFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  Error failed() const { return Error{ErrorCode::kIo, concat(path_, ": cannot be written: ", std::strerror(errno))}; }

  std::string path_;
  int descriptor_ = -1;
};

// What became of a record.
struct Outcome {
  std::string name;
  std::string licence;
  std::string source;
  bool is_conversation = false;
  std::optional<EncodedDocument> encoded;  // nothing: left out
  std::optional<Error> error;              // because of this
};

int64_t silent_tokens(const std::vector<TokenRange>& silences) {
  int64_t count = 0;
  for (const TokenRange& silence : silences) count += silence.end - silence.begin;
  return count;
}

class Build {
 public:
  Build(const BuildOptions& options, const DocumentEncoder& encoder, ThreadPool& pool)
      : options_(options), encoder_(encoder), pool_(pool), format_(options.format) {
    format_.token_bytes = options.vocabulary <= 65536 ? 2 : 4;
  }

  Result<Manifest> run() {
    TRY(check());
    TRY(make_directories(options_.directory));
    TRY(read_inputs());
    TRY(take_up());
    records_.emplace(TRY(RecordFile::open(path_of("shards.part"), state_.shards)));
    TRY(fill());
    return finish();
  }

 private:
  std::string path_of(const char* name) const { return concat(options_.directory, "/", name); }
  Status check() const;
  Status read_inputs();
  Status take_up();
  Status fill();
  Outcome encode(const RecordReader& reader, const Record& record) const;
  Result<Outcome> encode_record(const Record& record, const std::string& name) const;
  Status add(const Outcome& outcome, ShardFiller& filler);
  Status write_shard(const ShardContent& content, int64_t consumed);
  Result<Manifest> finish();
  Status write_index(const Manifest& manifest) const;
  bool go_on(int64_t done) const { return !options_.on_progress || options_.on_progress(done, total_bytes_); }

  const BuildOptions& options_;
  const DocumentEncoder& encoder_;
  ThreadPool& pool_;
  ShardFormat format_;
  std::vector<DataInput> inputs_;
  int64_t total_bytes_ = 0;
  BuildState state_;
  std::optional<RecordFile> records_;
  int64_t told_ = 0;
};

Status Build::check() const {
  const auto invalid = [](std::string message) { return Error{ErrorCode::kInvalid, std::move(message)}; };
  if (options_.inputs.empty()) return invalid("no input files");
  if (options_.shard_tokens < 1 || options_.shard_tokens > ShardFormat::kShardTokensMax || format_.frame_tokens < 1 ||
      format_.frame_tokens > ShardFormat::kFrameTokensMax) {
    return invalid(concat("shards have 1 to ", ShardFormat::kShardTokensMax, " tokens, frames 1 to ",
                          ShardFormat::kFrameTokensMax));
  }
  if (options_.pack < 0 || (options_.pack > 0 && options_.shard_tokens % options_.pack != 0)) {
    return invalid(concat("samples of ", options_.pack, " tokens do not fill shards of ", options_.shard_tokens,
                          "; choose a length that divides it"));
  }
  // With a state beside it the manifest is of a build that was stopped at its very end: that one is taken up.
  std::error_code ignored;
  if (fs::exists(path_of("manifest.json"), ignored) && !fs::exists(path_of("building.json"), ignored)) {
    fs::remove(path_of("shards.part"), ignored);
    return invalid(concat(options_.directory, ": holds a finished data set; choose another directory, or remove it"));
  }
  return {};
}

// Names, sizes and hashes: they are part of what the build is, and go into the manifest.
Status Build::read_inputs() {
  for (const std::string& path : options_.inputs) {
    const MappedFile file = TRY(MappedFile::open(path));
    const auto bytes = static_cast<int64_t>(file.bytes().size());
    inputs_.push_back({file_name(path), bytes, hash_of(file.bytes())});
    total_bytes_ += bytes;
    if (!go_on(0)) return Error{ErrorCode::kCancelled, "stopped"};
  }
  return {};
}

// The state of an earlier run, where there is one, of the same build.
Status Build::take_up() {
  std::string identity = concat("1 ", hash_text(options_.tokenizer_hash), " ", options_.encoding, " ",
                                options_.shard_tokens, " ", format_.frame_tokens, " ", format_.level, " ",
                                options_.pack, " ", options_.skip_broken, " ", options_.licence, "\n", options_.source);
  for (const std::string& licence : options_.leave_out) identity += "\n-" + licence;
  for (const DataInput& input : inputs_) identity += concat("\n", input.name, " ", hash_text(input.hash));
  state_.key = hash_of(std::as_bytes(std::span(identity)));

  const std::string path = path_of("building.json");
  const Result<std::string> text = read_file(path, Manifest::kBytesMax);
  if (!text.ok() && text.error().code == ErrorCode::kNotFound) return {};
  if (!text.ok()) return text.error();
  const BuildState earlier = TRY(BuildState::parse(text.value(), path));
  if (earlier.key != state_.key) {
    return Error{ErrorCode::kInvalid, concat(options_.directory,
                                             ": holds an unfinished data set of other inputs or options; remove it, "
                                             "or choose another directory")};
  }
  state_ = earlier;
  return {};
}

Status Build::fill() {
  RecordReader reader(options_.inputs, state_.records, options_.limits);
  ShardFiller filler(options_.shard_tokens, options_.pack, options_.padding_token,
                     [this](const ShardContent& shard, int64_t consumed) { return write_shard(shard, consumed); });
  for (;;) {
    std::vector<Record> batch;
    if (!TRY(reader.read_batch(kBatchBytes * pool_.threads(), batch))) break;
    std::vector<Outcome> outcomes(batch.size());
    pool_.for_ranges(static_cast<int64_t>(batch.size()), 1, [&](int64_t begin, int64_t end, int) {
      for (int64_t i = begin; i < end; ++i) {
        outcomes[static_cast<size_t>(i)] = encode(reader, batch[static_cast<size_t>(i)]);
      }
    });
    for (const Outcome& outcome : outcomes) TRY(add(outcome, filler));
    if (!go_on(reader.bytes_taken())) return Error{ErrorCode::kCancelled, "stopped"};
  }
  return filler.finish();
}

Outcome Build::encode(const RecordReader& reader, const Record& record) const {
  const std::string name = reader.name_of(record);
  Result<Outcome> outcome = encode_record(record, name);
  if (outcome.ok()) return std::move(outcome).take();
  Outcome broken;
  broken.name = name;
  broken.error = outcome.error();
  return broken;
}

Result<Outcome> Build::encode_record(const Record& record, const std::string& name) const {
  if (record.is_too_long) {
    return Error{ErrorCode::kLimit,
                 concat(name, ": more than ", options_.limits.record_bytes_max >> 20, " MB in one document; cut it")};
  }
  Document document;
  if (record.is_json) {
    document = TRY(parse_document(record.bytes, name));
  } else {
    document.text = record.bytes;
  }
  Outcome outcome;
  outcome.name = name;
  outcome.licence = document.licence.empty() ? options_.licence : document.licence;
  outcome.source = document.source.empty() ? options_.source : document.source;
  if (outcome.source.empty()) outcome.source = inputs_[static_cast<size_t>(record.file)].name;
  outcome.is_conversation = document.is_conversation();
  const auto& unwanted = options_.leave_out;
  if (std::find(unwanted.begin(), unwanted.end(), outcome.licence) != unwanted.end()) return outcome;
  outcome.encoded = TRY(encoder_.encode(document, name));
  if (outcome.encoded->tokens.empty()) outcome.encoded.reset();
  return outcome;
}

Status Build::add(const Outcome& outcome, ShardFiller& filler) {
  if (outcome.error && !options_.skip_broken) {
    return Error{outcome.error->code, outcome.error->message + " (--skip-broken leaves such records out)"};
  }
  if (outcome.error && options_.on_left_out && told_++ < kToldMax) options_.on_left_out(outcome.error->message);
  if (outcome.encoded) {
    TRY(filler.add(*outcome.encoded, state_.consumed));
    const auto tokens = static_cast<int64_t>(outcome.encoded->tokens.size());
    ++state_.documents;
    state_.conversations += outcome.is_conversation ? 1 : 0;
    state_.licences.add(outcome.licence, 1, tokens);
    state_.sources.add(outcome.source, 1, tokens);
  } else {
    ++state_.left_out;
  }
  ++state_.records;
  state_.consumed = 0;
  return {};
}

Status Build::write_shard(const ShardContent& content, int64_t consumed) {
  const std::string path = shard_path(options_.directory, state_.shards);
  TRY(make_directories(fs::path(path).parent_path().string()));
  const std::vector<std::byte> bytes = encode_shard(content, format_, pool_);
  AtomicFile file = TRY(AtomicFile::create(path));
  TRY(file.write(bytes));
  TRY(file.commit());
  TRY(records_->append({bytes.size(), hash_of(bytes)}));
  const auto tokens = static_cast<int64_t>(content.tokens.size());
  ++state_.shards;
  state_.tokens += tokens;
  state_.loss_tokens += tokens - silent_tokens(content.silences);
  state_.consumed = consumed;
  return write_text(path_of("building.json"), state_.json());
}

Result<Manifest> Build::finish() {
  if (state_.tokens == 0) {
    return Error{ErrorCode::kInvalid, "the inputs hold no document that could be taken: nothing was built"};
  }
  Manifest manifest;
  manifest.tokens = state_.tokens;
  manifest.loss_tokens = state_.loss_tokens;
  manifest.documents = state_.documents;
  manifest.conversations = state_.conversations;
  manifest.left_out = state_.left_out;
  manifest.shards = state_.shards;
  manifest.shard_tokens = options_.shard_tokens;
  manifest.frame_tokens = format_.frame_tokens;
  manifest.token_bytes = format_.token_bytes;
  manifest.vocabulary = options_.vocabulary;
  manifest.padding_token = options_.padding_token;
  manifest.pack = options_.pack;
  manifest.tokenizer_hash = options_.tokenizer_hash;
  manifest.licences = state_.licences.list();
  manifest.sources = state_.sources.list();
  manifest.inputs = inputs_;
  for (const auto& [name, content] : options_.tokenizer_files) TRY(write_text(path_of(name.c_str()), content));
  TRY(write_index(manifest));
  TRY(write_text(path_of("manifest.json"), manifest.json()));
  std::error_code ignored;
  fs::remove(path_of("building.json"), ignored);
  fs::remove(path_of("shards.part"), ignored);
  return manifest;
}

Status Build::write_index(const Manifest& manifest) const {
  const MappedFile records = TRY(MappedFile::open(path_of("shards.part")));
  AtomicFile file = TRY(AtomicFile::create(path_of("shards.index")));
  TRY(file.write(index_header(manifest)));
  TRY(file.write(records.bytes()));
  return file.commit();
}

}  // namespace

Result<Manifest> build_data_set(const BuildOptions& options, const DocumentEncoder& encoder, ThreadPool& pool) {
  return Build(options, encoder, pool).run();
}

}  // namespace capy
