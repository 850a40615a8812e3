// SPDX-License-Identifier: Apache-2.0
// A 64-bit hash that names content. It guards against mix-ups, not against forgery: whoever can write the files can
// make collisions. The same on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace capy {

class ContentHash {
 public:
  // Takes the length too, so that add(ab), add(c) and add(a), add(bc) differ.
  void add(std::span<const std::byte> bytes) {
    add(bytes.size());
    const std::byte* at = bytes.data();
    size_t rest = bytes.size();
    for (; rest >= sizeof(uint64_t); rest -= sizeof(uint64_t), at += sizeof(uint64_t)) mix(load(at, sizeof(uint64_t)));
    if (rest > 0) mix(load(at, rest));
  }
  // The size and some of the data: enough to tell fine-tunes apart, little enough for a cold disk.
  void add_samples(std::span<const std::byte> data) {
    constexpr size_t kSamples = 64;
    constexpr size_t kSampleBytes = 256;
    if (data.size() <= kSamples * kSampleBytes) return add(data);
    for (size_t i = 0; i < kSamples; ++i) {
      const size_t begin = (data.size() - kSampleBytes) / (kSamples - 1) * i;
      add(data.subspan(begin, kSampleBytes));
    }
  }
  void add(std::string_view text) { add(std::as_bytes(std::span(text))); }
  void add(uint64_t number) { mix(number); }

  uint64_t value() const {
    uint64_t h = state_;
    h = (h ^ h >> 32) * kMultiplier;
    return h ^ h >> 29;
  }

 private:
  // 2^64 divided by the golden ratio, made odd: spreads a word's bits over the upper half of the product.
  static constexpr uint64_t kMultiplier = 0x9e3779b97f4a7c15;

  static uint64_t load(const std::byte* from, size_t count) {
    uint64_t word = 0;
    std::memcpy(&word, from, count);
    return word;
  }
  void mix(uint64_t word) {
    state_ = (state_ ^ word) * kMultiplier;
    state_ ^= state_ >> 31;
  }

  uint64_t state_ = 0x243f6a8885a308d3;  // the fraction of pi
};

}  // namespace capy
