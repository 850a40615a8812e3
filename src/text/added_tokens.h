// SPDX-License-Identifier: Apache-2.0
// Finds added tokens (<|im_start|>) in a text: the leftmost match, of several there the longest.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace capy {

class AddedTokenFinder {
 public:
  struct Pattern {
    std::string text;  // not empty
    int32_t id = 0;
    bool strip_left = false;
    bool strip_right = false;
  };
  struct Match {
    size_t begin = 0;  // of the pattern's text, without stripped white space
    size_t end = 0;
    const Pattern* pattern = nullptr;
  };

  // Of patterns with the same text, the last counts.
  void set_patterns(std::vector<Pattern> patterns);

  bool empty() const { return patterns_.empty(); }
  const std::vector<Pattern>& patterns() const { return patterns_; }

  // The first match in text[from, to). Time: O((to - from) * longest pattern) in the worst case, near to - from
  // usually.
  std::optional<Match> find(std::string_view text, size_t from, size_t to) const;

  // The id of the pattern that is exactly `text`.
  std::optional<int32_t> find_exactly(std::string_view text) const;

 private:
  const Pattern* longest_at(std::string_view text) const;

  std::vector<Pattern> patterns_;      // ascending by text
  std::array<bool, 256> may_begin_{};  // by first byte
};

}  // namespace capy
