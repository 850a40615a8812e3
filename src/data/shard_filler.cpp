// SPDX-License-Identifier: Apache-2.0
#include "data/shard_filler.h"

#include <algorithm>

namespace capy {
namespace {

// Samples with room that are kept open: with 64, text of all lengths wastes about 1 % of the places.
constexpr size_t kOpenSamples = 64;

int64_t size_of(const ShardContent& content) { return static_cast<int64_t>(content.tokens.size()); }

void add_silence(ShardContent& content, int64_t begin, int64_t end) {
  if (!content.silences.empty() && content.silences.back().end == begin) {
    content.silences.back().end = end;
  } else {
    content.silences.push_back({begin, end});
  }
}

}  // namespace

ShardFiller::ShardFiller(int64_t shard_tokens, int64_t pack, int32_t padding_token, Emit emit)
    : shard_tokens_(shard_tokens), pack_(pack), padding_token_(padding_token), emit_(std::move(emit)) {}

Status ShardFiller::add(const EncodedDocument& document, int64_t first) {
  return pack_ > 0 ? add_packed(document, first) : add_plain(document, first);
}

Status ShardFiller::finish() {
  close_all();
  return shard_.tokens.empty() ? Status() : emit(0);
}

Status ShardFiller::emit(int64_t consumed) {
  TRY(emit_(shard_, consumed));
  shard_ = {};
  return {};
}

// Tokens [begin, end) of the document, behind what `to` holds.
void ShardFiller::append(ShardContent& to, const EncodedDocument& document, int64_t begin, int64_t end) const {
  const int64_t at = size_of(to);
  to.tokens.insert(to.tokens.end(), document.tokens.begin() + begin, document.tokens.begin() + end);
  for (const TokenRange& silence : document.silences) {
    const int64_t from = std::max(silence.begin, begin);
    const int64_t until = std::min(silence.end, end);
    if (from < until) add_silence(to, at + from - begin, at + until - begin);
  }
}

Status ShardFiller::add_plain(const EncodedDocument& document, int64_t first) {
  const auto size = static_cast<int64_t>(document.tokens.size());
  for (int64_t at = first; at < size;) {
    if (shard_.tokens.empty()) shard_.first_position = at;
    if (at == 0) shard_.starts.push_back(size_of(shard_));
    const int64_t end = std::min(size, at + shard_tokens_ - size_of(shard_));
    append(shard_, document, at, end);
    at = end;
    if (size_of(shard_) == shard_tokens_) TRY(emit(at));
  }
  return {};
}

Status ShardFiller::add_packed(const EncodedDocument& document, int64_t first) {
  const auto size = static_cast<int64_t>(document.tokens.size());
  for (int64_t at = first; at < size; at += pack_) TRY(place(document, at, std::min(size, at + pack_)));
  return {};
}

Status ShardFiller::place(const EncodedDocument& document, int64_t begin, int64_t end) {
  size_t best = open_.size();
  for (size_t i = 0; i < open_.size(); ++i) {
    const bool fits = size_of(open_[i]) + end - begin <= pack_;
    if (fits && (best == open_.size() || size_of(open_[i]) > size_of(open_[best]))) best = i;
  }
  if (best == open_.size()) {
    const int64_t used = size_of(shard_) / pack_ + static_cast<int64_t>(open_.size());
    if (used == shard_tokens_ / pack_) {
      close_all();
      TRY(emit(begin));
    } else if (open_.size() == kOpenSamples) {
      const auto fuller = [](const ShardContent& a, const ShardContent& b) { return size_of(a) < size_of(b); };
      close(static_cast<size_t>(std::max_element(open_.begin(), open_.end(), fuller) - open_.begin()));
    }
    best = open_.size();
    open_.emplace_back();
  }
  ShardContent& sample = open_[best];
  sample.starts.push_back(size_of(sample));
  append(sample, document, begin, end);
  if (size_of(sample) == pack_) close(best);
  return {};
}

// Pads an open sample and puts it into the shard.
void ShardFiller::close(size_t sample) {
  ShardContent closed = std::move(open_[sample]);
  open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(sample));
  if (const int64_t size = size_of(closed); size < pack_) {
    closed.starts.push_back(size);
    closed.tokens.resize(static_cast<size_t>(pack_), padding_token_);
    add_silence(closed, size, pack_);
  }
  const int64_t at = size_of(shard_);
  shard_.tokens.insert(shard_.tokens.end(), closed.tokens.begin(), closed.tokens.end());
  for (const int64_t start : closed.starts) shard_.starts.push_back(at + start);
  for (const TokenRange& silence : closed.silences) add_silence(shard_, at + silence.begin, at + silence.end);
}

void ShardFiller::close_all() {
  while (!open_.empty()) close(0);
}

}  // namespace capy
