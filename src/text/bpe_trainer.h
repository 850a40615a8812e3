// SPDX-License-Identifier: Apache-2.0
// Byte-pair training: beginning with the 256 bytes, the pair of neighbours that occurs most often becomes a token,
// again and again. Ties: the pair with the lower left id, then with the lower right id. So the result is a function of
// the word counts alone, and the merges are those of the `tokenizers` library on the same text.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "text/word_counts.h"

namespace capy {

struct BpeOptions {
  int64_t tokens = 0;                  // wanted, the 256 bytes included
  int64_t count_min = 2;               // pairs seen less often are not merged
  std::vector<std::string> forbidden;  // texts that no merge may make: those of added tokens
  // Called from time to time; false stops with kCancelled.
  std::function<bool(int64_t done, int64_t total)> on_progress;
};

struct TrainedBpe {
  struct Merge {
    int32_t left = 0;
    int32_t right = 0;
    bool operator==(const Merge&) const = default;
  };
  std::vector<std::string> tokens;  // bytes; the index is the id. The first 256 are single bytes, in the order of the
                                    // byte alphabet's characters ("!" is 0)
  std::vector<Merge> merges;        // by rank
};

// Fewer tokens than wanted where the text has no more pairs to merge.
Result<TrainedBpe> train_bpe(const WordCounts& words, const BpeOptions& options);

}  // namespace capy
