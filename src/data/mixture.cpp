// SPDX-License-Identifier: Apache-2.0
#include "data/mixture.h"

#include <algorithm>

namespace capy {
namespace {

__extension__ using Wide = unsigned __int128;

uint64_t share_of(uint64_t position, uint64_t part, uint64_t whole) {
  return static_cast<uint64_t>(Wide{position} * part / whole);
}

}  // namespace

Mixture::Mixture(std::span<const uint64_t> shares) : sums_{0} {
  for (const uint64_t share : shares) sums_.push_back(sums_.back() + share);
}

Mixture::Place Mixture::at(int64_t position) const {
  size_t first = 0;
  size_t last = sums_.size() - 1;  // one behind
  auto p = static_cast<uint64_t>(position);
  while (last - first > 1) {
    const size_t middle = first + (last - first) / 2;
    const uint64_t left = sums_[middle] - sums_[first];
    const uint64_t whole = sums_[last] - sums_[first];
    const uint64_t before = share_of(p, left, whole);
    if (share_of(p + 1, left, whole) > before) {
      p = before;
      last = middle;
    } else {
      p -= before;
      first = middle;
    }
  }
  return {static_cast<int64_t>(first), static_cast<int64_t>(p)};
}

std::vector<uint64_t> shares_of_weights(std::span<const double> weights) {
  constexpr double kSum = 1099511627776.0;  // 2^40
  double largest = 0;
  for (const double weight : weights) largest = std::max(largest, weight);
  double sum = 0;
  for (const double weight : weights) sum += weight / largest;  // cannot overflow
  std::vector<uint64_t> shares;
  for (const double weight : weights) {
    shares.push_back(std::max<uint64_t>(1, static_cast<uint64_t>(weight / largest / sum * kSum + 0.5)));
  }
  return shares;
}

}  // namespace capy
