// SPDX-License-Identifier: Apache-2.0
#include "text/added_tokens.h"

#include <algorithm>
#include <map>
#include <utility>

namespace capy {
namespace {

unsigned char byte_at(std::string_view text, size_t i) { return static_cast<unsigned char>(text[i]); }

}  // namespace

void AddedTokenFinder::set_patterns(std::vector<Pattern> patterns) {
  std::map<std::string, Pattern> by_text;
  for (Pattern& pattern : patterns) {
    std::string text = pattern.text;
    by_text.insert_or_assign(std::move(text), std::move(pattern));
  }
  patterns_.clear();
  for (auto& [text, pattern] : by_text) patterns_.push_back(std::move(pattern));
  may_begin_.fill(false);
  for (const Pattern& pattern : patterns_) may_begin_[byte_at(pattern.text, 0)] = true;
}

// Narrows the sorted patterns byte by byte to those that begin as `text` does; the last that ended is the longest.
const AddedTokenFinder::Pattern* AddedTokenFinder::longest_at(std::string_view text) const {
  const Pattern* longest = nullptr;
  auto begin = patterns_.begin();
  auto end = patterns_.end();
  for (size_t depth = 0; begin != end; ++depth) {
    if (begin->text.size() == depth) longest = &*begin++;  // shorter texts sort first
    if (depth == text.size()) break;
    const unsigned char next = byte_at(text, depth);
    begin = std::partition_point(begin, end, [&](const Pattern& p) { return byte_at(p.text, depth) < next; });
    end = std::partition_point(begin, end, [&](const Pattern& p) { return byte_at(p.text, depth) == next; });
  }
  return longest;
}

std::optional<AddedTokenFinder::Match> AddedTokenFinder::find(std::string_view text, size_t from, size_t to) const {
  for (size_t at = from; at < to; ++at) {
    if (!may_begin_[byte_at(text, at)]) continue;
    const Pattern* pattern = longest_at(text.substr(at, to - at));
    if (pattern != nullptr) return Match{at, at + pattern->text.size(), pattern};
  }
  return std::nullopt;
}

std::optional<int32_t> AddedTokenFinder::find_exactly(std::string_view text) const {
  const auto found = std::lower_bound(patterns_.begin(), patterns_.end(), text,
                                      [](const Pattern& p, std::string_view t) { return p.text < t; });
  if (found == patterns_.end() || found->text != text) return std::nullopt;
  return found->id;
}

}  // namespace capy
