// SPDX-License-Identifier: Apache-2.0
#include "data/stream.h"

#include <algorithm>
#include <cmath>
#include <list>
#include <mutex>
#include <optional>

#include "base/concat.h"
#include "data/data_set.h"
#include "data/mixture.h"
#include "data/permutation.h"

namespace capy {
namespace {

// Shards mapped at once, of all sources. Opening one anew takes about 50 microseconds.
constexpr size_t kOpenShards = 64;

struct Source {
  DataSet data;
  int64_t samples = 0;  // in an epoch
};

// The shards that were used last.
class OpenShards {
 public:
  Result<std::shared_ptr<const ShardFile>> get(const DataSet& data, int64_t source, int64_t number) {
    if (auto found = find(source, number)) return found;
    std::shared_ptr<const ShardFile> opened = TRY(data.open_shard(number));  // without the lock: others may read on
    const std::lock_guard lock(mutex_);
    entries_.push_front({source, number, opened});
    if (entries_.size() > kOpenShards) entries_.pop_back();
    return opened;
  }

 private:
  struct Entry {
    int64_t source;
    int64_t number;
    std::shared_ptr<const ShardFile> file;
  };

  std::shared_ptr<const ShardFile> find(int64_t source, int64_t number) {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
      return entry.source == source && entry.number == number;
    });
    if (found == entries_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found);
    return found->file;
  }

  std::mutex mutex_;
  std::list<Entry> entries_;  // the last used first
};

Error invalid(std::string message) { return Error{ErrorCode::kInvalid, std::move(message)}; }

// Whether the sources have weights; kInvalid where some have and some have not.
Result<bool> are_weighted(std::span<const StreamSource> sources) {
  int64_t weights = 0;
  int64_t epochs = 0;
  for (const StreamSource& source : sources) {
    const auto is_given = [](double value) { return std::isfinite(value) && value > 0; };
    if (source.weight == 0 && source.epochs == 0) return invalid(source.directory + ": needs a weight or epochs");
    if ((source.weight != 0 && !is_given(source.weight)) || (source.epochs != 0 && !is_given(source.epochs))) {
      return invalid(source.directory + ": weight and epochs must be positive numbers");
    }
    weights += source.weight != 0 ? 1 : 0;
    epochs += source.epochs != 0 ? 1 : 0;
  }
  const auto count = static_cast<int64_t>(sources.size());
  if (weights == count && epochs == 0) return true;
  if (epochs == count && weights == 0) return false;
  return invalid("data sets are mixed either by weights or by epochs: give one of them to all");
}

int64_t samples_in(const Manifest& manifest, int64_t sample_tokens) {
  return (manifest.tokens - 1) / sample_tokens + 1;
}

Status check_fits(const StreamSource& source, const Manifest& manifest, const Manifest& first, int64_t sample_tokens) {
  if (manifest.tokenizer_hash != first.tokenizer_hash || manifest.vocabulary != first.vocabulary) {
    return invalid(concat(source.directory, ": made with another tokenizer than the first data set"));
  }
  if (manifest.pack != 0 && manifest.pack != sample_tokens) {
    return invalid(concat(source.directory, ": packed for samples of ", manifest.pack, " tokens, not of ",
                          sample_tokens, "; use that length, or build it with --pack ", sample_tokens));
  }
  return {};
}

}  // namespace

struct SampleStream::Parts {
  std::vector<Source> sources;
  int64_t sample_tokens = 0;
  int64_t samples = 0;
  uint64_t seed = 0;
  std::optional<Mixture> mixture;
  mutable OpenShards shards;

  Status read_tokens(int64_t source, int64_t begin, int64_t end, Sample& sample) const;
  Status read_part(int64_t source, int64_t number, int64_t begin, int64_t end, int64_t at, Sample& sample) const;
  void pad(int64_t from, int32_t token, Sample& sample) const;
};

SampleStream::SampleStream(std::unique_ptr<const Parts> parts) : parts_(std::move(parts)) {}
SampleStream::SampleStream(SampleStream&&) noexcept = default;
SampleStream& SampleStream::operator=(SampleStream&&) noexcept = default;
SampleStream::~SampleStream() = default;

Result<SampleStream> SampleStream::open(std::span<const StreamSource> sources, const StreamOptions& options) {
  if (sources.empty() || static_cast<int64_t>(sources.size()) > kSourcesMax) {
    return invalid(concat("a stream has 1 to ", kSourcesMax, " data sets, not ", sources.size()));
  }
  if (options.sample_tokens < 1 || options.sample_tokens > kSampleTokensMax) {
    return invalid(concat("samples have 1 to ", kSampleTokensMax, " tokens, not ", options.sample_tokens));
  }
  const bool weighted = TRY(are_weighted(sources));
  auto parts = std::make_unique<Parts>();
  parts->sample_tokens = options.sample_tokens;
  parts->seed = options.seed;
  std::vector<double> weights;
  std::vector<uint64_t> shares;
  int64_t total = 0;
  for (const StreamSource& source : sources) {
    DataSet data = TRY(DataSet::open(source.directory));
    const Manifest& first = parts->sources.empty() ? data.manifest() : parts->sources[0].data.manifest();
    TRY(check_fits(source, data.manifest(), first, options.sample_tokens));
    const int64_t samples = samples_in(data.manifest(), options.sample_tokens);
    parts->sources.push_back({std::move(data), samples});
    weights.push_back(source.weight);
    if (weighted) continue;
    const double wanted = std::ceil(source.epochs * static_cast<double>(samples));
    if (wanted > static_cast<double>(kEndless - total)) return invalid(source.directory + ": too many epochs");
    shares.push_back(static_cast<uint64_t>(wanted));
    total += static_cast<int64_t>(wanted);
  }
  parts->samples = weighted ? kEndless : total;
  parts->mixture.emplace(weighted ? shares_of_weights(weights) : shares);
  return SampleStream(std::move(parts));
}

int64_t SampleStream::samples() const { return parts_->samples; }
int64_t SampleStream::samples_of(int64_t source) const { return parts_->sources[static_cast<size_t>(source)].samples; }
int64_t SampleStream::sample_tokens() const { return parts_->sample_tokens; }
int64_t SampleStream::vocabulary() const { return parts_->sources[0].data.manifest().vocabulary; }
uint64_t SampleStream::tokenizer_hash() const { return parts_->sources[0].data.manifest().tokenizer_hash; }
const std::string& SampleStream::tokenizer_directory() const { return parts_->sources[0].data.directory(); }

Status SampleStream::read(int64_t position, Sample& sample) const {
  if (position < 0 || position >= parts_->samples) {
    return invalid(concat("position ", position, ": the stream ends at ", parts_->samples));
  }
  const Mixture::Place place = parts_->mixture->at(position);
  const Source& source = parts_->sources[static_cast<size_t>(place.source)];
  sample.source = place.source;
  sample.epoch = place.position / source.samples;
  const uint64_t key = Permutation::mix(Permutation::mix(parts_->seed, static_cast<uint64_t>(place.source)),
                                        static_cast<uint64_t>(sample.epoch));
  const Permutation order(static_cast<uint64_t>(source.samples), key);
  sample.number = static_cast<int64_t>(order(static_cast<uint64_t>(place.position % source.samples)));

  const Manifest& manifest = source.data.manifest();
  const int64_t length = parts_->sample_tokens + Sample::kLookahead;
  const int64_t begin = sample.number * parts_->sample_tokens;
  const int64_t end = std::min(begin + length, manifest.tokens);
  sample.tokens.resize(static_cast<size_t>(length));
  sample.marks.assign(static_cast<size_t>(length), 0);
  sample.documents.clear();
  TRY(parts_->read_tokens(place.source, begin, end, sample));
  parts_->pad(end - begin, static_cast<int32_t>(manifest.padding_token), sample);
  return {};
}

Result<Sample> SampleStream::at(int64_t position) const {
  Sample sample;
  TRY(read(position, sample));
  return sample;
}

Status SampleStream::Parts::read_tokens(int64_t source, int64_t begin, int64_t end, Sample& sample) const {
  const int64_t shard_tokens = sources[static_cast<size_t>(source)].data.manifest().shard_tokens;
  for (int64_t token = begin; token < end;) {
    const int64_t number = token / shard_tokens;
    const int64_t first = number * shard_tokens;
    const int64_t last = std::min(end, first + shard_tokens);
    TRY(read_part(source, number, token - first, last - first, token - begin, sample));
    token = last;
  }
  return {};
}

// Tokens [begin, end) of a shard become the sample's from `at` on.
Status SampleStream::Parts::read_part(int64_t source, int64_t number, int64_t begin, int64_t end, int64_t at,
                                      Sample& sample) const {
  const DataSet& data = sources[static_cast<size_t>(source)].data;
  const std::shared_ptr<const ShardFile> file = TRY(shards.get(data, source, number));
  const Shard& shard = file->shard();
  const auto ids = std::span(sample.tokens).subspan(static_cast<size_t>(at), static_cast<size_t>(end - begin));
  TRY(shard.read(begin, ids));
  const int64_t vocabulary = data.manifest().vocabulary;
  const bool fits = std::all_of(ids.begin(), ids.end(), [&](int32_t id) { return id < vocabulary; });
  if (!fits || file->file().damaged()) {
    return Error{ErrorCode::kCorrupt,
                 concat(shard_path(data.directory(), number), ": ",
                        fits ? "was cut short" : "holds ids beyond the vocabulary", "; build the data set again")};
  }
  const auto mark = [&](int64_t token) -> uint8_t& { return sample.marks[static_cast<size_t>(token - begin + at)]; };
  for (int64_t token = begin; token < end; ++token) mark(token) = Sample::kLoss;
  shard.for_each_silence(begin, end, [&](int64_t from, int64_t to) {
    for (int64_t token = from; token < to; ++token) mark(token) = 0;
  });
  const int64_t position = at == 0 ? shard.position(begin) : 0;
  if (at == 0 && position > 0) sample.documents.push_back({0, position});
  shard.for_each_start(begin, end, [&](int64_t token) {
    mark(token) = Sample::kStart;
    if (token - begin + at < sample_tokens) sample.documents.push_back({token - begin + at, 0});
  });
  // A shard that does not say how it begins: as if it began a document.
  if (at == 0 && (sample.documents.empty() || sample.documents[0].at != 0)) {
    sample.documents.insert(sample.documents.begin(), {0, 0});
  }
  return {};
}

// What lies behind the data set's end: a document of padding.
void SampleStream::Parts::pad(int64_t from, int32_t token, Sample& sample) const {
  const auto begin = static_cast<size_t>(from);
  if (begin == sample.tokens.size()) return;
  std::fill(sample.tokens.begin() + from, sample.tokens.end(), token);
  sample.marks[begin] = Sample::kStart;
  if (from < sample_tokens) sample.documents.push_back({from, 0});
}

}  // namespace capy
