// SPDX-License-Identifier: Apache-2.0
// A data set on disk: a directory that `capy data build` has made.
//   manifest.json       what is in it; written last, so a directory without one is unfinished
//   shards.index        all shards, for mapping; little-endian:
//                         magic: "CAPYIDX1", shards: u64, shard_tokens: u64, tokens: u64, 32 zero bytes,
//                         shards x (bytes: u64, hash: u64 = XXH3 of the file)
//   shards/DDDD/NNNNNNNN.tokens   shard N (shard.h); D is N / 10,000
//   tokenizer.json, tokenizer_config.json    what the ids mean
// Every shard has shard_tokens tokens; the last one may have fewer. So the shard of a token is a division, and 10^7 of
// them (160 MB of index) are opened as fast as one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/mapped_file.h"
#include "base/result.h"
#include "data/shard.h"

namespace capy {

// What a licence, a source or an input file has given.
struct DataShare {
  std::string name;
  int64_t documents = 0;
  int64_t tokens = 0;
  bool operator==(const DataShare&) const = default;
};

struct DataInput {
  std::string name;   // of the file, without its folder
  int64_t bytes = 0;  // as it lies on the disk
  uint64_t hash = 0;  // XXH3 of it
};

struct Manifest {
  static constexpr int64_t kBytesMax = int64_t{64} << 20;
  static constexpr int64_t kShardsMax = int64_t{1} << 32;
  static constexpr int64_t kTokensMax = int64_t{1} << 56;

  int64_t tokens = 0;
  int64_t loss_tokens = 0;  // that are learned, not only read
  int64_t documents = 0;
  int64_t conversations = 0;  // of the documents
  int64_t left_out = 0;       // records that were broken, empty or of a licence that was not wanted
  int64_t shards = 0;
  int64_t shard_tokens = 0;
  int64_t frame_tokens = 0;
  int64_t token_bytes = 0;
  int64_t vocabulary = 0;
  int64_t padding_token = 0;
  int64_t pack = 0;  // samples of this length cut no document that fits into one; 0: not packed
  uint64_t tokenizer_hash = 0;
  std::vector<DataShare> licences;
  std::vector<DataShare> sources;
  std::vector<DataInput> inputs;

  // Any text gives a manifest whose numbers fit together, or an error.
  static Result<Manifest> parse(std::string_view text, std::string_view name);
  std::string json() const;
};

struct ShardRecord {
  uint64_t bytes = 0;
  uint64_t hash = 0;
};

// The index file's header for these shards.
std::string index_header(const Manifest& manifest);

// Where shard `number` lies in its data set.
std::string shard_path(const std::string& directory, int64_t number);

// XXH3 of bytes, and as it is written in manifests.
uint64_t hash_of(std::span<const std::byte> bytes);
std::string hash_text(uint64_t hash);

// Thread safety: constant once open.
class DataSet {
 public:
  static Result<DataSet> open(const std::string& directory);

  const std::string& directory() const { return directory_; }
  const Manifest& manifest() const { return manifest_; }
  ShardRecord record(int64_t shard) const;
  // kCorrupt unless it has the size and the number of tokens that it must have.
  Result<std::unique_ptr<const ShardFile>> open_shard(int64_t number) const;
  // Reads the whole file and compares its hash; about a second per 5 GB.
  Status verify_shard(int64_t number) const;

 private:
  DataSet(std::string directory, Manifest manifest, MappedFile index)
      : directory_(std::move(directory)), manifest_(std::move(manifest)), index_(std::move(index)) {}
  std::string directory_;
  Manifest manifest_;
  MappedFile index_;
};

}  // namespace capy
