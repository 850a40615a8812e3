// SPDX-License-Identifier: Apache-2.0
// Documents behind one another, in shards of exactly `shard_tokens` tokens. Two ways:
//  - plain: no gaps; a document goes on in the next shard;
//  - packed for samples of T tokens: a document of at most T tokens is not cut by a sample's border. It goes where it
//    fits best among the samples that are still open (the fullest that has room); the rest of a sample is padding.
//    Longer documents become pieces of T tokens, each a document of its own.
// Which of the documents added first stands where depends on nothing else than those documents.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/result.h"
#include "data/document_encoder.h"
#include "data/shard.h"

namespace capy {

class ShardFiller {
 public:
  // Gets a full shard, and how many tokens of the document that is being added are in it or in an earlier one. All
  // documents before are.
  using Emit = std::function<Status(const ShardContent& shard, int64_t consumed)>;

  // pack: T, which divides shard_tokens, or 0.
  ShardFiller(int64_t shard_tokens, int64_t pack, int32_t padding_token, Emit emit);

  // Tokens before `first` are in an earlier shard already.
  Status add(const EncodedDocument& document, int64_t first = 0);
  // Hands out what is left; nothing where nothing is.
  Status finish();

 private:
  Status add_plain(const EncodedDocument& document, int64_t first);
  Status add_packed(const EncodedDocument& document, int64_t first);
  Status place(const EncodedDocument& document, int64_t begin, int64_t end);
  void append(ShardContent& to, const EncodedDocument& document, int64_t begin, int64_t end) const;
  void close(size_t sample);
  void close_all();
  Status emit(int64_t consumed);

  int64_t shard_tokens_;
  int64_t pack_;
  int32_t padding_token_;
  Emit emit_;
  ShardContent shard_;
  std::vector<ShardContent> open_;  // samples with room, of a packed data set
};

}  // namespace capy
