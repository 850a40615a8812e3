// SPDX-License-Identifier: Apache-2.0
// A keyed permutation of 0 .. count-1, without a table: a Feistel network of eight rounds over the smallest even number
// of bits that holds the count; what falls outside is sent through again (cycle walking: less than four times on
// average). So the sample at any place of an epoch is known at once.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

namespace capy {

class Permutation {
 public:
  // 1 <= count <= 2^60.
  Permutation(uint64_t count, uint64_t key) : count_(count), key_(key) {
    const int bits = std::max(2, static_cast<int>(std::bit_width(count - 1)));
    half_ = (bits + 1) / 2;
    mask_ = (uint64_t{1} << half_) - 1;
  }

  uint64_t operator()(uint64_t place) const {
    do {
      place = once(place);
    } while (place >= count_);
    return place;
  }

  // Mixes two words into one: keys of epochs and sources.
  static uint64_t mix(uint64_t a, uint64_t b) {
    uint64_t h = a + 0x9e3779b97f4a7c15 * (b + 1);
    h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9;
    h = (h ^ h >> 27) * 0x94d049bb133111eb;
    return h ^ h >> 31;
  }

 private:
  static constexpr uint64_t kRounds = 8;

  uint64_t once(uint64_t value) const {
    uint64_t left = value >> half_;
    uint64_t right = value & mask_;
    for (uint64_t round = 0; round < kRounds; ++round) {
      const uint64_t next = left ^ (mix(key_ + round, right) & mask_);
      left = right;
      right = next;
    }
    return left << half_ | right;
  }

  uint64_t count_;
  uint64_t key_;
  int half_ = 1;
  uint64_t mask_ = 1;
};

}  // namespace capy
