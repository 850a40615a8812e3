// SPDX-License-Identifier: Apache-2.0
// How often each piece of a text occurs, cut as a pre-tokeniser cuts it: all that byte-pair training needs to know of a
// text. Counts are sums, so the order of reading and the number of counters make no difference.
//
// Thread safety: one counter per thread; merge() them at the end.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "text/pre_tokenizer.h"

namespace capy {

class WordCounts {
 public:
  // Longer pieces are left out: nobody's word, and a merge would have to walk through them again and again.
  static constexpr size_t kWordBytesMax = 1024;
  // Of all distinct pieces together. Training takes about 24 bytes of memory for each of these.
  static constexpr size_t kDistinctBytesMax = size_t{1} << 29;

  struct Word {
    std::string_view bytes;  // of at least one byte
    int64_t count = 0;
  };

  WordCounts(PreTokenizer pre_tokenizer, bool nfc);

  // Any bytes. kLimit where there are too many distinct pieces.
  Status add(std::string_view text);
  Status add(const WordCounts& others);

  size_t size() const { return words_.size(); }  // distinct pieces
  Word word(size_t i) const { return {bytes_of(words_[i]), words_[i].count}; }
  int64_t pieces() const { return pieces_; }      // of two bytes or more, all together
  int64_t left_out() const { return left_out_; }  // for being too long

 private:
  struct Entry {
    uint64_t begin = 0;
    uint32_t bytes = 0;
    uint32_t tag = 0;  // upper half of the hash
    int64_t count = 0;
  };
  std::string_view bytes_of(const Entry& entry) const {
    return std::string_view(bytes_).substr(entry.begin, entry.bytes);
  }
  Status count(std::string_view piece, int64_t times);
  void grow();

  PreTokenizer pre_tokenizer_;
  bool nfc_;
  std::string bytes_;
  std::vector<Entry> words_;
  std::vector<uint32_t> slots_;  // index into words_ plus one; a power of two, at most half full
  std::string normalised_;
  int64_t pieces_ = 0;
  int64_t left_out_ = 0;
};

}  // namespace capy
