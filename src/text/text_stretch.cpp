// SPDX-License-Identifier: Apache-2.0
#include "text/text_stretch.h"

#include <algorithm>

#include "text/unicode.h"

namespace capy {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

size_t skip_space_forward(std::string_view text, size_t at) {
  while (at < text.size()) {
    const CharAt c = char_at(text.substr(at));
    if (c.char_class != CharClass::kSpace) break;
    at += c.bytes;
  }
  return at;
}

size_t skip_space_backward(std::string_view text, size_t at, size_t floor) {
  while (at > floor) {
    size_t begin = at - 1;
    while (begin > floor && is_continuation(text[begin])) --begin;
    const CharAt c = char_at(text.substr(begin, at - begin));
    if (c.char_class != CharClass::kSpace || begin + c.bytes != at) break;
    at = begin;
  }
  return at;
}

bool begins_at_nfc_boundary(std::string_view text) {
  const size_t bytes = utf8_sequence_bytes(text);
  return bytes == 0 || is_nfc_boundary(utf8_code_point(text, bytes));
}

bool is_nfc_cut(std::string_view text, size_t at) {
  return at == text.size() || (!is_continuation(text[at]) && begins_at_nfc_boundary(text.substr(at)));
}

}  // namespace

Stretch make_stretch(std::string_view text, std::span<const TextRange> trusted) {
  Stretch stretch{text, {}};
  for (TextRange range : trusted) {
    range.end = std::min(range.end, text.size());
    if (range.begin >= range.end) continue;
    if (!stretch.trusted.empty() && range.begin <= stretch.trusted.back().end) {
      stretch.trusted.back().end = std::max(stretch.trusted.back().end, range.end);
    } else {
      stretch.trusted.push_back(range);
    }
  }
  return stretch;
}

Stretch sub_stretch(const Stretch& stretch, size_t begin, size_t end) {
  Stretch part{stretch.text.substr(begin, end - begin), {}};
  const auto behind = [&](const TextRange& range) { return range.end <= begin; };
  auto range = std::partition_point(stretch.trusted.begin(), stretch.trusted.end(), behind);
  for (; range != stretch.trusted.end() && range->begin < end; ++range) {
    part.trusted.push_back({std::max(range->begin, begin) - begin, std::min(range->end, end) - begin});
  }
  return part;
}

Stretch nfc_stretch(const Stretch& stretch, std::string& storage) {
  std::vector<TextRange> moved;
  size_t done = 0;
  storage.clear();
  const auto append_until = [&](size_t end) {
    nfc_append(storage, stretch.text.substr(done, end - done));
    done = end;
    return storage.size();
  };
  for (const TextRange& range : stretch.trusted) {
    size_t begin = range.begin;
    size_t end = range.end;
    while (begin < end && !is_nfc_cut(stretch.text, begin)) ++begin;
    while (begin < end && !is_nfc_cut(stretch.text, end)) --end;
    if (begin == end) continue;
    const size_t moved_begin = append_until(begin);
    moved.push_back({moved_begin, append_until(end)});
  }
  append_until(stretch.text.size());
  return {storage, std::move(moved)};
}

Stretch space_prefixed_stretch(const Stretch& stretch, std::string& storage) {
  storage.assign(1, ' ').append(stretch.text);
  Stretch prefixed{storage, stretch.trusted};
  for (TextRange& range : prefixed.trusted) range = {range.begin + 1, range.end + 1};
  return prefixed;
}

void split_at_added_tokens(const Stretch& stretch, const AddedTokenFinder& finder,
                           const std::function<void(const Stretch&)>& on_text,
                           const std::function<void(int32_t)>& on_token) {
  const std::string_view text = stretch.text;
  if (finder.empty() || stretch.trusted.empty()) return on_text(stretch);
  size_t done = 0;
  for (const TextRange& range : stretch.trusted) {
    while (const auto match = finder.find(text, std::max(range.begin, done), range.end)) {
      const AddedTokenFinder::Pattern& token = *match->pattern;
      const size_t begin = token.strip_left ? skip_space_backward(text, match->begin, done) : match->begin;
      if (begin > done) on_text(sub_stretch(stretch, done, begin));
      on_token(token.id);
      done = token.strip_right ? skip_space_forward(text, match->end) : match->end;
    }
  }
  if (done < text.size()) on_text(sub_stretch(stretch, done, text.size()));
}

}  // namespace capy
