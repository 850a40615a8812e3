// SPDX-License-Identifier: Apache-2.0
#include "data/data_set.h"

#include <xxhash.h>

#include <charconv>
#include <cstring>

#include "base/concat.h"
#include "base/json.h"

namespace capy {
namespace {

constexpr std::string_view kFormat = "capy-data-1";
constexpr char kIndexMagic[8] = {'C', 'A', 'P', 'Y', 'I', 'D', 'X', '1'};
constexpr int64_t kSharesMax = 100'000;
constexpr int64_t kShardsPerFolder = 10'000;

struct IndexHeader {
  char magic[8];
  uint64_t shards;
  uint64_t shard_tokens;
  uint64_t tokens;
  uint64_t zero[4];
};
static_assert(sizeof(IndexHeader) == 64 && sizeof(ShardRecord) == 16);

std::string digits(int64_t number, size_t width) {
  std::string text = concat(number);
  if (text.size() < width) text.insert(0, width - text.size(), '0');
  return text;
}

class ManifestReader {
 public:
  ManifestReader(Json root, std::string_view name) : root_(root), name_(name) {}

  Result<Manifest> read() {
    Manifest m;
    if (root_["format"].as_string() != kFormat) return wrong("format", concat("must be \"", kFormat, "\""));
    m.tokens = TRY(number("tokens", 1, Manifest::kTokensMax));
    m.loss_tokens = TRY(number("loss_tokens", 0, m.tokens));
    m.documents = TRY(number("documents", 1, m.tokens));
    m.conversations = TRY(number("conversations", 0, m.documents));
    m.left_out = TRY(number("left_out", 0, INT64_MAX));
    m.shards = TRY(number("shards", 1, Manifest::kShardsMax));
    m.shard_tokens = TRY(number("shard_tokens", 1, ShardFormat::kShardTokensMax));
    m.frame_tokens = TRY(number("frame_tokens", 1, ShardFormat::kFrameTokensMax));
    m.token_bytes = TRY(number("token_bytes", 2, 4));
    m.vocabulary = TRY(number("vocabulary", 1, INT32_MAX));
    m.padding_token = TRY(number("padding_token", 0, m.vocabulary - 1));
    m.pack = TRY(number("pack", 0, m.shard_tokens));
    m.tokenizer_hash = TRY(hash(root_["tokenizer_hash"], "tokenizer_hash"));
    if ((m.tokens - 1) / m.shard_tokens + 1 != m.shards) return wrong("shards", "does not fit tokens and shard_tokens");
    if (m.pack > 0 && m.shard_tokens % m.pack != 0) return wrong("pack", "does not divide shard_tokens");
    m.licences = TRY(shares("licences"));
    m.sources = TRY(shares("sources"));
    m.inputs = TRY(inputs());
    return m;
  }

 private:
  Error wrong(std::string_view member, std::string_view why) const {
    return Error{ErrorCode::kCorrupt, concat(name_, ": \"", member, "\" ", why)};
  }

  Result<int64_t> number(const char* member, int64_t min, int64_t max) const {
    const auto value = root_[member].as_int();
    if (!value || *value < min || *value > max) return wrong(member, concat("must be from ", min, " to ", max));
    return *value;
  }

  Result<uint64_t> hash(Json value, const char* member) const {
    const std::string_view text = value.as_string().value_or("");
    uint64_t parsed = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), parsed, 16);
    if (text.size() != 16 || failed != std::errc() || end != text.data() + text.size()) {
      return wrong(member, "must have 16 hexadecimal digits");
    }
    return parsed;
  }

  Result<std::vector<DataShare>> shares(const char* member) const {
    const Json list = root_[member];
    std::vector<DataShare> shares;
    if (!list.is_array() || list.size() > kSharesMax) return wrong(member, "must be a list, and not a longer one");
    for (int64_t i = 0; i < list.size(); ++i) {
      const auto name = list[i]["name"].as_string();
      const auto documents = list[i]["documents"].as_int();
      const auto tokens = list[i]["tokens"].as_int();
      if (!name || !documents || !tokens || *documents < 0 || *tokens < 0) {
        return wrong(member, concat("has an entry ", i, " that is not name, documents and tokens"));
      }
      shares.push_back({std::string(*name), *documents, *tokens});
    }
    return shares;
  }

  Result<std::vector<DataInput>> inputs() const {
    const Json list = root_["inputs"];
    std::vector<DataInput> inputs;
    if (!list.is_array() || list.size() > kSharesMax) return wrong("inputs", "must be a list, and not a longer one");
    for (int64_t i = 0; i < list.size(); ++i) {
      const auto name = list[i]["name"].as_string();
      const auto bytes = list[i]["bytes"].as_int();
      if (!name || !bytes) return wrong("inputs", concat("has an entry ", i, " without name and bytes"));
      inputs.push_back({std::string(*name), *bytes, TRY(hash(list[i]["hash"], "inputs"))});
    }
    return inputs;
  }

  Json root_;
  std::string_view name_;
};

void write_shares(JsonWriter& json, const char* member, const std::vector<DataShare>& shares) {
  json.key(member);
  json.begin_array();
  for (const DataShare& share : shares) {
    json.begin_object();
    json.member("name", share.name);
    json.member("documents", share.documents);
    json.member("tokens", share.tokens);
    json.end_object();
  }
  json.end_array();
}

IndexHeader header_of(const Manifest& manifest) {
  IndexHeader header{};
  std::memcpy(header.magic, kIndexMagic, sizeof kIndexMagic);
  header.shards = static_cast<uint64_t>(manifest.shards);
  header.shard_tokens = static_cast<uint64_t>(manifest.shard_tokens);
  header.tokens = static_cast<uint64_t>(manifest.tokens);
  return header;
}

int64_t tokens_of_shard(const Manifest& manifest, int64_t number) {
  return std::min(manifest.shard_tokens, manifest.tokens - number * manifest.shard_tokens);
}

}  // namespace

Result<Manifest> Manifest::parse(std::string_view text, std::string_view name) {
  JsonLimits limits;
  limits.bytes_max = kBytesMax;
  const JsonDocument document = TRY(JsonDocument::parse(text, name, limits));
  return ManifestReader(document.root(), name).read();
}

std::string Manifest::json() const {
  JsonWriter json;
  json.begin_object();
  json.member("format", kFormat);
  json.member("tokens", tokens);
  json.member("loss_tokens", loss_tokens);
  json.member("documents", documents);
  json.member("conversations", conversations);
  json.member("left_out", left_out);
  json.member("shards", shards);
  json.member("shard_tokens", shard_tokens);
  json.member("frame_tokens", frame_tokens);
  json.member("token_bytes", token_bytes);
  json.member("vocabulary", vocabulary);
  json.member("padding_token", padding_token);
  json.member("pack", pack);
  json.member("tokenizer_hash", hash_text(tokenizer_hash));
  write_shares(json, "licences", licences);
  write_shares(json, "sources", sources);
  json.key("inputs");
  json.begin_array();
  for (const DataInput& input : inputs) {
    json.begin_object();
    json.member("name", input.name);
    json.member("bytes", input.bytes);
    json.member("hash", hash_text(input.hash));
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.text() + "\n";
}

std::string index_header(const Manifest& manifest) {
  const IndexHeader header = header_of(manifest);
  return std::string(reinterpret_cast<const char*>(&header), sizeof header);
}

std::string shard_path(const std::string& directory, int64_t number) {
  return concat(directory, "/shards/", digits(number / kShardsPerFolder, 4), "/", digits(number, 8), ".tokens");
}

uint64_t hash_of(std::span<const std::byte> bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

std::string hash_text(uint64_t hash) {
  std::string text;
  for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[hash >> shift & 15];
  return text;
}

Result<DataSet> DataSet::open(const std::string& directory) {
  const std::string path = directory + "/manifest.json";
  Result<std::string> text = read_file(path, Manifest::kBytesMax);
  if (!text.ok() && text.error().code == ErrorCode::kNotFound) {
    return Error{ErrorCode::kNotFound, concat(directory,
                                              ": no data set (manifest.json is missing); make one with "
                                              "`capy data build`, or let an interrupted one finish")};
  }
  if (!text.ok()) return std::move(text).take_error();
  Manifest manifest = TRY(Manifest::parse(text.value(), path));
  const std::string index_path = directory + "/shards.index";
  MappedFile index = TRY(MappedFile::open(index_path));
  const IndexHeader wanted = header_of(manifest);
  const uint64_t bytes = sizeof wanted + static_cast<uint64_t>(manifest.shards) * sizeof(ShardRecord);
  if (index.bytes().size() != bytes || std::memcmp(index.bytes().data(), &wanted, sizeof wanted) != 0) {
    return Error{ErrorCode::kCorrupt, concat(index_path,
                                             ": does not belong to manifest.json beside it, or is cut "
                                             "short; build the data set again")};
  }
  return DataSet(directory, std::move(manifest), std::move(index));
}

ShardRecord DataSet::record(int64_t shard) const {
  ShardRecord record;
  std::memcpy(&record, index_.bytes().data() + sizeof(IndexHeader) + static_cast<size_t>(shard) * sizeof record,
              sizeof record);
  return record;
}

Result<std::unique_ptr<const ShardFile>> DataSet::open_shard(int64_t number) const {
  const std::string path = shard_path(directory_, number);
  auto file = TRY(ShardFile::open(path));
  if (file->file().bytes().size() != record(number).bytes ||
      file->shard().tokens() != tokens_of_shard(manifest_, number)) {
    return Error{ErrorCode::kCorrupt, concat(path, ": not the shard that the index tells of; build it again")};
  }
  return file;
}

Status DataSet::verify_shard(int64_t number) const {
  const auto file = TRY(open_shard(number));
  if (hash_of(file->file().bytes()) == record(number).hash) return {};
  return Error{ErrorCode::kCorrupt, concat(shard_path(directory_, number), ": its content has changed (hash)")};
}

}  // namespace capy
