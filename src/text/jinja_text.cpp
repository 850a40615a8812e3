// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_text.h"

#include <algorithm>

#include "base/check.h"

namespace capy::jinja {

void Text::extend(size_t end, Origin origin) {
  if (!runs_.empty() && runs_.back().origin == origin) {
    runs_.back().end = end;
  } else {
    runs_.push_back({end, origin});
  }
}

void Text::append(std::string_view text, Origin origin) {
  if (text.empty()) return;
  bytes_.append(text);
  extend(bytes_.size(), origin);
}

void Text::append(const Text& other, size_t begin, size_t end) {
  CHECK(begin <= end && end <= other.size() && this != &other);
  if (begin == end) return;
  const size_t start = bytes_.size();
  bytes_.append(other.bytes_, begin, end - begin);
  for (size_t run = other.run_at(begin); run < other.runs_.size(); ++run) {
    extend(start + std::min(other.runs_[run].end, end) - begin, other.runs_[run].origin);
    if (other.runs_[run].end >= end) break;
  }
}

Text Text::slice(size_t begin, size_t end) const {
  Text out;
  out.append(*this, begin, end);
  return out;
}

size_t Text::run_at(size_t position) const {
  const auto run = std::upper_bound(runs_.begin(), runs_.end(), position,
                                    [](size_t place, const Run& candidate) { return place < candidate.end; });
  return static_cast<size_t>(run - runs_.begin());
}

Origin Text::origin_at(size_t position) const {
  if (runs_.empty()) return kFromValue;
  return position >= size() ? runs_.back().origin : runs_[run_at(position)].origin;
}

void Text::mark(size_t begin, Origin bits) {
  if (begin >= size()) return;
  std::vector<Run> old;
  old.swap(runs_);
  size_t previous = 0;
  for (const Run& run : old) {
    if (previous < begin) extend(std::min(run.end, begin), run.origin);
    if (run.end > begin) extend(run.end, run.origin | bits);
    previous = run.end;
  }
}

void Text::truncate(size_t size) {
  if (size >= bytes_.size()) return;
  const size_t run = size == 0 ? 0 : run_at(size - 1) + 1;
  bytes_.resize(size);
  runs_.resize(run);
  if (size > 0) runs_.back().end = size;
}

}  // namespace capy::jinja
