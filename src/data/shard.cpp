// SPDX-License-Identifier: Apache-2.0
#include "data/shard.h"

#include <xxhash.h>
#include <zstd.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/check.h"
#include "base/concat.h"

static_assert(std::endian::native == std::endian::little, "the files are read in place");

namespace capy {
namespace {

struct Header {
  char magic[8];
  uint32_t token_bytes;
  uint32_t frame_tokens;
  uint64_t tokens;
  uint64_t first_position;
  uint32_t documents;
  uint32_t silences;
  uint64_t checksum;
};
static_assert(sizeof(Header) == 48);

constexpr char kMagic[8] = {'C', 'A', 'P', 'Y', 'T', 'O', 'K', '1'};
constexpr int64_t kPositionMax = int64_t{1} << 60;

// The frame ends are 8 bytes each: the tables before them are padded to that.
size_t padded(size_t bytes) { return (bytes + 7) / 8 * 8; }

int64_t frames_of(int64_t tokens, int64_t frame_tokens) { return (tokens + frame_tokens - 1) / frame_tokens; }

uint64_t checksum_of(const Header& header, std::span<const std::byte> tables) {
  Header plain = header;
  plain.checksum = XXH3_64bits(tables.data(), tables.size());
  return XXH3_64bits(&plain, sizeof plain);
}

void append_bytes(std::vector<std::byte>& out, const void* from, size_t count) {
  const size_t before = out.size();
  out.resize(before + count);
  if (count > 0) std::memcpy(out.data() + before, from, count);
}

template <class T>
void append(std::vector<std::byte>& out, const T& value) {
  append_bytes(out, &value, sizeof value);
}

struct FreeCompressor {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};
struct FreeDecompressor {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

std::vector<std::byte> raw_ids(std::span<const int32_t> tokens, int64_t token_bytes) {
  std::vector<std::byte> raw(tokens.size() * static_cast<size_t>(token_bytes));
  for (size_t i = 0; i < tokens.size(); ++i) {
    std::memcpy(raw.data() + i * static_cast<size_t>(token_bytes), &tokens[i], static_cast<size_t>(token_bytes));
  }
  return raw;
}

std::vector<std::byte> compressed(std::span<const std::byte> raw, int level) {
  const std::unique_ptr<ZSTD_CCtx, FreeCompressor> context(ZSTD_createCCtx());
  CHECK(context != nullptr);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::vector<std::byte> frame(ZSTD_compressBound(raw.size()));
  const size_t size = ZSTD_compress2(context.get(), frame.data(), frame.size(), raw.data(), raw.size());
  CHECK(ZSTD_isError(size) == 0);
  frame.resize(size);
  return frame;
}

}  // namespace

std::vector<std::byte> encode_shard(const ShardContent& content, const ShardFormat& format, ThreadPool& pool) {
  const auto tokens = static_cast<int64_t>(content.tokens.size());
  const int64_t count = frames_of(tokens, format.frame_tokens);
  std::vector<std::vector<std::byte>> frames(static_cast<size_t>(count));
  pool.for_ranges(count, 1, [&](int64_t begin, int64_t end, int) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t first = i * format.frame_tokens;
      const auto part =
          std::span(content.tokens)
              .subspan(static_cast<size_t>(first), static_cast<size_t>(std::min(format.frame_tokens, tokens - first)));
      frames[static_cast<size_t>(i)] = compressed(raw_ids(part, format.token_bytes), format.level);
    }
  });

  std::vector<std::byte> tables;
  for (const int64_t start : content.starts) append(tables, static_cast<uint32_t>(start));
  for (const TokenRange& silence : content.silences) {
    append(tables, static_cast<uint32_t>(silence.begin));
    append(tables, static_cast<uint32_t>(silence.end));
  }
  tables.resize(padded(tables.size()));
  uint64_t frame_end = 0;
  for (const auto& frame : frames) append(tables, frame_end += frame.size());

  Header header{};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.token_bytes = static_cast<uint32_t>(format.token_bytes);
  header.frame_tokens = static_cast<uint32_t>(format.frame_tokens);
  header.tokens = static_cast<uint64_t>(tokens);
  header.first_position = static_cast<uint64_t>(content.first_position);
  header.documents = static_cast<uint32_t>(content.starts.size());
  header.silences = static_cast<uint32_t>(content.silences.size());
  header.checksum = checksum_of(header, tables);

  std::vector<std::byte> file;
  file.reserve(sizeof header + tables.size() + frame_end);
  append(file, header);
  append_bytes(file, tables.data(), tables.size());
  for (const auto& frame : frames) append_bytes(file, frame.data(), frame.size());
  return file;
}

Error Shard::damaged(std::string_view what) const {
  return Error{ErrorCode::kCorrupt, concat(name_, ": ", what, "; this shard must be built again")};
}

Result<Shard> Shard::parse(std::span<const std::byte> bytes, const std::string& name) {
  Shard shard;
  shard.name_ = name;
  Header header{};
  if (bytes.size() < sizeof header) return shard.damaged("too short for a token shard");
  std::memcpy(&header, bytes.data(), sizeof header);
  if (std::memcmp(header.magic, kMagic, sizeof kMagic) != 0) return shard.damaged("not a token shard");
  const bool sane = (header.token_bytes == 2 || header.token_bytes == 4) && header.frame_tokens > 0 &&
                    header.frame_tokens <= ShardFormat::kFrameTokensMax && header.tokens > 0 &&
                    header.tokens <= ShardFormat::kShardTokensMax && header.first_position <= kPositionMax &&
                    header.documents <= header.tokens && header.silences <= header.tokens;
  if (!sane) return shard.damaged("a number in its header cannot be");
  shard.token_bytes_ = header.token_bytes;
  shard.frame_tokens_ = header.frame_tokens;
  shard.tokens_ = static_cast<int64_t>(header.tokens);
  shard.first_position_ = static_cast<int64_t>(header.first_position);

  const auto frames = static_cast<size_t>(frames_of(shard.tokens_, shard.frame_tokens_));
  const size_t starts_bytes = size_t{header.documents} * sizeof(uint32_t);
  const size_t silences_bytes = size_t{header.silences} * sizeof(Silence);
  const size_t ends_at = padded(starts_bytes + silences_bytes);
  const size_t tables_bytes = ends_at + frames * sizeof(uint64_t);
  const auto rest = bytes.subspan(sizeof header);
  if (rest.size() < tables_bytes) return shard.damaged("cut short");
  const auto tables = rest.first(tables_bytes);
  if (header.checksum != checksum_of(header, tables)) return shard.damaged("its tables are damaged (checksum)");
  // Aligned: a mapped file begins at a page, and the header has 48 bytes.
  shard.starts_ = {reinterpret_cast<const uint32_t*>(tables.data()), header.documents};
  shard.silences_ = {reinterpret_cast<const Silence*>(tables.data() + starts_bytes), header.silences};
  shard.frame_ends_ = {reinterpret_cast<const uint64_t*>(tables.data() + ends_at), frames};
  shard.frames_ = rest.subspan(tables_bytes);
  TRY(shard.check_tables());
  return shard;
}

Status Shard::check_tables() const {
  int64_t before = -1;
  for (const uint32_t start : starts_) {
    if (int64_t{start} <= before || int64_t{start} >= tokens_) return damaged("its documents are out of order");
    before = start;
  }
  before = -1;
  for (const Silence& silence : silences_) {
    if (int64_t{silence.begin} <= before || silence.end <= silence.begin || int64_t{silence.end} > tokens_) {
      return damaged("its loss mask is out of order");
    }
    before = silence.end;
  }
  uint64_t end = 0;
  for (const uint64_t frame_end : frame_ends_) {
    if (frame_end <= end || frame_end > frames_.size()) return damaged("its frames are out of order, or cut short");
    end = frame_end;
  }
  if (end != frames_.size()) return damaged("there is something behind its last frame");
  return {};
}

size_t Shard::first_start(int64_t from) const {
  return static_cast<size_t>(std::lower_bound(starts_.begin(), starts_.end(), from) - starts_.begin());
}

size_t Shard::first_silence(int64_t from) const {
  const auto ends_before = [](const Silence& silence, int64_t token) { return int64_t{silence.end} <= token; };
  return static_cast<size_t>(std::lower_bound(silences_.begin(), silences_.end(), from, ends_before) -
                             silences_.begin());
}

int64_t Shard::position(int64_t token) const {
  const size_t behind = first_start(token + 1);
  return behind == 0 ? first_position_ + token : token - int64_t{starts_[behind - 1]};
}

Status Shard::read_frame(int64_t frame, std::span<std::byte> out) const {
  const auto i = static_cast<size_t>(frame);
  const uint64_t begin = i == 0 ? 0 : frame_ends_[i - 1];
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeDecompressor> context(ZSTD_createDCtx());
  if (!context) return Error{ErrorCode::kLimit, concat(name_, ": no memory to decompress it")};
  const size_t size = ZSTD_decompressDCtx(context.get(), out.data(), out.size(), frames_.data() + begin,
                                          static_cast<size_t>(frame_ends_[i] - begin));
  if (size != out.size()) return damaged(concat("frame ", frame, " is damaged"));
  return {};
}

Status Shard::read(int64_t begin, std::span<int32_t> out) const {
  const int64_t end = begin + static_cast<int64_t>(out.size());
  CHECK(begin >= 0 && end <= tokens_);
  std::vector<std::byte> raw;
  for (int64_t at = begin; at < end;) {
    const int64_t frame = at / frame_tokens_;
    const int64_t first = frame * frame_tokens_;
    const int64_t last = std::min(first + frame_tokens_, tokens_);
    raw.resize(static_cast<size_t>((last - first) * token_bytes_));
    TRY(read_frame(frame, raw));
    for (const int64_t until = std::min(end, last); at < until; ++at) {
      uint32_t id = 0;
      std::memcpy(&id, raw.data() + (at - first) * token_bytes_, static_cast<size_t>(token_bytes_));
      if (id > INT32_MAX) return damaged("it holds an id that cannot be");
      out[static_cast<size_t>(at - begin)] = static_cast<int32_t>(id);
    }
  }
  return {};
}

Result<std::unique_ptr<const ShardFile>> ShardFile::open(const std::string& path) {
  MappedFile file = TRY(MappedFile::open(path));
  Shard shard = TRY(Shard::parse(file.bytes(), path));
  return std::unique_ptr<const ShardFile>(new ShardFile(std::move(file), std::move(shard)));
}

}  // namespace capy
