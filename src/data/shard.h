// SPDX-License-Identifier: Apache-2.0
// A shard: a stretch of a data set's tokens in one file. All numbers little-endian:
//   magic: "CAPYTOK1"
//   token_bytes: u32 (2 or 4)    frame_tokens: u32
//   tokens: u64                  first_position: u64  of the first token inside its document
//   documents: u32               silences: u32
//   checksum: u64                XXH3 of the header before it and of the three tables
//   documents x  start: u32               tokens that begin a document, ascending
//   silences x   begin: u32, end: u32     tokens that are read but not learned, ascending, none touching another
//   frames x     end: u64                 of each frame, from the first one's begin; frames = tokens / frame_tokens, up
//   zstd frames, each with its own checksum: frame_tokens ids (the last frame: what is left), token_bytes each
// So any token is found by a division, one look into the table, and the decoding of one frame.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/mapped_file.h"
#include "base/result.h"
#include "base/thread_pool.h"

namespace capy {

// Tokens [begin, end).
struct TokenRange {
  int64_t begin = 0;
  int64_t end = 0;
  bool operator==(const TokenRange&) const = default;
};

struct ShardContent {
  std::vector<int32_t> tokens;
  int64_t first_position = 0;
  std::vector<int64_t> starts;
  std::vector<TokenRange> silences;
};

struct ShardFormat {
  static constexpr int64_t kShardTokensMax = int64_t{1} << 31;
  static constexpr int64_t kFrameTokensMax = int64_t{1} << 22;

  int64_t token_bytes = 4;
  int64_t frame_tokens = 16384;  // 32 KB of ids: a sample of 512 tokens costs 30 microseconds; larger ones save 2 %
  int level = 9;                 // of zstd
};

// The bytes of a shard. The same for any number of threads.
std::vector<std::byte> encode_shard(const ShardContent& content, const ShardFormat& format, ThreadPool& pool);

// Thread safety: constant once made.
class Shard {
 public:
  // The bytes must outlive the shard. kCorrupt says what contradicts itself; whatever is accepted can be read safely.
  static Result<Shard> parse(std::span<const std::byte> bytes, const std::string& name);

  int64_t tokens() const { return tokens_; }
  int64_t documents() const { return static_cast<int64_t>(starts_.size()); }

  // Ids of the tokens [begin, begin + out.size()), which must lie within the shard. kCorrupt where a frame is damaged.
  Status read(int64_t begin, std::span<int32_t> out) const;

  // The position inside its document of a token.
  int64_t position(int64_t token) const;
  // Calls visit(token) for each token of [begin, end) that begins a document.
  template <class Visit>
  void for_each_start(int64_t begin, int64_t end, Visit&& visit) const {
    for (size_t i = first_start(begin); i < starts_.size() && starts_[i] < end; ++i) visit(int64_t{starts_[i]});
  }
  // Calls visit(begin, end) for each part of a silence in [begin, end).
  template <class Visit>
  void for_each_silence(int64_t begin, int64_t end, Visit&& visit) const {
    for (size_t i = first_silence(begin); i < silences_.size() && silences_[i].begin < end; ++i) {
      visit(std::max<int64_t>(silences_[i].begin, begin), std::min<int64_t>(silences_[i].end, end));
    }
  }

 private:
  struct Silence {
    uint32_t begin;
    uint32_t end;
  };
  size_t first_start(int64_t from) const;    // index of the first at or behind
  size_t first_silence(int64_t from) const;  // that ends behind
  Status check_tables() const;
  Status read_frame(int64_t frame, std::span<std::byte> out) const;
  Error damaged(std::string_view what) const;

  std::string name_;
  int64_t token_bytes_ = 0;
  int64_t frame_tokens_ = 0;
  int64_t tokens_ = 0;
  int64_t first_position_ = 0;
  std::span<const uint32_t> starts_;
  std::span<const Silence> silences_;
  std::span<const uint64_t> frame_ends_;
  std::span<const std::byte> frames_;
};

// A shard in a mapped file.
class ShardFile {
 public:
  static Result<std::unique_ptr<const ShardFile>> open(const std::string& path);
  const Shard& shard() const { return shard_; }
  const MappedFile& file() const { return file_; }

 private:
  ShardFile(MappedFile file, Shard shard) : file_(std::move(file)), shard_(std::move(shard)) {}
  MappedFile file_;
  Shard shard_;
};

}  // namespace capy
