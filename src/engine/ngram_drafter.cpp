// SPDX-License-Identifier: Apache-2.0
#include "engine/ngram_drafter.h"

#include <algorithm>
#include <bit>

namespace capy {

NgramDrafter::NgramDrafter(int64_t tokens_max) {
  const auto wanted = static_cast<uint64_t>(std::clamp<int64_t>(tokens_max, 1024, kSlotsMax));
  long_.assign(std::bit_ceil(wanted), 0);
  short_.assign(std::bit_ceil(wanted), 0);
}

size_t NgramDrafter::slot(const int32_t* gram, int64_t length) const {
  uint64_t hash = 0;
  for (int64_t i = 0; i < length; ++i) hash = (hash + static_cast<uint32_t>(gram[i])) * 0x9E3779B97F4A7C15ULL;
  return static_cast<size_t>(hash >> 32) & (long_.size() - 1);
}

// Only grams with a token behind them: the end itself must not find itself.
void NgramDrafter::follow(std::span<const int32_t> tokens) {
  const auto end = static_cast<int64_t>(tokens.size());
  for (; followed_ < end; ++followed_) {
    const int32_t* const after = tokens.data() + followed_;
    if (followed_ >= kShort) short_[slot(after - kShort, kShort)] = static_cast<int32_t>(followed_);
    if (followed_ >= kLong) long_[slot(after - kLong, kLong)] = static_cast<int32_t>(followed_);
  }
}

int64_t NgramDrafter::find(const std::vector<int32_t>& table, std::span<const int32_t> tokens, int64_t length) const {
  const auto end = static_cast<int64_t>(tokens.size());
  if (end <= length) return 0;
  const int32_t* const gram = tokens.data() + end - length;
  const int64_t after = table[slot(gram, length)];
  return after >= length && std::equal(gram, gram + length, tokens.data() + after - length) ? after : 0;
}

int64_t NgramDrafter::propose(std::span<const int32_t> tokens, int64_t most, int32_t* out) {
  follow(tokens);
  int64_t from = find(long_, tokens, kLong);
  if (from == 0) from = find(short_, tokens, kShort);
  if (from == 0) return 0;
  const auto end = static_cast<int64_t>(tokens.size());
  for (int64_t i = 0; i < most; ++i) {  // beyond the end a repetition repeats what was drafted
    out[i] = from + i < end ? tokens[static_cast<size_t>(from + i)] : out[from + i - end];
  }
  return most;
}

}  // namespace capy
