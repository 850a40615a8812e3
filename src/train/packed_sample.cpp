// SPDX-License-Identifier: Apache-2.0
#include "train/packed_sample.h"

#include "base/check.h"

namespace capy::train {

void PackedSample::set(std::span<const int32_t> tokens, std::span<const uint8_t> marks, int64_t rows, MarkBits bits) {
  CHECK(!tokens.empty() && tokens.size() == marks.size());
  CHECK(rows > 0 && rows <= static_cast<int64_t>(tokens.size()));
  tokens_.assign(tokens.begin(), tokens.end());
  rows_ = rows;
  documents_.clear();
  weights_.clear();
  for (size_t i = 0; i < marks.size(); ++i) {
    const auto at = static_cast<int64_t>(i);
    weights_.push_back((marks[i] & bits.loss) != 0 ? 1.0F : 0.0F);
    if (i > 0 && (marks[i] & bits.start) == 0) continue;
    if (i > 0) documents_.back().end = at;
    documents_.push_back({at, static_cast<int64_t>(tokens.size())});
  }
}

}  // namespace capy::train
