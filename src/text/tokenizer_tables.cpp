// SPDX-License-Identifier: Apache-2.0
// A tokenizer's tables as bytes and back: arrays in a row (tables_file.h).
//   tokens: bytes, ends, slots    types    rules: u64[kRules]    stops
//   added tokens, then those looked for in normalised text: entries, bytes of all their texts
//   byte-level BPE: pre-tokeniser, ids of the bytes, whole tokens, merges
#include <algorithm>

#include "base/concat.h"
#include "text/tokenizer_parts.h"

namespace capy {
namespace {

constexpr size_t kAddedBytesMax = 4096;  // of one added token, as in TokenizerLimits

struct AddedEntry {
  uint32_t text_bytes = 0;
  int32_t id = 0;
  uint32_t strip_left = 0;
  uint32_t strip_right = 0;
};

void write_patterns(TablesWriter& out, const AddedTokenFinder& finder) {
  std::vector<AddedEntry> entries;
  std::string texts;
  for (const AddedTokenFinder::Pattern& pattern : finder.patterns()) {
    entries.push_back(
        {static_cast<uint32_t>(pattern.text.size()), pattern.id, pattern.strip_left, pattern.strip_right});
    texts += pattern.text;
  }
  out.array(std::span<const AddedEntry>(entries));
  out.array(std::span<const char>(texts));
}

bool read_patterns(TablesReader& in, int64_t ids, AddedTokenFinder& finder) {
  std::span<const AddedEntry> entries;
  std::span<const char> texts;
  if (!in.array(entries) || !in.array(texts)) return false;
  std::vector<AddedTokenFinder::Pattern> patterns;
  patterns.reserve(entries.size());
  for (const AddedEntry& entry : entries) {
    const bool fits = entry.text_bytes >= 1 && entry.text_bytes <= kAddedBytesMax && entry.text_bytes <= texts.size();
    if (!fits || entry.id < 0 || entry.id >= ids) return false;
    patterns.push_back(
        {std::string(texts.data(), entry.text_bytes), entry.id, entry.strip_left != 0, entry.strip_right != 0});
    texts = texts.subspan(entry.text_bytes);
  }
  finder.set_patterns(std::move(patterns));
  return texts.empty();
}

// In the order of the array of rules.
enum Rule { kNfc, kSpacePrefix, kSpacePrefixOnce, kAddBos, kAddEos, kBos, kEos, kRules };

}  // namespace

void Tokenizer::Parts::write(TablesWriter& out) const {
  const auto number = [](std::optional<int32_t> id) { return static_cast<uint64_t>(id ? int64_t{*id} + 1 : 0); };
  uint64_t rules[kRules] = {};
  rules[kNfc] = nfc;
  rules[kSpacePrefix] = static_cast<uint64_t>(space_prefix);
  rules[kSpacePrefixOnce] = space_prefix_once;
  rules[kAddBos] = add_bos;
  rules[kAddEos] = add_eos;
  rules[kBos] = number(bos);
  rules[kEos] = number(eos);
  tokens.write(out);
  out.array(types.all());
  out.array(std::span<const uint64_t>(rules));
  out.array(std::span<const int32_t>(stops));
  write_patterns(out, added);
  write_patterns(out, added_normalized);
  byte_level->write(out);
}

bool Tokenizer::Parts::read(TablesReader& in) {
  std::span<const TokenType> types_read;
  std::span<const uint64_t> rules;
  std::span<const int32_t> stops_read;
  if (!tokens.read(in) || !in.array(types_read) || !in.array(rules) || !in.array(stops_read)) return false;
  const auto ids = static_cast<uint64_t>(tokens.size());
  if (types_read.size() != ids || rules.size() != kRules) return false;
  if (rules[kBos] > ids || rules[kEos] > ids || rules[kSpacePrefix] > 2) return false;
  if (!std::all_of(stops_read.begin(), stops_read.end(), [&](int32_t id) { return is_token(id); })) return false;
  const auto id = [](uint64_t number) {
    return number == 0 ? std::nullopt : std::optional(static_cast<int32_t>(number - 1));
  };
  types.refer_to(types_read);
  nfc = rules[kNfc] != 0;
  space_prefix = static_cast<Vocabulary::SpacePrefix>(rules[kSpacePrefix]);
  space_prefix_once = rules[kSpacePrefixOnce] != 0;
  add_bos = rules[kAddBos] != 0;
  add_eos = rules[kAddEos] != 0;
  bos = id(rules[kBos]);
  eos = id(rules[kEos]);
  stops.assign(stops_read.begin(), stops_read.end());
  if (!read_patterns(in, tokens.size(), added) || !read_patterns(in, tokens.size(), added_normalized)) return false;
  std::optional<ByteLevelBpe> bpe = ByteLevelBpe::read(in, tokens);
  if (!bpe) return false;
  byte_level.emplace(std::move(*bpe));
  return true;
}

std::optional<std::string> Tokenizer::tables() const {
  if (!parts_->byte_level) return std::nullopt;
  TablesWriter out;
  parts_->write(out);
  return out.text();
}

Result<Tokenizer> Tokenizer::from_tables(std::span<const std::byte> tables, std::shared_ptr<const void> owner) {
  auto parts = std::make_unique<Parts>(TokenTable());
  parts->owner = std::move(owner);
  TablesReader in(tables);
  if (!parts->read(in)) return Error{ErrorCode::kCorrupt, "these bytes are no tables of a tokenizer"};
  return Tokenizer(std::move(parts));
}

}  // namespace capy
